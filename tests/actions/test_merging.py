"""Two customers who are one: everything moves, to the paisa, and the old row points there."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from rms.actions import contacts, customers, merging, reminders
from rms.actions.contacts import ContactDraft
from rms.db.session import db
from rms.domain.errors import IllegalMove, Invalid, NotFound
from rms.models import AuditLog, CreditNote, Invoice, Quote, Receipt, Refund
from rms.queries.contacts import contacts_of
from rms.queries.customer_figures import figures_of
from rms.queries.customers import find_customer
from rms.queries.reminders import customer_is_stopped
from tests.factories import (
    NOW,
    TODAY,
    gstin_of,
    make_allocation,
    make_customer,
    make_draft,
    make_invoice,
    make_receipt,
)

DAY = dt.timedelta(days=1)


def busy(name: str, **columns):
    """A customer with an overdue and a part-paid invoice, a draft, money and credit on account."""
    customer = make_customer(name, **columns)
    make_invoice(customer, "333.33", invoice_date=TODAY - 60 * DAY, due_date=TODAY - 30 * DAY)
    invoice = make_invoice(customer, "1000.01")
    receipt = make_receipt(customer, "700.07")
    make_allocation(receipt, invoice, "200.02")
    make_draft(customer)
    note = CreditNote(
        customer_id=customer.id,
        credit_note_number=f"CN {name}",
        credit_note_date=TODAY,
        amount=Decimal("55.55"),
        total_credit=Decimal("55.55"),
        status="issued",
        issued_at=NOW,
    )
    db().add(note)
    db().flush()
    db().add(
        Refund(
            refund_number=f"R {name}",
            refund_date=TODAY,
            customer_id=customer.id,
            receipt_id=receipt.id,
            amount=Decimal("100.00"),
            payment_method="upi",
        )
    )
    db().flush()
    return customer


def stored(model, row_id):
    return db().scalars(select(model).where(model.id == row_id)).one()


def test_everything_moves_and_the_sums_are_those_of_before(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = busy("Lotus Valley School"), busy("Lotus Vally School")
        contacts.add_contact(twice.id, ContactDraft(name="Asha", email="asha@lotus.example.in"))
        a, b = figures_of(into.id, TODAY), figures_of(twice.id, TODAY)
        merged = merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        after, left = figures_of(into.id, TODAY), figures_of(twice.id, TODAY)
        for name in ("balance", "overdue", "advances", "credit", "invoices", "papers", "open_invoices"):
            assert getattr(after, name) == getattr(a, name) + getattr(b, name), name
            assert getattr(left, name) == 0, name
        assert after.ages == tuple(x + y for x, y in zip(a.ages, b.ages, strict=True))
        assert merged.balance == after.balance == Decimal("2746.64")
        assert [contact.name for contact in contacts_of(into.id)] == ["Asha"]
        for model in (Invoice, Receipt, CreditNote, Refund):
            assert not db().scalars(select(model).where(model.customer_id == twice.id)).all()
        old = find_customer(twice.id)
        assert (old.merged_into_id, old.is_active) == (into.id, False)


def test_issued_papers_keep_what_they_printed(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("Lotus Valley School"), make_customer("Lotus Vally School")
        invoice = make_invoice(twice, buyer_snapshot={"name": "Lotus Vally School"})
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        kept = stored(Invoice, invoice.id)
        assert kept.customer_id == into.id and kept.buyer_snapshot == {"name": "Lotus Vally School"}


def test_a_sent_quote_stays_and_a_draft_moves(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        days = {"quote_date": TODAY, "valid_until": TODAY + 30 * DAY}
        sent = Quote(customer_id=twice.id, quote_number="Q/1", sent_at=NOW, **days)
        draft = Quote(customer_id=twice.id, **days)
        db().add_all([sent, draft])
        db().flush()
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        assert stored(Quote, sent.id).customer_id == twice.id
        assert stored(Quote, draft.id).customer_id == into.id


def test_what_is_empty_is_filled_in_and_what_is_there_stays(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into = make_customer("One", email="one@example.in", phone=None)
        twice = make_customer("Two", email="two@example.in", phone="98450 12345", credit_limit=Decimal(5))
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        kept = find_customer(into.id)
        assert (kept.email, kept.phone, kept.credit_limit) == ("one@example.in", "98450 12345", Decimal(5))


@pytest.mark.parametrize("there_too", [False, True])
def test_whoever_is_not_reminded_stays_so(nilgiri, there_too):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        reminders.set_customer(twice.id, is_on=False)
        if there_too:
            reminders.set_customer(into.id, is_on=False)
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        assert customer_is_stopped(into.id) and not customer_is_stopped(twice.id)


@pytest.mark.parametrize(
    ("first", "second", "is_open"),
    [
        ("29", "33", False),
        ("29", None, False),  # the GSTIN would be lost
        (None, "29", True),
        (None, None, True),
        ("29", "29", True),
    ],
)
def test_different_registrations_are_different_recipients(nilgiri, first, second, is_open):
    def of(state):
        if state is None:
            return {"gst_treatment": "unregistered"}
        return {"state_code": state, "gst_number": gstin_of(state)}

    with nilgiri.scope(nilgiri.admin):
        twice, into = make_customer("Two", **of(first)), make_customer("One", **of(second))
        if is_open:
            assert merging.merge(twice.id, into.id, now=NOW, today=TODAY).customer.id == into.id
            return
        with pytest.raises(Invalid):
            merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        assert find_customer(twice.id).merged_into_id is None


def test_a_customer_is_merged_once_and_not_into_itself(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        one, two, three = make_customer("One"), make_customer("Two"), make_customer("Three")
        with pytest.raises(Invalid):
            merging.merge(one.id, one.id, now=NOW, today=TODAY)
        merging.merge(two.id, one.id, now=NOW, today=TODAY)
        for first, second in ((two, three), (three, two)):
            with pytest.raises(Invalid):
                merging.merge(first.id, second.id, now=NOW, today=TODAY)


def test_done_again_it_moves_what_was_written_meanwhile(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        late = make_receipt(stored(type(twice), twice.id), "10.00")
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        assert stored(Receipt, late.id).customer_id == into.id


def test_a_merged_customer_is_not_brought_back(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        with pytest.raises(IllegalMove):
            customers.activate(twice.id, now=NOW)


def test_a_strangers_customer_is_not_there(nilgiri, sahyadri):
    with nilgiri.scope():
        theirs = make_customer("Theirs").id
    with sahyadri.scope():
        own = make_customer("Own").id
        for first, second in ((own, theirs), (theirs, own)):
            with pytest.raises(NotFound):
                merging.merge(first, second, now=NOW, today=TODAY)


def test_the_trail_says_who_merged(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        into, twice = make_customer("One"), make_customer("Two")
        merging.merge(twice.id, into.id, now=NOW, today=TODAY)
        entries = db().scalars(select(AuditLog).where(AuditLog.entity_id == twice.id)).all()
        told = [entry for entry in entries if "merged_into_id" in (entry.new_values or {})]
        assert any(entry.new_values["merged_into_id"] == str(into.id) for entry in told)
        assert all(entry.user_id == nilgiri.admin.id for entry in told if entry.action == "update")
