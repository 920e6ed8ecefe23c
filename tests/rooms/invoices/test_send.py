"""Sending an invoice by mail."""

import datetime as dt
import html
import re

import pytest
from sqlalchemy import select

from rms import mail as letters
from rms.actions.sending import send
from rms.db.session import db
from rms.domain.errors import IllegalMove, Invalid
from rms.models import Company, EmailMessage, Invoice
from tests.factories import NOW, make_customer
from tests.http import Browser
from tests.rooms.invoices.making import drafted_in, issued, issued_in, pay
from tests.rooms.public.visiting import Visitor


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def mails_about(company, invoice_id) -> list[EmailMessage]:
    with company.scope():
        return list(db().scalars(select(EmailMessage).where(EmailMessage.entity_id == invoice_id)))


def test_form_is_filled_with_the_customers_address_and_a_letter(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    page = text_of(priya.get(f"invoices/{invoice_id}/send"))
    assert 'value="accounts@lakeview.example.in"' in page
    assert "Dear Lakeview Residency," in page
    assert "Please pay ₹1,180.00 by 22 Dec 2026." in page
    assert "<html" in page


def test_form_comes_as_a_dialog_to_htmx(nilgiri, priya: Browser):
    body = text_of(priya.get(f"invoices/{issued_in(nilgiri)}/send", hx=True))
    assert body.lstrip().startswith('<div class="drawer" id="send"')
    assert 'id="dialog-title"' in body


def test_sending_posts_a_mail_and_leads_back(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(
        f"invoices/{invoice_id}/send", to_address=" ravi@lakeview.example.in ", message="Hello Ravi"
    )
    assert reply.status_code == 303
    assert reply.location.endswith(f"/invoices/{invoice_id}")
    (mail,) = mails_about(nilgiri, invoice_id)
    assert mail.to_address == "ravi@lakeview.example.in"
    assert mail.state == "queued"
    assert mail.reply_to == nilgiri.admin.email
    assert mail.params["message"] == "Hello Ravi"
    assert mail.params["amount"] == "1180.00"
    assert mail.params["company_name"] == nilgiri.name
    with nilgiri.scope():
        invoice = db().get(Invoice, (nilgiri.tenant_id, invoice_id))
        assert invoice.sent_at is not None
        assert invoice.total == 1180
    assert "On its way to ravi@lakeview.example.in" in text_of(priya.get(reply.location))


def test_htmx_is_led_back_by_a_header(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/send", to_address="ravi@lakeview.example.in", hx=True)
    assert reply.status_code == 204
    assert reply.headers["HX-Redirect"].endswith(f"/invoices/{invoice_id}")


def test_an_empty_message_is_the_usual_letter(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/send", to_address="ravi@lakeview.example.in", message="  ")
    (mail,) = mails_about(nilgiri, invoice_id)
    assert mail.params["message"].startswith("Dear Lakeview Residency,")


@pytest.mark.parametrize("hx", [False, True])
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Say where to send it."),
        ("ravi", "This is not an e-mail address"),
        ("ravi@lakeview.example.in, mallory@evil.example", "This is not an e-mail address"),
        ("ravi@lakeview.example.in\r\nBcc: mallory@evil.example", "This is not an e-mail address"),
    ],
)
def test_a_bad_address_is_kept_and_told(nilgiri, priya: Browser, address, sentence, hx):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/send", to_address=address, message="My own words", hx=hx)
    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert "My own words" in text_of(reply)
    assert mails_about(nilgiri, invoice_id) == []


def test_too_long_a_letter_is_refused(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/send", to_address="a@b.example", message="x" * 4_001)
    assert reply.status_code == 422
    assert mails_about(nilgiri, invoice_id) == []


def test_a_form_sent_twice_sends_one_mail(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    fields = {"to_address": "ravi@lakeview.example.in", "form_token": "5f2f6f0e-3a52-4bb8-8df8-2a6ad3a5d0aa"}
    first = priya.post(f"invoices/{invoice_id}/send", fields)
    second = priya.post(f"invoices/{invoice_id}/send", fields)
    assert first.location == second.location
    assert len(mails_about(nilgiri, invoice_id)) == 1


def test_drafts_and_cancelled_invoices_are_not_sent(nilgiri, priya: Browser):
    draft_id = drafted_in(nilgiri)
    assert priya.get(f"invoices/{draft_id}/send").status_code == 409
    reply = priya.post(f"invoices/{draft_id}/send", to_address="ravi@lakeview.example.in")
    assert reply.status_code == 409
    assert "Issue it before you send it" in text_of(reply)


def test_roles_and_tenants(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    for browser, status in ((asha, 403), (rohan, 404)):
        assert browser.get(f"invoices/{invoice_id}/send").status_code == status
        reply = browser.post(f"invoices/{invoice_id}/send", to_address="ravi@lakeview.example.in")
        assert reply.status_code == status
    assert mails_about(nilgiri, invoice_id) == []


def test_action_needs_an_address_from_somewhere(nilgiri):
    with nilgiri.scope():
        invoice = issued(make_customer("No Mail Ltd", email=None))
        with pytest.raises(Invalid) as refused:
            send(invoice, to_address=None, now=NOW, sender="Priya")
    assert list(refused.value.errors) == ["to_address"]
    assert "No Mail Ltd has no e-mail address" in str(refused.value)


def test_action_refuses_a_draft(nilgiri):
    draft_id = drafted_in(nilgiri)
    with nilgiri.scope(), pytest.raises(IllegalMove):
        send(db().get(Invoice, (nilgiri.tenant_id, draft_id)), to_address="a@b.example", now=NOW, sender="P")


def test_replies_reach_the_companys_own_address_when_it_has_one(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        db().scalars(select(Company)).one().contact_email = "bills@nilgirifs.example.in"
        mail = send(issued(make_customer()), to_address=None, now=NOW, sender="Priya")
        assert mail.reply_to == "bills@nilgirifs.example.in"


def test_a_paid_invoice_says_thank_you(nilgiri):
    with nilgiri.scope():
        invoice = issued(make_customer())
        pay(invoice, "1180.00")
        mail = send(invoice, to_address=None, now=NOW, sender="Priya", born_sent=True)
        assert "It is paid: thank you." in mail.params["message"]
        assert mail.params["amount"] == "0.00"
        assert mail.state == "sent"


# The drawer -----------------------------------------------------------------------------------------


def test_copies_and_a_subject_of_ones_own_go_along(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(
        f"invoices/{invoice_id}/send",
        to_address="ravi@lakeview.example.in",
        cc="a@lakeview.example.in; b@lakeview.example.in",
        subject="Your November bill",
        message="Hello",
    )
    (mail,) = mails_about(nilgiri, invoice_id)
    assert mail.cc == "a@lakeview.example.in, b@lakeview.example.in"
    assert mail.subject == "Your November bill"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("cc", "not an address"),
        ("cc", "a@example.in\r\nBcc: evil@example.com"),
        ("subject", "x" * 201),
        ("message", "x" * 4_001),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(nilgiri, priya: Browser, field, typed):
    invoice_id = issued_in(nilgiri)
    sent = {"to_address": "ravi@lakeview.example.in", "message": "Hello", field: typed}
    reply = priya.post(f"invoices/{invoice_id}/send", sent)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in reply.text
    assert mails_about(nilgiri, invoice_id) == []


def test_line_breaks_in_a_subject_make_no_header(nilgiri, priya: Browser):
    """Row 34."""
    invoice_id = issued_in(nilgiri)
    subject = "Bill\r\nBcc: evil@example.com"
    priya.post(
        f"invoices/{invoice_id}/send", to_address="ravi@lakeview.example.in", subject=subject, message="x"
    )
    for mail in mails_about(nilgiri, invoice_id):
        with nilgiri.scope():
            letter = letters.render(db().merge(mail), NOW)
        assert letter["Bcc"] is None
        assert "\n" not in mail.subject


def test_the_letter_carries_the_link_and_the_outbox_does_not(app, nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/send", to_address="ravi@lakeview.example.in", message="Look: {link}")
    (mail,) = mails_about(nilgiri, invoice_id)
    assert mail.params["message"] == "Look: {link}"
    with nilgiri.scope():
        letter = letters.render(db().merge(mail), NOW)
    plain = letter.get_body(("plain",)).get_content()
    rich = letter.get_body(("html",)).get_content()
    (token,) = set(re.findall(r"https://billing\.test/i/([A-Za-z0-9_-]{43})", plain))
    assert f"Look: https://billing.test/i/{token}" in plain
    assert f'href="https://billing.test/i/{token}"' in rich
    assert token not in str(mail.params)
    assert Visitor(app, ip="192.0.2.70").get(f"/i/{token}").status_code == 200
    (pdf,) = list(letter.iter_attachments())
    assert pdf.get_content().startswith(b"%PDF")


def test_a_letter_sent_after_the_link_was_turned_off_shows_none(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/send", to_address="a@example.in", message="Hello\n{link}\nBye")
    priya.post(f"invoices/{invoice_id}/link/revoke")
    (mail,) = mails_about(nilgiri, invoice_id)
    with nilgiri.scope():
        plain = letters.render(db().merge(mail), NOW).get_body(("plain",)).get_content()
    assert "/i/" not in plain
    assert "Hello\nBye" in plain.replace("\r\n", "\n")


def test_the_preview_follows_what_is_typed_and_stores_nothing(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(
        f"invoices/{invoice_id}/_/letter", subject="Mine <b>", message="One\n\nTwo & three", hx=True
    )
    assert reply.status_code == 200
    assert reply.text.lstrip().startswith('<article class="mail" id="letter"')
    assert "Mine &lt;b&gt;" in reply.text
    assert "Two &amp; three" in reply.text
    assert mails_about(nilgiri, invoice_id) == []


def test_a_failed_reminder_is_sent_again_as_a_reminder(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(f"invoices/{invoice_id}/remind")
    (first,) = mails_about(nilgiri, invoice_id)
    with nilgiri.scope():
        mail = db().get(EmailMessage, (nilgiri.tenant_id, first.id))
        mail.state, mail.last_error = "failed", "550 no such mailbox"
    page = text_of(priya.get(f"invoices/{invoice_id}"))
    assert f"mails/{first.id}/again" in page
    path = f"invoices/{invoice_id}/mails/{first.id}/again"
    assert priya.post(path).status_code == 303
    second = next(mail for mail in mails_about(nilgiri, invoice_id) if mail.id != first.id)
    assert (second.kind, second.to_address, second.subject) == ("reminder", first.to_address, first.subject)
    assert priya.post(path).status_code == 409, "it went again already"


def test_a_failed_mail_is_sent_again_in_the_same_words(nilgiri, priya: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    priya.post(
        f"invoices/{invoice_id}/send",
        to_address="a@example.in",
        cc="b@example.in",
        subject="Mine",
        message="As it was",
    )
    (first,) = mails_about(nilgiri, invoice_id)
    path = f"invoices/{invoice_id}/mails/{first.id}/again"
    assert priya.post(path).status_code == 409, "it has not failed"
    with nilgiri.scope():
        mail = db().get(EmailMessage, (nilgiri.tenant_id, first.id))
        mail.state, mail.last_error = "failed", "550 no such mailbox"
    assert "550 no such mailbox" in text_of(priya.get(f"invoices/{invoice_id}"))
    assert rohan.post(f"/c/{rohan.company.slug}/{path}").status_code == 404
    assert priya.post(path).status_code == 303
    second = next(mail for mail in mails_about(nilgiri, invoice_id) if mail.id != first.id)
    assert (second.to_address, second.cc, second.subject) == ("a@example.in", "b@example.in", "Mine")
    assert second.params["message"] == "As it was"
    assert priya.post(path).status_code == 409, "it went again already"


def test_a_failed_mail_is_not_sent_again_after_a_later_one_to_the_same_address(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    for address in ("a@example.in", "b@example.in"):
        priya.post(f"invoices/{invoice_id}/send", to_address=address, subject="Mine", message="As it was")
    by_address = {mail.to_address: mail for mail in mails_about(nilgiri, invoice_id)}
    with nilgiri.scope():
        for one in by_address.values():
            mail = db().get(EmailMessage, (nilgiri.tenant_id, one.id))
            mail.state, mail.last_error = "failed", "550 no such mailbox"
            mail.created_at = NOW - dt.timedelta(minutes=1)
    priya.post(f"invoices/{invoice_id}/send", to_address="a@example.in", subject="Mine", message="Again")
    again = {name: f"invoices/{invoice_id}/mails/{mail.id}/again" for name, mail in by_address.items()}
    refused = priya.post(again["a@example.in"])
    assert refused.status_code == 409
    assert "A later letter about this invoice went to the same address." in text_of(refused)
    assert len(mails_about(nilgiri, invoice_id)) == 3
    assert priya.post(again["b@example.in"]).status_code == 303, "nothing later went to that one"
