"""The PDF of an invoice as it leaves the server."""

import re

from sqlalchemy import select

from rms.actions import invoices as drafts
from rms.actions.issuing import cancel
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id, pdf_of
from rms.models import Company
from tests.documents.reading import copied_text
from tests.factories import NOW, TODAY, make_customer
from tests.http import Browser, counted_statements
from tests.rooms.invoices.making import drafted_in, issued, issued_in, pay


def words_of(pdf: bytes) -> str:
    return re.sub(r"\s+", "", copied_text(pdf))


def test_pdf_holds_number_parties_taxes_and_total(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer("શ્રી ગણેશ ट्रेडर्स"), "1234.50")
        invoice_id, number = invoice.id, invoice.invoice_number
    reply = priya.get(f"invoices/{invoice_id}/invoice.pdf")
    assert reply.status_code == 200
    assert reply.mimetype == "application/pdf"
    assert reply.data.startswith(b"%PDF-")
    words = words_of(reply.data)
    figures = ("1,234.50", "111.11", "CGST9%", "SGST9%", "₹1,457.00", "998533")
    for told in (number, "NilgiriFacilityServicesLLP", *figures):
        assert told in words, told
    assert "Karnataka(29)" in words
    assert "શ્રી" in words


def test_pdf_opens_inline_and_is_saved_under_its_number(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer())
        invoice_id, name = invoice.id, invoice.invoice_number.replace("/", "-") + ".pdf"
    shown = priya.get(f"invoices/{invoice_id}/invoice.pdf")
    assert shown.headers["Content-Disposition"] == f"inline; filename={name}"
    saved = priya.get(f"invoices/{invoice_id}/invoice.pdf?download=1")
    assert saved.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert shown.data == saved.data


def test_pdf_stays_as_it_was_given_out(nilgiri):
    with nilgiri.scope():
        customer = make_customer("Old Name Ltd")
        invoice = issued(customer)
        _, before = pdf_of(invoice.id)
        customer.name, customer.address_line1 = "New Name Ltd", "Elsewhere 1"
        db().scalars(select(Company)).one().name = "Another LLP"
        pay(invoice, "500.00")
        _, after = pdf_of(invoice.id)
    assert before == after


def test_draft_prints_live_data_and_says_that_it_is_one(nilgiri, priya: Browser):
    reply = priya.get(f"invoices/{drafted_in(nilgiri)}/invoice.pdf")
    assert reply.headers["Content-Disposition"] == "inline; filename=draft-invoice.pdf"
    words = words_of(reply.data)
    assert "Draft" in words
    assert "LakeviewResidency" in words


def test_draft_without_customer_can_be_previewed(nilgiri, priya: Browser):
    with nilgiri.scope():
        draft_id = drafts.create_draft(customer_id=None, today=TODAY, created_by=None).id
    assert priya.get(f"invoices/{draft_id}/invoice.pdf").status_code == 200


def test_cancelled_invoice_says_so_on_its_paper(nilgiri):
    with nilgiri.scope():
        invoice_id = issued(make_customer()).id
        cancel(invoice_id, reason="Wrong customer", now=NOW, today=TODAY)
        assert paper_by_id(invoice_id).is_cancelled
        assert "Cancelled" in words_of(pdf_of(invoice_id)[1])


def test_bank_details_are_printed_from_the_snapshot(nilgiri):
    with nilgiri.scope():
        company = db().scalars(select(Company)).one()
        company.bank_account_number, company.bank_ifsc = "001922004471", "EXMP0000192"
        company.bank_name, company.upi_id = "Example Bank", "nilgirifs@examplebank"
        invoice_id = issued(make_customer()).id
        company.bank_account_number = "999999999"
        paper = paper_by_id(invoice_id)
    assert paper.bank_details == (nilgiri.name, "A/c 001922004471", "Example Bank", "IFSC EXMP0000192")
    assert paper.upi_id == "nilgirifs@examplebank"


def test_pdf_costs_three_statements(nilgiri, priya: Browser):
    """Person, invoice with customer, lines."""
    invoice_id = issued_in(nilgiri)
    with counted_statements() as sent:
        priya.get(f"invoices/{invoice_id}/invoice.pdf")
    assert len(sent) == 3, sent


def test_a_reader_may_open_it_and_the_rival_may_not(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert asha.get(f"invoices/{invoice_id}/invoice.pdf").status_code == 200
    assert rohan.get(f"invoices/{invoice_id}/invoice.pdf").status_code == 404
