"""What becomes of a receipt, in a browser: cleared, moved, bounced, cancelled; an advance is paid back."""

import datetime as dt
import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from rms.db.session import db
from rms.models import Invoice, Receipt
from rms.web.clock import DEFAULT_ZONE
from tests import factories
from tests.browser.person import Person


class Cheque:
    """A pending cheque of Brightway Logistics on the first of two invoices, which 20.00 of TDS completes."""

    def __init__(self, company):
        self.company = company
        today = dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()
        with company.scope(company.admin):
            self.customer = factories.make_customer("Brightway Logistics")
            day = {"invoice_date": today - dt.timedelta(days=20), "due_date": today - dt.timedelta(days=5)}
            first, second = (factories.make_invoice(self.customer, **day) for _ in range(2))
            receipt = factories.make_receipt(
                self.customer,
                "1160.00",
                payment_method="cheque",
                reference="118204",
                status="pending",
                cleared_at=None,
                receipt_date=today - dt.timedelta(days=7),
            )
            factories.make_allocation(
                receipt, first, "1160.00", tds_amount="20.00", allocated_on=receipt.receipt_date
            )
            first.restate(today)
            self.receipt_id, self.path = receipt.id, f"/receipts/{receipt.id}"
            self.ids = (first.id, second.id)
            self.first, self.second = first.invoice_number, second.invoice_number

    def owed(self) -> list[Decimal]:
        """The balances of the two invoices, as they stand."""
        with self.company.scope():
            return [db().get(Invoice, (self.company.tenant_id, one)).balance for one in self.ids]

    def status(self) -> str:
        with self.company.scope():
            return db().get(Receipt, (self.company.tenant_id, self.receipt_id)).status


@pytest.fixture
def cheque(nilgiri) -> Cheque:
    return Cheque(nilgiri)


@pytest.fixture(params=[1280, 390])
def priya(request, open_browser, nilgiri, cheque) -> Person:
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def asks(page: Page, link: str) -> None:
    """Open the question behind a link with the keyboard; the dialog takes the focus, and Escape closes it."""
    for again in (True, False):
        page.get_by_role("link", name=link, exact=True).locator("visible=true").first.press("Enter")
        expect(page.locator("#dialog").get_by_role("heading", level=2)).to_be_visible()
        expect(page.locator("#dialog :focus")).to_have_count(1)
        if again:
            page.keyboard.press("Escape")
            expect(page.locator("#dialog").get_by_role("heading", level=2)).to_be_hidden()


def agrees(page: Page, button: str) -> None:
    page.locator("#dialog").get_by_role("button", name=button).press("Enter")


def test_a_cheque_clears_its_money_moves_and_then_it_bounces(priya: Person, cheque: Cheque):
    page = priya.opens(cheque.path)
    priya.looks_at("receipt-pending")
    asks(page, "It has cleared")
    priya.looks_at("receipt-clear")
    agrees(page, "It has cleared")
    expect(page.locator("#story")).to_contain_text("Cleared")
    assert cheque.status() == "cleared" and cheque.owed() == [0, 1180]

    asks(page, f"Take back from {cheque.first}")
    priya.looks_at("receipt-release")
    agrees(page, "Take it back on")
    expect(page.locator("#story")).to_contain_text(f"taken back from {cheque.first}")
    priya.looks_at("receipt-released")
    assert cheque.owed() == [1180, 1180]

    page.get_by_role("link", name=re.compile("^Use (the|it)")).locator("visible=true").first.press("Enter")
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}/.+"))
    box = page.get_by_label(f"From this receipt to {cheque.second}", exact=True)
    box.focus()
    page.keyboard.type("1160")
    expect(page.locator("#left .fig")).to_have_text("₹0.00")
    priya.looks_at("receipt-allocate-later")
    page.get_by_role("button", name=re.compile("^Save|^Use")).locator("visible=true").last.press("Enter")
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))
    assert cheque.owed() == [1180, 20]

    asks(page, "It bounced")
    expect(page.locator("#reopened")).to_contain_text(cheque.second)
    page.locator("#dialog").get_by_label("Reason").fill("Funds insufficient")
    priya.looks_at("receipt-bounce")
    agrees(page, "It bounced")
    expect(page.locator("#reversed")).to_contain_text("Funds insufficient")
    priya.looks_at("receipt-bounced")
    assert cheque.status() == "bounced" and cheque.owed() == [1180, 1180]


def test_what_was_recorded_by_mistake_is_cancelled_with_a_reason(priya: Person, cheque: Cheque):
    page = priya.opens(cheque.path)
    asks(page, "Cancel this receipt")
    agrees(page, "Cancel the receipt")
    expect(page.locator("#turn")).to_contain_text("Say why, for the books.")
    priya.looks_at("receipt-cancel-why")
    page.get_by_label("Reason").fill("Recorded twice")
    page.get_by_role("button", name="Cancel the receipt").press("Enter")
    expect(page.locator("#reversed")).to_contain_text("was cancelled on")
    priya.looks_at("receipt-cancelled")
    assert cheque.status() == "cancelled" and cheque.owed() == [1180, 1180]


def test_an_advance_is_paid_back_with_a_voucher(priya: Person, nilgiri, cheque: Cheque):
    with nilgiri.scope(nilgiri.admin):
        advance = factories.make_receipt(cheque.customer, "5000.00")
    page = priya.opens(f"/receipts/{advance.id}")
    page.get_by_role("link", name="Refund it").press("Enter")
    page.wait_for_url("**/refunds/new?*")
    page.get_by_label("Amount").fill("5000.01")
    page.get_by_role("button", name="Record the refund").press("Enter")
    expect(page.get_by_role("alert").or_(page.locator(".problem")).first).to_be_visible()
    priya.looks_at("refund-too-much")
    page.get_by_label("Amount").fill("2000")
    page.get_by_label("Reference").fill("HDFCN26326001")
    page.get_by_role("button", name="Record the refund").press("Enter")
    page.wait_for_url(re.compile(r"/refunds/[0-9a-f-]{36}$"))
    priya.looks_at("refund")
    there = page.locator("a[href$='voucher.pdf']").first.get_attribute("href")
    reply = page.request.get(priya.product.url + there)
    assert reply.status == 200 and reply.body().startswith(b"%PDF-")
    priya.opens(f"/receipts/{advance.id}")
    expect(page.locator("#refunds")).to_contain_text("2,000.00")
    expect(page.locator(".rail")).to_contain_text("₹3,000.00")
    priya.looks_at("receipt-refunded")
