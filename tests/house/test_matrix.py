"""Every address by everybody, against a table that was written by hand (matrix.txt).

`test_roles.py` walks by the product's own table of permissions; this one would notice that the table itself,
or the permission a view asks for, is wrong.
"""

from pathlib import Path

import pytest

from rms.db import session
from tests.house import belongings
from tests.house.belongings import Belongings, let_users_draft
from tests.house.forms import POSTS, body_of
from tests.house.routes import is_public, method_of, path_of, rules
from tests.house.walking import send
from tests.http import Browser

FILE = Path(__file__).with_name("matrix.txt")
COLUMNS = ("admin", "manager", "user", "drafting", "out", "rival")
ANSWERS = {"ok", "403", "404", "sign-in"}


def matrix() -> dict[str, dict[str, str]]:
    """Endpoint -> who -> answer."""
    lines = [line.split() for line in FILE.read_text().splitlines() if line.strip() and line[0] != "#"]
    head, *rows = lines
    assert tuple(head[1:]) == COLUMNS
    found = {endpoint: dict(zip(COLUMNS, answers, strict=True)) for endpoint, *answers in rows}
    assert len(found) == len(rows), "an endpoint stands in it twice"
    return found


@pytest.fixture
def theirs(nilgiri) -> Belongings:
    return belongings.give(nilgiri)


@pytest.fixture
def values(app, superuser, nilgiri, theirs) -> dict:
    """What fills an address of Nilgiri: their rows, a session of Priya's, a link that nobody sent."""
    Browser(app, nilgiri, nilgiri.admin)
    found = superuser.execute("SELECT id FROM sessions WHERE user_id = %s", (nilgiri.admin.id,)).fetchone()
    return {**theirs.values(), "slug": nilgiri.slug, "session_id": found[0], "token": "garbled", "n": 1}


@pytest.fixture
def nothing_is_stored(monkeypatch):
    """Each request is answered as ever and then undone, so that one address cannot spoil it for the next."""
    return lambda: monkeypatch.setattr(session, "commit", session.rollback)


def test_every_address_stands_in_the_table(app):
    served, written = {rule.endpoint for rule in rules(app)}, set(matrix())
    assert not served - written, "say in matrix.txt who may"
    assert not written - served, "these addresses are gone"


def test_the_table_knows_only_these_answers():
    for endpoint, answers in matrix().items():
        assert set(answers.values()) <= ANSWERS, endpoint


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("who", COLUMNS)
def test_everybody_gets_the_answer_that_is_written(
    app, nilgiri, sahyadri, theirs, values, nothing_is_stored, who, hx
):
    browser = _browser(app, nilgiri, sahyadri, who)
    nothing_is_stored()
    cookies = dict(browser.client._cookies)
    wrong, expected = [], matrix()
    for rule in (rule for rule in rules(app) if rule.endpoint in expected):
        browser.client._cookies = dict(cookies)
        where, _ = POSTS.get(rule.endpoint, ({}, None))
        path = path_of(app, rule, values | {name: getattr(theirs, kind) for name, kind in where.items()})
        reply = send(browser, method_of(rule), path, body_of(rule.endpoint, theirs), hx=hx)
        answer = _answer(reply, is_asked=who == "out" and not is_public(app, rule))
        if answer != expected[rule.endpoint][who]:
            wrong.append(f"{rule.endpoint}: {answer} and not {expected[rule.endpoint][who]}")
    assert not wrong, "\n".join(wrong)


def _browser(app, nilgiri, sahyadri, who: str):
    if who == "rival":
        return Browser(app, sahyadri, sahyadri.admin)
    if who == "drafting":
        let_users_draft(nilgiri)
    if who == "out":
        browser = Browser(app, nilgiri, nilgiri.admin)
        browser.post("/logout")
        browser.get("/login")
        return browser
    role = "user" if who == "drafting" else who
    return Browser(app, nilgiri, nilgiri.people[role])


def _answer(reply, *, is_asked: bool) -> str:
    """`is_asked`: being led to the sign-in page means being asked; who signs out is led there, too."""
    if reply.status_code in (403, 404) or reply.status_code >= 500:
        return str(reply.status_code)
    is_led = reply.status_code == 303 and reply.location.partition("?")[0] == "/login"
    return "sign-in" if reply.status_code == 401 or (is_asked and is_led) else "ok"
