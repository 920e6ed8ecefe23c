"""The PDF of an invoice as it leaves the server."""

import datetime as dt
import re
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select

from rms.actions import files, papers, purges
from rms.actions import invoices as drafts
from rms.actions.issuing import cancel
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id, pdf_of
from rms.models import Company, File, FileChunk, Invoice, Tenant
from rms.queries.papers import kept_paper
from rms.rooms.invoices import pdf as pdf_room
from tests.documents.reading import copied_text
from tests.factories import NOW, TODAY, make_customer
from tests.http import Browser, counted_statements
from tests.rooms.invoices.making import drafted_in, issued, issued_in, pay


def small_png(shade: int) -> bytes:
    kept = BytesIO()
    Image.new("RGB", (8, 4), (shade, shade, shade)).save(kept, "PNG")
    return kept.getvalue()


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
        _, after = pdf_of(invoice.id)
    assert before == after


def test_what_was_paid_since_is_taken_off_and_the_code_asks_for_the_rest(nilgiri):
    with nilgiri.scope():
        company = db().scalars(select(Company)).one()
        company.upi_id = "nilgirifs@examplebank"
        invoice = issued(make_customer(), "1000.00")
        assert "&am=1180.00&" in paper_by_id(invoice.id).upi_link
        pay(invoice, "500.00")
        paper = paper_by_id(invoice.id)
        assert "&am=680.00&" in paper.upi_link
        assert [amount for _, amount in paper.after_total] == [Decimal("-500.00"), Decimal("680.00")]
        words = words_of(pdf_of(invoice.id)[1])
        assert "Received−500.00" in words and "₹680.00" in words and "₹1,180.00" in words
        pay(invoice, "680.00")
        paid = paper_by_id(invoice.id)
        assert paid.upi_link == "" and paid.after_total[-1] == ("Balance due", Decimal("0.00"))


def test_the_signature_stays_that_of_who_signed_and_the_logo_follows(nilgiri):
    with nilgiri.scope():
        tenant = db().scalars(select(Tenant)).one()
        first = files.store("signature", "priya.png", small_png(1), media_type="image/png")
        tenant.settings = {**tenant.settings, "signature": str(first.id)}
        invoice_id = issued(make_customer()).id
        second = files.store("signature", "imran.png", small_png(2), media_type="image/png")
        logo = files.store("logo", "mark.png", small_png(3), media_type="image/png")
        tenant.settings = {**tenant.settings, "signature": str(second.id), "logo": str(logo.id)}
        db().flush()
        paper = paper_by_id(invoice_id)
        assert (paper.signature, paper.logo) == (small_png(1), small_png(3))
        draft = drafts.create_draft(customer_id=None, today=TODAY, created_by=None)
        assert paper_by_id(draft.id).signature == small_png(2)


@pytest.mark.parametrize(
    ("code", "copy", "marking"),
    [
        ("998533", "original", ["Original for recipient"]),
        ("998533", "duplicate", ["Duplicate for supplier"]),
        ("8502", "duplicate", ["Duplicate for transporter"]),
        ("8502", "triplicate", ["Triplicate for supplier"]),
        ("998533", "all", ["Original for recipient", "Duplicate for supplier"]),
    ],
)
def test_each_copy_of_rule_48_is_marked(nilgiri, priya: Browser, code, copy, marking):
    with nilgiri.scope():
        invoice_id = issued(make_customer(), hsn_sac=code).id
    pages = PdfReader(BytesIO(priya.get(f"invoices/{invoice_id}/invoice.pdf?copy={copy}").data)).pages
    texts = [page.extract_text() for page in pages]
    assert len(texts) == len(marking)
    for text, words in zip(texts, marking, strict=True):
        assert words in text and "Page 1 of 1" in text


