"""A cheque bounces while its money is laid on invoices, or paid back: real threads, one truth."""

from decimal import Decimal

from rms.actions import receipt_life, receipts, refunds
from rms.actions.refunds import RefundDraft
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.errors import IllegalMove, Invalid
from rms.models import Invoice, Receipt, Refund
from rms.queries.ledger_check import first_differences
from tests.actions.test_receipts_at_once import all_at_once
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt

ROUNDS = 4


def inside(company, act):
    def run():
        with tenant_scope(company.tenant_id):
            return act()

    return run


def given(company, invoices=4):
    """5,000.00 by cheque, 1,180.00 of it laid on the first of so many invoices over 1,180.00."""
    with company.scope():
        customer = make_customer()
        rows = [make_invoice(customer).id for _ in range(invoices)]
        receipt = make_receipt(
            customer, "5000.00", payment_method="cheque", status="pending", cleared_at=None
        )
        make_allocation(receipt, db().get(Invoice, (company.tenant_id, rows[0])), "1180.00")
        return receipt.id, rows


def bouncing(company, receipt_id):
    return inside(
        company, lambda: receipt_life.bounce(receipt_id, on=TODAY, reason=None, now=NOW, today=TODAY)
    )


def laying(company, receipt_id, invoice_id):
    claim = [Claim(invoice_id, Decimal("1180.00"))]
    return inside(company, lambda: receipts.allocate(receipt_id, claim, today=TODAY))


def paying_back(company, receipt_id, amount="1000.00"):
    draft = RefundDraft(Decimal(amount), TODAY, "upi")
    return inside(company, lambda: refunds.pay_back_receipt(receipt_id, draft, today=TODAY, created_by=None))


def test_a_bounce_while_somebody_allocates_leaves_nothing_laid(nilgiri):
    for _ in range(ROUNDS):
        receipt_id, [_, *others] = given(nilgiri)
        tasks = [laying(nilgiri, receipt_id, one) for one in others]
        results = all_at_once([*tasks, bouncing(nilgiri, receipt_id)])
        assert all(isinstance(one, Receipt | IllegalMove | list) or one is None for one in results), results
        assert not isinstance(results[-1], Exception), results[-1]
        with nilgiri.scope():
            receipt = db().get(Receipt, (nilgiri.tenant_id, receipt_id))
            assert receipt.status == "bounced" and receipt.allocated_amount == 0
            assert {str(one.balance) for one in db().query(Invoice)} == {"1180.00"}
            assert first_differences(TODAY) == []


def test_a_bounce_and_a_refund_never_both_happen(nilgiri):
    for _ in range(ROUNDS):
        receipt_id, _ = given(nilgiri, invoices=1)
        results = all_at_once([bouncing(nilgiri, receipt_id), paying_back(nilgiri, receipt_id)])
        refused = [one for one in results if isinstance(one, Exception)]
        assert len(refused) == 1 and isinstance(refused[0], IllegalMove), results
        with nilgiri.scope():
            receipt = db().get(Receipt, (nilgiri.tenant_id, receipt_id))
            assert (receipt.status == "bounced") == (receipt.refunded_amount == 0)
            assert first_differences(TODAY) == []


def test_of_two_refunds_of_all_that_is_left_one_is_paid(nilgiri):
    receipt_id, _ = given(nilgiri, invoices=1)
    results = all_at_once([paying_back(nilgiri, receipt_id, "3820.00")] * 4)
    paid = [one for one in results if isinstance(one, Refund)]
    refused = [one for one in results if isinstance(one, Invalid)]
    assert (len(paid), len(refused)) == (1, 3), results
    with nilgiri.scope():
        receipt = db().get(Receipt, (nilgiri.tenant_id, receipt_id))
        assert receipt.unallocated_amount == 0 and receipt.refunded_amount == Decimal("3820.00")
