"""The checks before issue in a browser: found, mended where they lead, issued; without a script, too."""

import re

import pytest
from playwright.sync_api import expect

from rms.actions import invoices as drafts
from rms.db.session import db
from rms.models import Company
from tests import factories
from tests.browser.editor import Editor, issue

LINES = [
    {"name": "Crew", "hsn_sac": "998533", "quantity": "6", "rate": "14500", "tax": "18"},
    {"name": "Façade cleaning", "quantity": "1", "rate": "5000", "tax": "18"},
]


@pytest.fixture
def draft(nilgiri) -> str:
    with nilgiri.scope(nilgiri.admin):
        db().query(Company).one().upi_id = "nilgiri@okaxis"
        customer = factories.make_customer("Sundaram Precision Tools", email=None)
        made = drafts.create_draft(
            customer_id=customer.id, today=factories.TODAY, created_by=nilgiri.admin.id, lines=LINES
        )
        return str(made.id)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_missing_is_found_mended_and_issued(open_browser, nilgiri, draft, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    page = person.opens(f"/invoices/{draft}/edit")
    editor = Editor(page)
    page.get_by_role("link", name="Issue and send").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("2 things to fix before this can be issued")
    expect(dialog).to_contain_text("Line 2 has no SAC or HSN.")
    expect(dialog).to_contain_text("Sundaram Precision Tools has no e-mail address")
    person.looks_at("invoice-ready")
    dialog.get_by_role("link", name=re.compile("^Go to the field: Line 2")).click()
    expect(dialog).to_be_hidden()
    expect(editor.cell(2, "hsn_sac")).to_be_focused()
    editor.types(2, "hsn_sac", "998534")
    editor.is_saved()
    if width == 1280:
        issue(page).click()
        expect(page.locator("#state")).to_contain_text("Awaiting payment")
        person.opens(f"/invoices/{draft}/notes")
        person.looks_at("invoice-notes")
    else:
        page.get_by_role("link", name="Issue and send").click()
        expect(dialog.get_by_role("heading", level=2)).to_have_text(
            "1 thing to fix before this can be issued"
        )


@pytest.mark.parametrize("width", [1280, 390])
def test_the_screens_around_numbers(open_browser, nilgiri, draft, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    person.opens(f"/invoices/{draft}/particulars")
    person.looks_at("invoice-particulars")
    person.opens("/settings/gst")
    person.looks_at("settings-gst")
    person.opens("/settings/numbering")
    person.looks_at("settings-numbering")
    page = person.opens("/settings/numbering/new")
    page.get_by_label("Name", exact=True).fill("Exports")
    page.get_by_label("Starts with").fill("NFX")
    person.looks_at("settings-new-series")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#outlook")).to_contain_text("NFX/")
