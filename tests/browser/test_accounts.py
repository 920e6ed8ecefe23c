"""Somebody's account in front of a browser: a forgotten password, too many tries, name and manners,
another address, their devices, their companies, and the pages that stop them; at both widths.
"""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from rms.db.session import tenant_scope
from tests import cast, factories
from tests.browser.person import Person

NEW = "a quiet walk at dawn"
FIRST_PAGE = re.compile(r"/c/[\w-]+/$")


@pytest.fixture(autouse=True)
def patience(test_servers, database_name, product):
    """Everybody here comes from one network address, whose tries and mails must not hold up other tests."""
    url = test_servers.superuser_url_of(f"{database_name}_browser")
    with psycopg.connect(url, autocommit=True) as behind:
        behind.execute("DELETE FROM login_attempts")
        yield
        behind.execute("DELETE FROM login_attempts")


@pytest.fixture(params=[1280, 390])
def priya(request, open_browser, nilgiri) -> Person:
    """Not signed in yet."""
    person = open_browser(request.param)
    person.forgive(r"status of 4(03|04|10)\b")
    return person


@pytest.fixture
def shared(nilgiri) -> tuple[str, cast.Company]:
    """An address with the same password in Nilgiri and in a company of its own; and that company."""
    other = cast.sahyadri()
    email = f"meera@{other.slug}.example.in"
    for company, role in ((nilgiri, "admin"), (other, "manager")):
        with tenant_scope(company.tenant_id):
            factories.make_user("Meera", role, email=email)
    return email, other


