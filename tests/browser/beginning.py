"""The beginning of the main job: from sign-up through the five steps of set-up to the first draft."""

import re

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.factories import gstin_of

PASSWORD = "filter coffee at seven"
OURS = gstin_of("29", "AAKFN4821C")
# At the desk the customer is in the same state, so the tax is CGST and SGST; on the phone it is IGST.
CUSTOMERS = {
    1280: ("Lakeview Residency", gstin_of("29", "AALCM9032F"), "29 Karnataka"),
    390: ("Marina Apartments", gstin_of("33", "AALCM9032F"), "33 Tamil Nadu"),
}


def signs_up(meera: Person, email: str) -> None:
    page = meera.opens("/signup")
    meera.looks_at("signup")
    page.get_by_label("Business name").fill("Nilgiri Facility Services LLP")
    page.get_by_label("Your name").fill("Meera Krishnan")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("coffee")
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#password-error")).to_contain_text("at least 12 characters")
    meera.looks_at("signup-refused")
    expect(page.get_by_label("Business name")).to_have_value("Nilgiri Facility Services LLP")
    expect(page.get_by_label("Your name")).to_have_value("Meera Krishnan")
    expect(page.get_by_label("E-mail")).to_have_value(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url("**/signup/sent")
    expect(page.get_by_text(email)).to_be_visible()
    meera.looks_at("signup-sent")


def confirms_the_address(meera: Person, email: str) -> None:
    tab = meera.mail("Confirm", to=email)
    meera.looks_at("mail-verify", tab)
    tab.locator('a[href*="/verify/"]').first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Confirm that this is your e-mail")
    meera.looks_at("verify", tab)
    link = tab.url
    tab.get_by_role("button", name="Confirm my e-mail").click()
    tab.wait_for_url("**/login*")
    meera.looks_at("login", tab)
    tab.goto(link)
    expect(tab.get_by_role("heading", level=1)).to_have_text("This link has been used")
    meera.looks_at("verify-used", tab)
    tab.close()


def signs_in(meera: Person, email: str) -> None:
    page = meera.opens("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("not my password at all")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#problem")).to_contain_text("E-mail or password is not right")
    meera.looks_at("login-error")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/setup/1")
    meera.home = page.url.removesuffix("setup/1")


def sets_up_the_business(meera: Person) -> None:
    page = meera.page
    meera.looks_at("setup-1")
    typed = page.get_by_label("GSTIN", exact=True)
    wrong = OURS[:-1] + ("A" if OURS[-1] != "A" else "B")
    typed.press_sequentially(wrong)
    expect(page.locator("#gst_number-error")).to_contain_text("The last character does not match")
    expect(typed).to_be_focused()
    expect(typed).to_have_value(wrong)
    page.keyboard.press("Backspace")
    page.keyboard.type(OURS[-1])
    expect(page.locator("#gst_number-ok")).to_be_visible()
    expect(page.get_by_label("State", exact=True)).to_have_value("29 Karnataka")
    page.get_by_label("Address", exact=True).fill("14 Residency Road")
    page.get_by_label("PIN code").fill("560025")
    page.get_by_label("City").fill("Bengaluru")
    meera.looks_at("setup-1-filled")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/setup/2")


def chooses_the_number(meera: Person) -> None:
    page = meera.page
    page.get_by_label("Starts with").fill("LONGEST1")
    expect(page.locator("#number-preview")).to_contain_text("19 of 16 characters")
    page.get_by_label("Starts with").fill("NFS")
    page.get_by_label("Next number").fill("140")
    shown = page.locator("#number-preview").get_by_role("img").first
    expect(shown).to_have_accessible_name(re.compile(r"^NFS/\d\d-\d\d/0140$"))
    page.get_by_label("UPI ID").fill("nilgiri@okhdfc")
    meera.looks_at("setup-2")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/setup/3")


def adds_a_service(meera: Person) -> None:
    page = meera.page
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#problem")).to_be_focused()
    meera.looks_at("setup-3-refused")
    page.get_by_label("What customers know it as").fill("Housekeeping, monthly")
    page.get_by_label("SAC or HSN").fill("998533")
    page.get_by_label("Rate", exact=True).fill("20,000")
    page.get_by_label("Per").fill("month")
    meera.looks_at("setup-3")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/setup/4")


def adds_a_customer(meera: Person) -> None:
    page, (name, gstin, state) = meera.page, CUSTOMERS[meera.width]
    page.get_by_label("GSTIN", exact=True).fill(gstin)
    expect(page.get_by_label("State", exact=True)).to_have_value(state)
    page.get_by_label("Name on the invoice").fill(name)
    page.get_by_label("Address").fill("7 Lake Road")
    page.get_by_label("City").fill("Bengaluru")
    page.get_by_label("E-mail for invoices").fill(f"accounts.{meera.width}@lakeview.example.in")
    meera.looks_at("setup-4")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/setup/5")


def starts_the_invoice(meera: Person) -> None:
    page = meera.page
    page.get_by_label("Quantity").fill("2")
    # 2 x 20,000.00 = 40,000.00; 18% of it 7,200.00.
    expect(page.locator("#first-totals")).to_contain_text("₹47,200.00")
    meera.looks_at("setup-5")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/invoices/*/edit")
