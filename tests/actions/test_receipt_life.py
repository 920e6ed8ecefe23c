"""What becomes of a receipt: cleared, bounced, cancelled, taken off an invoice; figures worked by hand."""

import datetime as dt
import threading
from decimal import Decimal

import pytest

from rms.actions import receipt_life, receipts
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.errors import DomainError, IllegalMove, Invalid, NotFound
from rms.models import Invoice, Receipt, ReceiptAllocation
from rms.queries.ledger_check import first_differences
from tests import factories
from tests.factories import NOW, TODAY

DAY = dt.timedelta(days=1)
FIRST, TENTH, FOURTEENTH = (dt.date(2026, 10, day) for day in (1, 10, 14))


@pytest.fixture
def cheque(nilgiri):
    """1 Oct: 1,00,000 + 18 % = 1,18,000. 10 Oct: a cheque over 1,08,000 and 10,000 of TDS settle it."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer, "100000.00", invoice_date=FIRST, due_date=FIRST + 30 * DAY)
        receipt = factories.make_receipt(
            customer,
            "108000.00",
            receipt_date=TENTH,
            payment_method="cheque",
            status="pending",
            cleared_at=None,
        )
        factories.make_allocation(
            receipt, invoice, "108000.00", tds_amount=Decimal("10000"), allocated_on=TENTH
        )
        invoice.restate(TENTH)
        return receipt.id, invoice.id


def rows(company, receipt_id, invoice_id) -> tuple[Receipt, Invoice]:
    with company.scope():
        return (
            db().get(Receipt, (company.tenant_id, receipt_id)),
            db().get(Invoice, (company.tenant_id, invoice_id)),
        )


def allocations(company) -> list[tuple]:
    with company.scope():
        return [(one.allocated_on, one.released_on) for one in db().query(ReceiptAllocation)]


def test_a_cheque_clears_on_its_day(nilgiri, cheque):
    with nilgiri.scope():
        receipt_life.clear(cheque[0], on=FOURTEENTH, now=NOW, today=TODAY)
    receipt, invoice = rows(nilgiri, *cheque)
    assert (receipt.status, receipt.cleared_on, receipt.cleared_at) == ("cleared", FOURTEENTH, NOW)
    assert (receipt.version, invoice.status, invoice.balance) == (2, "paid", 0)
    with pytest.raises(IllegalMove), nilgiri.scope():
        receipt_life.clear(cheque[0], on=FOURTEENTH, now=NOW, today=TODAY)


def test_a_bounced_cheque_opens_its_invoice_again_with_the_tds(nilgiri, cheque):
    with nilgiri.scope():
        receipt_life.bounce(cheque[0], on=FOURTEENTH, reason="Funds insufficient", now=NOW, today=TODAY)
    receipt, invoice = rows(nilgiri, *cheque)
    assert (receipt.status, receipt.reversed_on, receipt.bounced_at) == ("bounced", FOURTEENTH, NOW)
    assert receipt.cancel_reason == "Funds insufficient"
    assert (receipt.allocated_amount, receipt.unallocated_amount) == (0, Decimal("108000.00"))
    assert (invoice.balance, invoice.amount_paid) == (Decimal("118000.00"), 0)
    # due on 31 Oct, as it always was, and it is 22 Nov
    assert (invoice.status, invoice.due_date) == ("overdue", FIRST + 30 * DAY)
    assert allocations(nilgiri) == [(TENTH, FOURTEENTH)]
    with nilgiri.scope():
        assert first_differences(TODAY) == []
        with pytest.raises(IllegalMove, match="bounced"):
            receipts.allocate(cheque[0], [Claim(cheque[1], Decimal("1.00"))], today=TODAY)


def test_a_cleared_cheque_may_bounce_still(nilgiri, cheque):
    for act in (receipt_life.clear, receipt_life.bounce):
        more = {"reason": None} if act is receipt_life.bounce else {}
        with nilgiri.scope():
            act(cheque[0], on=FOURTEENTH, now=NOW, today=TODAY, **more)
    assert rows(nilgiri, *cheque)[0].status == "bounced"


def test_cancelling_needs_a_reason_and_keeps_the_number(nilgiri, cheque):
    with pytest.raises(Invalid) as refused, nilgiri.scope():
        receipt_life.cancel(cheque[0], on=TODAY, reason=" ", now=NOW, today=TODAY)
    assert [str(one) for one in refused.value.errors["reason"]] == ["Say why, for the books"]
    number = rows(nilgiri, *cheque)[0].receipt_number
    with nilgiri.scope():
        receipt_life.cancel(cheque[0], on=TODAY, reason="Entered twice", now=NOW, today=TODAY)
    receipt, invoice = rows(nilgiri, *cheque)
    assert (receipt.status, receipt.cancelled_at, receipt.reversed_on) == ("cancelled", NOW, TODAY)
    assert (receipt.receipt_number, receipt.cancel_reason) == (number, "Entered twice")
    assert invoice.balance == Decimal("118000.00")
    assert allocations(nilgiri) == [(TENTH, TODAY)]


@pytest.mark.parametrize("on", [TENTH - DAY, TODAY + DAY])
@pytest.mark.parametrize("act", ["clear", "bounce", "cancel"])
def test_a_day_before_the_receipt_or_one_to_come_is_refused(nilgiri, cheque, act, on):
    more = {} if act == "clear" else {"reason": "why"}
    with pytest.raises(Invalid) as refused, nilgiri.scope():
        getattr(receipt_life, act)(cheque[0], on=on, now=NOW, today=TODAY, **more)
    assert list(refused.value.errors) == ["on"]
    assert rows(nilgiri, *cheque)[1].balance == 0


def test_what_was_laid_after_the_bounce_was_never_there(nilgiri, cheque):
    """Laid on 22 Nov out of a receipt that had bounced on 14 Oct: it counts on no day."""
    with nilgiri.scope():
        receipt_life.release(cheque[0], cheque[1], today=TODAY)
    with nilgiri.scope():
        receipts.allocate(cheque[0], [Claim(cheque[1], Decimal("8000.00"))], today=TODAY)
    with nilgiri.scope():
        receipt_life.bounce(cheque[0], on=FOURTEENTH, reason=None, now=NOW, today=TODAY)
    assert sorted(allocations(nilgiri)) == [(TENTH, TODAY), (TODAY, TODAY)]


def test_taking_back_leaves_the_cash_on_account_and_the_tds_nowhere(nilgiri, cheque):
    with nilgiri.scope():
        receipt_life.release(cheque[0], cheque[1], today=TODAY)
    receipt, invoice = rows(nilgiri, *cheque)
    assert (receipt.status, receipt.unallocated_amount) == ("pending", Decimal("108000.00"))
    assert invoice.balance == Decimal("118000.00")
    with pytest.raises(IllegalMove), nilgiri.scope():
        receipt_life.release(cheque[0], cheque[1], today=TODAY)
    with nilgiri.scope():
        receipts.allocate(cheque[0], [Claim(cheque[1], Decimal("8000.00"))], today=TODAY)
    assert rows(nilgiri, *cheque)[1].balance == Decimal("110000.00")
    assert sorted(allocations(nilgiri), key=str) == [(TENTH, TODAY), (TODAY, None)]


def test_a_receipt_that_was_paid_back_in_part_is_not_reversed(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        receipt = factories.make_receipt(customer, "100.00")
        factories.make_refund(receipt, "40.00")
        receipt_id = receipt.id
    for act in (receipt_life.bounce, receipt_life.cancel):
        with pytest.raises(IllegalMove, match="₹40.00 of it was paid back"), nilgiri.scope():
            act(receipt_id, on=TODAY, reason="why", now=NOW, today=TODAY)


def test_another_companys_receipt_is_not_there(nilgiri, sahyadri, cheque):
    for act in (
        lambda: receipt_life.clear(cheque[0], on=TODAY, now=NOW, today=TODAY),
        lambda: receipt_life.bounce(cheque[0], on=TODAY, reason="x", now=NOW, today=TODAY),
        lambda: receipt_life.cancel(cheque[0], on=TODAY, reason="x", now=NOW, today=TODAY),
        lambda: receipt_life.release(*cheque, today=TODAY),
    ):
        with pytest.raises(NotFound), sahyadri.scope():
            act()


def test_it_bounces_while_others_lay_it_on_invoices(nilgiri):
    """Whoever comes second finds a receipt that is used, or one that has bounced; never both."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoices = [factories.make_invoice(customer).id for _ in range(6)]
        receipt_id = factories.make_receipt(customer, "6000.00").id
    told: list[Exception] = []

    def at_once(act) -> None:
        start.wait()
        try:
            with tenant_scope(nilgiri.tenant_id):
                act()
        except DomainError as error:
            told.append(error)

    acts = [
        lambda one=one: receipts.allocate(receipt_id, [Claim(one, Decimal("1000.00"))], today=TODAY)
        for one in invoices
    ]
    acts.append(lambda: receipt_life.bounce(receipt_id, on=TODAY, reason=None, now=NOW, today=TODAY))
    start = threading.Barrier(len(acts))
    threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert all(isinstance(error, IllegalMove) for error in told), told
    with nilgiri.scope():
        receipt = db().get(Receipt, (nilgiri.tenant_id, receipt_id))
        assert (receipt.status, receipt.allocated_amount) == ("bounced", 0)
        assert all(invoice.balance == Decimal("1180.00") for invoice in db().query(Invoice))
        assert first_differences(TODAY) == []
