"""Drafts: every figure follows from the lines at once, and nothing typed is lost."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from rms.actions import invoices as drafts
from rms.db.session import db
from rms.domain.errors import IllegalMove, NotFound, StaleVersion
from rms.models import Invoice, InvoiceLineItem
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import NOW, TODAY

CREW = {"name": "Housekeeping crew", "hsn_sac": "998533", "quantity": "6", "rate": "14,500", "tax": "18"}
VISIT = {
    "name": "Pest control",
    "hsn_sac": "998531",
    "quantity": "2",
    "rate": "4800",
    "discount": "5",
    "tax": "18",
}


@pytest.fixture
def draft_id(nilgiri):
    with nilgiri.scope():
        buyer = factories.make_customer("Sundaram Precision Tools", state_code="33", payment_terms=45)
        return drafts.create_draft(customer_id=buyer.id, today=TODAY, created_by=nilgiri.admin.id).id


def change_first_line(draft_id, cells):
    line = lines_of(draft_id)[0]
    return drafts.change_line(draft_id, line.id, cells, version=line.version)


def test_a_new_draft_has_no_number_one_line_and_the_customers_terms(nilgiri, draft_id):
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
        assert (invoice.status, invoice.invoice_number) == ("draft", None)
        assert invoice.due_date == TODAY + dt.timedelta(days=45)
        assert invoice.place_of_supply == "33"
        assert [line.tax_rate for line in lines_of(draft_id)] == [Decimal(18)]


def test_lines_are_priced_and_the_totals_follow(nilgiri, draft_id):
    with nilgiri.scope():
        change_first_line(draft_id, CREW)
        drafts.add_line(draft_id, cells=VISIT)
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
        # 6 x 14,500 = 87,000.00; 2 x 4,800 = 9,600.00 less 5 % 480.00 = 9,120.00; together 96,120.00
        assert invoice.subtotal == Decimal("96120.00")
        assert invoice.discount_total == Decimal("480.00")
        # Karnataka to Tamil Nadu: IGST 15,660.00 + 1,641.60 = 17,301.60
        assert (invoice.igst_total, invoice.cgst_total) == (Decimal("17301.60"), Decimal("0.00"))
        # 96,120.00 + 17,301.60 = 1,13,421.60, rounded to 1,13,422.00
        assert (invoice.round_off, invoice.total) == (Decimal("0.40"), Decimal("113422.00"))


@pytest.mark.parametrize("quantity", ["abc", "-1", "1e9", "NaN", "0"])
def test_what_cannot_be_read_is_kept_and_counts_nothing(nilgiri, draft_id, quantity):
    with nilgiri.scope():
        change_first_line(draft_id, CREW)
        _, line, typed = change_first_line(draft_id, {**CREW, "quantity": quantity})
        assert list(typed.errors) == ["quantity"]
    with nilgiri.scope():
        stored = lines_of(draft_id)[0]
        assert not stored.is_valid
        assert stored.raw_input["quantity"] == quantity
        assert find_invoice(draft_id).total == 0


def test_another_state_turns_the_tax_into_cgst_and_sgst(nilgiri, draft_id):
    with nilgiri.scope():
        change_first_line(draft_id, CREW)
        neighbour = factories.make_customer("Lotus Valley School", state_code="29")
        invoice = find_invoice(draft_id)
        head = drafts.Head(
            customer_id=neighbour.id,
            invoice_date=invoice.invoice_date,
            payment_terms=30,
            due_date=invoice.due_date,
            place_of_supply="33",
            reference_number=None,
            notes=None,
        )
        draft = drafts.change_head(draft_id, head, version=invoice.version)
        # 87,000.00 at 9 % twice
        assert (draft.invoice.cgst_total, draft.invoice.sgst_total) == (Decimal("7830.00"),) * 2
        assert draft.invoice.igst_total == 0
        assert draft.invoice.place_of_supply == "29"
        assert draft.invoice.due_date == TODAY + dt.timedelta(days=30)


def head_of(invoice, **changes):
    values = {
        "customer_id": invoice.customer_id,
        "invoice_date": invoice.invoice_date,
        "payment_terms": invoice.payment_terms,
        "due_date": invoice.due_date,
        "place_of_supply": invoice.place_of_supply,
        "reference_number": None,
        "notes": None,
    }
    return drafts.Head(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "due", "days"),
    [
        ({"payment_terms": 7}, dt.date(2026, 11, 29), 7),
        ({"due_date": dt.date(2026, 12, 2)}, dt.date(2026, 12, 2), 10),
        ({"invoice_date": dt.date(2026, 11, 1)}, dt.date(2026, 12, 16), 45),
    ],
)
def test_date_terms_and_due_date_follow_each_other(nilgiri, draft_id, changes, due, days):
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
        draft = drafts.change_head(draft_id, head_of(invoice, **changes), version=invoice.version)
        assert (draft.invoice.due_date, draft.invoice.payment_terms) == (due, days)


def test_a_place_chosen_by_hand_stays(nilgiri, draft_id):
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
        drafts.change_head(draft_id, head_of(invoice, place_of_supply="29"), version=invoice.version)
        draft, _, _ = change_first_line(draft_id, CREW)
        assert draft.invoice.place_of_supply == "29"
        assert draft.invoice.igst_total == 0


def test_a_stale_line_or_head_is_refused_with_what_is_stored(nilgiri, draft_id):
    with nilgiri.scope():
        change_first_line(draft_id, CREW)
        line = lines_of(draft_id)[0]
        with pytest.raises(StaleVersion) as stale:
            drafts.change_line(draft_id, line.id, {**CREW, "quantity": "8"}, version=line.version - 1)
        assert stale.value.theirs.quantity == 6
        with pytest.raises(StaleVersion):
            drafts.change_head(draft_id, head_of(find_invoice(draft_id)), version=99)


def test_a_deleted_line_leaves_the_total_and_can_be_put_back(nilgiri, draft_id):
    with nilgiri.scope():
        change_first_line(draft_id, CREW)
        line = lines_of(draft_id)[0]
        draft, _ = drafts.delete_line(draft_id, line.id, now=NOW)
        assert draft.invoice.total == 0
        assert lines_of(draft_id) == []
        draft, back = drafts.restore_line(draft_id, line.id)
        # 87,000.00 + IGST 15,660.00
        assert draft.invoice.total == Decimal("102660.00")
        assert back.position == 1


def test_a_picked_service_fills_the_line(nilgiri, draft_id):
    with nilgiri.scope():
        service = factories.make_service(
            "Window cleaning", hsn_sac="998532", unit="visit", default_rate=Decimal(7200)
        )
        line = lines_of(draft_id)[0]
        cells = {"name": "win", "quantity": "2"}
        _, line, _ = drafts.change_line(draft_id, line.id, cells, version=1, service_id=service.id)
        assert (line.name, line.hsn_sac, line.unit) == ("Window cleaning", "998532", "visit")
        # 2 x 7,200
        assert (line.taxable_amount, line.tax_rate) == (Decimal("14400.00"), Decimal(18))
        assert line.service_type_id == service.id


def test_an_issued_invoice_and_a_strangers_line_are_out_of_reach(nilgiri, draft_id):
    with nilgiri.scope():
        issued = factories.make_invoice(factories.make_customer())
        theirs = db().query(InvoiceLineItem).filter_by(invoice_id=issued.id).one()
        with pytest.raises(IllegalMove):
            drafts.add_line(issued.id)
        with pytest.raises(NotFound):
            drafts.change_line(draft_id, theirs.id, CREW, version=1)
        with pytest.raises(NotFound):
            drafts.add_line(uuid4())


def test_a_rivals_draft_is_not_there(nilgiri, sahyadri, draft_id):
    with sahyadri.scope(), pytest.raises(NotFound):
        drafts.add_line(draft_id)
    with sahyadri.scope(), pytest.raises(NotFound):
        drafts.delete_draft(draft_id, now=NOW)
    with nilgiri.scope():
        assert find_invoice(draft_id).is_draft


def test_a_deleted_draft_is_gone_and_can_be_put_back(nilgiri, draft_id):
    with nilgiri.scope():
        change_first_line(draft_id, VISIT)
        before = find_invoice(draft_id).total
        drafts.delete_draft(draft_id, now=NOW)
    with nilgiri.scope():
        assert db().get(Invoice, (nilgiri.tenant_id, draft_id)) is None
        assert lines_of(draft_id) == []
    with nilgiri.scope():
        drafts.restore_draft(draft_id)
        with pytest.raises(NotFound):
            drafts.restore_draft(draft_id)
    with nilgiri.scope():
        assert before > 0
        assert find_invoice(draft_id).total == before
        assert [line.name for line in lines_of(draft_id)] == ["Pest control"]
