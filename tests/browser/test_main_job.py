"""From sign-up to a paid invoice, as one person walks it: at a desk and on a phone, each with a company."""

import io
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from tests.browser.beginning import (
    adds_a_customer,
    adds_a_service,
    chooses_the_number,
    confirms_the_address,
    sets_up_the_business,
    signs_in,
    signs_up,
    starts_the_invoice,
)
from tests.browser.editor import Editor, issue
from tests.browser.person import Person

# Line 1: 2 x 20,000.00 = 40,000.00. Line 2: 1.5 x 19,999.99 = 29,999.985, rounded 29,999.99.
# Line 3: 3 x 1,234.56 = 3,703.68 less 5% (185.184, rounded 185.18) = 3,518.50.
# Each tax is rounded on each line and then summed, 9% twice or 18% once:
#   CGST 3,600.00 + 2,700.00 (2,699.9991) + 316.67 (316.665) = 6,616.67, SGST the same;
#   IGST 7,200.00 + 5,400.00 (5,399.9982) + 633.33 = 13,233.33.
# 73,518.49 + 13,233.34 = 86,751.83, and with IGST 86,751.82: rounded to the rupee both are 86,752.00.
TWO_LINES = {
    1280: {"Taxable_value": "69,999.99", "CGST_9": "6,300.00", "SGST_9": "6,300.00", "Total": "₹82,600.00"},
    390: {"Taxable_value": "69,999.99", "IGST_18": "12,600.00", "Total": "₹82,600.00"},
}
THREE_LINES = {
    1280: {
        "Before_discount": "73,703.67",
        "Discount": "−185.18",
        "Taxable_value": "73,518.49",
        "CGST_9": "6,616.67",
        "SGST_9": "6,616.67",
        "Round_off": "0.17",
        "Total": "₹86,752.00",
    },
    390: {"Taxable_value": "73,518.49", "IGST_18": "13,233.33", "Round_off": "0.18", "Total": "₹86,752.00"},
}


@pytest.mark.parametrize("width", [1280, 390])
def test_from_sign_up_to_a_paid_invoice(open_browser, width: int):
    meera = open_browser(width)
    email = f"meera.{uuid4().hex[:8]}@nilgiri.example.in"
    signs_up(meera, email)
    confirms_the_address(meera, email)
    signs_in(meera, email)
    sets_up_the_business(meera)
    chooses_the_number(meera)
    adds_a_service(meera)
    adds_a_customer(meera)
    starts_the_invoice(meera)
    edits_the_lines(meera)
    number = issues(meera)
    reads_the_pdf(meera, number)
    mails_it(meera, number)
    receives_a_part(meera, number)
    # 86,752.00 - 50,000.00 = 36,752.00
    sees_the_figures_agree(meera, to_collect="36,752", received="50,000")
    receives_the_rest(meera, number)
    sees_the_figures_agree(meera, to_collect="0.00", received="86,752")
    finds_it_among_the_paid(meera, number)


def edits_the_lines(meera: Person) -> None:
    editor, width = Editor(meera.page), meera.width
    meera.looks_at("invoice-edit")
    expect(editor.cell(1, "name")).to_have_value("Housekeeping, monthly")
    expect(editor.amount(1)).to_have_text("40,000.00")
    picks_a_service_by_arrows(editor)
    mistypes_a_quantity(meera, editor)
    editor.types(2, "rate", "19999.99")
    editor.shows(**TWO_LINES[width])
    takes_a_rate_back(editor)
    types_a_line_of_their_own(editor)
    editor.shows(**THREE_LINES[width])
    editor.is_saved()
    meera.looks_at("invoice-edit-three-lines")
    deletes_a_line_and_wants_it_back(editor, width)


def picks_a_service_by_arrows(editor: Editor) -> None:
    """Enter in the last line adds one; in the open list the arrows and Enter belong to the list."""
    editor.cell(1, "rate").click()
    editor.presses("Enter")
    expect(editor.lines).to_have_count(2)
    expect(editor.cell(2, "name")).to_be_focused()
    editor.page.keyboard.type("house")
    found = editor.line(2).get_by_role("option")
    expect(found).to_have_count(2)
    expect(found.first).to_contain_text("Housekeeping, monthly")
    expect(found.last).to_have_text("Add “house” as a new service")
    editor.presses("ArrowDown", "ArrowUp", "Enter")
    expect(editor.cell(2, "quantity")).to_be_focused()
    expect(editor.cell(2, "name")).to_have_value("Housekeeping, monthly")
    expect(editor.cell(2, "rate")).to_have_value("20,000.00")
    expect(editor.amount(2)).to_have_text("20,000.00")


