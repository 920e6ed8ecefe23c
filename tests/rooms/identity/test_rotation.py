"""A session over time, by real requests: tokens rotate, copies are noticed, its end is told before."""

import datetime as dt
from uuid import UUID

import pytest

from rms.crypto import access_token
from tests.rooms.identity.visitor import SESSION, Visitor

ACCESS = "__Host-rms_at"


def session_of(superuser, user_id) -> dict:
    row = superuser.execute(
        "SELECT id, refresh_token, previous_refresh_token, confirmed, revoked_because, idle_expires_at,"
        " last_seen_at, expires_at FROM sessions WHERE user_id = %s ORDER BY created_at DESC LIMIT 1",
        (user_id,),
    ).fetchone()
    names = ("id", "current", "previous", "confirmed", "because", "idle_end", "seen", "ends")
    return dict(zip(names, row, strict=True))


def age(superuser, user_id, seconds: int) -> None:
    """As if so much time had passed since the token was made and the session last used."""
    superuser.execute(
        "UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => %(s)s),"
        " last_seen_at = last_seen_at - make_interval(secs => %(s)s) WHERE user_id = %(user)s",
        {"s": seconds, "user": user_id},
    )


def forget_access(visitor: Visitor) -> None:
    """What the browser does when its ten minutes are over."""
    visitor.client.delete_cookie(ACCESS, domain="billing.test")


def set_refresh(visitor: Visitor, text: str) -> None:
    visitor.client.set_cookie(SESSION, text, domain="billing.test", secure=True)


