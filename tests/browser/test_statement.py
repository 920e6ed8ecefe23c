"""A customer's statement in a browser: the days, what is open, the mail with its preview; and the ageing."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.factories import TODAY


@pytest.fixture
def lotus(nilgiri):
    """Three invoices of several ages, one part paid, and an advance of 5,000.00."""
    with nilgiri.scope():
        customer = factories.make_customer("தென்றல் காபி நிலையம்", email="accounts@lotus.example")
        for number, days in enumerate((95, 40, 5), start=1):
            day = TODAY - dt.timedelta(days=days)
            factories.make_invoice(
                customer,
                f"{number}00000.00",
                invoice_number=f"L/{number}",
                invoice_date=day,
                due_date=day + dt.timedelta(days=15),
            )
        factories.make_receipt(customer, "5000.00", receipt_date=TODAY - dt.timedelta(days=3))
        return customer.id


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_read_and_mailed(open_browser, nilgiri, lotus, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/customers/{lotus}/statement")
    # 1,18,000.00 + 2,36,000.00 + 3,54,000.00 - 5,000.00
    expect(page.locator("#statement tfoot")).to_contain_text("₹7,03,000.00")
    expect(page.get_by_role("heading", name="Open on")).to_be_visible()
    person.looks_at("statement")
    page.get_by_role("link", name="Send", exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_label("To", exact=True)).to_have_value("accounts@lotus.example")
    drawer.get_by_label("Subject").fill("Your account with us")
    expect(drawer.locator("#letter")).to_contain_text("Your account with us")
    person.looks_at("statement-send")
    drawer.get_by_role("button", name="Send").click()
    expect(page.get_by_text("On its way to accounts@lotus.example")).to_be_visible()
    page.get_by_role("link", name="Last quarter").click()
    expect(page.locator("[aria-current=true]").filter(has_text="Last quarter")).to_be_visible()
    person.opens("/reports/ageing")
    expect(page.get_by_text("தென்றல் காபி நிலையம்").first).to_be_visible()
    person.looks_at("ageing")
