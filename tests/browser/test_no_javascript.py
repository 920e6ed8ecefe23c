"""Everything but the line editor works in a browser that runs no scripts."""

import datetime as dt
import re
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from rms.actions import invoices as drafts
from rms.actions.issuing import issue
from rms.web.clock import DEFAULT_ZONE
from tests import factories
from tests.browser.person import Person

PASSWORD = "filter coffee at seven"


@pytest.fixture(params=[1280, 390])
def plain(request, open_browser) -> Person:
    """Somebody whose browser runs no scripts."""
    return open_browser(request.param, java_script_enabled=False)


def test_signing_up_confirming_and_signing_in(plain: Person):
    page, email = plain.opens("/signup"), f"meera.{uuid4().hex[:8]}@nilgiri.example.in"
    page.get_by_label("Business name").fill("Nilgiri Facility Services LLP")
    page.get_by_label("Your name").fill("Meera Krishnan")
    page.get_by_label("E-mail").fill("meera at nilgiri")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#email-error")).to_be_visible()
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_label("E-mail")).to_have_value("meera at nilgiri")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/signup/sent")
    tab = plain.mail("Confirm", to=email)
    tab.locator('a[href*="/verify/"]').first.click()
    tab.get_by_role("button", name="Confirm my e-mail").click()
    tab.wait_for_url("**/login*")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url("**/setup/1")
    tab.get_by_role("radio", name=re.compile("^No")).check()
    tab.get_by_label("State", exact=True).select_option("29")
    tab.get_by_label("Address", exact=True).fill("14 Residency Road")
    tab.get_by_label("PIN code").fill("560025")
    tab.get_by_label("City").fill("Bengaluru")
    tab.get_by_role("button", name="Save and continue").click()
    tab.wait_for_url("**/setup/2")


def test_a_customer_and_a_service(plain: Person, nilgiri):
    plain.sign_in(nilgiri)
    page = plain.opens("/customers/new")
    page.get_by_label("GSTIN", exact=True).fill("29AALCM9032F1ZZ")
    page.get_by_label("Name on the invoice").fill("Lakeview Residency")
    page.get_by_role("button", name="Save customer").click()
    expect(page.locator("#gst_number-error")).to_be_visible()
    expect(page.get_by_label("Name on the invoice")).to_have_value("Lakeview Residency")
    page.get_by_label("GSTIN", exact=True).fill(factories.gstin_of("29", "AALCM9032F"))
    page.get_by_label("Address", exact=True).or_(page.get_by_label("Address optional")).first.fill(
        "7 Lake Road"
    )
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lakeview Residency")
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.get_by_text("Karnataka").first).to_be_visible()
    page = plain.opens("/services/new")
    page.get_by_label("What customers know it as").fill("Housekeeping, monthly")
    page.get_by_label("SAC or HSN").fill("998533")
    page.get_by_label("Rate", exact=True).fill("a lot")
    page.get_by_role("button", name="Save service").click()
    expect(page.locator("#default_rate-error")).to_contain_text("must be")
    page.get_by_label("Rate", exact=True).fill("20,000")
    page.get_by_role("button", name="Save service").click()
    expect(page.locator("#list")).to_contain_text("Housekeeping, monthly")
    page.get_by_role("searchbox", name="Search services").fill("house")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\bq=house"))
    expect(page.locator("#list")).to_contain_text("20,000.00")


def test_money_laid_on_the_oldest_invoice(plain: Person, nilgiri):
    """1,500.00 over invoices of 1,180.00 each: the older in full, 320.00 on the newer."""
    older, newer = two_invoices_of_lakeview(nilgiri)
    plain.sign_in(nilgiri)
    page = plain.opens("/receipts/new")
    page.get_by_label("Received from").fill("Lakeview Residency")
    page.get_by_label("Amount in bank").fill("1500")
    page.get_by_role("button", name="Show their invoices").click()
    page.get_by_role("button", name="Fill oldest first").click()
    expect(page.get_by_label(f"From this receipt to {older}")).to_have_value("1,180.00")
    expect(page.get_by_label(f"From this receipt to {newer}")).to_have_value("320.00")
    page.get_by_label(f"From this receipt to {newer}").fill("400")
    page.get_by_role("button", name="Save receipt").click()
    expect(page.locator("#problem")).to_contain_text("₹80.00 more than the receipt")
    page.get_by_label(f"From this receipt to {newer}").fill("320")
    page.get_by_role("button", name="Save receipt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("/0001")
    page.get_by_role("link", name=older, exact=True).click()
    expect(page.locator("#state")).to_contain_text("received in full")
    plain.opens("/")
    expect(page.locator(".lead")).to_contain_text("₹860")


def two_invoices_of_lakeview(nilgiri) -> tuple[str, str]:
    """Their numbers, the one that is due first in front; issued as the screens do it, since one is opened."""
    now, today = dt.datetime.now(dt.UTC), dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()
    line = {"name": "Housekeeping", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}
    numbers = []
    with nilgiri.scope(nilgiri.admin):
        lakeview = factories.make_customer("Lakeview Residency")
        for days in (10, 20):
            draft = drafts.create_draft(
                customer_id=lakeview.id, today=today, created_by=nilgiri.admin.id, lines=[line]
            )
            draft.payment_terms, draft.due_date = days, today + dt.timedelta(days=days)
            numbers.append(issue(draft.id, now=now, today=today).invoice_number)
    return numbers[0], numbers[1]
