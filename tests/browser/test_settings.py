"""Settings in a browser, at both widths: each screen is looked at, the bank account typed and checked."""

import pytest
from playwright.sync_api import expect

from rms.actions.numbers import take_number
from tests import factories
from tests.browser.person import Person


@pytest.fixture(params=[1280, 390])
def owner(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        for _ in range(3):
            taken = take_number("invoice", factories.TODAY)
            customer = factories.make_customer()
            factories.make_invoice(customer, invoice_number=taken.text, series_id=taken.series_id)
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def test_every_screen_is_reached_from_the_list(owner: Person):
    page = owner.opens("/")
    if owner.width < 600:
        page.get_by_text("More", exact=True).click()
        owner.looks_at("more")
    page.get_by_role("link", name="Settings", exact=True).locator("visible=true").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    owner.looks_at("settings")
    for name in ("Company", "Numbering", "Bank and UPI", "Security"):
        page.get_by_role("main").get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        owner.looks_at(f"settings-{name.split()[0].lower()}")
        owner.opens("/settings")


def test_a_bank_account_is_typed_twice_and_its_changes_are_listed(owner: Person):
    page = owner.opens("/settings/bank")
    page.get_by_label("Account holder").fill("Nilgiri Facility Services LLP")
    page.get_by_label("Account number").fill("0019 2200 4471")
    page.get_by_label("Type it again").fill("0019 2200 4472")
    page.get_by_label("IFSC").fill("EXMP0000192")
    page.get_by_label("Bank and branch").fill("Example Bank, Richmond Town")
    page.get_by_label("UPI ID").fill("nilgirifs@examplebank")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 thing to fix")).to_be_visible()
    owner.looks_at("settings-bank-wrong")
    page.get_by_label("Type it again").fill("001922004471")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("img", name="QR code of nilgirifs@examplebank")).to_be_visible()
    expect(page.get_by_text("Account ending in: 4471 added")).to_be_visible()
    owner.looks_at("settings-bank-full")


def test_jumping_ahead_is_warned_about_while_typing(owner: Person):
    page = owner.opens("/settings/numbering")
    page.get_by_label("Next number").fill("160")
    expect(page.get_by_text("Jumping ahead leaves a gap.")).to_be_visible()
    owner.looks_at("settings-numbering-jump")
    page.get_by_label("Leave the numbers in between unused").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#outlook").get_by_text("/0160")).to_be_visible()
