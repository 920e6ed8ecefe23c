"""Mailing a receipt with its voucher, and the voucher itself."""

import re
from email import message_from_bytes, policy

import pytest

from rms import mail
from rms.db.session import db
from rms.models import CustomerContact, EmailMessage, Receipt
from rms.web import clock
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def receipt_id(nilgiri):
    """20,880.00 by cheque, with 360.00 TDS all of one invoice; Farida gets receipts, Ravi does not."""
    with nilgiri.scope():
        customer = make_customer("Brightway Logistics", email="pay@brightway.example")
        for name, gets in (("Farida", True), ("Ravi", False)):
            email = f"{name.lower()}@brightway.example"
            db().add(CustomerContact(customer_id=customer.id, name=name, email=email, gets_receipts=gets))
        invoice = make_invoice(customer, "18000.00", invoice_number="NFS/26-27/0121")
        receipt = make_receipt(
            customer,
            "20880.00",
            payment_method="cheque",
            reference="004417",
            status="pending",
            cleared_at=None,
        )
        make_allocation(receipt, invoice, "20880.00", tds_amount="360.00")
        return receipt.id


def posted(company) -> EmailMessage:
    return db().query(EmailMessage).filter_by(kind="receipt").one()


def test_the_form_proposes_addresses_and_words(priya: Browser, receipt_id):
    form = priya.get(f"receipts/{receipt_id}/send")
    assert 'value="pay@brightway.example"' in form.text and 'value="farida@brightway.example"' in form.text
    assert "ravi@" not in form.text
    shown = text_of(form)
    assert "We received ₹20,880.00, thank you" in shown and "Subject to clearance" in shown
    letter = priya.post(
        f"receipts/{receipt_id}/_/letter", {"subject": "Thanks a lot", "message": ""}, hx=True
    )
    assert letter.status_code == 200 and "Thanks a lot" in letter.text


def test_the_letter_says_what_the_money_settled_and_carries_the_voucher(priya: Browser, nilgiri, receipt_id):
    fields = {"to_address": "pay@brightway.example", "cc": "farida@brightway.example"}
    assert priya.post(f"receipts/{receipt_id}/send", fields).status_code == 303
    with nilgiri.scope():
        row = posted(nilgiri)
        letter = message_from_bytes(mail.render(row, NOW).as_bytes(), policy=policy.default)
        number = db().get(Receipt, (nilgiri.tenant_id, receipt_id)).receipt_number
    assert letter["Subject"] == "We received ₹20,880.00, thank you"
    assert letter["Cc"] == "farida@brightway.example"
    for kind in ("plain", "html"):
        said = re.sub(r"\s+", " ", letter.get_body((kind,)).get_content())
        for words in ("₹20,880.00", number, "004417", "NFS/26-27/0121", "with TDS 360.00"):
            assert words in said, (kind, words)
        assert "Subject to clearance of the cheque." in said
    [paper] = letter.iter_attachments()
    assert paper.get_filename() == f"{number.replace('/', '-')}.pdf"
    assert paper.get_content().startswith(b"%PDF")
    assert "On its way to pay@brightway.example" in text_of(priya.get(f"receipts/{receipt_id}"))


def test_delivery_shows_in_what_happened(priya: Browser, nilgiri, receipt_id):
    priya.post(f"receipts/{receipt_id}/send", {"to_address": "pay@brightway.example"})
    for state, words in (("sent", "Voucher mailed to"), ("failed", "Could not be mailed to")):
        with nilgiri.scope():
            row = posted(nilgiri)
            row.state = state
            row.sent_at = NOW if state == "sent" else None
        assert f"{words} pay@brightway.example" in text_of(priya.get(f"receipts/{receipt_id}")), state


def test_a_letter_of_a_receipt_that_bounced_meanwhile_does_not_leave(priya: Browser, nilgiri, receipt_id):
    priya.post(f"receipts/{receipt_id}/send", {"to_address": "pay@brightway.example"})
    priya.post(f"receipts/{receipt_id}/bounce", {"on": "22 Nov 2026"})
    with nilgiri.scope(), pytest.raises(mail.Unsendable):
        mail.render(posted(nilgiri), NOW)
    assert priya.get(f"receipts/{receipt_id}/send").status_code == 409


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c"])
def test_an_address_that_is_none_is_refused_at_its_field(priya: Browser, nilgiri, receipt_id, address):
    reply = priya.post(f"receipts/{receipt_id}/send", {"to_address": address, "message": "Kept words"})
    assert reply.status_code == 422 and "Kept words" in reply.text and "to_address-error" in reply.text
    with nilgiri.scope():
        assert db().query(EmailMessage).filter_by(kind="receipt").count() == 0


def test_the_companys_own_words_are_used(priya: Browser, nilgiri, receipt_id):
    page = priya.get("settings/mail/letter?kind=receipt")
    assert page.status_code == 200 and "Receipt" in text_of(page)


def test_the_voucher_is_read_from_what_is_kept(
    priya: Browser, asha: Browser, rohan: Browser, nilgiri, receipt_id
):
    at = f"/c/{nilgiri.slug}/receipts/{receipt_id}/voucher.pdf"
    first, again = asha.get(at), asha.get(f"{at}?download=1")
    assert first.data.startswith(b"%PDF") and first.data == again.data
    assert first.headers["Content-Disposition"].startswith("inline")
    assert again.headers["Content-Disposition"].startswith("attachment")
    priya.post(f"receipts/{receipt_id}/clear", {"on": "22 Nov 2026"})
    assert asha.get(at).data != first.data
    assert rohan.get(at).status_code == 404
    assert asha.get(f"receipts/{receipt_id}/send").status_code == 403


def test_a_write_off_has_nothing_to_send(priya: Browser, nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(make_customer(), "0.00", kind="write_off", receipt_date=TODAY)
        receipt_id = receipt.id
    assert priya.get(f"receipts/{receipt_id}/send").status_code == 409
    assert "Voucher" not in text_of(priya.get(f"receipts/{receipt_id}"))
