"""Services in a browser, at both widths: a row edited in place, a code found by words, an archive undone."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from rms.db.session import db
from tests import factories
from tests.browser.person import Person

SOLD = (
    ("Deep cleaning, shop floor", "998533", "sq ft", "6.50"),
    ("Housekeeping crew, monthly", "998533", "person", "14500"),
    ("Pest control, quarterly visit", "998531", "visit", "4800"),
    ("Duct sanitising", None, "point", "650"),
)


@pytest.fixture(params=[1280, 390])
def owner(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        made = [
            factories.make_service(name, hsn_sac=sac, unit=unit, default_rate=Decimal(rate))
            for name, sac, unit, rate in SOLD
        ]
        draft = factories.make_draft(factories.make_customer("Lakeview Residency"))
        factories.make_line(draft, "4800.00", service_type_id=made[2].id)
        billed = factories.make_draft(
            factories.make_customer("Marina"), subtotal=Decimal(14500), total=Decimal(14500)
        )
        factories.make_line(billed, "14500.00", service_type_id=made[1].id)
        db().flush()
        billed.invoice_number, billed.issued_at, billed.status = "NFS/26-27/0001", factories.NOW, "pending"
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def row_of(page, name: str):
    return page.locator("tr.row", has_text=name)


def test_a_row_is_edited_in_place_and_put_back_by_escape(owner: Person):
    page = owner.opens("/services")
    owner.looks_at("services")
    row_of(page, "Pest control").get_by_role("link", name="Pest control, quarterly visit", exact=True).click()
    name, rate = page.get_by_label("Service name"), page.get_by_label("Rate", exact=True)
    expect(name).to_be_focused()
    expect(page.get_by_text("1 draft uses it and keeps 4,800.00")).to_be_visible()
    owner.looks_at("services-row")
    rate.fill("9")
    rate.press("Escape")
    expect(row_of(page, "Pest control")).to_contain_text("4,800.00")
    expect(name).to_have_count(0)
    page.locator("tr.row .id", has_text="Pest control").press("Enter")
    rate.fill("5200")
    rate.press("Enter")
    expect(row_of(page, "Pest control")).to_contain_text("5,200.00")


def test_a_code_is_found_by_words(owner: Person):
    page = owner.opens("/services")
    page.locator("tr.row .id", has_text="Duct sanitising").click()
    sac = page.get_by_role("combobox", name="SAC or HSN")
    sac.press_sequentially("pest")
    expect(page.get_by_role("option").first).to_contain_text("998531")
    owner.looks_at("services-codes")
    sac.press("Enter")
    expect(sac).to_have_value("998531")
    expect(page.get_by_text("Disinfecting and exterminating")).to_be_visible()
    page.get_by_role("button", name="Save row").click()
    expect(row_of(page, "Duct sanitising")).to_contain_text("998531")
    page = owner.opens("/services/new")
    page.get_by_label("What customers know it as").fill("Window cleaning")
    page.get_by_role("combobox", name="SAC or HSN").focus()
    expect(page.get_by_role("option").first).to_contain_text("998532")
    owner.looks_at("services-new")


def test_an_archived_row_comes_back_by_undo(owner: Person):
    page = owner.opens("/services")
    expect(page.locator("#views")).to_contain_text(re.compile(r"Active\s*4"))
    page.locator("tr.row .id", has_text="Deep cleaning").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Deep cleaning, shop floor is archived.")).to_be_visible()
    expect(row_of(page, "Deep cleaning")).to_have_count(0)
    expect(page.locator("#views")).to_contain_text(re.compile(r"Active\s*3"))
    owner.looks_at("services-archived")
    page.get_by_role("button", name="Undo").click()
    expect(row_of(page, "Deep cleaning")).to_be_visible()
    expect(page.locator("#views")).to_contain_text(re.compile(r"Active\s*4"))


def test_its_page_tells_where_it_was_billed(owner: Person):
    page = owner.opens("/services")
    page.locator("tr.row .id", has_text="Housekeeping").click()
    page.get_by_role("link", name="Where it was billed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Housekeeping crew, monthly")
    expect(page.get_by_role("link", name="NFS/26-27/0001")).to_be_visible()
    owner.looks_at("services-show")
