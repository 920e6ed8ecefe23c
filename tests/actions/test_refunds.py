"""Money paid back: out of an advance or a credit note, once, and cancelled again; figures worked by hand."""

import datetime as dt
import threading
from decimal import Decimal

import pytest

from rms.actions import receipts, refunds
from rms.actions.refunds import RefundDraft
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.errors import IllegalMove, Invalid, NotFound
from rms.models import CreditNote, CreditNoteLineItem, Invoice, Receipt, Refund
from rms.queries.ledger_check import first_differences
from tests import factories
from tests.factories import NOW, TODAY

DAY = dt.timedelta(days=1)


def draft(amount: str, **changed) -> RefundDraft:
    given = {"refund_date": TODAY, "payment_method": "bank_transfer", "reference": "UTR 7", **changed}
    return RefundDraft(Decimal(amount), **given)


@pytest.fixture
def advance(nilgiri):
    """5,000.00 came on 12 Nov; 1,180.00 of it is laid on an invoice, 3,820.00 is on account."""
    with nilgiri.scope():
        customer = factories.make_customer()
        receipt = factories.make_receipt(customer, "5000.00", receipt_date=TODAY - 10 * DAY)
        invoice = factories.make_invoice(customer)
        factories.make_allocation(receipt, invoice, "1180.00")
        invoice.restate(TODAY)
        return receipt.id


@pytest.fixture
def credit(nilgiri):
    """A credit note over 500.00 that nothing was used of."""
    with nilgiri.scope():
        note = CreditNote(
            customer_id=factories.make_customer().id,
            credit_note_number="C/1",
            credit_note_date=TODAY - 5 * DAY,
            is_financial=True,
            amount=Decimal(500),
            total_credit=Decimal(500),
        )
        db().add(note)
        db().flush()
        db().add(CreditNoteLineItem(credit_note_id=note.id, taxable_amount=Decimal(500), total=Decimal(500)))
        db().flush()
        note.status, note.issued_at = "issued", NOW
        return note.id


def of(company, model, row_id):
    with company.scope():
        return db().get(model, (company.tenant_id, row_id))


def test_an_advance_is_paid_back_under_a_number_of_its_own(nilgiri, advance):
    with nilgiri.scope():
        made = refunds.pay_back_receipt(advance, draft("820.00"), today=TODAY, created_by=nilgiri.admin.id)
        number = made.refund_number
    assert number.endswith("/26-27/0001")
    receipt = of(nilgiri, Receipt, advance)
    # 5,000.00 - 1,180.00 - 820.00
    assert (receipt.refunded_amount, receipt.unallocated_amount) == (Decimal("820.00"), Decimal("3000.00"))
    with nilgiri.scope():
        again = refunds.pay_back_receipt(advance, draft("3000.00"), today=TODAY, created_by=None)
        assert again.refund_number.endswith("/26-27/0002")
    assert of(nilgiri, Receipt, advance).unallocated_amount == 0
    with nilgiri.scope():
        assert [one.name for one in db().query(factories.NumberSeries) if one.kind == "refund"] == ["Refunds"]


