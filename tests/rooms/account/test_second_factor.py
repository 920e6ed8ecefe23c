"""/account/2fa: setting it up, its recovery codes, turning it off; and where the company asks for one."""

import html
import re
from urllib.parse import unquote

import pytest

from tests.factories import PASSWORD
from tests.http import Browser
from tests.second_factors import App, require_of_everybody, turn_on

KEY = re.compile(r'<b class="code-t">([A-Z2-7 ]+)</b>')
CODES = re.compile(r"<li>([0-9A-Z]{5}-[0-9A-Z]{5})</li>")


def key_on(page) -> str:
    return KEY.search(page.text)[1].replace(" ", "")


def begin(browser) -> App:
    reply = browser.post("/account/2fa/begin")
    assert (reply.status_code, reply.location) == (303, "/account/2fa")
    return App(key_on(browser.get("/account/2fa")), [])


def with_app(app, company, person, phone: App) -> Browser:
    """Signed in with a code."""
    browser = Browser.__new__(Browser)
    browser.client, browser.company, browser.person, browser.csrf = app.test_client(), company, person, ""
    browser.get("/login")
    assert browser.post("/login", email=person.email, password=PASSWORD).location == "/login/code"
    assert browser.post("/login/code", code=phone.code()).status_code == 303
    browser.get("services")
    return browser


def age(superuser, company) -> None:
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '20 minutes' WHERE tenant_id = %s",
        (company.tenant_id,),
    )


def test_it_is_off_until_somebody_wants_it(priya):
    page = priya.get("/account")
    assert "Set it up" in page.text and "recovery code" not in page.text


def test_the_account_page_shows_qr_and_key_while_it_is_set_up(priya, nilgiri):
    phone = begin(priya)
    for path in ("/account", "/account/2fa"):
        page = priya.get(path)
        assert key_on(page) == phone.secret
        [drawn] = re.findall(r"<svg[^>]*class=\"qr\".*?</svg>", page.text, re.S)
        assert "style=" not in drawn and "viewBox" in drawn
    begin(priya)
    assert key_on(priya.get("/account")) != phone.secret


def test_turned_on_it_shows_the_codes_once(priya, nilgiri, superuser):
    phone = begin(priya)
    reply = priya.post("/account/2fa/confirm", code=phone.code())
    assert reply.status_code == 200
    codes = CODES.findall(reply.text)
    assert len(set(codes)) == 10
    link = re.search(r'download="([^"]+)" href="data:text/plain;charset=utf-8,([^"]+)"', reply.text)
    assert link[1].endswith("-recovery-codes.txt") and all(
        one in unquote(html.unescape(link[2])) for one in codes
    )
    page = priya.get("/account")
    assert "10 recovery codes are left" in page.text and not CODES.findall(page.text)
    assert phone.secret not in page.text.replace(" ", "") and 'class="qr"' not in page.text
    kept = superuser.execute(
        "SELECT code_hash FROM recovery_codes WHERE tenant_id = %s", (nilgiri.tenant_id,)
    )
    stored = " ".join(one for (one,) in kept.fetchall())
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_a_wrong_code_turns_nothing_on_and_keeps_the_key(priya):
    phone = begin(priya)
    for typed, told in (
        (phone.wrong(), "That code is not right"),
        ("", "Enter the code"),
        ("418 2", "That is 4 digits. It needs 6"),
    ):
        reply = priya.post("/account/2fa/confirm", code=typed)
        assert reply.status_code == 422 and told in reply.text
        assert key_on(reply) == phone.secret


def test_confirmed_again_it_says_so(priya):
    phone = begin(priya)
    priya.post("/account/2fa/confirm", code=phone.code())
    again = priya.post("/account/2fa/confirm", code=phone.code())
    assert again.status_code == 409 and not CODES.findall(again.text)
    assert priya.post("/account/2fa/begin").status_code == 409


def test_other_devices_are_signed_out_and_this_one_has_proved_it(priya, priya_too, superuser, nilgiri):
    phone = begin(priya)
    priya.post("/account/2fa/confirm", code=phone.code())
    assert priya.get("/account").status_code == 200
    assert priya_too.get("/account").status_code == 303
    assert "with a code" in priya.get("/account/sessions").text


