"""What a company sees whose plan has ended or that is suspended, at both widths, and what its buttons do."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from rms.db.session import db
from tests import factories
from tests.browser.person import Person


@pytest.fixture(params=[1280, 390])
def priya(request, open_browser, nilgiri) -> Person:
    with nilgiri.scope(nilgiri.admin):
        customer = factories.make_customer()
        factories.make_draft(customer)
        factories.make_invoice(customer)
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def become(company, status: str) -> None:
    with company.scope():
        db().execute(text("UPDATE tenants SET subscription_status = :status"), {"status": status})


def test_a_locked_company_reads_everything_and_is_told_why_it_cannot_write(priya: Person, nilgiri):
    become(nilgiri, "cancelled")
    page = priya.opens("/invoices")
    expect(page.locator("#banner")).to_contain_text("You can read, download and export everything")
    expect(page.get_by_text("Read only")).to_be_visible()
    for button in page.locator("fieldset.closed button, .tabbar .new").all():
        expect(button).to_be_disabled()
    priya.looks_at("plan-locked")
    page = priya.opens("/customers/new")
    page.locator("#name").fill("Lotus Valley School")
    priya.forgive(r"status of 40[23]\b")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_text("402, not part of the plan")).to_be_visible()
    priya.looks_at("plan-402")


def test_a_suspended_company_is_told_so(priya: Person, open_browser, nilgiri):
    become(nilgiri, "suspended")
    page = priya.opens("/")
    expect(page.locator("#banner")).to_contain_text("This company is suspended")
    priya.looks_at("plan-suspended-admin")
    become(nilgiri, "active")
    asha = open_browser(priya.width)
    asha.forgive(r"status of 403\b")
    asha.sign_in(nilgiri, "user")
    become(nilgiri, "suspended")
    page = asha.opens("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This company is suspended")
    asha.looks_at("plan-suspended-user")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def test_a_free_plan_says_what_it_holds(priya: Person, nilgiri):
    become(nilgiri, "expired")
    page = priya.opens("/invoices")
    expect(page.locator("#banner .strip-note")).to_have_count(0)
    priya.looks_at("plan-free")
