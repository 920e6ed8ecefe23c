"""Opening balances: owed and paid like any invoice, outside of series and returns, and never sent."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.actions import merging, opening, sending
from rms.actions.opening import Opening
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id
from rms.domain.errors import IllegalMove, Invalid, NotFound
from rms.domain.lifecycle import Status, Verb, can
from rms.queries.customer_figures import figures_of
from rms.queries.ledger_check import first_differences
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt

DAY = dt.timedelta(days=1)
OLD = Opening(
    number="OLD/17", invoice_date=TODAY - 90 * DAY, due_date=TODAY - 60 * DAY, amount=Decimal("1180.50")
)


def add(customer, **changed):
    values = {**OLD.__dict__, **changed}
    return opening.add_opening(customer.id, Opening(**values), created_by=None, now=NOW, today=TODAY)


def test_it_is_owed_aged_and_paid(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        invoice = add(customer)
        assert (invoice.kind, invoice.status, invoice.invoice_number) == ("opening", "overdue", "OLD/17")
        assert (invoice.series_id, invoice.tax_total, invoice.total) == (None, 0, Decimal("1180.50"))
        figures = figures_of(customer.id, TODAY)
        assert (figures.balance, figures.ages[2]) == (Decimal("1180.50"), Decimal("1180.50"))
        receipt = make_receipt(customer, "1180.50")
        make_allocation(receipt, invoice, "1180.50")
        db().refresh(invoice)
        invoice.restate(TODAY)
        db().flush()
        assert invoice.status == "paid" and figures_of(customer.id, TODAY).balance == 0
        assert first_differences(TODAY) == []


def test_without_a_due_date_it_was_due_at_once(nilgiri):
    with nilgiri.scope():
        assert add(make_customer(), due_date=None).due_date == OLD.invoice_date


def test_its_number_is_its_own_and_taken_once(nilgiri, sahyadri):
    with nilgiri.scope():
        customer = make_customer()
        add(customer)
        make_invoice(customer, invoice_number="NFS/1")
        for number in ("OLD/17", "NFS/1"):
            with pytest.raises(Invalid) as refused:
                add(customer, number=number)
            assert refused.value.field == "number"
        assert add(customer, number="OLD/18").invoice_number == "OLD/18"
    with sahyadri.scope():
        assert add(make_customer()).invoice_number == "OLD/17"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": " "}, "number"),
        ({"number": "x" * 51}, "number"),
        ({"amount": None}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-1.00")}, "amount"),
        ({"amount": Decimal("1e15")}, "amount"),
        ({"invoice_date": None}, "invoice_date"),
        ({"invoice_date": TODAY + DAY}, "invoice_date"),
        ({"invoice_date": dt.date(1999, 12, 31)}, "invoice_date"),
        ({"due_date": TODAY - 91 * DAY}, "due_date"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(nilgiri, changed, field):
    with nilgiri.scope():
        customer = make_customer()
        with pytest.raises(Invalid) as refused:
            add(customer, **changed)
        assert list(refused.value.errors) == [field]
        assert figures_of(customer.id, TODAY).invoices == 0


def test_there_is_nothing_to_send_print_or_credit(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        invoice = add(make_customer())
        with pytest.raises(IllegalMove, match="opening balance"):
            sending.send(invoice, to_address="a@example.in", now=NOW, sender="Priya")
        with pytest.raises(IllegalMove, match="opening balance"):
            paper_by_id(invoice.id)
        shut = (Verb.SEND, Verb.SHARE, Verb.REMIND, Verb.CREDIT)
        assert not any(can(Status.OVERDUE, verb, kind="opening") for verb in shut)
        assert can(Status.OVERDUE, Verb.RECORD_PAYMENT, kind="opening")
        assert can(Status.OVERDUE, Verb.CANCEL, kind="opening")


def test_strangers_and_merged_customers_get_none(nilgiri, sahyadri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        with pytest.raises(IllegalMove):
            add(twice)
    with sahyadri.scope(), pytest.raises(NotFound):
        add(into)
