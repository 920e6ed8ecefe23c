"""GET /account/sessions and ending them: only one's own, and it holds on the very next request."""

import datetime as dt
import re
from uuid import uuid4

import pytest

from rms.actions import sessions
from rms.db.session import db
from rms.models import UserSession
from tests.factories import PASSWORD
from tests.http import Browser

CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36"
)


def signed_in(company, person, **more) -> UserSession:
    now = dt.datetime.now(dt.UTC)
    with company.scope(person):
        row = UserSession(
            **{
                "user_id": person.id,
                "refresh_token": uuid4().hex,
                "expires_at": now + dt.timedelta(days=2),
                "idle_expires_at": now + dt.timedelta(hours=8),
                "last_seen_at": now - dt.timedelta(minutes=5),
                **more,
            }
        )
        db().add(row)
        db().flush()
        return row


def row_of(page: str, session_id) -> str:
    found = re.search(rf'<tr class="row" id="s-{session_id}">(.*?)</tr>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def state_of(superuser, session_id) -> tuple:
    return superuser.execute(
        "SELECT is_active, revoked_because FROM sessions WHERE id = %s", (session_id,)
    ).fetchone()


def make_stale(superuser, company) -> None:
    """The password was given twenty minutes ago."""
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '20 minutes' WHERE tenant_id = %s",
        (company.tenant_id,),
    )


def test_each_device_is_told_as_it_called_itself(priya, nilgiri):
    phone = signed_in(nilgiri, nilgiri.admin, user_agent=CHROME, ip_address="203.0.113.7", remember=True)
    page = priya.get("/account/sessions").text
    told = row_of(page, phone.id)
    assert "Chrome on Android" in told and "203.0.113.7" in told and "Kept in for 2 days" in told
    assert "Signed in on 2 devices" in page
    assert page.count("This device") == 1
    assert "This device" not in told


def test_a_program_is_told_as_one(priya, nilgiri):
    row = signed_in(nilgiri, nilgiri.admin, audience="api", user_agent="curl/8.5.0")
    assert "Program (API)" in row_of(priya.get("/account/sessions").text, row.id)


def test_a_second_factor_is_told(priya, nilgiri):
    row = signed_in(nilgiri, nilgiri.admin, with_second_factor=True)
    assert "with a code" in row_of(priya.get("/account/sessions").text, row.id)


def test_what_is_over_or_a_colleagues_is_not_in_the_list(priya, nilgiri):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    gone = [
        signed_in(nilgiri, nilgiri.admin, expires_at=past),
        signed_in(nilgiri, nilgiri.admin, idle_expires_at=past),
        signed_in(nilgiri, nilgiri.admin, revoked_at=past, is_active=False),
        signed_in(nilgiri, nilgiri.user),
    ]
    page = priya.get("/account/sessions").text
    assert not any(row_of(page, row.id) for row in gone)
    assert "Signed in on 1 device<" in page and "End all others" not in page


def test_what_a_header_says_cannot_break_the_page(priya, nilgiri):
    row = signed_in(nilgiri, nilgiri.admin, user_agent="<script>alert(1)</script>", ip_address="<b>")
    page = priya.get("/account/sessions").text
    assert "<script>alert" not in page and '<td class="g-c"><b>' not in page
    assert "An unknown device" in row_of(page, row.id)


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_one_is_ended_and_refused_on_its_next_click(app, priya, superuser, nilgiri, hx):
    other = Browser(app, nilgiri, nilgiri.admin)
    ids = re.findall(r'id="s-([0-9a-f-]+)"', priya.get("/account/sessions").text)
    assert len(ids) == 2
    (its_id,) = [one for one in ids if f"/account/sessions/{one}/end" in priya.get("/account/sessions").text]
    reply = priya.post(f"/account/sessions/{its_id}/end", hx=hx)
    if hx:
        assert reply.status_code == 200 and "Signed in on 1 device<" in reply.text
        assert '<hx-partial hx-target="#views"' in reply.text
    else:
        assert (reply.status_code, reply.location) == (303, "/account/sessions")
    assert state_of(superuser, its_id) == (False, "ended")
    assert other.get("/account").status_code == 303
    assert priya.get("/account").status_code == 200


def test_row_2_only_ones_own_can_be_ended(priya, rohan, superuser, nilgiri, sahyadri):
    theirs = [signed_in(nilgiri, nilgiri.user), signed_in(sahyadri, sahyadri.admin)]
    for row in theirs:
        for path in (f"/account/sessions/{row.id}/end", f"/account/sessions/{uuid4()}/end"):
            assert priya.post(path).status_code == 404
        assert state_of(superuser, row.id) == (True, None)


def test_ending_ones_own_is_signing_out(priya, superuser, nilgiri):
    with nilgiri.scope():
        (own,) = superuser.execute(
            "SELECT id FROM sessions WHERE user_id = %s", (nilgiri.admin.id,)
        ).fetchone()
    reply = priya.post(f"/account/sessions/{own}/end")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert priya.get("/account").status_code == 303


def test_all_others_are_ended_at_once(app, priya, imran, superuser, nilgiri):
    others = [Browser(app, nilgiri, nilgiri.admin) for _ in range(3)]
    program = signed_in(nilgiri, nilgiri.admin, audience="api")
    reply = priya.post("/account/sessions/end-others", hx=True)
    assert reply.status_code == 200 and "Signed in on 1 device<" in reply.text
    assert all(other.get("/account").status_code == 303 for other in others)
    assert state_of(superuser, program.id) == (False, "ended")
    assert priya.get("/account").status_code == 200 and imran.get("/account").status_code == 200


def test_signing_out_everywhere_includes_here(app, priya, priya_too, imran):
    reply = priya.post("/account/sessions/end-all")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert "signed out everywhere" in priya.get("/login").text
    assert priya.get("/account").status_code == 303 and priya_too.get("/account").status_code == 303
    assert imran.get("/account").status_code == 200


@pytest.mark.parametrize("path", ["end-others", "end-all"])
def test_ending_many_asks_for_the_password_again(priya, priya_too, superuser, nilgiri, path):
    make_stale(superuser, nilgiri)
    asked = priya.post(f"/account/sessions/{path}")
    assert asked.status_code == 403 and "step_up_password" in asked.text
    assert priya_too.get("/account").status_code == 200
    reply = priya.post(f"/account/sessions/{path}", {"step_up_password": PASSWORD})
    assert reply.status_code == 303
    assert priya_too.get("/account").status_code == 303


def test_a_session_that_another_act_ended_stays_as_it_was_ended(priya, superuser, nilgiri):
    row = signed_in(nilgiri, nilgiri.admin)
    with nilgiri.scope():
        sessions.end(row.id, because="password", now=dt.datetime.now(dt.UTC))
    assert priya.post(f"/account/sessions/{row.id}/end").status_code == 303
    assert state_of(superuser, row.id) == (False, "password")