def mistypes_a_quantity(meera: Person, editor: Editor) -> None:
    """What cannot be read stays in its row, with its sentence, and out of the sum."""
    editor.types(2, "quantity", "abc")
    expect(editor.line(2).locator(".err")).to_contain_text("must be a number")
    expect(editor.cell(2, "quantity")).to_have_value("abc")
    expect(editor.amount(2)).to_have_text("left out")
    editor.shows(Taxable_value="40,000.00", Total="₹47,200.00")
    expect(editor.page.locator("#totals")).to_contain_text("1 line is left out")
    meera.looks_at("invoice-edit-mistake")
    editor.types(2, "quantity", "1.5")
    expect(editor.line(2).locator(".err")).to_have_count(0)
    expect(editor.amount(2)).to_have_text("30,000.00")


def takes_a_rate_back(editor: Editor) -> None:
    cell = editor.cell(2, "rate")
    cell.click()
    editor.page.keyboard.type("777")
    editor.presses("Escape")
    expect(cell).to_have_value("19,999.99")
    editor.presses("Tab")
    expect(editor.amount(2)).to_have_text("29,999.99")


def types_a_line_of_their_own(editor: Editor) -> None:
    """Tab through the last cell adds a line; what is typed need not be a service."""
    editor.cell(2, "tax").click()
    editor.presses("Tab")
    expect(editor.cell(3, "name")).to_be_focused()
    keyboard = editor.page.keyboard
    for text in ("Deep cleaning", "Two lobbies, once", "998533", "3", "nos", "1234.56", "5"):
        keyboard.type(text)
        keyboard.press("Tab")
    expect(editor.cell(3, "tax")).to_be_focused()
    keyboard.press("ControlOrMeta+a")
    keyboard.type("18")
    keyboard.press("Shift+Tab")
    expect(editor.amount(3)).to_have_text("3,518.50")


def deletes_a_line_and_wants_it_back(editor: Editor, width: int) -> None:
    editor.cell(2, "quantity").click()
    editor.presses("Control+Backspace")
    expect(editor.lines).to_have_count(2)
    # 40,000.00 + 3,518.50
    editor.shows(Taxable_value="43,518.50")
    editor.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(editor.lines).to_have_count(3)
    editor.shows(**THREE_LINES[width])
    expect(editor.cell(2, "rate")).to_have_value("19,999.99")
    editor.is_saved()


def issues(meera: Person) -> str:
    """At the desk without sending, on the phone with; gives the number it got."""
    page = meera.page
    issue(page, "Issue and send" if meera.is_on_a_phone else "Issue, don’t send").click()
    page.wait_for_url(re.compile(r"/invoices/[0-9a-f-]{36}$"))
    number = page.get_by_role("heading", level=1).inner_text()
    assert re.fullmatch(r"NFS/\d\d-\d\d/0140", number)
    expect(page.locator("#state")).to_contain_text("Awaiting payment")
    expect(page.locator("#balance")).to_have_text("₹86,752.00")
    meera.looks_at("invoice-view")
    return number


def reads_the_pdf(meera: Person, number: str) -> None:
    link = meera.page.get_by_role("link", name="Open PDF").get_attribute("href")
    reply = meera.context.request.get(meera.product.url + link)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/pdf"
    is_the_invoice(reply.body(), number)


def is_the_invoice(pdf: bytes, number: str) -> None:
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert number in text
    assert "86,752.00" in text


def mails_it(meera: Person, number: str) -> None:
    page, to = meera.page, f"accounts.{meera.width}@lakeview.example.in"
    if not meera.is_on_a_phone:
        page.get_by_role("link", name="Send", exact=True).click()
        dialog = page.locator("#dialog")
        expect(dialog.get_by_label("To", exact=True)).to_have_value(to)
        meera.looks_at("invoice-send")
        dialog.get_by_role("button", name="Send").click()
        expect(page.locator("#toasts")).to_contain_text(f"On its way to {to}")
    expect(page.locator("#timeline")).to_contain_text(f"E-mailed to {to}", timeout=20_000)
    tab = meera.mail(number, to=to)
    meera.looks_at("mail-invoice", tab)
    link = tab.get_by_role("link", name=re.compile(r"\.pdf$"))
    is_the_invoice(meera.context.request.get(meera.product.url + link.get_attribute("href")).body(), number)
    tab.close()


