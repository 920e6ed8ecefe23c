"""Cancelling an invoice."""

import html

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import Invoice, Receipt
from tests.factories import make_customer
from tests.http import Browser
from tests.rooms.invoices.making import drafted_in, issued, issued_in, pay


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def stored(company, invoice_id) -> Invoice:
    with company.scope():
        return db().get(Invoice, (company.tenant_id, invoice_id))


def test_cancelling_keeps_number_and_reason(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    number = stored(nilgiri, invoice_id).invoice_number
    reply = priya.post(f"invoices/{invoice_id}/cancel", reason="Wrong customer")
    assert reply.status_code == 303
    invoice = stored(nilgiri, invoice_id)
    kept = (invoice.status, invoice.invoice_number, invoice.cancel_reason)
    assert kept == ("cancelled", number, "Wrong customer")
    page = text_of(priya.get(reply.location))
    assert f"{number} is cancelled" in page
    assert "Wrong customer" in page
    assert "Cancel this invoice" not in page
    assert "Record payment" not in page


def test_its_money_goes_back_on_account_and_the_page_says_so_before(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer())
        pay(invoice, "500.00")
        invoice_id = invoice.id
    assert "₹500.00 received goes back on account" in text_of(priya.get(f"invoices/{invoice_id}/cancel"))
    reply = priya.post(f"invoices/{invoice_id}/cancel", reason="Wrong customer")
    assert "₹500.00 went back on account" in text_of(priya.get(reply.location))
    with nilgiri.scope():
        assert db().scalars(select(Receipt)).one().unallocated_amount == 500
    assert stored(nilgiri, invoice_id).amount_paid == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 256])
def test_a_missing_or_endless_reason_is_told_at_its_field(nilgiri, priya: Browser, reason):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/cancel", reason=reason)
    assert reply.status_code == 422
    assert 'id="reason-error"' in text_of(reply)
    assert reason.strip() in text_of(reply)
    assert stored(nilgiri, invoice_id).status == "pending"


def test_it_is_asked_in_a_dialog_and_without_a_script_on_a_page(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    number = stored(nilgiri, invoice_id).invoice_number
    assert f"/invoices/{invoice_id}/cancel" in text_of(priya.get(f"invoices/{invoice_id}"))
    piece = text_of(priya.get(f"invoices/{invoice_id}/cancel", hx=True))
    assert piece.lstrip().startswith('<form class="mid" id="cancel"')
    whole = text_of(priya.get(f"invoices/{invoice_id}/cancel"))
    assert f"Cancel invoice {number}?" in whole
    assert "<html" in whole


def test_what_cannot_be_cancelled_is_not_asked_about(nilgiri, priya: Browser, asha: Browser, rohan: Browser):
    draft_id, invoice_id = drafted_in(nilgiri), issued_in(nilgiri)
    assert priya.get(f"invoices/{draft_id}/cancel").status_code == 409
    assert asha.get(f"invoices/{invoice_id}/cancel").status_code == 403
    assert rohan.get(f"invoices/{invoice_id}/cancel").status_code == 404
    priya.post(f"invoices/{invoice_id}/cancel", reason="Wrong customer")
    assert priya.get(f"invoices/{invoice_id}/cancel").status_code == 409


def test_a_form_sent_twice_cancels_once(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    fields = {"reason": "Wrong customer", "form_token": "0f2f6f0e-3a52-4bb8-8df8-2a6ad3a5d0ab"}
    first = priya.post(f"invoices/{invoice_id}/cancel", fields)
    second = priya.post(f"invoices/{invoice_id}/cancel", fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location


def test_a_second_cancelling_is_refused(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/cancel", reason="Wrong customer")
    reply = priya.post(f"invoices/{invoice_id}/cancel", reason="Once more")
    assert reply.status_code == 409
    assert stored(nilgiri, invoice_id).cancel_reason == "Wrong customer"


def test_a_draft_is_deleted_and_not_cancelled(nilgiri, priya: Browser):
    draft_id = drafted_in(nilgiri)
    reply = priya.post(f"invoices/{draft_id}/cancel", reason="Wrong customer")
    assert reply.status_code == 409
    assert "Delete it instead of cancelling it" in text_of(reply)


def test_roles_and_tenants(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert asha.post(f"invoices/{invoice_id}/cancel", reason="No").status_code == 403
    assert rohan.post(f"invoices/{invoice_id}/cancel", reason="No").status_code == 404
    assert stored(nilgiri, invoice_id).status == "pending"
