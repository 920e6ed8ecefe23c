"""Rooms that the main job does not pass through, in the dark scheme and at both widths."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from rms.web.clock import DEFAULT_ZONE
from tests import factories
from tests.browser.person import Person


@pytest.fixture(params=[1280, 390])
def owl(request, open_browser, nilgiri) -> Person:
    """The admin of a company that has something of everything, at night."""
    furnish(nilgiri)
    person = open_browser(request.param, color_scheme="dark")
    person.sign_in(nilgiri)
    return person


def furnish(company) -> None:
    today = dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()
    with company.scope(company.admin):
        lakeview, marina = (
            factories.make_customer("Lakeview Residency"),
            factories.make_customer("Marina Apartments"),
        )
        factories.make_service("Housekeeping, monthly")
        factories.make_service("Façade cleaning", hsn_sac=None)
        factories.make_line(factories.make_draft(lakeview, invoice_date=today, due_date=today))
        late = today - dt.timedelta(days=70)
        dates = {"invoice_date": late, "due_date": late + dt.timedelta(days=30)}
        factories.make_invoice(lakeview, "250000.00", **dates)
        half = factories.make_invoice(marina, invoice_date=today, due_date=today + dt.timedelta(days=30))
        factories.make_allocation(factories.make_receipt(marina, "2000.00"), half, "500.00")


PAGES = {
    "dashboard": "/",
    "invoices": "/invoices",
    "invoices-none": "/invoices?q=nothing+like+it",
    "invoices-bad-dates": "/invoices?from=tomorrow-ish",
    "customers": "/customers",
    "customer-new": "/customers/new",
    "services": "/services",
    "service-new": "/services/new",
    "receipts": "/receipts",
    "receipt-new": "/receipts/new",
    "setup-done": "/setup/done",
    "not-there": "/invoices/00000000-0000-4000-8000-000000000000",
}


def test_every_room_in_the_dark(owl: Person):
    owl.forgive(r"status of 404\b")
    for name, path in PAGES.items():
        owl.opens(path)
        owl.looks_at(f"dark-{name}")


def test_what_stands_behind_the_lists(owl: Person):
    page = owl.opens("/customers?q=lakeview")
    page.locator("#list").get_by_role("link", name="Lakeview Residency").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lakeview Residency")
    owl.looks_at("dark-customer")
    page.get_by_role("link", name="Details", exact=True).click()
    edit = page.get_by_role("link", name="Edit who they are")
    expect(edit).to_be_visible()
    owl.looks_at("dark-customer-details")
    edit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit Lakeview Residency")
    owl.looks_at("dark-customer-edit")
    page = owl.opens("/receipts")
    page.locator("#list").get_by_role("link").filter(visible=True).first.click()
    owl.looks_at("dark-receipt")
    page.get_by_role("link", name="Use").filter(visible=True).first.click()
    owl.looks_at("dark-receipt-use")
    page = owl.opens("/invoices?view=draft")
    page.locator("#rows").get_by_role("link").filter(visible=True).first.click()
    expect(page.locator("#invoice")).to_be_visible()
    owl.looks_at("dark-editor")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    owl.looks_at("dark-keys")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