def receives_a_part(meera: Person, number: str) -> None:
    """50,000.00 of 86,752.00: 36,752.00 stay open."""
    page = meera.page
    record_payment(meera, "86,752.00")
    meera.looks_at("receipt-new")
    amount, used = page.get_by_label("Amount in bank"), page.get_by_label(f"From this receipt to {number}")
    expect(amount).to_have_value("86,752.00")
    amount.fill("50000")
    expect(page.locator("#dock")).to_contain_text("−₹36,752.00")
    page.get_by_role("button", name="Save receipt").click()
    expect(page.locator("#problem")).to_be_focused()
    meera.looks_at("receipt-refused")
    page.get_by_role("button", name="Clear").click()
    expect(used).to_have_value("")
    used.focus()
    page.keyboard.press("=")
    expect(used).to_have_value("86,752.00")
    expect(page.locator("#dock")).to_contain_text("−₹36,752.00")
    page.get_by_role("button", name="Fill oldest first").click()
    expect(used).to_have_value("50,000.00")
    expect(page.locator("#dock")).to_contain_text("₹0.00")
    meera.looks_at("receipt-filled")
    page.get_by_role("button", name="Save receipt").click()
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))
    meera.looks_at("receipt-view")
    page.get_by_role("link", name=number, exact=True).click()
    expect(page.locator("#state")).to_contain_text("Part paid")
    expect(page.locator("#balance")).to_have_text("₹36,752.00")
    meera.looks_at("invoice-view-part-paid")


def receives_the_rest(meera: Person, number: str) -> None:
    page = meera.page
    page.goto(meera.home)
    page.locator("#open-invoices").get_by_role("link", name=number).click()
    record_payment(meera, "36,752.00")
    expect(page.get_by_label("Amount in bank")).to_have_value("36,752.00")
    expect(page.get_by_label(f"From this receipt to {number}")).to_have_value("36,752.00")
    page.get_by_label("UTR").fill("UTR 0099")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save receipt").click()
    page.wait_for_url(re.compile(r"/receipts/[0-9a-f-]{36}$"))
    page.get_by_role("link", name=number, exact=True).click()
    expect(page.locator("#state")).to_contain_text("Paid")
    expect(page.locator("#state")).to_contain_text("received in full")
    meera.looks_at("invoice-view-paid")


def record_payment(meera: Person, owed: str) -> None:
    """On the phone the button stands in the dock. It opens a form in place, which leads to the page."""
    place = meera.page.locator(".dock" if meera.is_on_a_phone else "#state")
    place.get_by_role("link", name="Record payment").click()
    box = meera.page.locator("#pay-box")
    expect(box.get_by_label("Amount in bank")).to_have_value(owed)
    meera.looks_at("invoice-pay")
    box.get_by_role("link", name="Lay it on them").click()
    meera.page.wait_for_url("**/receipts/new?*")


def sees_the_figures_agree(meera: Person, to_collect: str, received: str) -> None:
    """Each figure of the dashboard is what the list behind it adds up to."""
    page = meera.page
    page.goto(meera.home)
    nothing = to_collect == "0.00"
    if nothing:
        expect(page.locator(".lead")).to_have_text("Nobody owes you anything.")
    meera.looks_at("dashboard-all-paid" if nothing else "dashboard")
    expect(figure(meera, "To collect")).to_have_text(f"₹{to_collect}")
    expect(figure(meera, "Overdue")).to_have_text("₹0.00")
    # CGST and SGST 6,616.67 each are 13,233.34, IGST is 13,233.33.
    expect(figure(meera, "GST")).to_have_text("₹13,233")
    figure(meera, "Received").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receipts")
    sum_of_receipts = page.locator(".pager.only-phone b" if meera.is_on_a_phone else "tfoot td.last")
    expect(sum_of_receipts).to_contain_text(f"{received}.00")
    meera.looks_at("receipts")
    page.go_back()
    figure(meera, "To collect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")
    if nothing:
        expect(page.locator("#list")).to_contain_text("Everything is paid")
    else:
        expect(page.locator("#list-sums" if meera.is_on_a_phone else "#list-totals")).to_contain_text(
            f"{to_collect}.00"
        )
    meera.looks_at("invoices-none-open" if nothing else "invoices-open")


def figure(meera: Person, words: str) -> Locator:
    return (
        meera.page.locator("#figures > div").filter(has_text=re.compile(f"^\\s*{words}")).locator("dd.big a")
    )


def finds_it_among_the_paid(meera: Person, number: str) -> None:
    page = meera.page
    page.locator("#views").get_by_role("link", name=re.compile("^Paid")).click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#rows").get_by_role("link", name=number).click()
    expect(page.locator("#state")).to_contain_text("received in full")
