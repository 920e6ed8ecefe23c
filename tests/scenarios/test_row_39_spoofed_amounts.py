"""Row 39: what an invoice comes to is decided here; posted totals, and amounts that cannot be, count not."""

import html
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from rms.actions import invoices as drafts
from rms.db.session import db
from rms.models import Invoice, InvoiceLineItem
from tests.factories import TODAY, make_customer
from tests.http import Browser

CELLS = {"name": "Crew", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def draft(nilgiri) -> tuple[str, str]:
    """A draft over 1,180.00, and its line."""
    with nilgiri.scope(nilgiri.admin):
        made = drafts.create_draft(
            customer_id=make_customer().id, today=TODAY, created_by=nilgiri.admin.id, lines=[CELLS]
        )
        return str(made.id), str(drafts.lines_of(made.id)[0].id)


def cells(line: str, **changed) -> dict[str, str]:
    return {f"lines-{line}-{name}": value for name, value in {**CELLS, "version": "1", **changed}.items()}


def stored(company, draft: str) -> tuple[Invoice, InvoiceLineItem]:
    with company.scope():
        invoice = db().get(Invoice, (company.tenant_id, draft))
        lines = select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == invoice.id)
        return invoice, db().scalars(lines).one()


SPOOFED = ("amount", "taxable_amount", "tax_amount", "cgst_amount", "sgst_amount", "igst_amount", "total")


def test_row_39_posted_amounts_of_a_line_are_ignored(priya, nilgiri, draft):
    invoice_id, line = draft
    spoofed = {f"lines-{line}-{name}": "0.01" for name in SPOOFED} | {"total": "1", "subtotal": "1"}
    reply = priya.post(f"invoices/{invoice_id}/lines/{line}", cells(line) | spoofed, hx=True)
    assert reply.status_code == 200
    invoice, row = stored(nilgiri, invoice_id)
    assert (row.taxable_amount, row.cgst_amount, row.total) == (1000, 90, 1180)
    assert (invoice.subtotal, invoice.tax_total, invoice.total) == (1000, 180, 1180)


def test_row_39_posted_totals_are_ignored_at_the_head_and_at_issue(priya, nilgiri, draft):
    invoice_id, _ = draft
    spoofed = {"total": "1", "subtotal": "1", "tax_total": "0", "tax_mode": "NONE", "kind": "bill_of_supply"}
    before, _ = stored(nilgiri, invoice_id)
    head = {
        "version": "1",
        "customer_id": str(before.customer_id),
        "invoice_date": "22/11/2026",
        "payment_terms": "30",
        "due_date": "22/12/2026",
        "place_of_supply": "29",
    }
    assert priya.post(f"invoices/{invoice_id}/head", head | spoofed, hx=True).status_code == 200
    assert priya.post(f"invoices/{invoice_id}/issue", {"send": "0"} | spoofed).status_code == 303
    invoice, _ = stored(nilgiri, invoice_id)
    assert (invoice.total, invoice.balance, invoice.tax_mode) == (1180, 1180, "CGST_SGST")
    assert invoice.kind == "tax_invoice"


@pytest.mark.parametrize(
    ("cell", "typed"),
    [
        ("quantity", "-1"),
        ("quantity", "0"),
        ("rate", "-1000"),
        ("discount", "200"),
        ("discount", "-5"),
        ("tax", "1"),
        ("tax", "-18"),
        ("tax", "19"),
        ("quantity", "1e9"),
        ("rate", "NaN"),
        ("rate", "99999999999999999"),
    ],
)
def test_row_39_what_cannot_be_counts_for_nothing_and_stops_the_issue(priya, nilgiri, draft, cell, typed):
    if (cell, typed) == ("tax", "1"):
        typed = "1.1"  # 1 is a rate of real estate
    invoice_id, line = draft
    reply = priya.post(f"invoices/{invoice_id}/lines/{line}", cells(line, **{cell: typed}), hx=True)
    assert reply.status_code == 422
    assert html.escape(typed) in reply.text
    invoice, row = stored(nilgiri, invoice_id)
    assert (row.is_valid, row.raw_input[cell], row.total, invoice.total) == (False, typed, 0, 0)
    assert priya.post(f"invoices/{invoice_id}/issue", send="0").status_code == 422
    assert stored(nilgiri, invoice_id)[0].status == "draft"


@pytest.mark.parametrize(
    "change",
    [
        "quantity = -1",
        "rate = -1",
        "discount_percent = 200",
        "discount_amount = -1",
        "tax_rate = 101",
        "total = 5",
        "tax_amount = 5",
    ],
)
def test_row_39_the_database_refuses_what_the_code_would_let_through(nilgiri, draft, change):
    with pytest.raises(IntegrityError), nilgiri.scope():
        db().execute(text(f"UPDATE invoice_line_items SET {change} WHERE id = :id"), {"id": draft[1]})
    assert stored(nilgiri, draft[0])[1].total == Decimal("1180.00")


def test_row_39_an_old_number_of_totals_does_not_issue_what_was_not_seen(priya, nilgiri, draft):
    invoice_id, line = draft
    seen = stored(nilgiri, invoice_id)[0].totals_seq
    priya.post(f"invoices/{invoice_id}/lines/{line}", cells(line, rate="5000"), hx=True)
    assert priya.post(f"invoices/{invoice_id}/issue", send="0", totals_seq=str(seen)).status_code == 409
    assert stored(nilgiri, invoice_id)[0].invoice_number is None