def gives(page: Page, email: str, password: str) -> None:
    page.get_by_role("textbox", name="E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def goes_to(person: Person, path: str) -> Page:
    """A page outside of any company."""
    person.page.goto(person.product.url + path)
    return person.page


def signs_in(person: Person, email: str, password: str = factories.PASSWORD) -> Page:
    gives(goes_to(person, "/login"), email, password)
    return person.page


def heading(page: Page):
    return page.get_by_role("heading", level=1)


# A forgotten password ----------------------------------------------------------------------------


def forgets_and_chooses(person: Person, email: str, *, has_script: bool = True) -> str:
    """By keyboard alone, from the sign-in page to the new password; gives the address of the mailed link."""
    # Where scripts are off, axe cannot run either.
    looks_at = person.looks_at if has_script else lambda *_: None
    page = goes_to(person, "/login")
    page.get_by_role("link", name="Forgot it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reset")
    looks_at("reset")
    page.get_by_label("E-mail").fill("priya at nilgiri")
    page.keyboard.press("Enter")
    expect(page.locator("#email-error")).to_be_visible()
    looks_at("reset-refused")
    page.get_by_label("E-mail").fill(email)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Check your e-mail")
    looks_at("reset-sent")
    letter = person.mail("Choose a new password", to=email)
    looks_at("mail-reset", letter)
    link = letter.locator('a[href*="/reset/"]').first.get_attribute("href")
    letter.close()
    page.goto(link)
    looks_at("reset-form")
    page.get_by_role("textbox", name="New password").fill("short")
    page.get_by_label("The same again").fill("short")
    page.keyboard.press("Enter")
    expect(page.locator("#password-error")).to_contain_text("at least 12 characters")
    looks_at("reset-form-short")
    page.get_by_role("textbox", name="New password").fill(NEW)
    page.get_by_label("The same again").fill(f"{NEW}!")
    page.keyboard.press("Enter")
    expect(page.locator("#again-error")).to_contain_text("The two passwords differ")
    page.get_by_role("textbox", name="New password").fill(NEW)
    page.get_by_label("The same again").fill(NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
    return link


def test_a_forgotten_password_is_chosen_anew_and_every_device_is_out(priya: Person, open_browser, nilgiri):
    thief = open_browser()
    thief.sign_in(nilgiri)
    email = nilgiri.admin.email
    link = forgets_and_chooses(priya, email)
    page = priya.page
    expect(page.get_by_text("every device is signed out")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    priya.looks_at("login-after-reset")
    thief.opens("/customers")
    expect(thief.page).to_have_url(re.compile("/login"))
    gives(page, email, factories.PASSWORD)
    expect(page.locator("#problem")).to_contain_text("E-mail or password is not right")
    gives(page, email, NEW)
    page.wait_for_url(FIRST_PAGE)
    page.goto(link)
    expect(heading(page)).to_have_text("This link has been used")
    priya.looks_at("reset-used")
    page.goto(f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}")
    priya.looks_at("reset-garbled")
    told = priya.mail("was changed", to=email)
    priya.looks_at("mail-password-changed", told)


def test_a_forgotten_password_without_javascript(open_browser, nilgiri):
    plain = open_browser(390, java_script_enabled=False)
    forgets_and_chooses(plain, nilgiri.user.email, has_script=False)
    expect(plain.page.get_by_text("every device is signed out")).to_be_visible()
    gives(plain.page, nilgiri.user.email, NEW)
    plain.page.wait_for_url(FIRST_PAGE)


def test_after_five_wrong_passwords_the_page_says_when_to_come_back(priya: Person, nilgiri):
    page = goes_to(priya, "/login")
    for _ in range(5):
        with page.expect_response(lambda reply: reply.request.method == "POST") as answer:
            gives(page, nilgiri.admin.email, "not my password at all")
        assert answer.value.status == 422
        expect(page.locator("#problem")).to_contain_text("E-mail or password is not right")
    priya.looks_at("login-error")
    with page.expect_response(lambda reply: reply.request.method == "POST") as answer:
        gives(page, nilgiri.admin.email, factories.PASSWORD)
    assert answer.value.status == 429
    assert 50 < int(answer.value.headers["retry-after"]) <= 60
    told = page.locator("#problem")
    expect(told).to_contain_text(re.compile(r"Wait \d\d seconds, then try again"))
    expect(told).to_contain_text(re.compile(r"You can try again at \d\d:\d\d:\d\d\."))
    expect(told).to_contain_text("Nothing is locked")
    expect(page.get_by_label("E-mail")).to_have_value(nilgiri.admin.email)
    priya.looks_at("login-wait")


# One's own account -------------------------------------------------------------------------------


def test_the_name_the_dark_theme_and_single_keys(priya: Person, nilgiri):
    priya.sign_in(nilgiri)
    page = goes_to(priya, "/account")
    priya.looks_at("account")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Name", exact=True).fill("")
    page.locator("#you-panel").get_by_role("button", name="Save").click()
    expect(page.locator("#name-error")).to_be_visible()
    priya.looks_at("account-refused")
    page.get_by_label("Name", exact=True).fill("Priya S. Iyer")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.locator("#you-panel").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Priya S. Iyer")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    priya.looks_at("account-dark")
    priya.opens("/customers")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator("h1").click()
    for key in ("?", "/", "n", "g", "i"):
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page).to_have_url(re.compile("/customers$"))
    assert page.evaluate("document.activeElement.id") != "q"


def test_two_windows_save_the_account(priya: Person, nilgiri):
    priya.sign_in(nilgiri)
    page, other = goes_to(priya, "/account"), priya.new_tab()
    other.goto(priya.product.url + "/account")
    other.get_by_label("Name", exact=True).fill("Priya Iyer")
    other.locator("#you-panel").get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("P. Iyer")
    page.locator("#you-panel").get_by_role("button", name="Save").click()
    expect(heading(page)).to_contain_text("saved this account while you were editing")
    priya.looks_at("err-409")
    page.get_by_role("button", name="Save these choices").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("P. Iyer")


def test_the_password_is_changed_and_the_other_devices_are_out(priya: Person, open_browser, nilgiri):
    priya.sign_in(nilgiri)
    other = open_browser()
    other.sign_in(nilgiri)
    page = goes_to(priya, "/account")
    panel = page.locator("#password-panel")
    panel.get_by_label("Current password").fill("not my password at all")
    panel.get_by_label("New password").fill(NEW)
    page.keyboard.press("Enter")
    expect(panel.get_by_text("That is not your password").first).to_be_visible()
    priya.looks_at("account-password-refused")
    panel.get_by_label("Current password").fill(factories.PASSWORD)
    panel.get_by_label("New password").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed. Your other devices are signed out.")).to_be_visible()
    other.opens("/customers")
    expect(other.page).to_have_url(re.compile("/login"))
    gives(other.page, nilgiri.admin.email, NEW)
    other.page.wait_for_url("**/customers")


def asks_for_another_address(person: Person, new: str) -> None:
    page = goes_to(person, "/account")
    panel = page.locator("#email-panel")
    panel.get_by_label("New e-mail").fill(new)
    panel.get_by_label("Current password").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"We sent a link to {new}")).to_be_visible()
    expect(page.get_by_text(f"{new} waits for you to open the link")).to_be_visible()