def test_what_a_credit_note_leaves_is_paid_back_and_uses_it_up(nilgiri, credit):
    with nilgiri.scope():
        refunds.pay_back_credit_note(credit, draft("200.00"), today=TODAY, created_by=None)
    note = of(nilgiri, CreditNote, credit)
    assert (note.status, note.unapplied_amount) == ("issued", Decimal("300.00"))
    with nilgiri.scope():
        last = refunds.pay_back_credit_note(credit, draft("300.00"), today=TODAY, created_by=None)
    assert of(nilgiri, CreditNote, credit).status == "applied"
    with nilgiri.scope():
        refunds.cancel(last.id, on=TODAY, reason="Never left the bank", today=TODAY)
    note = of(nilgiri, CreditNote, credit)
    assert (note.status, note.unapplied_amount) == ("issued", Decimal("300.00"))
    with nilgiri.scope():
        assert first_differences(TODAY) == []


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"amount": "3820.01"}, "amount", "Only ₹3,820.00 is left to pay back"),
        ({"amount": "0"}, "amount", "Enter what you pay back. It must be more than 0"),
        ({"amount": "-1"}, "amount", "Enter what you pay back. It must be more than 0"),
        (
            {"refund_date": TODAY + DAY},
            "refund_date",
            "This day has not come yet. Enter the day you paid",
        ),
        (
            {"refund_date": TODAY - 11 * DAY},
            "refund_date",
            "The money came on 12 Nov 2026. It cannot be paid back before",
        ),
        ({"payment_method": "gold"}, "payment_method", "Choose how you paid"),
        ({"reference": "x" * 101}, "reference", None),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(nilgiri, advance, changed, field, told):
    amount = changed.pop("amount", "1.00") if "amount" in changed else "1.00"
    with pytest.raises(Invalid) as refused, nilgiri.scope():
        refunds.pay_back_receipt(advance, draft(amount, **changed), today=TODAY, created_by=None)
    assert list(refused.value.errors) == [field]
    assert told is None or [str(one) for one in refused.value.errors[field]] == [told]
    assert of(nilgiri, Receipt, advance).refunded_amount == 0


def test_a_cancelled_refund_is_on_account_again_and_stays_in_the_books(nilgiri, advance):
    with nilgiri.scope():
        made = refunds.pay_back_receipt(advance, draft("820.00"), today=TODAY, created_by=None)
    for on, reason, field in ((TODAY, "", "reason"), (TODAY + DAY, "x", "on"), (TODAY - DAY, "x", "on")):
        with pytest.raises(Invalid) as refused, nilgiri.scope():
            refunds.cancel(made.id, on=on, reason=reason, today=TODAY)
        assert list(refused.value.errors) == [field]
    with nilgiri.scope():
        refunds.cancel(made.id, on=TODAY, reason="Wrong customer", today=TODAY)
    assert of(nilgiri, Receipt, advance).unallocated_amount == Decimal("3820.00")
    row = of(nilgiri, Refund, made.id)
    assert (row.cancelled_on, row.cancel_reason, row.amount) == (TODAY, "Wrong customer", Decimal("820.00"))
    with pytest.raises(IllegalMove, match="cancelled already"), nilgiri.scope():
        refunds.cancel(made.id, on=TODAY, reason="again", today=TODAY)


def test_a_strangers_money_is_not_there(sahyadri, advance, credit):
    for act in (
        lambda: refunds.pay_back_receipt(advance, draft("1.00"), today=TODAY, created_by=None),
        lambda: refunds.pay_back_credit_note(credit, draft("1.00"), today=TODAY, created_by=None),
    ):
        with pytest.raises(NotFound), sahyadri.scope():
            act()


def test_the_same_money_is_not_paid_back_and_laid_on_invoices(nilgiri, advance):
    """3,820.00 is on account: four refunds of 1,000.00 and four allocations of 1,000.00 at once."""
    with nilgiri.scope():
        customer = db().get(Receipt, (nilgiri.tenant_id, advance)).customer
        invoices = [factories.make_invoice(customer).id for _ in range(4)]
    told, taken = [], []

    def at_once(act) -> None:
        start.wait()
        try:
            with tenant_scope(nilgiri.tenant_id):
                act()
        except Exception as error:  # noqa: BLE001 - told by the assertions
            told.append(error)
        else:
            taken.append(act)

    acts = [
        lambda one=one: receipts.allocate(advance, [Claim(one, Decimal("1000.00"))], today=TODAY)
        for one in invoices
    ]
    pay = lambda: refunds.pay_back_receipt(advance, draft("1000.00"), today=TODAY, created_by=None)  # noqa: E731
    acts += [pay] * 4
    start = threading.Barrier(len(acts))
    threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(taken) == 3 and all(isinstance(one, Invalid) for one in told), told
    assert of(nilgiri, Receipt, advance).unallocated_amount == Decimal("820.00")
    with nilgiri.scope():
        assert first_differences(TODAY) == []
        assert {one.status for one in db().query(Invoice)} <= {"paid", "partially_paid", "pending"}
