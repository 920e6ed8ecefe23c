"""Several people with the same invoice open: real threads, real commits, one winner and no deadlock."""

import threading
from decimal import Decimal

from rms.actions import receipts
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.errors import Invalid
from rms.models import Invoice, Receipt
from tests import factories
from tests.factories import NOW, TODAY


def all_at_once(tasks):
    """Run the tasks in threads that start together; what each gave or raised, in their order."""
    results = [None] * len(tasks)
    start = threading.Barrier(len(tasks))

    def run(place, task):
        start.wait()
        try:
            results[place] = task()
        except Exception as error:  # noqa: BLE001 - told by the assertions
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def recording(company, customer_id, claims):
    def record():
        with tenant_scope(company.tenant_id):
            amount = sum((claim.amount for claim in claims), Decimal(0))
            draft = receipts.ReceiptDraft(customer_id, amount, TODAY, "upi")
            return receipts.record(draft, claims, now=NOW, today=TODAY, created_by=None)

    return record


def make_invoices(company, *subtotals):
    with company.scope():
        customer = factories.make_customer()
        return customer.id, [factories.make_invoice(customer, one).id for one in subtotals]


def test_eight_people_pay_one_invoice_and_one_takes_it(nilgiri):
    customer_id, [invoice_id] = make_invoices(nilgiri, "1000.00")
    full = [Claim(invoice_id, Decimal("1180.00"))]
    results = all_at_once([recording(nilgiri, customer_id, full)] * 8)
    taken = [one for one in results if isinstance(one, Receipt)]
    refused = [one for one in results if isinstance(one, Invalid)]
    assert (len(taken), len(refused)) == (1, 7), results
    with nilgiri.scope():
        invoice = db().get(Invoice, (nilgiri.tenant_id, invoice_id))
        assert (invoice.status, invoice.balance) == ("paid", 0)
        number = invoice.invoice_number
        assert db().query(Receipt).count() == 1
    told = {str(sentence) for error in refused for one in error.errors.values() for sentence in one}
    assert told == {f"{number} is already paid"}


def test_what_is_left_is_told_to_the_one_who_comes_second(nilgiri):
    customer_id, [invoice_id] = make_invoices(nilgiri, "1000.00")
    results = all_at_once(
        [recording(nilgiri, customer_id, [Claim(invoice_id, Decimal("1000.00"))]) for _ in range(2)]
    )
    [refused] = [one for one in results if isinstance(one, Invalid)]
    [sentence] = refused.errors[str(invoice_id)]
    # 1,180.00 - 1,000.00 is left, 820.00 less than was asked for
    assert str(sentence) == "That is ₹820.00 more than is owed. Use ₹180.00"


def test_opposite_orders_do_not_lock_each_other_out(nilgiri):
    customer_id, [first, second] = make_invoices(nilgiri, "1000.00", "1000.00")
    small = Decimal("10.00")
    forth, back = [Claim(first, small), Claim(second, small)], [Claim(second, small), Claim(first, small)]
    tasks = [recording(nilgiri, customer_id, claims) for claims in [forth, back] * 4]
    assert all(isinstance(one, Receipt) for one in all_at_once(tasks))
    with nilgiri.scope():
        for invoice_id in (first, second):
            # eight times 10.00
            invoice = db().get(Invoice, (nilgiri.tenant_id, invoice_id))
            assert (invoice.amount_paid, invoice.status) == (Decimal("80.00"), "partially_paid")
        numbers = sorted(int(one.receipt_number.rpartition("/")[2]) for one in db().query(Receipt))
        assert numbers == list(range(1, 9))


def test_money_on_account_is_used_once(nilgiri):
    customer_id, invoices = make_invoices(nilgiri, *["1000.00"] * 4)
    with nilgiri.scope():
        customer = db().get(factories.Customer, (nilgiri.tenant_id, customer_id))
        receipt_id = factories.make_receipt(customer, "1180.00").id

    def using(invoice_id):
        def allocate():
            with tenant_scope(nilgiri.tenant_id):
                return receipts.allocate(receipt_id, [Claim(invoice_id, Decimal("1180.00"))], today=TODAY)

        return allocate

    results = all_at_once([using(invoice_id) for invoice_id in invoices])
    assert sum(isinstance(one, Receipt) for one in results) == 1
    assert sum(isinstance(one, Invalid) for one in results) == 3, results
    with nilgiri.scope():
        assert db().get(Receipt, (nilgiri.tenant_id, receipt_id)).unallocated_amount == 0
