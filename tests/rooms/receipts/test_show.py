"""One receipt, and using what is left of it."""

from uuid import uuid4

import pytest

from rms.db.session import db
from rms.models import Receipt
from rms.web import clock
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt
from tests.http import Browser, counted_statements
from tests.rooms.receipts.test_new import left_in, text_of, value_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


class Money:
    """2,000.00 of Brightway Logistics: 1,180.00 on one invoice, 820.00 on account; another one is open."""

    def __init__(self, company):
        with company.scope():
            customer = make_customer("Brightway Logistics")
            paid, still_open = make_invoice(customer), make_invoice(customer)
            receipt = make_receipt(
                customer, "2000.00", reference="HDFCN26324115", created_by=company.admin.id
            )
            make_allocation(receipt, paid, "1180.00")
            paid.status = "paid"
            self.receipt_id, self.open_id, self.number = receipt.id, still_open.id, paid.invoice_number


@pytest.fixture
def money(nilgiri) -> Money:
    return Money(nilgiri)


def unallocated(company, receipt_id):
    with company.scope():
        return db().get(Receipt, (company.tenant_id, receipt_id)).unallocated_amount


def test_it_shows_what_came_and_what_it_settled(priya: Browser, money):
    page = text_of(priya.get(f"receipts/{money.receipt_id}"))
    for words in (
        "₹2,000.00",
        money.number,
        "settled in full, ₹1,180.00",
        "HDFCN26324115",
        "Use the ₹820.00",
        "Laid on 1 invoice",
        "₹2,000.00 recorded",
        "Priya",
    ):
        assert words in page, words


def test_who_may_only_read_sees_no_button(asha: Browser, money):
    page = text_of(asha.get(f"receipts/{money.receipt_id}"))
    assert "₹820.00" in page and "Use the" not in page


def test_it_costs_six_statements_and_the_navigation(priya: Browser, money):
    with counted_statements() as sent:
        priya.get(f"receipts/{money.receipt_id}")
    # Session, receipt, allocations, refunds, who changed and who recorded it, overdue in the navigation.
    assert len(sent) == 7, sent


def test_what_is_left_is_laid_on_an_open_invoice(priya: Browser, money, nilgiri):
    reply = priya.get(f"receipts/{money.receipt_id}/allocate")
    assert left_in(reply) == "₹820.00" and "1 open invoice" in text_of(reply)
    filled = priya.post(f"receipts/{money.receipt_id}/_/fill?mode=oldest", hx=True)
    assert value_of(filled, f"alloc-{money.open_id}") == "820.00"
    saved = priya.post(f"receipts/{money.receipt_id}/allocate", {f"alloc-{money.open_id}": "800"})
    assert saved.status_code == 303 and saved.location.endswith(f"/receipts/{money.receipt_id}")
    assert unallocated(nilgiri, money.receipt_id) == 20  # 820.00 - 800.00


def test_sending_it_twice_lays_it_once(priya: Browser, money, nilgiri):
    fields = {f"alloc-{money.open_id}": "100", "form_token": str(uuid4())}
    for _ in range(2):
        assert priya.post(f"receipts/{money.receipt_id}/allocate", fields).status_code == 303
    assert unallocated(nilgiri, money.receipt_id) == 720


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("900", "Allocated ₹80.00 more than the receipt"),  # 900.00 - 820.00
        ("abc", "The amount must be a number"),
        ("", "Say how much goes to which invoice."),
    ],
)
def test_it_rejects_bad_input(priya: Browser, money, nilgiri, typed, sentence):
    reply = priya.post(f"receipts/{money.receipt_id}/allocate", {f"alloc-{money.open_id}": typed})
    assert reply.status_code == 422 and sentence in text_of(reply)
    assert value_of(reply, f"alloc-{money.open_id}") in (typed, "900.00")
    assert unallocated(nilgiri, money.receipt_id) == 820


def test_preview_and_the_click_that_settles_store_nothing(priya: Browser, money, nilgiri):
    path = f"receipts/{money.receipt_id}/_/preview"
    reply = priya.post(path, {f"alloc-{money.open_id}": "20"}, hx=True)
    assert left_in(reply) == "₹800.00" and text_of(reply).startswith('<div class="sheet" id="alloc">')
    used = priya.post(f"{path}?use={money.open_id}", {f"alloc-{money.open_id}": "2000"}, hx=True)
    assert value_of(used, f"alloc-{money.open_id}") == "1,180.00"
    assert unallocated(nilgiri, money.receipt_id) == 820


def test_nothing_left_leads_back_to_the_receipt(priya: Browser, nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        receipt = make_receipt(customer)
        make_allocation(receipt, make_invoice(customer), "1180.00")
        receipt_id = receipt.id
    assert priya.get(f"receipts/{receipt_id}/allocate").status_code == 303


def test_a_bounced_receipt_is_shown_and_not_used(priya: Browser, nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(
            make_customer(), status="bounced", bounced_at=NOW, reversed_on=TODAY, cleared_at=None
        )
        receipt_id = receipt.id
    page = text_of(priya.get(f"receipts/{receipt_id}"))
    assert "Bounced" in page and "Use the" not in page
    assert priya.get(f"receipts/{receipt_id}/allocate").status_code == 409


def test_another_tenant_gets_404(rohan: Browser, money):
    for path in (f"receipts/{money.receipt_id}", f"receipts/{money.receipt_id}/allocate"):
        assert rohan.get(path).status_code == 404
    for verb in ("allocate", "_/preview", "_/fill"):
        assert rohan.post(f"receipts/{money.receipt_id}/{verb}").status_code == 404
    assert rohan.get(f"receipts/{uuid4()}").status_code == 404


def test_a_role_without_it_gets_403(asha: Browser, money):
    assert asha.get(f"receipts/{money.receipt_id}/allocate").status_code == 403
    for verb in ("allocate", "_/preview", "_/fill"):
        assert asha.post(f"receipts/{money.receipt_id}/{verb}").status_code == 403
