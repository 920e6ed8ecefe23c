"""An issued invoice in a browser: amounts explain themselves, cancelling is asked about."""

import pytest
from playwright.sync_api import expect

from tests.rooms.invoices.making import issued_in


@pytest.mark.parametrize("width", [1280, 390])
def test_an_amount_explains_itself_in_a_dialog(open_browser, nilgiri, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/invoices/{issued_in(nilgiri)}")
    person.looks_at("invoice-issued")
    total = page.locator("#paper .tot .why")
    total.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[aria-current=true]")).to_have_text("Total₹1,180.00")
    person.looks_at("invoice-explained")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#paper .p-amt .why").first.click()
    expect(dialog.locator("[aria-current=true]")).to_contain_text("1 × 1,000.00 = 1,000.00")


@pytest.mark.parametrize("width", [1280, 390])
def test_cancelling_is_asked_about_first(open_browser, nilgiri, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/invoices/{issued_in(nilgiri)}")
    page.get_by_role("link", name="Cancel this invoice").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    person.looks_at("invoice-cancel")
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#state")).to_contain_text("still to collect")
    page.get_by_role("link", name="Cancel this invoice").click()
    dialog.get_by_label("Reason").fill("Wrong customer")
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_contain_text("Wrong customer")