def test_another_address_is_confirmed_and_taken_back_by_the_old_one(priya: Person, open_browser, nilgiri):
    priya.sign_in(nilgiri)
    old, new = nilgiri.admin.email, f"priya.{priya.width}@{nilgiri.slug}.example.in"
    asks_for_another_address(priya, new)
    priya.looks_at("account-email-waits")
    priya.looks_at("mail-email-notice", priya.mail("asked to change your e-mail", to=old))
    letter = priya.mail("Confirm your new e-mail", to=new)
    priya.looks_at("mail-email-confirm", letter)
    letter.locator('a[href*="/account/email/"]').first.click()
    expect(heading(letter)).to_have_text("Confirm your new e-mail")
    priya.looks_at("email-confirm", letter)
    letter.get_by_role("button", name="Confirm my new e-mail").click()
    expect(letter.get_by_text(f"From now on you sign in with {new}")).to_be_visible()

    owner = open_browser(priya.width)
    owner.forgive(r"status of 410\b")
    signs_in(owner, old)
    expect(owner.page.locator("#problem")).to_contain_text("E-mail or password is not right")
    changed = owner.mail("was changed", to=old)
    owner.looks_at("mail-email-changed", changed)
    changed.locator('a[href*="/account/email-undo/"]').first.click()
    expect(heading(changed)).to_have_text("Take your e-mail back")
    owner.looks_at("email-undo", changed)
    undo = changed.url
    changed.get_by_role("button", name="Undo the change").click()
    changed.wait_for_url("**/reset")
    expect(changed.get_by_text("Your address is safe and every device is signed out")).to_be_visible()
    expect(changed.get_by_label("E-mail")).to_have_value(old)
    owner.looks_at("reset-after-undo", changed)
    goes_to(priya, "/account")
    expect(priya.page).to_have_url(re.compile("/login"))
    gives(priya.page, new, factories.PASSWORD)
    expect(priya.page.locator("#problem")).to_contain_text("E-mail or password is not right")
    changed.goto(undo)
    expect(heading(changed)).to_have_text("Your address is back already")
    owner.looks_at("email-undone", changed)


def test_another_address_is_called_off(priya: Person, nilgiri):
    priya.sign_in(nilgiri)
    asks_for_another_address(priya, f"elsewhere.{priya.width}@{nilgiri.slug}.example.in")
    priya.page.get_by_role("button", name="Call it off").click()
    expect(priya.page.get_by_text("Called off. Your address stays as it is.")).to_be_visible()
    expect(priya.page.get_by_text("waits for you to open the link")).to_be_hidden()


# Devices -----------------------------------------------------------------------------------------


def test_one_device_is_ended_and_then_all_others(priya: Person, open_browser, nilgiri):
    priya.sign_in(nilgiri)
    phone, tablet = open_browser(390), open_browser(1280)
    phone.sign_in(nilgiri)
    page = goes_to(priya, "/account/sessions")
    expect(page.get_by_role("heading", name="Signed in on 2 devices")).to_be_visible()
    expect(page.get_by_text("This device", exact=True)).to_be_visible()
    priya.looks_at("sessions")
    page.get_by_role("button", name=re.compile("^End .* on ")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Signed in on 1 device")).to_be_visible()
    phone.opens("/customers")
    expect(phone.page).to_have_url(re.compile("/login"))
    tablet.sign_in(nilgiri)
    page.reload()
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_text("All other devices are signed out.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Signed in on 1 device")).to_be_visible()
    tablet.opens("/customers")
    expect(tablet.page).to_have_url(re.compile("/login"))
    page.get_by_role("button", name="Sign out everywhere, here too").click()
    page.wait_for_url("**/login")


