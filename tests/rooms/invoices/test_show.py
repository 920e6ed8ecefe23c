"""The view of an invoice: the paper, how it stands, what happened, and what it costs."""

import datetime as dt
import html
import re

import pytest

from rms.actions import receipt_life
from rms.actions.sending import send
from rms.db.session import db
from rms.domain.periods import format_date
from rms.models import EmailMessage, Invoice
from rms.rooms.invoices import show
from rms.web import clock
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt
from tests.http import Browser, counted_statements
from tests.rooms.invoices.making import drafted_in, issued, issued_in, pay


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(show, "now", lambda: NOW)


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def part(reply, root: str) -> str:
    """The text of the element with that id, without its tags."""
    found = re.search(rf'<(\w+)[^>]* id="{root}".*?</\1>', text_of(reply), re.S)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_paper_shows_parties_lines_taxes_and_total(nilgiri, priya: Browser):
    page = priya.get(f"invoices/{issued_in(nilgiri, name='Sundaram Tools', state_code='33', city='Hosur')}")
    paper = part(page, "paper")
    for words in (
        "Tax invoice",
        "Nilgiri Facility Services LLP",
        "Karnataka (29)",
        "Sundaram Tools",
        "Hosur",
    ):
        assert words in paper
    assert "Tamil Nadu (33)" in paper
    assert "IGST 18% 180.00" in paper
    assert "Total ₹1,180.00" in paper
    assert "Rupees One Thousand One Hundred Eighty Only" in paper
    assert "998533" in paper


def test_paper_keeps_the_name_it_was_issued_under(nilgiri, priya: Browser):
    with nilgiri.scope():
        customer = make_customer("Old Name Ltd")
        invoice_id = issued(customer).id
        customer.name = "New Name Ltd"
    paper = part(priya.get(f"invoices/{invoice_id}"), "paper")
    assert "Old Name Ltd" in paper
    assert "New Name Ltd" not in paper


def test_open_invoice_offers_payment_sending_pdf_and_cancelling(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    page = priya.get(f"invoices/{invoice_id}")
    state = part(page, "state")
    assert "Awaiting payment" in state
    assert "₹1,180.00" in state
    assert "due in 30 days" in state
    for words in ("Record payment", "Send", "Open PDF", "Cancel this invoice"):
        assert words in state
    with nilgiri.scope():
        customer_id = db().get(Invoice, (nilgiri.tenant_id, invoice_id)).customer_id
    assert f"receipts/new?customer={customer_id}&invoice={invoice_id}" in text_of(page)


def test_overdue_counts_though_the_sweep_has_not_run(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer(payment_terms=0), day=TODAY - dt.timedelta(days=9))
        invoice.status = "pending"
        invoice_id = invoice.id
    state = part(priya.get(f"invoices/{invoice_id}"), "state")
    assert "Overdue" in state
    assert "9 days late" in state


def test_payments_are_told_and_taken_off(nilgiri, priya: Browser):
    with nilgiri.scope(nilgiri.manager):
        invoice = issued(make_customer())
        pay(invoice, "500.00", reference="EXMPN26334012", created_by=nilgiri.manager.id)
        invoice_id = invoice.id
    page = priya.get(f"invoices/{invoice_id}")
    assert "Part paid" in part(page, "state")
    assert "₹680.00" in part(page, "state")
    assert "Received −500.00 Balance due by 22 Dec 2026 ₹680.00" in part(page, "paper")
    story = part(page, "timeline")
    assert "Part paid ₹500.00" in story
    assert "Bank transfer EXMPN26334012" in story
    assert "Imran" in story


@pytest.mark.parametrize(
    ("becomes", "told"),
    [
        ("bounce", "₹500.00 bounced and is owed again Cheque 118204, {number}, Funds insufficient, {day}"),
        ("cancel", "₹500.00 is owed again, the receipt was cancelled {number}, Funds insufficient, {day}"),
    ],
)
def test_a_bounce_is_told_as_a_bounce(nilgiri, priya: Browser, becomes, told):
    day = TODAY - dt.timedelta(days=3)
    with nilgiri.scope():
        customer = make_customer()
        invoice = make_invoice(customer, invoice_date=TODAY - dt.timedelta(days=9))
        cheque = {"payment_method": "cheque", "reference": "118204", "cleared_at": None, "status": "pending"}
        receipt = make_receipt(customer, "500.00", receipt_date=TODAY - dt.timedelta(days=5), **cheque)
        make_allocation(receipt, invoice, "500.00", allocated_on=receipt.receipt_date)
        invoice_id, receipt_id, number = invoice.id, receipt.id, receipt.receipt_number
    with nilgiri.scope():
        act = getattr(receipt_life, becomes)
        act(receipt_id, on=day, reason="Funds insufficient", now=NOW, today=TODAY)
    shown = part(priya.get(f"invoices/{invoice_id}/_/timeline", hx=True), "timeline")
    assert told.format(number=number, day=format_date(day)) in shown
    assert "went back on account" not in shown


def test_paid_invoice_offers_no_payment(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer())
        pay(invoice, "1180.00")
        invoice_id = invoice.id
    page = priya.get(f"invoices/{invoice_id}")
    assert "received in full from" in part(page, "state")
    assert "Record payment" not in text_of(page)
    assert "Paid ₹1,180.00" in part(page, "timeline")


def test_timeline_says_who_did_what_newest_first(nilgiri, priya: Browser):
    story = part(priya.get(f"invoices/{issued_in(nilgiri)}"), "timeline")
    assert re.search(r"Issued as \S+ 22 Nov 2026 12:00, Priya.*Draft started .*Priya", story)


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        ("queued", None, "On its way"),
        ("queued", "OSError: no route", "Not sent yet, we try again: OSError: no route"),
        ("sent", None, "Sent, 22 Nov 2026 12:00"),
        ("failed", "550 no such user", "550 no such user"),
    ],
)
def test_timeline_follows_the_mail(nilgiri, priya: Browser, state, error, words):
    with nilgiri.scope():
        invoice = issued(make_customer())
        mail = send(invoice, to_address=None, now=NOW, sender="Priya")
        mail.state, mail.last_error, mail.sent_at = state, error, NOW if state == "sent" else None
        invoice_id = invoice.id
    page = priya.get(f"invoices/{invoice_id}")
    story = part(page, "timeline")
    assert words in story
    assert "accounts@lakeview.example.in" in story
    assert ("Try again" in story) == (state == "failed")
    assert ("every 3s" in text_of(page)) == (state == "queued")
    again = priya.get(f"invoices/{invoice_id}/_/timeline", hx=True)
    assert text_of(again).lstrip().startswith('<div id="timeline"')
    assert words in part(again, "timeline")


