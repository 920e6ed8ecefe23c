"""Customers in a browser: the question about doubles, the list with its filters, every tab of the page."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from rms.actions import client_types
from rms.actions.client_types import ManagerDraft, TypeDraft
from tests import factories
from tests.factories import TODAY


@pytest.fixture
def lake(nilgiri):
    """A school that owes 2,36,000.00, paid one invoice after 20 days, and has 320.00 on account."""
    with nilgiri.scope():
        school = client_types.add_type(TypeDraft(name="School", payment_terms=7))
        meera = client_types.add_manager(ManagerDraft(name="Meera Iyer", email="meera@example.in"))
        customer = factories.make_customer(client_type_id=school.id, account_manager_id=meera.id)
        factories.make_customer("Brightway Logistics", email="b@way.example")
        day = TODAY - dt.timedelta(days=20)
        paid = factories.make_invoice(customer, invoice_date=day, due_date=day)
        receipt = factories.make_receipt(customer, "1500.00")
        factories.make_allocation(receipt, paid, "1180.00")
        paid.status = "paid"
        factories.make_invoice(customer, "200000.00", invoice_date=day, due_date=day)
        return customer.id


@pytest.mark.parametrize("width", [1280, 390])
def test_a_double_is_asked_about_and_nothing_typed_is_lost(open_browser, nilgiri, lake, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens("/customers/new")
    page.get_by_label("Name on the invoice").fill("Lakeview Residancy")
    page.get_by_label("Kind of customer").select_option("unregistered")
    page.get_by_label("Type", exact=True).select_option(label="School")
    page.get_by_label("Looked after by").select_option(label="Meera Iyer")
    page.get_by_label("Credit limit").fill("50000")
    person.looks_at("customer-new")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_text("Is this the same customer?")).to_be_visible()
    expect(page.get_by_label("Looked after by")).to_have_value(
        page.locator("option", has_text="Meera").get_attribute("value")
    )
    person.looks_at("customer-alike")
    page.get_by_role("button", name="Add all the same").click()
    expect(page.get_by_text("Lakeview Residancy is added.")).to_be_visible()
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_text("7 days", exact=True)).to_be_visible()  # of the type


@pytest.mark.parametrize("width", [1280, 390])
def test_the_list_is_narrowed_and_leads_to_every_tab(open_browser, nilgiri, lake, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens("/customers")
    expect(page.get_by_role("link", name="Brightway Logistics")).to_be_visible()
    person.looks_at("customers")
    page.get_by_label("Looked after by").select_option(label="Meera Iyer")
    expect(page.get_by_role("link", name="Brightway Logistics")).to_have_count(0)
    expect(page.get_by_text("320.00 on account")).to_be_visible()
    page.get_by_role("link", name="Lakeview Residency").click()
    expect(page.locator("#figures")).to_contain_text("₹2,36,000.00")
    for tab in ("Activity", "Invoices", "Receipts", "Statement", "Details"):
        page.locator("#tab .views a", has_text=tab).click()
        expect(page.locator("#tab .views [aria-current]").filter(has_text=tab)).to_be_visible()
        person.looks_at(f"customer-{tab.lower()}")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_settings_of_types_account_managers_and_tds(open_browser, nilgiri, lake, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    for settings, shown in (
        ("client-types", "School"),
        ("account-managers", "Meera Iyer"),
        ("tds", "s. 393(1), earlier 194J"),
    ):
        expect(person.opens(f"/settings/{settings}").get_by_text(shown).first).to_be_visible()
        person.looks_at(f"settings-{settings}")