def test_devices_and_account_without_javascript(open_browser, nilgiri):
    plain, other = open_browser(java_script_enabled=False), open_browser()
    plain.sign_in(nilgiri)
    other.sign_in(nilgiri)
    page = goes_to(plain, "/account/sessions")
    page.get_by_role("button", name=re.compile("^End .* on ")).click()
    expect(page.get_by_text("That device is signed out.")).to_be_visible()
    page = goes_to(plain, "/account")
    page.get_by_label("Theme").select_option("dark")
    page.locator("#you-panel").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    asks_for_another_address(plain, f"plain@{nilgiri.slug}.example.in")


# Companies ---------------------------------------------------------------------------------------


def test_one_address_in_two_companies(priya: Person, nilgiri, shared):
    email, other = shared
    page = signs_in(priya, email)
    page.wait_for_url("**/login/company")
    expect(page.get_by_text(f"{email} opens 2 companies")).to_be_visible()
    priya.looks_at("companies")
    page.get_by_role("button", name=other.name).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{other.slug}/")
    page = goes_to(priya, "/companies")
    expect(heading(page)).to_have_text("Sign in to another company")
    priya.looks_at("companies-password")
    page.get_by_label("Password", exact=True).fill("not my password at all")
    page.keyboard.press("Enter")
    expect(page.locator("#password-error")).to_contain_text("That is not your password")
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/company")
    expect(page.get_by_role("button", name=other.name)).to_contain_text("You are here")
    priya.looks_at("companies-again")
    page.get_by_role("button", name=nilgiri.name).click()
    page.wait_for_url(f"**/c/{nilgiri.slug}/")
    page.goto(f"{priya.product.url}/c/{other.slug}/")
    expect(heading(page)).to_have_text("Nothing here")


def test_one_address_in_two_companies_without_javascript(open_browser, nilgiri, shared):
    email, other = shared
    plain = open_browser(390, java_script_enabled=False)
    page = signs_in(plain, email)
    page.get_by_role("button", name=nilgiri.name).click()
    page.wait_for_url(f"**/c/{nilgiri.slug}/")
    page = goes_to(plain, "/companies")
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Show my companies").click()
    page.get_by_role("button", name=other.name).click()
    page.wait_for_url(f"**/c/{other.slug}/")


# Pages that stop somebody ------------------------------------------------------------------------


def test_what_a_role_may_not_do_and_what_is_not_there(priya: Person, nilgiri):
    priya.sign_in(nilgiri, "user")
    page = priya.opens("/users/invite")
    expect(heading(page)).to_contain_text("cannot do this")
    expect(page.get_by_text("Priya", exact=True)).to_be_visible()
    priya.looks_at("err-403")
    page = priya.opens("/customers/00000000-0000-4000-8000-000000000000")
    expect(heading(page)).to_have_text("Nothing here")
    priya.looks_at("err-404")
    page.get_by_role("link", name="Go to the dashboard").click()
    page.wait_for_url(FIRST_PAGE)


def test_a_stranger_at_a_link_that_leads_nowhere(priya: Person):
    page = goes_to(priya, "/no/such/page")
    expect(heading(page)).to_have_text("Nothing here")
    priya.looks_at("err-404-stranger")
    page.get_by_role("link", name="Sign in to another company").click()
    page.wait_for_url("**/login**")


def test_a_new_browser_is_told_by_mail(priya: Person, open_browser, nilgiri):
    priya.sign_in(nilgiri)
    stranger = open_browser(priya.width)
    stranger.sign_in(nilgiri)
    letter = priya.mail("New sign-in", to=nilgiri.admin.email)
    priya.looks_at("mail-signin", letter)
