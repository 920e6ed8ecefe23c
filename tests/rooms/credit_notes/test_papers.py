"""The PDF of a credit note, and mailing it."""

import re
from decimal import Decimal as D
from email import message_from_bytes, policy

import pytest

from rms import mail
from rms.actions import credit_notes
from rms.db.session import db
from rms.documents.of_credit_note import paper_by_id
from rms.domain.crediting import Ask
from rms.models import CreditNote, CustomerContact, EmailMessage
from rms.web import clock
from tests.actions.test_credit_notes import PEST, make_credit, make_invoice
from tests.documents.reading import copied_text
from tests.factories import NOW, TODAY
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def note(nilgiri) -> CreditNote:
    """5,381.00 credited of one invoice of Lotus Valley School, whose Farida gets invoices."""
    invoice = make_invoice(nilgiri, PEST)
    with nilgiri.scope():
        contact = {"name": "Farida", "email": "farida@lotus.example", "gets_invoices": True}
        db().add(CustomerContact(customer_id=invoice.customer_id, **contact))
    return make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), reduces=True)


def read(reply) -> str:
    return re.sub(r"\s+", " ", copied_text(reply.data))


def test_the_paper_has_the_particulars_of_rule_53(priya: Browser, nilgiri, note):
    reply = priya.get(f"credit-notes/{note.id}/credit-note.pdf")
    assert reply.status_code == 200 and reply.mimetype == "application/pdf"
    assert reply.headers["Content-Disposition"].startswith("inline")
    words = read(reply)
    with nilgiri.scope():
        stored = db().get(CreditNote, (nilgiri.tenant_id, note.id))
        invoice = stored.invoice
        gstin = stored.seller_snapshot["gst_number"]
    for expected in (
        "Credit note", note.credit_note_number, "Lotus Valley School", gstin, invoice.invoice_number,
        "Against invoice", "Reason", "Pest control", "4,560.00", "410.40", "5,381.00", "Credit to",
    ):  # fmt: skip
        assert expected in words, expected
    assert "without GST" not in words


def test_parts_add_up_to_the_total(nilgiri, note):
    with nilgiri.scope():
        paper = paper_by_id(note.id)
    assert sum(amount for _, amount in paper.totals) + paper.round_off == paper.grand_total == D("5381.00")
    assert [name for name, _ in paper.totals] == ["Taxable value", "CGST 9%", "SGST 9%"]


def test_one_without_gst_says_so(nilgiri):
    invoice = make_invoice(nilgiri, PEST)
    with nilgiri.scope():
        head = credit_notes.Head(TODAY, is_financial=True)
        ask = Ask(invoice.lines[0], quantity=D("1"))
        draft = credit_notes.create_from_invoice(
            invoice.id, today=TODAY, created_by=None, head=head, asks=[ask]
        )
        paper = paper_by_id(draft.id)
    assert paper.title == "Credit note without GST" and paper.is_draft
    assert [name for name, _ in paper.totals] == ["Amount"]
    assert not paper.tax_summary and paper.reverse_charge is None


def test_a_cancelled_one_is_marked_and_drawn_anew(priya: Browser, nilgiri, note):
    at = f"credit-notes/{note.id}/credit-note.pdf"
    first = priya.get(at).data
    assert priya.get(f"{at}?download=1").data == first
    with nilgiri.scope():
        credit_notes.release(note.id, note.invoice_id, today=TODAY)
    with nilgiri.scope():
        credit_notes.cancel(note.id, reason="Given twice", today=TODAY)
    assert "Cancelled" in read(priya.get(at))


def test_it_is_mailed_with_its_paper(priya: Browser, nilgiri, note):
    form = priya.get(f"credit-notes/{note.id}/send")
    assert form.status_code == 200 and 'value="farida@lotus.example"' in form.text
    assert "we have credited ₹5,381.00 of our invoice" in text_of(form)
    letter = priya.post(f"credit-notes/{note.id}/_/letter", {"subject": "Sorry", "message": ""}, hx=True)
    assert letter.status_code == 200 and "Sorry" in letter.text
    fields = {"to_address": "pay@lotus.example", "cc": "farida@lotus.example"}
    assert priya.post(f"credit-notes/{note.id}/send", fields).status_code == 303
    with nilgiri.scope():
        row = db().query(EmailMessage).filter_by(kind="credit_note").one()
        sent = message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)
        assert db().get(CreditNote, (nilgiri.tenant_id, note.id)).sent_at is not None
    assert sent["Subject"].startswith(f"Credit note {note.credit_note_number} from")
    assert sent["Cc"] == "farida@lotus.example"
    for kind in ("plain", "html"):
        said = re.sub(r"\s+", " ", sent.get_body((kind,)).get_content())
        for words in ("₹5,381.00", note.credit_note_number, "Against invoice", "Used on"):
            assert words in said, (kind, words)
    [paper] = sent.iter_attachments()
    assert paper.get_filename() == f"{note.credit_note_number.replace('/', '-')}.pdf"
    assert paper.get_content().startswith(b"%PDF")
    assert "On its way to pay@lotus.example" in text_of(priya.get(f"credit-notes/{note.id}"))


def test_who_may_and_what_may_not_be_sent(priya: Browser, asha: Browser, rohan: Browser, nilgiri, note):
    at = f"/c/{nilgiri.slug}/credit-notes/{note.id}"
    assert asha.get(f"{at}/credit-note.pdf").status_code == 200
    assert asha.get(f"{at}/send").status_code == 403
    assert rohan.get(f"{at}/credit-note.pdf").status_code == 404
    bad = priya.post(f"credit-notes/{note.id}/send", {"to_address": "nobody", "message": "Kept words"})
    assert bad.status_code == 422 and "Kept words" in bad.text and "to_address-error" in bad.text
    with nilgiri.scope():
        credit_notes.release(note.id, note.invoice_id, today=TODAY)
    with nilgiri.scope():
        credit_notes.cancel(note.id, reason="Given twice", today=TODAY)
    assert priya.get(f"credit-notes/{note.id}/send").status_code == 409
