"""A debit note from the page of its invoice to its own paper, as people press the buttons."""

import html
import re

import pytest

from rms.queries.debit_notes import debit_notes_against
from rms.queries.invoices import find_invoice, lines_of
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
    assert f'href="{priya.path(editor)}"' in priya.get(f"invoices/{invoice_id}").text
    with nilgiri.scope():
        assert [(row.status, str(row.total)) for row in debit_notes_against(invoice_id)] == [
            ("pending", "1180.00")
        ]
    assert "A debit note stands against this invoice" in text_of(
        priya.post(f"invoices/{invoice_id}/cancel", {"reason": "Twice"})
    )
    assert priya.get(f"{editor}/invoice.pdf").data.startswith(b"%PDF")


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
