"""A debit note from the page of its invoice to its own paper, as people press the buttons."""

import html
import re
from email import message_from_bytes, policy

import pytest

from rms import mail
from rms.actions import debit_notes, issuing, sending
from rms.actions import invoices as drafts
from rms.db.session import db
from rms.models import EmailMessage
from rms.queries.debit_notes import debit_notes_against
from rms.queries.invoices import find_invoice, lines_of
from tests.factories import NOW, TODAY
from tests.http import Browser
from tests.rooms.invoices.making import issued_in

TOKEN = "5d0e1c1e-2f7c-4a3b-8a4e-6a3f6d1f2b10"


@pytest.fixture
def invoice_id(nilgiri):
    return issued_in(nilgiri)


def text_of(reply) -> str:
    """What is read: no tags, and one space where there were several."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", reply.text)).split())


def begin(priya: Browser, invoice_id) -> str:
    """The path of the editor, below the company."""
    reply = priya.post(f"invoices/{invoice_id}/debit", form_token=TOKEN)
    assert reply.status_code == 303
    return re.search(r"invoices/[0-9a-f-]{36}", reply.location)[0]


def test_it_is_begun_on_the_invoice_and_written_in_the_editor(nilgiri, priya: Browser, invoice_id):
    assert f"invoices/{invoice_id}/debit" in priya.get(f"invoices/{invoice_id}").text
    editor = begin(priya, invoice_id)
    page = priya.get(f"{editor}/edit")
    assert "Debit note for" in page.text and "Why it was too low" in page.text
    with nilgiri.scope():
        number = find_invoice(invoice_id).invoice_number
    assert number in page.text
    assert "With payment of IGST" not in page.text and 'id="place_of_supply"' not in page.text


def test_it_is_issued_and_each_of_the_two_leads_to_the_other(nilgiri, priya: Browser, invoice_id):
    editor = begin(priya, invoice_id)
    note_id = editor.split("/")[1]
    with nilgiri.scope():
        note, original = find_invoice(note_id), find_invoice(invoice_id)
        [line] = lines_of(note_id)
        fields = {
            "version": note.version,
            "customer_id": str(note.customer_id),
            "customer": note.customer.name,
            "invoice_date": note.invoice_date.isoformat(),
            "payment_terms": str(note.payment_terms),
            "due_date": note.due_date.isoformat(),
            "place_of_supply": note.place_of_supply,
            "adjustment_reason": "Two days were left out",
            f"lines-{line.id}-version": line.version,
            f"lines-{line.id}-name": "Two days of July",
            f"lines-{line.id}-hsn_sac": "998533",
            f"lines-{line.id}-quantity": "2",
            f"lines-{line.id}-rate": "500",
            f"lines-{line.id}-tax": "18",
            "act": "save",
        }
        number = original.invoice_number
    assert priya.post(f"{editor}/save", fields).status_code == 303
    with nilgiri.scope():
        seen = find_invoice(note_id).totals_seq
    assert priya.post(f"{editor}/issue", {"totals_seq": seen}).status_code == 303
    shown = text_of(priya.get(editor))
    assert f"Against invoice {number} of" in shown and "Reason Two days were left out" in shown
    assert "Debit note date" in shown and "1,180.00" in shown
    assert f'href="{priya.path(f"invoices/{invoice_id}")}"' in priya.get(editor).text
    assert f'href="{priya.path(editor)}"' in priya.get(f"invoices/{invoice_id}").text
    with nilgiri.scope():
        assert [(row.status, str(row.total)) for row in debit_notes_against(invoice_id)] == [
            ("pending", "1180.00")
        ]
    assert "A debit note stands against this invoice" in text_of(
        priya.post(f"invoices/{invoice_id}/cancel", {"reason": "Twice"})
    )
    assert priya.get(f"{editor}/invoice.pdf").data.startswith(b"%PDF")


def test_the_letter_and_the_page_of_the_customer_call_it_what_it_is(nilgiri, priya: Browser, invoice_id):
    with nilgiri.scope(nilgiri.admin):
        note = debit_notes.start(invoice_id, today=TODAY, created_by=nilgiri.admin.id)
        drafts.add_line(note.id, cells={"name": "Two days", "hsn_sac": "998533", "rate": "1000", "tax": "18"})
        find_invoice(note.id).adjustment_reason = "Two days were left out"
    with nilgiri.scope(nilgiri.admin):
        issued = issuing.issue(note.id, now=NOW, today=TODAY)
        mail_id = sending.send(issued, to_address=None, now=NOW, sender="Priya").id
        number = issued.invoice_number
    with nilgiri.scope():
        row = db().get(EmailMessage, (nilgiri.tenant_id, mail_id))
        sent = message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)
    assert sent["Subject"] == f"Debit note {number} from {nilgiri.name}"
    for kind in ("plain", "html"):
        said = sent.get_body((kind,)).get_content()
        assert f"our debit note {number} over ₹1,180.00 is attached" in " ".join(said.split())
        assert "The debit note is attached" in said and f"Invoice {number}" not in said


def test_without_a_reason_the_field_is_named(nilgiri, priya: Browser, invoice_id):
    editor = begin(priya, invoice_id)
    ready = priya.get(f"{editor}/_/ready")
    assert "Say why" in text_of(ready) and "adjustment_reason" in ready.text


def test_twice_pressed_is_one_draft(nilgiri, priya: Browser, invoice_id):
    begin(priya, invoice_id)
    priya.post(f"invoices/{invoice_id}/debit", form_token=TOKEN)
    with nilgiri.scope():
        assert len(debit_notes_against(invoice_id)) == 1


def test_a_stranger_finds_nothing(rohan: Browser, invoice_id):
    assert rohan.post(f"invoices/{invoice_id}/debit").status_code == 404
