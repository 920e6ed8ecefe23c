"""Invoices that repeat and reminders in a browser, at both widths."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from rms.actions import invoices as drafts
from rms.actions.issuing import issue
from tests import factories
from tests.browser.person import Person


@pytest.fixture(params=[1280, 390])
def owner(request, open_browser, nilgiri) -> Person:
    now = dt.datetime.now(dt.UTC)
    today = now.date()
    with nilgiri.scope(nilgiri.admin):
        customer = factories.make_customer("Meridian Coworks Pvt Ltd", email="accounts@meridian.example")
        line = {"name": "Cleaning", "hsn_sac": "998533", "rate": "1000", "tax": "18"}
        ago = today - dt.timedelta(days=20)
        draft = drafts.create_draft(
            customer_id=customer.id, today=ago, created_by=nilgiri.admin.id, lines=[line]
        )
        draft.payment_terms, draft.due_date = 16, ago + dt.timedelta(days=16)
        issue(draft.id, now=now - dt.timedelta(days=20), today=ago)
    person = open_browser(request.param)
    person.sign_in(nilgiri)
    return person


def test_a_schedule_is_typed_looked_at_and_saved(owner: Person):
    page = owner.opens("/recurring")
    owner.looks_at("recurring-empty")
    page.get_by_role("link", name="New schedule").first.click()
    page.get_by_label("Customer", exact=True).select_option(label="Meridian Coworks Pvt Ltd")
    page.get_by_label("First run").fill("31 Jan 2027")
    page.get_by_label("Issue and send").check()
    page.get_by_label("Service").fill("Housekeeping crew, {month}")
    page.get_by_label("SAC").fill("998533")
    page.get_by_label("Qty").fill("6")
    page.get_by_label("Rate ₹").fill("14500")
    page.get_by_label("GST").fill("18")
    page.get_by_label("Description").fill("6 staff")
    page.get_by_label("Description").press("Tab")
    outlook = page.locator("#outlook")
    expect(outlook).to_contain_text("₹1,02,660.00 to accounts@meridian.example")
    expect(outlook).to_contain_text("Sun 28 Feb 2027")
    expect(outlook).to_contain_text("the month is shorter")
    page.get_by_role("button", name="Add a line").click()
    expect(page.get_by_label("Service")).to_have_count(2)
    page.get_by_label("Service").nth(1).fill("Pantry attendant")
    page.get_by_label("Rate ₹").nth(1).fill("17000")
    page.get_by_role("button", name="Save schedule").locator("visible=true").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Meridian Coworks")
    expect(page.locator("#what")).to_contain_text("1,22,720.00")
    owner.looks_at("recurring-edit")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    owner.opens("/recurring")
    owner.looks_at("recurring-list")
    owner.has_no_complaints()


def test_what_is_wrong_is_told_at_its_field(owner: Person):
    page = owner.opens("/recurring/new")
    page.get_by_label("Service").fill("For {monat}")
    page.get_by_label("Rate ₹").fill("abc")
    page.get_by_role("button", name="Save schedule").locator("visible=true").click()
    expect(page.get_by_text("Choose the customer.").first).to_be_visible()
    expect(page.get_by_label("Rate ₹")).to_have_value("abc")
    owner.looks_at("recurring-wrong")


def test_reminders_are_switched_on_and_sent_by_hand(owner: Person):
    page = owner.opens("/settings/reminders")
    owner.looks_at("settings-reminders-off")
    page.get_by_label("Send by itself").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Send by itself")).to_be_checked()
    expect(page.get_by_text("Meridian Coworks Pvt Ltd")).to_be_visible()
    owner.looks_at("settings-reminders")
    # On a phone what was just told lies over the foot of the page, until it goes by itself.
    expect(page.locator(".toast")).to_be_hidden(timeout=15_000)
    page.get_by_role("button", name="Skip once").first.click()
    page.get_by_role("heading", name="Reminders", level=1).wait_for()
    page.goto(page.url.replace("/settings/reminders", "/invoices"))
    page.get_by_role("link", name="0001").first.click()
    page.get_by_role("button", name="Remind now").click()
    expect(page.get_by_text("A reminder is on its way to accounts@meridian.example")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text(
        "Reminder sent to accounts@meridian.example", timeout=20_000
    )
    owner.looks_at("invoice-reminded")
