"""A debit note in a browser: begun on its invoice, given a line and a reason, issued."""

import pytest
from playwright.sync_api import expect

from tests.rooms.invoices.making import issued_in


@pytest.mark.parametrize("width", [1280, 390])
def test_an_invoice_that_was_too_low_is_raised(open_browser, nilgiri, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    invoice_id = issued_in(nilgiri)
    page = person.opens(f"/invoices/{invoice_id}")
    page.get_by_role("button", name="Debit note", exact=True).click()
    page.wait_for_url("**/edit")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Debit note for")
    page.locator("[name$='-name']").first.fill("Two days of July")
    page.keyboard.press("Tab")
    for cell, typed in (("hsn_sac", "998533"), ("quantity", "2"), ("rate", "500"), ("tax", "18")):
        page.locator(f"[name$='-{cell}']").first.fill(typed)
        page.keyboard.press("Tab")
    expect(page.locator("#totals")).to_contain_text("1,180.00")
    page.get_by_label("Why it was too low").fill("Two days were left out")
    page.keyboard.press("Tab")
    person.looks_at("debit-edit")
    page.get_by_role("link", name="Issue and send").click()
    page.get_by_role("dialog").get_by_role("button", name="Issue").first.click()
    expect(page.locator("#paper")).to_contain_text("Two days were left out")
    person.looks_at("debit-view")
    person.opens(f"/invoices/{invoice_id}")
    expect(page.locator("#state")).to_contain_text("Debit note")
    person.looks_at("debit-original")