def test_a_failed_mail_is_tried_again_by_its_button(nilgiri, priya: Browser):
    with nilgiri.scope():
        invoice = issued(make_customer())
        mail = send(invoice, to_address="wrong@lakeview.example.in", now=NOW, sender="Priya", message="Hello")
        mail.state, mail.last_error, mail.created_at = "failed", "550", NOW - dt.timedelta(hours=1)
        invoice_id = invoice.id
    priya.post(f"invoices/{invoice_id}/send", to_address="wrong@lakeview.example.in", message="Hello")
    with nilgiri.scope():
        states = {mail.state for mail in db().query(EmailMessage).filter_by(entity_id=invoice_id)}
    assert states == {"failed", "queued"}
    assert "Try again" not in part(priya.get(f"invoices/{invoice_id}"), "timeline")


def test_draft_leads_to_its_editor_but_a_reader_sees_the_paper(nilgiri, priya: Browser, asha: Browser):
    draft_id = drafted_in(nilgiri)
    reply = priya.get(f"invoices/{draft_id}")
    assert reply.status_code == 303
    assert reply.location.endswith(f"/{draft_id}/edit")
    page = asha.get(f"invoices/{draft_id}")
    assert page.status_code == 200
    assert "not issued yet" in part(page, "state")


def test_reader_sees_no_buttons_he_may_not_press(nilgiri, asha: Browser):
    page = asha.get(f"invoices/{issued_in(nilgiri)}")
    assert page.status_code == 200
    for words in ("Record payment", "Cancel this invoice", ">Send<"):
        assert words not in text_of(page)


def test_view_costs_fourteen_statements_whatever_happened(nilgiri, priya: Browser):
    """Person, overdue count, invoice, lines, trail, mails, allocations, credits, debit notes, the look of the
    paper, the link, who looked, what was answered, what stops reminders; the second receipt costs nothing."""
    plain, busy = issued_in(nilgiri), None
    with nilgiri.scope():
        invoice = issued(make_customer())
        for _ in range(5):
            send(invoice, to_address=None, now=NOW, sender="Priya")
            pay(invoice, "100.00")
        busy = invoice.id
    for invoice_id in (plain, busy):
        with counted_statements() as sent:
            assert priya.get(f"invoices/{invoice_id}").status_code == 200
        assert len(sent) == 14, sent


def test_the_rival_finds_nothing(nilgiri, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert rohan.get(f"invoices/{invoice_id}").status_code == 404
    assert rohan.get(f"invoices/{invoice_id}/_/timeline", hx=True).status_code == 404
