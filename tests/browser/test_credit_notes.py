"""A credit note in a browser: lines picked by hand, the total beside them, issued, used, cancelled."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from rms.db.session import db
from rms.domain.crediting import Ask
from rms.models import Customer
from tests.actions.test_credit_notes import CREW, PEST, make_credit, make_invoice


@pytest.mark.parametrize("width", [1280, 390])
def test_lines_of_an_invoice_are_credited_and_what_is_left_is_used(open_browser, nilgiri, width):
    invoice = make_invoice(nilgiri, CREW, PEST)
    with nilgiri.scope():
        customer = db().get(Customer, (nilgiri.tenant_id, invoice.customer_id))
    other = make_invoice(nilgiri, CREW, customer=customer)
    make_credit(nilgiri, invoice, Ask(invoice.lines[1], quantity=Decimal(1)))
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/invoices/{invoice.id}")
    page.get_by_role("link", name="Credit note", exact=True).click()
    page.wait_for_url("**/credit-notes/new?*")
    crew, pest = (page.locator(f"#qty-{line}") for line in invoice.lines)
    crew.fill("2")
    expect(page.locator(f"#amt-{invoice.lines[0]}")).to_have_value("29,000.00")
    expect(page.locator("#dock")).to_contain_text("₹34,220.00")
    pest.fill("2")
    expect(page.get_by_text("1 (₹4,560.00) is left to credit on this line")).to_be_visible()
    expect(page.locator("#dock")).to_contain_text("₹34,220.00")
    person.looks_at("credit-edit")
    page.get_by_role("button", name="Use 1").click()
    expect(pest).to_have_value("1")
    expect(page.locator("#dock")).to_contain_text("₹39,601.00")  # 34,220.00 + 5,380.80, rounded
    page.get_by_label("Keep for the next invoice").check()
    page.get_by_role("button", name="Issue credit note").click()
    expect(page.get_by_role("heading", name="Credit note", exact=True)).to_be_visible()
    person.looks_at("credit-view")
    # On a phone the button stands in the dock.
    page.get_by_role("link", name=re.compile("^Use (the|it)")).locator("visible=true").first.click()
    box = page.locator(f"#use-{other.id}")
    box.fill("9,601")
    expect(page.locator("#left .fig")).to_have_text("₹30,000.00")
    person.looks_at("credit-use")
    page.get_by_role("button", name="Use the credit").click()
    expect(page.locator("#story")).to_contain_text("₹9,601.00 used on")
    person.opens("/credit-notes")
    person.looks_at("credit-list")


@pytest.mark.parametrize("width", [1280, 390])
def test_without_an_invoice_lines_are_typed(open_browser, nilgiri, width):
    invoice = make_invoice(nilgiri, PEST)
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/credit-notes/new?customer={invoice.customer_id}")
    page.get_by_label("What is credited").first.fill("Goodwill for November")
    page.get_by_label("Rate ₹").first.fill("1000")
    page.get_by_label("GST %").first.fill("18")
    page.get_by_label("Qty").first.click()
    expect(page.locator("#dock")).to_contain_text("₹1,180.00")
    person.looks_at("credit-own")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    expect(page.get_by_label("Rate ₹").first).to_have_value("1,000.00")
