"""The audit log in a browser, at a desk and on a phone at night: an entry, filters, the check of seals."""

import pytest
from playwright.sync_api import expect

from rms.db.session import db
from rms.models import Customer
from tests import factories
from tests.browser.person import Person
from tests.sealing import seal


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["desk", "phone at night"])
def priya(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        customer = factories.make_customer("Lakeview Residency")
        factories.make_invoice(customer)
    with nilgiri.scope(nilgiri.admin):
        db().get_one(Customer, (nilgiri.tenant_id, customer.id)).payment_terms = 45
    seal(nilgiri)
    width, scheme = request.param
    person = open_browser(width, color_scheme=scheme)
    person.sign_in(nilgiri)
    return person


def test_what_changed_opens_under_its_sentence(priya: Person):
    page = priya.opens("/audit")
    expect(page.get_by_text("Unbroken since")).to_be_visible()
    changed = page.get_by_text("changed Days to pay of the customer Lakeview Residency")
    priya.looks_at("audit")
    changed.click()
    expect(page.get_by_role("cell", name="45")).to_be_visible()
    expect(page.locator("del").first).to_have_text("30")
    priya.looks_at("audit-entry")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("as they were sealed")).to_be_visible()


def test_filters_by_keyboard(priya: Person):
    page = priya.opens("/audit")
    page.get_by_label("Search the log").fill("lakeview")
    page.keyboard.press("Enter")
    expect(page.get_by_text("made the customer Lakeview Residency")).to_be_visible()
    expect(page.locator("#list").get_by_text("signed in")).to_have_count(0)
    page.get_by_label("Kind").select_option(label="receipt")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("No entry matches")).to_be_visible()
    priya.looks_at("audit-nothing")


def test_without_javascript_an_entry_is_a_page(open_browser, nilgiri):
    with nilgiri.scope(nilgiri.admin):
        factories.make_customer("Marina Apartments")
    plain = open_browser(java_script_enabled=False)
    plain.sign_in(nilgiri)
    page = plain.opens("/audit")
    page.get_by_text("made the customer Marina Apartments").click()
    page.get_by_role("link", name="What changed, and from where").first.click()
    expect(page.get_by_role("heading", name="Priya made the customer Marina Apartments")).to_be_visible()
    expect(page.get_by_role("cell", name="Marina Apartments").first).to_be_visible()
