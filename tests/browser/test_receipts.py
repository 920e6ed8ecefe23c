"""Laying money on invoices in a browser, with the keyboard alone, at both widths."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from rms.db.session import db
from rms.models import Receipt
from rms.web.clock import DEFAULT_ZONE
from tests import factories
from tests.browser.person import Person

TECHNICAL = "393(1)-6iii-Da"


@dataclass(frozen=True)
class Owed:
    """Four open invoices of one customer, the longest due first; they keep back 2 % as TDS."""

    first: str
    second: str
    third: str
    last: str


def four_invoices(company) -> Owed:
    today = dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()
    with company.scope(company.admin):
        customer = factories.make_customer("Lotus Valley School")

        def invoice(subtotal: str, days_late: int):
            due = today - dt.timedelta(days=days_late)
            return factories.make_invoice(customer, subtotal, invoice_date=due, due_date=due)

        before = invoice("50000.00", 120)
        paid = factories.make_receipt(customer, "58000.00", receipt_date=today - dt.timedelta(days=100))
        kept = {"tds_amount": Decimal(1000), "tds_section": TECHNICAL}
        factories.make_allocation(paid, before, "58000.00", **kept)
        rows = [invoice("63000", 67), invoice("63000", 40), invoice("30000", 12), invoice("68400", -3)]
        return Owed(*(row.invoice_number for row in rows))


@pytest.fixture
def owed(nilgiri) -> Owed:
    return four_invoices(nilgiri)


@pytest.fixture(params=[1280, 390])
def priya(request, open_browser, nilgiri, owed) -> Person:
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def cell(page, column: str, number: str) -> Locator:
    return page.get_by_label(f"{column} {number}", exact=True)


def from_receipt(page, number: str) -> Locator:
    return cell(page, "From this receipt to", number)


def tds_on(page, number: str) -> Locator:
    return cell(page, "TDS cut on", number)


def begin(priya: Person, amount: str):
    """Customer and amount, typed as one types them: name, arrow, Enter."""
    page = priya.opens("/receipts/new")
    page.get_by_label("Received from").focus()
    page.keyboard.type("lotus")
    expect(page.get_by_role("option", name=re.compile("Lotus Valley School"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#alloc")).to_contain_text("4 open invoices")
    page.get_by_label("Amount in bank").focus()
    page.keyboard.type(amount)
    page.keyboard.press("Tab")
    expect(page.locator("#left .fig")).to_contain_text("₹")
    return page


def test_tds_and_advance_by_the_keyboard_alone(priya: Person, owed: Owed, nilgiri):
    page = begin(priya, "200000")
    expect(page.locator("#dock")).to_contain_text("₹2,00,000.00")
    tds_on(page, owed.first).focus()
    page.keyboard.press("t")
    expect(tds_on(page, owed.first)).to_have_value("1,260.00")  # 2 % of 63,000
    expect(tds_on(page, owed.first)).to_be_focused()
    page.keyboard.press("=")
    expect(from_receipt(page, owed.first)).to_have_value("73,080.00")
    page.keyboard.press("ArrowDown")
    expect(tds_on(page, owed.second)).to_be_focused()
    page.keyboard.press("t")
    expect(tds_on(page, owed.second)).to_have_value("1,260.00")
    page.keyboard.press("=")
    expect(from_receipt(page, owed.second)).to_have_value("73,080.00")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("600")
    from_receipt(page, owed.third).focus()
    page.keyboard.type("35400")
    expect(page.locator("#alloc")).to_contain_text("That is ₹600.00 more than is owed.")
    expect(page.locator("#dock")).to_contain_text("₹18,440.00")
    priya.looks_at("receipt-allocate")
    page.keyboard.press("=")
    expect(from_receipt(page, owed.third)).to_have_value("34,800.00")
    expect(page.locator("#alloc .has-err")).to_have_count(0)
    expect(page.locator("#dock")).to_contain_text("₹19,040.00")  # 2,00,000 - 73,080 - 73,080 - 34,800
    refund = page.get_by_role("radio", name=re.compile("To refund"))
    page.get_by_role("radio", name=re.compile("Advance from customer")).focus()
    page.keyboard.press("ArrowDown")
    expect(refund).to_be_checked()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Save receipt").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))
    with nilgiri.scope():
        receipt = db().query(Receipt).filter_by(amount=200000).one()
        assert (receipt.unallocated_amount, receipt.keep_as) == (19040, "advance")
        laid = sorted((one.allocated_amount, one.tds_amount, one.tds_section) for one in receipt.allocations)
    assert laid == [(34800, 600, TECHNICAL), (73080, 1260, TECHNICAL), (73080, 1260, TECHNICAL)]


def test_what_adds_up_is_offered_and_escape_takes_back(priya: Person, owed: Owed):
    page = begin(priya, "146160")  # 73,080.00 twice
    expect(page.locator("#alloc")).to_contain_text(f"{owed.first}, {owed.second} less TDS")
    priya.looks_at("receipt-match")
    page.get_by_role("button", name="Use these").first.press("Enter")
    expect(from_receipt(page, owed.second)).to_have_value("73,080.00")
    expect(page.locator("#dock")).to_contain_text("₹0.00")
    from_receipt(page, owed.second).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    expect(page.locator("#dock")).to_contain_text("₹73,075.00")
    page.keyboard.press("Escape")
    expect(from_receipt(page, owed.second)).to_have_value("73,080.00")
    expect(page.locator("#dock")).to_contain_text("₹0.00")


def test_write_off_charges_and_a_draft(priya: Person, owed: Owed):
    page = begin(priya, "34000")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    page.get_by_label("Bank charges we bear").fill("50")
    expect(page.locator("#left .fig")).to_have_text("₹34,050.00")
    row = page.locator("tr.row", has_text=owed.third)
    row.get_by_role("button", name="More").press("Enter")
    expect(cell(page, "GST TDS (s. 51) on", owed.third)).to_be_visible()
    cell(page, "Write off on", owed.third).fill("60")
    page.get_by_label("Why is ₹60.00 written off?").fill("Agreed on the phone")
    from_receipt(page, owed.third).focus()
    page.keyboard.press("=")
    expect(from_receipt(page, owed.third)).to_have_value("35,340.00")
    expect(page.locator("#left .fig")).to_have_text("−₹1,290.00")
    priya.looks_at("receipt-parts")
    page.get_by_role("button", name="Save draft").press("Enter")
    page.wait_for_url(re.compile(r"draft=[0-9a-f-]{36}"))
    expect(from_receipt(page, owed.third)).to_have_value("35,340.00")
    expect(page.get_by_label("Bank charges we bear")).to_have_value("50.00")
    priya.opens("/receipts")
    priya.looks_at("receipts-with-drafts")
    page.get_by_role("link", name="Drafts").click()
    priya.looks_at("receipt-drafts")
    page.get_by_role("link", name="Lotus Valley School").click()
    expect(page.get_by_label("Why is ₹60.00 written off?")).to_have_value("Agreed on the phone")
    from_receipt(page, owed.third).fill("34050")
    expect(page.locator("#left .fig")).to_have_text("₹0.00")
    page.get_by_role("button", name="Save receipt").click()
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))


def test_the_same_money_is_asked_about(priya: Person, owed: Owed):
    for press in ("Save receipt", "Save all the same"):
        page = begin(priya, "5000")
        page.get_by_label("UTR").fill("HDFCN26324871")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Save receipt").click()
        if press == "Save all the same":
            expect(page.locator("#problem")).to_be_focused()
            expect(page.locator("#problem")).to_contain_text("Is this the same money again?")
            priya.looks_at("receipt-again")
            page.get_by_role("button", name=press).click()
        page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))


def test_in_the_dark(open_browser, nilgiri, owed: Owed):
    person = open_browser(1280, color_scheme="dark")
    person.sign_in(nilgiri)
    page = begin(person, "200000")
    page.get_by_role("button", name="Less 2% TDS").click()
    expect(tds_on(page, owed.first)).to_have_value("1,260.00")
    person.looks_at("receipt-allocate-dark")
