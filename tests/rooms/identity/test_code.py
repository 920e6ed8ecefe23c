"""GET and POST /login/code: what is asked after the password of whoever has a second factor."""

import re
import threading

import pytest

from rms.actions import passes
from tests.factories import PASSWORD
from tests.rooms.identity.visitor import Visitor
from tests.second_factors import App, turn_on


@pytest.fixture(autouse=True)
def nobody_has_tried(superuser) -> None:
    superuser.execute("DELETE FROM login_attempts")


@pytest.fixture
def phone(app, nilgiri) -> App:
    return turn_on(nilgiri, nilgiri.admin)


@pytest.fixture
def asked(visitor, nilgiri, phone) -> Visitor:
    """Priya, whose password was right."""
    assert visitor.sign_in(nilgiri.admin.email).location == "/login/code"
    return visitor


def home_of(company) -> str:
    return f"/c/{company.slug}/"


def is_in(visitor: Visitor, company) -> bool:
    return visitor.get(f"/c/{company.slug}/services").status_code == 200


def sessions_of(superuser, person) -> list[bool]:
    found = superuser.execute(
        "SELECT with_second_factor FROM sessions WHERE user_id = %s AND revoked_at IS NULL", (person.id,)
    )
    return [one for (one,) in found.fetchall()]


def test_the_password_alone_gives_no_session(asked, nilgiri, superuser):
    assert asked.session_cookie is None and not is_in(asked, nilgiri)
    assert sessions_of(superuser, nilgiri.admin) == []


def test_the_page_takes_pasted_and_offered_codes(asked, nilgiri):
    page = asked.get("/login/code")
    assert page.status_code == 200 and f"RMS Billing, {nilgiri.name}" in page.text
    [field] = re.findall(r'<input[^>]*name="code"[^>]*>', page.text)
    for words in ('autocomplete="one-time-code"', 'inputmode="numeric"', 'data-sends="6"'):
        assert words in field
    assert int(re.search(r'maxlength="(\d+)"', field)[1]) > 7, "a pasted code has a space"
    assert nilgiri.admin.email not in page.text
    assert "Use a recovery code" in page.text


def test_with_the_code_one_is_in_and_the_session_says_so(asked, nilgiri, phone, superuser):
    code = phone.code()
    reply = asked.post("/login/code", code=f" {code[:3]} {code[3:]}")
    assert reply.status_code == 303 and reply.location.startswith(home_of(nilgiri))
    assert is_in(asked, nilgiri)
    assert sessions_of(superuser, nilgiri.admin) == [True]


def test_by_htmx_the_browser_is_led_on(asked, nilgiri, phone):
    wrong = asked.post("/login/code", hx=True, code=phone.wrong())
    assert wrong.status_code == 422 and wrong.text.strip().startswith('<div id="code-forms"')
    reply = asked.post("/login/code", hx=True, code=phone.code())
    assert reply.headers["HX-Redirect"].startswith(home_of(nilgiri))


def test_it_leads_where_one_wanted_to_go(visitor, nilgiri, phone):
    wanted = f"/c/{nilgiri.slug}/customers"
    visitor.sign_in(nilgiri.admin.email, next=wanted)
    assert visitor.post("/login/code", code=phone.code()).location == wanted


def test_a_wrong_code_is_said_so_and_gives_nothing(asked, nilgiri, phone):
    reply = asked.post("/login/code", code=phone.wrong())
    assert reply.status_code == 422 and "That code is not right" in reply.text
    assert phone.wrong() not in reply.text
    assert asked.session_cookie is None and not is_in(asked, nilgiri)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the code"),
        ("418 2", "That is 4 digits. It needs 6"),
        ("1", "That is 1 digit. It needs 6"),
        ("4182ab", "A code has digits only"),
        ("٤١٨٢٣٤", "A code has digits only"),
    ],
)
def test_what_is_no_code_is_not_counted(asked, superuser, typed, told):
    reply = asked.post("/login/code", code=typed)
    assert reply.status_code == 422 and told in reply.text
    assert superuser.execute("SELECT count(*) FROM login_attempts WHERE kind = 'code'").fetchone() == (0,)


def test_a_code_works_once(asked, app, nilgiri, phone):
    code = phone.code()
    assert asked.post("/login/code", code=code).status_code == 303
    other = Visitor(app)
    other.sign_in(nilgiri.admin.email)
    assert other.post("/login/code", code=code).status_code == 422
    assert other.post("/login/code", code=phone.code(1)).status_code == 303


