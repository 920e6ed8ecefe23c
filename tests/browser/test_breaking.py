"""What goes wrong when people and networks are as they are: nothing typed is lost, nothing is done twice."""

import datetime as dt
import re
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from rms.db.session import db
from rms.models import Invoice, InvoiceLineItem
from rms.web.clock import DEFAULT_ZONE
from tests import factories
from tests.browser.editor import Editor, issue
from tests.browser.person import Person

TAMIL, GUJARATI = "சென்னை தூய்மைப் பணிகள் நிறுவனம்", "ગુજરાત સફાઈ સેવા મંડળ"
CHANGE_THREE_TIMES = """cell => {
  for (const text of ["2", "3", "7"]) {
    cell.value = text;
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
LINE_SAVED = re.compile(r"/lines/[0-9a-f-]{36}$")


@pytest.fixture
def draft(nilgiri) -> UUID:
    """A draft for Lakeview Residency with three lines of 1,000.00 at 18%."""
    return make_draft(nilgiri)


def make_draft(company, lines: int = 3, customer: str = "Lakeview Residency", **columns) -> UUID:
    today = dt.datetime.now(ZoneInfo(DEFAULT_ZONE)).date()
    with company.scope(company.admin):
        lakeview = factories.make_customer(customer)
        invoice = factories.make_draft(lakeview, invoice_date=today, due_date=today + dt.timedelta(days=30))
        for order in range(lines):
            factories.make_line(invoice, position=order, **columns)
        return invoice.id


def opens(person: Person, draft: UUID, tab: Page | None = None) -> Editor:
    page = tab or person.page
    page.goto(f"{person.product.url}/c/{person.company.slug}/invoices/{draft}/edit")
    return Editor(page)


def stored(company, draft: UUID, number: int = 1) -> InvoiceLineItem:
    with company.scope():
        lines = select(InvoiceLineItem).where(
            InvoiceLineItem.invoice_id == draft, InvoiceLineItem.deleted_at.is_(None)
        )
        return db().scalars(lines.order_by(InvoiceLineItem.position)).all()[number - 1]


def test_two_tabs_change_one_line(priya, nilgiri, draft):
    first, second = opens(priya, draft), opens(priya, draft, priya.new_tab())
    first.types(1, "quantity", "3")
    expect(first.amount(1)).to_have_text("3,000.00")
    second.types(1, "rate", "500")
    conflict = second.line(1).locator(".lerr")
    expect(conflict).to_contain_text("Housekeeping, 3 × 1,000.00")
    expect(conflict).to_contain_text("Yours: Housekeeping, 1 × 500")
    expect(second.cell(1, "rate")).to_have_value("500")
    assert stored(nilgiri, draft).quantity == 3
    priya.looks_at("invoice-edit-conflict", second.page)
    conflict.get_by_role("button", name="Keep mine").click()
    expect(second.amount(1)).to_have_text("500.00")
    expect(conflict).to_have_count(0)
    first.types(1, "unit", "nos")
    expect(first.line(1).locator(".lerr")).to_contain_text("1 × 500.00")
    first.line(1).get_by_role("button", name="Show theirs").click()
    expect(first.cell(1, "rate")).to_have_value("500.00")
    expect(first.cell(1, "quantity")).to_have_value("1")
    expect(first.line(1).locator(".lerr")).to_have_count(0)
    line = stored(nilgiri, draft)
    assert (line.quantity, line.rate) == (1, 500)


def test_a_double_click_issues_once(priya, nilgiri, draft):
    editor = opens(priya, draft)
    issue(editor.page).dblclick()
    expect(editor.page.get_by_role("heading", level=1)).to_contain_text("/0001")
    with nilgiri.scope():
        numbers = db().scalars(select(Invoice.invoice_number)).all()
    assert len(numbers) == 1
    assert numbers[0].endswith("/0001")


def test_back_after_issuing_leads_to_the_invoice_not_to_the_editor(priya, draft):
    page = opens(priya, draft).page
    issue(page).click()
    expect(page.locator("#state")).to_contain_text("Awaiting payment")
    page.go_back()
    expect(page.locator("#state")).to_contain_text("Awaiting payment")
    expect(page.locator("#lines")).to_have_count(0)


def test_three_quick_changes_of_one_row_are_all_kept(priya, nilgiri, draft):
    """Nobody waits for the answer before going on to the next cell."""
    editor = opens(priya, draft)
    editor.cell(2, "quantity").click()
    keyboard = editor.page.keyboard
    for text in ("4", "nos", "250.50", "10"):
        keyboard.press("ControlOrMeta+a")
        keyboard.type(text)
        keyboard.press("Tab")
    # 4 x 250.50 = 1,002.00 less 10% = 901.80
    expect(editor.amount(2)).to_have_text("901.80")
    editor.is_saved()
    expect(editor.line(2).locator(".lerr")).to_have_count(0)
    line = stored(nilgiri, draft, 2)
    assert (line.quantity, line.unit, line.rate) == (4, "nos", Decimal("250.50"))
    assert line.discount_percent == 10


def test_the_last_of_three_changes_of_one_cell_is_stored(priya, nilgiri, draft):
    editor = opens(priya, draft)
    editor.cell(1, "quantity").evaluate(CHANGE_THREE_TIMES)
    expect(editor.amount(1)).to_have_text("7,000.00")
    editor.is_saved()
    expect(editor.page.locator(".lerr")).to_have_count(0)
    assert stored(nilgiri, draft).quantity == 7


def test_a_lost_connection_loses_nothing(priya, nilgiri, draft):
    priya.forgive("net::ERR_FAILED|Failed to fetch")
    editor = opens(priya, draft)
    priya.context.route(LINE_SAVED, lambda route: route.abort())
    editor.types(1, "quantity", "5")
    expect(editor.page.locator("#save-state")).to_contain_text("Not saved, trying again")
    expect(editor.line(1)).to_have_class(re.compile(r"\bunsaved\b"))
    editor.page.get_by_role("link", name="Issue, don’t send").click()
    expect(editor.page.locator("#toasts")).to_contain_text("not saved yet")
    priya.looks_at("invoice-edit-not-saved")
    priya.context.unroute(LINE_SAVED)
    expect(editor.amount(1)).to_have_text("5,000.00", timeout=15_000)
    editor.is_saved()
    assert stored(nilgiri, draft).quantity == 5


def test_a_lost_session_loses_nothing(priya, nilgiri, draft):
    priya.forgive(r"status of 40[01]\b")
    editor = opens(priya, draft)
    priya.context.clear_cookies()
    editor.types(1, "quantity", "6")
    strip = editor.page.locator("#banner")
    expect(strip).to_contain_text("you are signed out")
    expect(editor.cell(1, "quantity")).to_have_value("6")
    priya.looks_at("invoice-edit-signed-out")
    with priya.context.expect_page() as opened:
        strip.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    tab.get_by_label("E-mail").fill(nilgiri.admin.email)
    tab.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"**/c/{nilgiri.slug}/")
    expect(editor.amount(1)).to_have_text("6,000.00", timeout=20_000)
    expect(strip).to_be_empty()
    assert stored(nilgiri, draft).quantity == 6


def test_a_description_of_ten_thousand_characters(priya, nilgiri, draft):
    """It stays in its row with a sentence, and the rest of the page goes on."""
    editor, text = opens(priya, draft), "swept, washed, wiped " * 500 + "again"
    editor.cell(1, "description").fill(text)
    editor.presses("Tab")
    expect(editor.line(1).locator(".err")).to_contain_text("too long")
    expect(editor.amount(1)).to_have_text("left out")
    assert editor.cell(1, "description").input_value() == text
    editor.shows(Taxable_value="2,000.00")
    priya.looks_at("invoice-edit-long")
    editor.cell(1, "description").fill("Swept and washed")
    editor.presses("Tab")
    expect(editor.amount(1)).to_have_text("1,000.00")


@pytest.mark.parametrize("width", [1280, 390])
def test_nearly_a_hundred_crore(open_browser, nilgiri, draft, width):
    person = open_browser(width)
    person.sign_in(nilgiri)
    editor = opens(person, draft)
    editor.types(1, "rate", "99,99,99,999.99")
    expect(editor.amount(1)).to_have_text("99,99,99,999.99")
    # 99,99,99,999.99 + 2,000.00 = 1,00,00,01,999.99. 9% of the big line is 8,99,99,999.9991, rounded
    # 9,00,00,000.00, and 90.00 for each of the others: 9,00,00,180.00 twice. In all 1,18,00,02,359.99.
    editor.shows(Taxable_value="1,00,00,01,999.99", CGST_9="9,00,00,180.00", Total="₹1,18,00,02,360.00")
    person.looks_at("invoice-edit-crores")
    issue(person.page, "Issue and send").click()
    expect(person.page.locator("#balance")).to_have_text("₹1,18,00,02,360.00")
    person.looks_at("invoice-view-crores")
    person.opens("/invoices")
    expect(person.page.locator("#list")).to_contain_text("1,18,00,02,360.00")
    person.looks_at("invoices-crores")
    person.opens("/")
    person.looks_at("dashboard-crores")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", [TAMIL, GUJARATI], ids=["tamil", "gujarati"])
def test_names_in_scripts_of_india(open_browser, nilgiri, name, width):
    draft = make_draft(nilgiri, lines=1, customer=name)
    person = open_browser(width)
    person.sign_in(nilgiri)
    editor = opens(person, draft)
    editor.types(1, "name", name)
    editor.is_saved()
    person.looks_at("invoice-edit-script")
    issue(person.page, "Issue and send").click()
    expect(person.page.locator("#paper")).to_contain_text(name)
    is_drawn_by_a_font_of_ours(person, "#paper .p-item b")
    person.looks_at("invoice-view-script")
    link = person.page.get_by_role("link", name="Open PDF").get_attribute("href")
    assert person.context.request.get(person.product.url + link).body().startswith(b"%PDF")
    person.opens("/customers")
    expect(person.page.locator("#list")).to_contain_text(name)


def is_drawn_by_a_font_of_ours(person: Person, place: str) -> None:
    """No boxes, on a machine without fonts for the script: what drew the words came with the page."""
    person.page.evaluate("document.fonts.ready")
    devtools = person.context.new_cdp_session(person.page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": place})["nodeId"]
    fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    devtools.detach()
    assert fonts
    assert all(font["isCustomFont"] for font in fonts), fonts


def test_a_long_name_and_crores_stand_beside_each_other_on_a_phone(open_browser, nilgiri):
    name = "ગુજરાત સફાઈ સેવા મંડળ અને જાળવણી પ્રાઇવેટ લિમિટેડ, Ahmedabad and Vadodara"
    draft = make_draft(nilgiri, lines=1, customer=name)
    with nilgiri.scope(nilgiri.admin):
        factories.make_service(name)
    person = open_browser(390)
    person.sign_in(nilgiri)
    editor = opens(person, draft)
    editor.types(1, "rate", "99,99,99,999.99")
    expect(editor.amount(1)).to_have_text("99,99,99,999.99")
    item, amount = editor.cell(1, "name").bounding_box(), editor.amount(1).bounding_box()
    assert item["x"] + item["width"] <= amount["x"]
    assert not cut_off(editor.cell(1, "rate"))
    issue(person.page, "Issue and send").click()
    expect(person.page.locator("#balance")).to_be_visible()
    for place in ("/invoices", "/customers", "/services"):
        names = person.opens(place).locator("#list .g-a")
        expect(names.first).to_contain_text("Vadodara")
        assert not cut_off(names.first), place


def cut_off(what: Locator) -> bool:
    """There is more to see than there is room for."""
    return what.evaluate("one => one.scrollWidth > one.clientWidth")


def test_the_dock_never_hides_the_cell_that_is_typed_in(open_browser, nilgiri):
    person, draft = open_browser(390), make_draft(nilgiri, lines=8)
    person.sign_in(nilgiri)
    editor = opens(person, draft)
    editor.cell(1, "quantity").click()
    for number in range(2, 9):
        editor.presses("Enter")
        expect(editor.cell(number, "quantity")).to_be_focused()
        cell = editor.cell(number, "quantity").bounding_box()
        dock = editor.page.locator("#dock").bounding_box()
        assert cell["y"] + cell["height"] <= dock["y"], f"line {number} is under the dock"
        assert cell["height"] >= 24


def test_nobody_else_sees_it(open_browser, nilgiri, draft):
    """A person who is not signed in is led to sign-in and then on to where they wanted to go."""
    stranger = open_browser(390)
    page = stranger.page
    page.goto(f"{stranger.product.url}/c/{nilgiri.slug}/invoices/{draft}/edit")
    page.wait_for_url(re.compile(r"/login\?next="))
    page.get_by_label("E-mail").fill(nilgiri.admin.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**/invoices/{draft}/edit")
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(Invoice)) == 1
