"""A second factor in front of a browser: set up, the codes kept, signing in, the way without a phone."""

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rms.crypto import totp
from tests import factories
from tests.browser.person import Person
from tests.second_factors import require_of_everybody, turn_on


def code_of(key: str, steps: int = 0) -> str:
    return totp.code_at(key.replace(" ", ""), dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30 * steps))


def gives_the_password(person: Person, company, role: str = "admin") -> None:
    page = person.page
    page.goto(person.product.url + "/login")
    page.get_by_label("E-mail").fill(company.people[role].email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_set_up_signed_out_and_in_again(open_browser, nilgiri, width):
    priya = open_browser(width)
    priya.sign_in(nilgiri)
    page = priya.page
    page.goto(priya.product.url + "/account")
    priya.looks_at("factor-off")
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/account/2fa")
    key = page.locator("b.code-t").inner_text()
    page.get_by_label("2. Type the 6 digits it shows").fill("4182")
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#factor-code-error")).to_have_text("That is 4 digits. It needs 6")
    priya.looks_at("factor-setting-up")
    page.goto(priya.product.url + "/account")
    priya.looks_at("factor-setting-up-account")
    page.get_by_label("2. Type the 6 digits it shows").fill(code_of(key, -1))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Keep these ten codes")).to_be_visible()
    codes = page.locator(".codes li").all_inner_texts()
    priya.looks_at("factor-codes")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download codes").click()
    assert kept.value.suggested_filename.endswith("-recovery-codes.txt")
    text = Path(kept.value.path()).read_text()
    assert len(codes) == 10 and all(code in text for code in codes)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes are left")).to_be_visible()
    priya.looks_at("factor-on")

    priya.context.clear_cookies()
    gives_the_password(priya, nilgiri)
    page.wait_for_url("**/login/code")
    field = page.get_by_label("Code", exact=True)
    expect(field).to_be_focused()
    priya.looks_at("factor-login-code")
    wrong = next(one for one in ("000000", "111111") if one not in (code_of(key), code_of(key, 1)))
    page.keyboard.type(wrong)
    expect(page.locator("#code-error")).to_be_visible()
    expect(field).to_be_focused()
    priya.looks_at("factor-login-code-wrong")
    right = code_of(key)
    # As it is pasted: at once, and with its space.
    field.evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })) }",
        f"{right[:3]} {right[3:]}",
    )
    page.wait_for_url(re.compile(rf"/c/{nilgiri.slug}/"))
    priya.has_no_complaints()


@pytest.mark.parametrize("width", [1280, 390])
def test_without_javascript_and_without_the_phone(open_browser, nilgiri, width):
    phone = turn_on(nilgiri, nilgiri.admin)
    plain = open_browser(width, java_script_enabled=False)
    gives_the_password(plain, nilgiri)
    page = plain.page
    page.wait_for_url("**/login/code")
    page.get_by_text("Use a recovery code", exact=True).click()
    page.get_by_label("Recovery code").fill("no such code")
    page.get_by_role("button", name="Use this code").click()
    expect(page.get_by_text("10 letters and digits").first).to_be_visible()
    page.get_by_label("Recovery code").fill(phone.codes[0].lower())
    page.get_by_role("button", name="Use this code").click()
    page.wait_for_url(re.compile(rf"/c/{nilgiri.slug}/"))
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    page.goto(plain.product.url + "/account")
    page.get_by_text("Turn off", exact=True).click()
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_role("button", name="Turn off the second factor").click()
    expect(page.get_by_role("button", name="Set it up")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_admin_helps_and_the_company_asks_for_a_new_one(open_browser, nilgiri, width):
    turn_on(nilgiri, nilgiri.user)
    priya = open_browser(width)
    priya.sign_in(nilgiri)
    page = priya.opens("/users")
    page.get_by_label("Turn off the second factor of Asha").click()
    priya.looks_at("factor-people")
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_text("comes in with the password alone").first).to_be_visible()
    require_of_everybody(nilgiri)
    asha = open_browser(width)
    gives_the_password(asha, nilgiri, "user")
    asha.page.wait_for_url("**/account/2fa")
    expect(asha.page.get_by_text("asks everybody for a second factor")).to_be_visible()
    asha.looks_at("factor-required")


def test_the_code_page_at_night(open_browser, nilgiri):
    turn_on(nilgiri, nilgiri.admin)
    owl = open_browser(1280, color_scheme="dark")
    gives_the_password(owl, nilgiri)
    owl.page.wait_for_url("**/login/code")
    owl.page.get_by_text("Use a recovery code", exact=True).click()
    owl.looks_at("factor-login-code-dark")