def test_twenty_that_bring_one_code_at_once_are_one(app, nilgiri, phone, superuser):
    code, visitors = phone.code(), [Visitor(app) for _ in range(20)]
    for one in visitors:
        one.sign_in(nilgiri.admin.email)
        one.get("/login/code")
    superuser.execute("DELETE FROM login_attempts WHERE kind <> 'pass'")
    statuses: list[int] = []
    start = threading.Barrier(20)

    def press(one: Visitor) -> None:
        start.wait()
        statuses.append(one.post("/login/code", code=code).status_code)

    threads = [threading.Thread(target=press, args=(one,)) for one in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(statuses) == 20 and statuses.count(303) == 1
    assert set(statuses) <= {303, 422, 429}
    assert sessions_of(superuser, nilgiri.admin) == [True]


def test_a_recovery_code_lets_in_once_and_says_what_is_left(asked, app, nilgiri, phone):
    reply = asked.post("/login/code", recovery=phone.codes[0].lower())
    assert reply.status_code == 303 and reply.location.startswith(home_of(nilgiri))
    assert "9 recovery codes are left." in asked.get("/account").text
    other = Visitor(app)
    other.sign_in(nilgiri.admin.email)
    again = other.post("/login/code", recovery=phone.codes[0])
    assert again.status_code == 422 and "That recovery code is not right" in again.text
    assert '<details class="recovery mt4" open>' in again.text
    assert "10 letters and digits" in other.post("/login/code", recovery="what").text


def test_row_22_guessing_codes_is_slowed_down(asked, app, nilgiri, phone):
    for _ in range(5):
        assert asked.post("/login/code", code=phone.wrong()).status_code == 422
    refused = asked.post("/login/code", code=phone.code())
    assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Nothing is locked" in refused.text
    other = Visitor(app)
    other.sign_in(nilgiri.admin.email)
    assert other.post("/login/code", recovery=phone.codes[0]).status_code == 429, (
        "the account's, not the browser's"
    )


def test_who_was_not_asked_has_nothing_to_answer(visitor, phone):
    assert visitor.get("/login/code").location == "/login"
    assert visitor.post("/login/code", code=phone.code()).location == "/login"
    assert "Sign in again" in visitor.get("/login").text


def test_after_five_minutes_it_begins_anew(asked, phone, monkeypatch):
    from rms.rooms.identity import entry

    real = entry.now
    monkeypatch.setattr(entry, "now", lambda: real() + passes.LASTS)
    assert asked.post("/login/code", code=phone.code()).location == "/login"


def test_a_password_that_was_changed_meanwhile_lets_nobody_in(asked, nilgiri, phone, superuser):
    superuser.execute("UPDATE users SET password_hash = 'another' WHERE id = %s", (nilgiri.admin.id,))
    assert asked.post("/login/code", code=phone.code()).location == "/login"
    assert asked.session_cookie is None


def test_the_code_of_somebody_else_opens_nothing(asked, app, nilgiri, sahyadri):
    theirs = turn_on(sahyadri, sahyadri.admin)
    assert asked.post("/login/code", code=theirs.code()).status_code == 422
    assert asked.post("/login/code", recovery=theirs.codes[0]).status_code == 422


def test_a_wrong_password_says_nothing_of_a_second_factor(app, nilgiri, phone):
    with_one, without = Visitor(app), Visitor(app)
    first = with_one.sign_in(nilgiri.admin.email, "not the tea of the hills")
    second = without.sign_in(nilgiri.manager.email, "not the tea of the hills")
    assert first.status_code == second.status_code == 422
    assert (
        "code" not in first.text.replace(nilgiri.admin.email, "").split("<main", 1)[1].split("</main", 1)[0]
    )


def test_one_password_of_two_companies_asks_only_where_it_is_on(app, nilgiri, sahyadri, phone, superuser):
    superuser.execute("UPDATE users SET email = %s WHERE id = %s", (nilgiri.admin.email, sahyadri.admin.id))
    visitor = Visitor(app)
    assert visitor.sign_in(nilgiri.admin.email, PASSWORD).location == "/login/company"
    reply = visitor.post("/login/company", company=nilgiri.tenant_id.hex)
    assert reply.location == "/login/code" and visitor.session_cookie is None
    other = Visitor(app)
    other.sign_in(nilgiri.admin.email)
    assert other.post("/login/company", company=sahyadri.tenant_id.hex).location.startswith(home_of(sahyadri))