@pytest.fixture
def signed_in(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    return visitor


def is_in(visitor: Visitor, company) -> bool:
    return visitor.get("/").location == f"/c/{company.slug}/"


def test_while_the_access_token_is_good_nothing_is_exchanged(signed_in, nilgiri, superuser):
    age(superuser, nilgiri.admin.id, 3_000)
    before = session_of(superuser, nilgiri.admin.id)
    reply = signed_in.get(f"/c/{nilgiri.slug}/")
    assert reply.status_code == 200
    assert not [line for line in reply.headers.getlist("Set-Cookie") if "rms_rt" in line or "rms_at" in line]
    assert session_of(superuser, nilgiri.admin.id)["current"] == before["current"]


def test_afterwards_both_tokens_are_new_within_the_same_request(signed_in, nilgiri, superuser):
    old = signed_in.session_cookie.value
    age(superuser, nilgiri.admin.id, 601)
    forget_access(signed_in)
    before = session_of(superuser, nilgiri.admin.id)
    assert signed_in.get(f"/c/{nilgiri.slug}/").status_code == 200
    after = session_of(superuser, nilgiri.admin.id)
    assert signed_in.session_cookie.value != old
    assert signed_in.client.get_cookie(ACCESS, domain="billing.test") is not None
    assert (after["previous"], after["confirmed"]) == (before["current"], False)
    assert after["idle_end"] > before["idle_end"]
    assert is_in(signed_in, nilgiri)


def test_a_form_posted_with_an_old_token_is_not_lost(signed_in, nilgiri, superuser):
    signed_in.get(f"/c/{nilgiri.slug}/services")
    age(superuser, nilgiri.admin.id, 700)
    forget_access(signed_in)
    reply = signed_in.post("/session/stay")
    assert (reply.status_code, reply.headers["HX-Trigger"]) == (204, "stayed")


def test_a_refused_request_hands_out_the_new_token_too(signed_in, nilgiri, superuser):
    """A token that was exchanged and not handed out would sign its owner out."""
    old = signed_in.session_cookie.value
    age(superuser, nilgiri.admin.id, 700)
    forget_access(signed_in)
    assert signed_in.get(f"/c/{nilgiri.slug}/invoices/nonsense").status_code == 404
    assert signed_in.session_cookie.value != old
    assert is_in(signed_in, nilgiri)


def test_parallel_requests_of_one_page_all_get_through(signed_in, nilgiri, superuser):
    old = signed_in.session_cookie.value
    age(superuser, nilgiri.admin.id, 700)
    forget_access(signed_in)
    assert is_in(signed_in, nilgiri)
    new = signed_in.session_cookie.value
    late = Visitor(signed_in.client.application)
    set_refresh(late, old)
    assert is_in(late, nilgiri)
    assert late.session_cookie.value == old
    assert session_of(superuser, nilgiri.admin.id)["because"] is None
    forget_access(signed_in)
    set_refresh(signed_in, new)
    assert is_in(signed_in, nilgiri)


def test_a_lost_reply_signs_nobody_out(signed_in, nilgiri, superuser):
    old = signed_in.session_cookie.value
    age(superuser, nilgiri.admin.id, 700)
    forget_access(signed_in)
    signed_in.get("/")
    forget_access(signed_in)
    set_refresh(signed_in, old)
    age(superuser, nilgiri.admin.id, 60)
    assert is_in(signed_in, nilgiri)
    assert signed_in.session_cookie.value != old


def test_row_17_a_copied_token_ends_the_session_is_audited_and_mailed(signed_in, nilgiri, superuser):
    old = signed_in.session_cookie.value
    age(superuser, nilgiri.admin.id, 700)
    forget_access(signed_in)
    signed_in.get("/")
    forget_access(signed_in)
    signed_in.get("/")  # the new token has come back: its predecessor can only be a copy now
    age(superuser, nilgiri.admin.id, 60)
    thief = Visitor(signed_in.client.application)
    set_refresh(thief, old)
    assert thief.get("/").location == "/login"
    assert session_of(superuser, nilgiri.admin.id)["because"] == "reuse"
    assert signed_in.get("/").location == "/login"
    entries = superuser.execute(
        "SELECT count(*) FROM audit_logs WHERE tenant_id = %s AND action = 'session_reuse'",
        (nilgiri.tenant_id,),
    )
    mails = superuser.execute(
        "SELECT to_address FROM email_messages WHERE tenant_id = %s AND kind = 'session_reuse'",
        (nilgiri.tenant_id,),
    )
    assert (entries.fetchone(), mails.fetchall()) == ((1,), [(nilgiri.admin.email,)])


def test_row_17_a_token_that_is_not_ours_ends_nobodys_session(signed_in, nilgiri, superuser):
    forger = Visitor(signed_in.client.application)
    set_refresh(forger, signed_in.session_cookie.value[:-2] + "xx")
    assert forger.get("/").location == "/login"
    assert is_in(signed_in, nilgiri)


def test_an_access_token_alone_or_of_another_session_opens_nothing(app, signed_in, nilgiri, sahyadri):
    access = signed_in.client.get_cookie(ACCESS, domain="billing.test").value
    alone = Visitor(app)
    alone.client.set_cookie(ACCESS, access, domain="billing.test", secure=True)
    assert alone.get("/").location == "/login"
    rohan = Visitor(app)
    rohan.sign_in(sahyadri.admin.email)
    rohan.client.set_cookie(ACCESS, access, domain="billing.test", secure=True)
    assert is_in(rohan, sahyadri)


def test_an_access_token_of_a_program_does_not_open_the_web(app, signed_in, nilgiri, superuser):
    session = session_of(superuser, nilgiri.admin.id)
    text = access_token.issue(
        nilgiri.tenant_id, nilgiri.admin.id, session["id"], audience="api", now=dt.datetime.now(dt.UTC)
    )
    visitor = Visitor(app)
    headers = {"Authorization": f"Bearer {text}", "Sec-Fetch-Site": "same-origin"}
    assert visitor.client.get("/", base_url="https://billing.test", headers=headers).location == "/login"


def test_an_eleventh_session_ends_the_one_used_least_recently(app, nilgiri, superuser):
    visitors = [Visitor(app) for _ in range(11)]
    for visitor in visitors:
        visitor.sign_in(nilgiri.admin.email)
    assert not is_in(visitors[0], nilgiri)
    assert all(is_in(visitor, nilgiri) for visitor in visitors[1:])
    ended = superuser.execute(
        "SELECT revoked_because FROM sessions WHERE user_id = %s AND revoked_at IS NOT NULL",
        (nilgiri.admin.id,),
    )
    assert ended.fetchall() == [("too_many",)]


def test_use_is_noted_at_most_once_a_minute_and_prolongs(signed_in, nilgiri, superuser):
    before = session_of(superuser, nilgiri.admin.id)
    signed_in.get(f"/c/{nilgiri.slug}/")
    assert session_of(superuser, nilgiri.admin.id)["seen"] == before["seen"]
    superuser.execute(
        "UPDATE sessions SET last_seen_at = now() - interval '61 seconds', idle_expires_at = now() + interval"
        " '3 minutes' WHERE id = %s",
        (before["id"],),
    )
    signed_in.get(f"/c/{nilgiri.slug}/")
    after = session_of(superuser, nilgiri.admin.id)
    assert after["seen"] > before["seen"] - dt.timedelta(seconds=1)
    assert after["idle_end"] - after["seen"] == dt.timedelta(hours=8)


def test_idle_time_never_outlives_the_absolute_end(signed_in, nilgiri, superuser):
    superuser.execute(
        "UPDATE sessions SET last_seen_at = now() - interval '5 minutes', expires_at = now() + interval"
        " '1 hour' WHERE user_id = %s",
        (nilgiri.admin.id,),
    )
    signed_in.get(f"/c/{nilgiri.slug}/")
    session = session_of(superuser, nilgiri.admin.id)
    assert session["idle_end"] == session["ends"]


def test_asking_how_long_it_lasts_does_not_prolong_it(signed_in, nilgiri, superuser):
    signed_in.get(f"/c/{nilgiri.slug}/services")
    superuser.execute(
        "UPDATE sessions SET last_seen_at = now() - interval '5 minutes', idle_expires_at = now() + interval"
        " '100 seconds' WHERE user_id = %s",
        (nilgiri.admin.id,),
    )
    forget_access(signed_in)
    told = signed_in.get("/session/left").get_json()
    assert told["prolongs"] is True
    assert 95 <= told["left"] <= 100
    assert signed_in.get("/session/left").get_json()["left"] <= told["left"]
    assert signed_in.post("/session/stay").status_code == 204
    assert signed_in.get("/session/left").get_json()["left"] > 28_000


def test_nobody_has_nothing_left(visitor):
    assert visitor.get("/session/left").get_json() == {"left": 0, "prolongs": False}


def test_a_page_tells_how_long_the_session_lasts(signed_in, nilgiri):
    page = signed_in.get(f"/c/{nilgiri.slug}/").text
    left = int(page.partition('data-left="')[2].partition('"')[0])
    assert 28_700 < left <= 28_800


def test_the_session_id_of_the_cookie_is_the_rows(signed_in, nilgiri, superuser):
    assert (
        UUID(hex=signed_in.session_cookie.value.split(".")[2])
        == session_of(superuser, nilgiri.admin.id)["id"]
    )