def test_a_copy_that_the_rule_does_not_know_is_not_found(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    assert priya.get(f"invoices/{invoice_id}/invoice.pdf?copy=triplicate").status_code == 404
    assert priya.get(f"invoices/{invoice_id}/invoice.pdf?copy=%00").status_code == 404


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


def papers_in(company) -> list[File]:
    with company.scope():
        return list(db().scalars(select(File).where(File.kind == "paper")))


def test_it_is_typeset_once_and_then_read(nilgiri, priya: Browser, monkeypatch):
    """Person, invoice with customer, lines, branding, the kept paper."""
    invoice_id = issued_in(nilgiri)
    first = priya.get(f"invoices/{invoice_id}/invoice.pdf").data
    monkeypatch.setattr(pdf_room, "render_invoice", None)
    with counted_statements() as sent:
        again = priya.get(f"invoices/{invoice_id}/invoice.pdf").data
    assert len(sent) == 5, sent
    assert again == first
    kept = papers_in(nilgiri)
    assert [(paper.entity_id, paper.size) for paper in kept] == [(invoice_id, len(first))]


@pytest.mark.parametrize("change", ["payment", "branding", "cancelling"])
def test_what_changes_the_paper_draws_it_anew(nilgiri, priya: Browser, change):
    invoice_id = issued_in(nilgiri)
    before = priya.get(f"invoices/{invoice_id}/invoice.pdf").data
    with nilgiri.scope():
        if change == "payment":
            pay(db().scalars(select(Invoice)).one(), "100.00")
        elif change == "branding":
            tenant = db().scalars(select(Tenant)).one()
            tenant.settings = {**tenant.settings, "accent": "madder"}
        else:
            cancel(invoice_id, reason="Wrong customer", now=NOW, today=TODAY)
    after = priya.get(f"invoices/{invoice_id}/invoice.pdf").data
    assert after != before
    assert priya.get(f"invoices/{invoice_id}/invoice.pdf").data == after
    assert len(papers_in(nilgiri)) == 1, "the old one is gone"


def test_a_draft_is_drawn_anew_and_not_kept(nilgiri, priya: Browser):
    assert priya.get(f"invoices/{drafted_in(nilgiri)}/invoice.pdf").status_code == 200
    assert papers_in(nilgiri) == []


def test_each_copy_is_kept_beside_the_others(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    sizes = {
        len(priya.get(f"invoices/{invoice_id}/invoice.pdf?copy={copy}").data) for copy in ("", "duplicate")
    }
    assert {paper.size for paper in papers_in(nilgiri)} == sizes
    assert {paper.variant for paper in papers_in(nilgiri)} == {"usual-en_IN", "duplicate-en_IN"}


def test_two_who_draw_the_same_at_once_keep_one(nilgiri):
    about = ("invoices", issued_in(nilgiri))
    with nilgiri.scope():
        papers.keep(about, "usual-en", "f" * 64, b"%PDF first", name="a.pdf", now=NOW)
        papers.keep(about, "usual-en", "f" * 64, b"%PDF second", name="a.pdf", now=NOW)
        assert kept_paper(about, "usual-en", "f" * 64) == b"%PDF first"
        assert kept_paper(about, "usual-en", "e" * 64) is None


def test_a_kept_paper_goes_after_a_month(nilgiri):
    about = ("invoices", issued_in(nilgiri))
    with nilgiri.scope():
        papers.keep(about, "usual-en", "f" * 64, b"%PDF", name="a.pdf", now=NOW)
        assert purges.ended_files(NOW + papers.KEPT - dt.timedelta(days=1)) == 0
        assert purges.ended_files(NOW + papers.KEPT + dt.timedelta(days=1)) == 1
        assert kept_paper(about, "usual-en", "f" * 64) is None
        assert db().scalar(select(func.count()).select_from(FileChunk)) == 0


def test_a_reader_may_open_it_and_the_rival_may_not(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert asha.get(f"invoices/{invoice_id}/invoice.pdf").status_code == 200
    assert rohan.get(f"invoices/{invoice_id}/invoice.pdf").status_code == 404