def test_what_was_begun_can_be_left(priya):
    begin(priya)
    assert priya.post("/account/2fa/off").status_code == 303
    assert "Set it up" in priya.get("/account").text


def test_turning_off_takes_a_code(priya, nilgiri):
    phone = begin(priya)
    recovery = CODES.findall(priya.post("/account/2fa/confirm", code=phone.code(-1)).text)
    for typed in ("", phone.wrong(), phone.code(-1)):
        assert priya.post("/account/2fa/off", code=typed).status_code == 422
    assert "Turn it off" in priya.get("/account").text
    assert priya.post("/account/2fa/off", code=recovery[0]).status_code == 303
    page = priya.get("/account").text
    assert "Your second factor is off" in page and "Set it up" in page


def test_guessing_at_an_open_screen_is_slowed_down(priya):
    phone = begin(priya)
    priya.post("/account/2fa/confirm", code=phone.code(-1))
    statuses = [priya.post("/account/2fa/off", code=phone.wrong()).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert priya.post("/account/2fa/off", code=phone.code()).status_code == 429


@pytest.mark.parametrize("path", ["begin", "confirm", "codes", "off"])
def test_each_of_them_asks_for_the_password_again(priya, nilgiri, superuser, path):
    age(superuser, nilgiri)
    reply = priya.post(f"/account/2fa/{path}", code="123456")
    assert reply.status_code == 403 and "Your password, please" in reply.text


def test_new_codes_take_the_place_of_the_old(priya):
    assert priya.post("/account/2fa/codes").status_code == 409
    phone = begin(priya)
    first = CODES.findall(priya.post("/account/2fa/confirm", code=phone.code(-1)).text)
    second = CODES.findall(priya.post("/account/2fa/codes").text)
    assert len(second) == 10 and not set(first) & set(second)
    assert priya.post("/account/2fa/off", code=first[0]).status_code == 422
    assert priya.post("/account/2fa/off", code=second[0]).status_code == 303


# A company that asks everybody for one --------------------------------------------------------------


def test_whoever_has_none_is_led_to_set_it_up_and_no_further(asha, nilgiri):
    require_of_everybody(nilgiri)
    for path in ("", "invoices", "customers", "services"):
        reply = asha.get(path)
        assert (reply.status_code, reply.location) == (303, "/account/2fa")
    assert asha.get("invoices", hx=True).headers["HX-Redirect"] == "/account/2fa"
    page = asha.get("/account/2fa")
    assert page.status_code == 200 and "asks everybody for a second factor" in page.text
    for path in ("/account", "/account/sessions"):
        assert asha.get(path).status_code == 200


def test_nothing_is_written_without_one_and_nothing_typed_is_lost(priya, nilgiri):
    require_of_everybody(nilgiri)
    for hx in (False, True):
        reply = priya.post("customers", {"name": "Nobody"}, hx=hx)
        assert reply.status_code == 403 and "second factor" in reply.text
        assert "HX-Redirect" not in reply.headers
    assert priya.post("/logout").status_code == 303


def test_once_it_is_on_everything_opens(asha, nilgiri):
    require_of_everybody(nilgiri)
    phone = begin(asha)
    asha.post("/account/2fa/confirm", code=phone.code())
    assert asha.get("services").status_code == 200
    assert asha.post("/account/2fa/off", code=phone.code(1)).status_code == 303
    assert asha.get("services").location == "/account/2fa"


def test_whoever_has_one_goes_on_as_before(app, nilgiri):
    require_of_everybody(nilgiri)
    phone = turn_on(nilgiri, nilgiri.manager)
    assert with_app(app, nilgiri, nilgiri.manager, phone).get("services").status_code == 200


def test_the_secret_is_nobody_elses(priya, imran):
    phone = begin(priya)
    assert phone.secret not in imran.get("/account/2fa").text.replace(" ", "")
    assert imran.post("/account/2fa/confirm", code=phone.code()).status_code == 409
