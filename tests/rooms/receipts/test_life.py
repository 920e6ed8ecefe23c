"""A cheque clears or bounces, a receipt is cancelled, money is taken off an invoice."""

import datetime as dt
import re

import pytest

from rms.db.session import db
from rms.models import Invoice, Receipt
from rms.web import clock
from tests.factories import (
    NOW,
    TODAY,
    make_allocation,
    make_customer,
    make_invoice,
    make_receipt,
    make_refund,
)
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


class Cheque:
    """1,180.00 of Brightway Logistics, all of it on one invoice, not cleared yet."""

    def __init__(self, company):
        self.company = company
        with company.scope():
            customer = make_customer("Brightway Logistics")
            invoice = make_invoice(customer)
            receipt = make_receipt(
                customer,
                "1160.00",
                payment_method="cheque",
                reference="118204",
                status="pending",
                cleared_at=None,
                receipt_date=TODAY - dt.timedelta(days=7),
            )
            make_allocation(
                receipt, invoice, "1160.00", tds_amount="20.00", allocated_on=receipt.receipt_date
            )
            invoice.restate(TODAY)
            self.receipt_id, self.invoice_id, self.number = receipt.id, invoice.id, invoice.invoice_number

    def now(self) -> tuple[str, str, str]:
        """(state of the receipt, state of the invoice, its balance)."""
        with self.company.scope():
            receipt = db().get(Receipt, (self.company.tenant_id, self.receipt_id))
            invoice = db().get(Invoice, (self.company.tenant_id, self.invoice_id))
            return receipt.status, invoice.status, str(invoice.balance)


@pytest.fixture
def cheque(nilgiri) -> Cheque:
    return Cheque(nilgiri)


def test_a_cheque_clears(priya: Browser, cheque):
    at = f"receipts/{cheque.receipt_id}"
    assert "Subject to clearance" in text_of(priya.get(at))
    assert "The bank has credited ₹1,160.00" in text_of(priya.get(f"{at}/clear"))
    assert priya.post(f"{at}/clear", {"on": "20 Nov 2026"}).status_code == 303
    assert cheque.now() == ("cleared", "paid", "0.00")
    shown = text_of(priya.get(at))
    assert re.search(r"Cleared on</dt>\s*<dd>20 Nov 2026", shown) and "It has cleared" not in shown


def test_a_bounce_says_what_is_owed_again_before_it_is_done(priya: Browser, cheque):
    at = f"receipts/{cheque.receipt_id}"
    asked = text_of(priya.get(f"{at}/bounce"))
    assert "1 invoice is owed again" in asked and cheque.number in asked
    assert "1,180.00" in asked and "with TDS 20.00" in asked
    assert cheque.now() == ("pending", "paid", "0.00")
    fields = {"on": "19 Nov 2026", "reason": "funds insufficient"}
    assert priya.post(f"{at}/bounce", fields).status_code == 303
    assert cheque.now() == ("bounced", "pending", "1180.00")
    shown = text_of(priya.get(at))
    for words in ("118204 over ₹1,160.00 bounced on 19 Nov 2026", "funds insufficient", "₹0.00"):
        assert words in shown, words
    assert "What it had settled" in shown and "Take back" not in shown and "Record a new payment" in shown


@pytest.mark.parametrize(
    "path,fields,sentence",
    [
        ("clear", {"on": "23 Nov 2026"}, "This day has not come yet"),
        ("bounce", {"on": "14 Nov 2026"}, "Nothing can become of it before that day"),
        ("bounce", {"on": ""}, "Enter the day."),
        ("cancel", {"on": "22 Nov 2026", "reason": ""}, "Say why, for the books."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(priya: Browser, cheque, path, fields, sentence):
    reply = priya.post(f"receipts/{cheque.receipt_id}/{path}", fields)
    assert reply.status_code == 422 and sentence in text_of(reply)
    assert cheque.now() == ("pending", "paid", "0.00")


def test_a_cancelled_receipt_may_not_clear_or_be_cancelled_again(priya: Browser, cheque):
    at = f"receipts/{cheque.receipt_id}"
    fields = {"on": "22 Nov 2026", "reason": "recorded twice"}
    assert priya.post(f"{at}/cancel", fields).status_code == 303
    assert cheque.now() == ("cancelled", "pending", "1180.00")
    assert priya.get(f"{at}/clear").status_code == 409
    assert priya.post(f"{at}/cancel", fields).status_code == 409


def test_money_is_taken_back_from_one_invoice(priya: Browser, cheque):
    at = f"receipts/{cheque.receipt_id}/invoices/{cheque.invoice_id}/release"
    asked = text_of(priya.get(at))
    assert f"Take ₹1,160.00 back from {cheque.number}?" in asked
    assert "owed again, ₹1,180.00" in asked and "TDS of 20.00" in asked
    assert priya.post(at).status_code == 303
    assert cheque.now() == ("pending", "pending", "1180.00")
    shown = text_of(priya.get(f"receipts/{cheque.receipt_id}"))
    assert "taken back 22 Nov 2026" in shown and "Use the ₹1,160.00" in shown
    assert priya.get(at).status_code == 409 and priya.post(at).status_code == 409


def test_what_was_paid_back_must_be_cancelled_first(priya: Browser, nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(make_customer(), "500.00")
        make_refund(receipt, "200.00", payment_method="upi")
        receipt_id = receipt.id
    told = "₹200.00 of it was paid back. Cancel that refund first"
    asked = priya.get(f"receipts/{receipt_id}/bounce")
    assert told in text_of(asked) and "It bounced" not in text_of(asked)
    reply = priya.post(f"receipts/{receipt_id}/bounce", {"on": "22 Nov 2026"})
    assert reply.status_code == 409 and told in text_of(reply)


def test_who_only_reads_may_do_none_of_it(asha: Browser, cheque):
    for path in ("clear", "bounce", "cancel", f"invoices/{cheque.invoice_id}/release"):
        assert asha.get(f"receipts/{cheque.receipt_id}/{path}").status_code == 403
        assert asha.post(f"receipts/{cheque.receipt_id}/{path}", {"on": "22 Nov 2026"}).status_code == 403
    shown = text_of(asha.get(f"receipts/{cheque.receipt_id}"))
    assert "Take back" not in shown and "It bounced" not in shown
    assert cheque.now() == ("pending", "paid", "0.00")


def test_tabs_find_them(priya: Browser, nilgiri, cheque):
    with nilgiri.scope():
        customer = make_customer("Kaveri Fitness")
        make_receipt(customer, "90.00", keep_as="refund", reference="TOREFUND")
        make_receipt(customer, "70.00", status="bounced", bounced_at=NOW, reversed_on=TODAY, reference="GONE")
    found = {view: text_of(priya.get(f"receipts?view={view}")) for view in ("clearing", "void", "refund")}
    assert "118204" in found["clearing"] and "GONE" not in found["clearing"]
    assert "GONE" in found["void"] and "TOREFUND" not in found["void"]
    assert "TOREFUND" in found["refund"] and "118204" not in found["refund"]
