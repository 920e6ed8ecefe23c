"""Paying back what is left of a receipt, one refund, cancelling it."""

import re

import pytest

from rms.db.session import db
from rms.models import Receipt, Refund
from rms.web import clock
from tests.factories import NOW, make_customer, make_receipt
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def advance(nilgiri):
    """800.00 on account of Brightway Logistics."""
    with nilgiri.scope():
        return make_receipt(make_customer("Brightway Logistics"), "800.00").id


def left_of(company, receipt_id):
    with company.scope():
        return str(db().get(Receipt, (company.tenant_id, receipt_id)).unallocated_amount)


def paid(receipt_id, amount="300.00", **more):
    fields = {"amount": amount, "refund_date": "22 Nov 2026", "payment_method": "upi", "reference": "R1"}
    return {"receipt": str(receipt_id), **fields, **more}


def test_part_of_an_advance_is_paid_back_and_shown_on_its_receipt(priya: Browser, nilgiri, advance):
    asked = text_of(priya.get(f"refunds/new?receipt={advance}"))
    assert "₹800.00" in asked and "Brightway Logistics" in asked
    reply = priya.post("refunds", paid(advance))
    assert reply.status_code == 303 and re.search(r"/refunds/[0-9a-f-]{36}$", reply.location)
    assert left_of(nilgiri, advance) == "500.00"
    with nilgiri.scope():
        refund = db().query(Refund).one()
        number, refund_id = refund.refund_number, refund.id
    page = text_of(priya.get(f"receipts/{advance}"))
    assert number in page and "300.00" in page and "Use the ₹500.00" in page
    own = text_of(priya.get(f"refunds/{refund_id}"))
    assert "₹300.00" in own and "UPI" in own and "R1" in own


@pytest.mark.parametrize(
    "fields,sentence",
    [
        ({"amount": "800.01"}, "Only ₹800.00 is left to pay back"),
        ({"amount": "0"}, "It must be more than 0"),
        ({"amount": ""}, "Enter what you pay back."),
        ({"refund_date": "23 Nov 2026"}, "This day has not come yet"),
        ({"refund_date": "21 Nov 2026"}, "It cannot be paid back before"),
    ],
)
def test_wrong_ones_are_refused_at_their_field(priya: Browser, nilgiri, advance, fields, sentence):
    reply = priya.post("refunds", paid(advance, **fields))
    assert reply.status_code == 422 and sentence in text_of(reply)
    assert left_of(nilgiri, advance) == "800.00"
    assert 'value="R1"' in reply.text  # nothing typed is lost


def test_a_refund_is_cancelled_with_a_reason_and_stays_on_the_page(priya: Browser, nilgiri, advance):
    at = priya.post("refunds", paid(advance)).location.split("/c/")[1].split("/", 1)[1]
    assert "₹300.00 is on account of Brightway Logistics again" in text_of(priya.get(f"{at}/cancel"))
    assert priya.post(f"{at}/cancel", {"on": "22 Nov 2026", "reason": ""}).status_code == 422
    done = priya.post(f"{at}/cancel", {"on": "22 Nov 2026", "reason": "wrong account"})
    assert done.status_code == 303 and left_of(nilgiri, advance) == "800.00"
    shown = text_of(priya.get(at))
    assert "Cancelled" in shown and "wrong account" in shown and "Cancel it" not in shown
    assert priya.get(f"{at}/cancel").status_code == 409
    assert "cancelled 22 Nov 2026" in text_of(priya.get(f"receipts/{advance}"))


def test_sent_twice_it_is_paid_once(priya: Browser, nilgiri, advance):
    token = {"form_token": "7a3a31f4-9b52-4b3c-8a51-0d8e7a0f9d11"}
    first, second = (priya.post("refunds", paid(advance, **token)) for _ in range(2))
    assert first.location == second.location and left_of(nilgiri, advance) == "500.00"


def test_strangers_and_readers(priya: Browser, asha: Browser, sahyadri, advance, app):
    rohan = Browser(app, sahyadri, sahyadri.admin)
    assert rohan.get(f"refunds/new?receipt={advance}").status_code == 404
    assert rohan.post("refunds", paid(advance)).status_code == 404
    assert asha.get(f"refunds/new?receipt={advance}").status_code == 403
    assert asha.post("refunds", paid(advance)).status_code == 403
    assert priya.get("refunds/new?receipt=x").status_code == 404


def test_without_a_source_it_leads_to_what_can_be_paid_back(priya: Browser):
    assert "view=left" in priya.get("refunds/new").location
    reply = priya.post("refunds", {"amount": "10.00"})
    assert reply.status_code == 422 and "whose money you pay back" in text_of(reply)


def test_a_bounced_receipt_is_not_paid_back(priya: Browser, nilgiri):
    with nilgiri.scope():
        receipt_id = make_receipt(
            make_customer(), "70.00", status="bounced", bounced_at=NOW, reversed_on=NOW.date()
        ).id
    assert priya.get(f"refunds/new?receipt={receipt_id}").status_code == 409
    assert priya.post("refunds", paid(receipt_id, amount="70.00")).status_code == 409
