"""Getting, exchanging and giving back tokens of the API."""

import datetime as dt
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import func, select, text, update

from rms.actions import second_factor
from rms.crypto import access_token, session_token
from rms.db.session import db
from rms.models import EmailMessage, UserSession
from rms.queries.second_factor import row_of, secret_of
from tests import factories
from tests.api.conftest import assert_problem, become
from tests.factories import PASSWORD
from tests.http import CSRF, HOST, Browser, headers


def older(company, minutes: float) -> None:
    """As if the present tokens had been made so long ago."""
    with company.scope():
        ago = UserSession.rotated_at - dt.timedelta(minutes=minutes)
        db().execute(update(UserSession).values(rotated_at=ago))


def the_session(company) -> UserSession:
    with company.scope():
        return db().scalars(select(UserSession)).one()


# Getting one ---------------------------------------------------------------------------------------


def test_a_password_gets_a_pair_that_opens_the_api(program, nilgiri):
    got = program.sign_in(nilgiri.manager)
    assert got.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "company"}
    assert (got["token_type"], got["expires_in"]) == ("Bearer", 600)
    assert got["company"] == {"slug": nilgiri.slug, "name": nilgiri.name}
    me = program.get("/me", got["access_token"])
    assert me.status_code == 200 and me.mimetype == "application/json"
    assert me.json["email"] == nilgiri.manager.email and me.json["role"] == "manager"
    assert me.json["company"] == {"slug": nilgiri.slug, "name": nilgiri.name, "standing": "trial"}
    assert me.headers["Cache-Control"] == "no-store" and not me.headers.getlist("Set-Cookie")


def test_the_session_is_of_the_api_and_keeps_no_token(program, nilgiri):
    got = program.sign_in(nilgiri.admin)
    row = the_session(nilgiri)
    assert (row.audience, row.remember, row.access_token) == ("api", False, None)
    assert got["refresh_token"] not in str(vars(row))
    assert row.refresh_token == session_token.read(got["refresh_token"]).digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not the tea of the hills"},
        {"email": "nobody@example.in"},
        {"email": "' OR 1=1 --"},
        {"company": "another-company"},
    ],
    ids=str,
)
def test_who_is_not_known_hears_one_answer(program, nilgiri, wrong):
    right = {"email": nilgiri.admin.email, "password": PASSWORD}
    told = assert_problem(program.post("/auth/token", right | wrong), 401)
    assert told["type"] == "urn:rms:problem:wrong-credentials"
    assert told["detail"] == "E-mail or password is not right"
    assert set(told) == {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize("column", ["email_verified = false", "is_active = false", "deleted_at = now()"])
def test_who_may_not_come_in_hears_the_same(program, superuser, nilgiri, column):
    superuser.execute(f"UPDATE users SET {column} WHERE id = %s", (nilgiri.user.id,))
    reply = program.post("/auth/token", {"email": nilgiri.user.email, "password": PASSWORD})
    assert assert_problem(reply, 401)["type"] == "urn:rms:problem:wrong-credentials"


def test_who_works_in_two_companies_says_which(program, nilgiri, sahyadri):
    with sahyadri.scope():
        factories.make_user("Priya", "manager", email=nilgiri.admin.email)
    asked = {"email": nilgiri.admin.email, "password": PASSWORD}
    told = assert_problem(program.post("/auth/token", asked), 409)
    assert told["type"] == "urn:rms:problem:choose-company"
    offered = sorted(one["slug"] for one in told["companies"])
    assert offered == sorted([nilgiri.slug, sahyadri.slug])
    wrong = assert_problem(program.post("/auth/token", {**asked, "password": "no" * 8}), 401)
    assert "companies" not in wrong, "the list is for those who know the password"
    got = program.sign_in(nilgiri.admin, company=sahyadri.slug)
    assert program.get("/me", got["access_token"]).json["company"]["slug"] == sahyadri.slug


def test_an_unknown_address_costs_the_work_of_a_known_one(app, program, nilgiri, monkeypatch):
    from rms.crypto import passwords

    done = []
    matches, waste = passwords.matches, passwords.waste_time
    monkeypatch.setattr(passwords, "matches", lambda *given: done.append("hash") or matches(*given))
    monkeypatch.setattr(
        passwords, "waste_time", lambda *given, **more: done.append("hash") or waste(*given, **more)
    )
    for email in (nilgiri.admin.email, "nobody@example.in"):
        done.clear()
        program.post("/auth/token", {"email": email, "password": "not the tea of the hills"})
        assert done == ["hash"] * 3, email


def events(company, action: str) -> int:
    with company.scope():
        return (
            db()
            .execute(text("SELECT count(*) FROM audit_logs WHERE action = :action"), {"action": action})
            .scalar()
        )


def test_coming_in_and_not_coming_in_stand_in_the_audit_log(program, nilgiri):
    program.sign_in(nilgiri.admin)
    program.post("/auth/token", {"email": nilgiri.admin.email, "password": "not the tea of the hills"})
    assert (events(nilgiri, "sign_in"), events(nilgiri, "sign_in_failed")) == (1, 1)


def test_row_22_api_and_web_share_the_patience_of_an_account(app, program, nilgiri):
    """Five wrong ones here, and the sixth is refused there, whatever it is; both say when to come back."""
    wrong = {"email": nilgiri.admin.email, "password": "not the tea of the hills"}
    for _ in range(5):
        assert_problem(program.post("/auth/token", wrong), 401)
    refused = program.post("/auth/token", wrong | {"password": PASSWORD})
    assert_problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    client = app.test_client()
    page = client.get("/login", base_url=HOST)
    fields = {"email": nilgiri.admin.email, "password": PASSWORD, "csrf_token": CSRF.search(page.text)[1]}
    sent = client.post("/login", base_url=HOST, data=fields, headers=headers(False))
    assert sent.status_code == 429 and int(sent.headers["Retry-After"]) <= 60


def test_a_program_that_comes_from_elsewhere_is_mailed_about_once(program, nilgiri):
    for agent in ("ledger/1.0", "ledger/1.0", "curl/8.5", "curl/8.5"):
        said = {"email": nilgiri.admin.email, "password": PASSWORD}
        assert program.post("/auth/token", said, **{"User-Agent": agent}).status_code == 200
    with nilgiri.scope():
        mails = db().scalars(select(EmailMessage).where(EmailMessage.kind == "new_device")).all()
        assert [mail.params["device"] for mail in mails] == ["curl/8.5"], (
            "the first sign-in of all is no news"
        )


@pytest.fixture
def codes(nilgiri) -> list[str]:
    """Priya has a second factor; these are her recovery codes."""
    now = dt.datetime.now(dt.UTC)
    with nilgiri.scope(nilgiri.admin):
        second_factor.begin(nilgiri.admin.id)
        secret = secret_of(row_of(nilgiri.admin.id))
        code = pyotp.TOTP(secret).at(now)
        return second_factor.confirm(nilgiri.admin.id, code, here=uuid4(), now=now)


def sessions_of(company) -> int:
    with company.scope():
        return db().scalar(select(func.count()).select_from(UserSession))


def test_a_second_factor_is_asked_for_once_the_password_is_right(program, nilgiri, codes):
    asked = {"email": nilgiri.admin.email, "password": PASSWORD}
    told = assert_problem(program.post("/auth/token", asked), 401)
    assert told["type"] == "urn:rms:problem:code-required" and told["code_required"] is True
    wrong = assert_problem(program.post("/auth/token", asked | {"password": "no" * 8, "code": codes[0]}), 401)
    assert "code_required" not in wrong
    told = assert_problem(program.post("/auth/token", asked | {"code": "000000"}), 401)
    assert told["code_required"] is True and sessions_of(nilgiri) == 0, "no session was begun"


def test_a_code_opens_once(program, nilgiri, codes):
    program.sign_in(nilgiri.admin, code=codes[0])
    row = the_session(nilgiri)
    assert row.with_second_factor and row.audience == "api"
    asked = {"email": nilgiri.admin.email, "password": PASSWORD, "code": codes[0]}
    assert assert_problem(program.post("/auth/token", asked), 401)["code_required"] is True
    assert sessions_of(nilgiri) == 1


def test_guesses_of_the_code_are_slowed_down(program, nilgiri, codes):
    asked = {"email": nilgiri.admin.email, "password": PASSWORD}
    for _ in range(5):
        assert_problem(program.post("/auth/token", asked | {"code": "000000"}), 401)
    refused = program.post("/auth/token", asked | {"code": codes[0]})
    assert_problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_where_the_company_asks_for_one_it_is_turned_on_in_a_browser_first(program, nilgiri):
    with nilgiri.scope():
        asks = "UPDATE tenants SET settings = settings || '{\"require_second_factor\": true}'"
        db().execute(text(asks))
    reply = program.post("/auth/token", {"email": nilgiri.admin.email, "password": PASSWORD})
    assert assert_problem(reply, 403)["type"] == "urn:rms:problem:second-factor-required"
    with nilgiri.scope():
        assert not db().scalars(select(UserSession)).all()


# What is said --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/auth/token", "/auth/refresh", "/auth/revoke"])
@pytest.mark.parametrize(
    "mimetype", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
def test_what_is_not_json_by_its_own_word_is_415(program, path, mimetype):
    assert_problem(program.post(path, {}, **{"Content-Type": mimetype}), 415)


MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "{'a': 1}",
    '{"a": NaN}',
    '{"email": "a", "email": "b"}',
    "[" * 9_000,
]
MALFORMED += [b"\xff\xfe{", b'{"email": "\xc3"}', "\x00"]


@pytest.mark.parametrize("path", ["/auth/token", "/auth/refresh", "/auth/revoke"])
@pytest.mark.parametrize("raw", MALFORMED, ids=range(len(MALFORMED)))
def test_what_cannot_be_read_is_400(program, path, raw):
    assert_problem(program.post(path, raw=raw), 400)


UNUSABLE = [
    ({"email": "a@b.in"}, "password"),
    ({"email": "a@b.in", "password": 7}, "password"),
    ({"email": None, "password": "x"}, "email"),
    ({"email": ["a@b.in"], "password": "x"}, "email"),
    ({"email": " ", "password": "x"}, "email"),
    ({"email": "a\x00@b.in", "password": "x"}, "email"),
    ({"email": "a\ud800@b.in", "password": "x"}, "email"),
    ({"email": "a@b.in", "password": "x" * 5_000}, "password"),
    ({"email": "a@b.in", "password": "x", "role": "admin"}, "role"),
    ({"email": "a@b.in", "password": "x", "tenant_id": "1"}, "tenant_id"),
    ({"email": "a@b.in", "password": "x", "code": 123456}, "code"),
]


@pytest.mark.parametrize(("said", "field"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_fields_that_cannot_be_used_are_422_by_name(program, said, field):
    told = assert_problem(program.post("/auth/token", said), 422)
    assert told["type"] == "urn:rms:problem:invalid-fields"
    assert list(told["errors"]) == [field] and told["errors"][field][0]


# Exchanging it -------------------------------------------------------------------------------------


def test_a_pair_that_is_old_enough_is_exchanged_for_a_new_one(program, nilgiri):
    first = program.sign_in(nilgiri.admin)
    older(nilgiri, 11)
    second = program.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json["refresh_token"] != first["refresh_token"]
    assert program.get("/me", second.json["access_token"]).status_code == 200


def test_a_young_refresh_token_stays_and_gets_another_access_token(program, nilgiri):
    first = program.sign_in(nilgiri.admin)
    second = program.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    assert second["refresh_token"] == first["refresh_token"]
    assert second["access_token"] != first["access_token"]


def test_row_17_a_copy_that_comes_after_its_successor_ends_the_session(program, nilgiri):
    first = program.sign_in(nilgiri.admin)
    older(nilgiri, 11)
    second = program.post("/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    assert program.post("/auth/refresh", {"refresh_token": second["refresh_token"]}).status_code == 200
    older(nilgiri, 1)
    assert_problem(program.post("/auth/refresh", {"refresh_token": first["refresh_token"]}), 401)
    row = the_session(nilgiri)
    assert row.revoked_at is not None and row.revoked_because == "reuse"
    for token in (first["access_token"], second["access_token"]):
        assert_problem(program.get("/me", token), 401)
    assert_problem(program.post("/auth/refresh", {"refresh_token": second["refresh_token"]}), 401)
    with nilgiri.scope():
        mails = db().scalars(select(EmailMessage).where(EmailMessage.kind == "session_reuse")).all()
        assert [mail.to_address for mail in mails] == [nilgiri.admin.email]
        noted = "SELECT count(*) FROM audit_logs WHERE action = 'session_reuse'"
        assert db().execute(text(noted)).scalar() == 1


def test_a_lost_answer_is_forgiven(program, nilgiri):
    first = program.sign_in(nilgiri.admin)
    for _ in range(4):
        older(nilgiri, 11)
        again = program.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
        assert again.status_code == 200
    assert program.get("/me", again.json["access_token"]).status_code == 200


GARBLED = ["x", "v1.a.b.c.d", "v1." + "0" * 32 + "." + "0" * 32 + ".x.y", "é", "a" * 4_000]


@pytest.mark.parametrize("presented", GARBLED, ids=range(len(GARBLED)))
def test_what_we_did_not_make_is_401_and_ends_nothing(program, nilgiri, presented):
    program.sign_in(nilgiri.admin)
    assert_problem(program.post("/auth/refresh", {"refresh_token": presented}), 401)
    assert program.post("/auth/revoke", {"refresh_token": presented}).status_code == 204
    assert the_session(nilgiri).revoked_at is None


@pytest.mark.parametrize(
    "column", ["role = 'user'", "is_active = false", "deleted_at = now()", "email_verified = false"]
)
def test_row_11_a_change_of_the_person_holds_on_the_very_next_request(program, superuser, nilgiri, column):
    got = program.sign_in(nilgiri.manager)
    superuser.execute(f"UPDATE users SET {column} WHERE id = %s", (nilgiri.manager.id,))
    reply = program.get("/me", got["access_token"])
    if "role" in column:
        assert reply.json["role"] == "user"
        return
    assert_problem(reply, 401)
    assert_problem(program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}), 401)


def test_a_session_that_has_ended_by_time_opens_nothing(program, superuser, nilgiri):
    got = program.sign_in(nilgiri.admin)
    for column in ("expires_at", "idle_expires_at"):
        superuser.execute(
            f"UPDATE sessions SET {column} = now() - interval '1 second' WHERE tenant_id = %s",
            (nilgiri.tenant_id,),
        )
        assert_problem(program.get("/me", got["access_token"]), 401)
        assert_problem(program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}), 401)


# Giving it back ------------------------------------------------------------------------------------


def test_a_token_that_is_given_back_opens_nothing(program, nilgiri):
    got = program.sign_in(nilgiri.admin)
    for _ in range(2):
        reply = program.post("/auth/revoke", {"refresh_token": got["refresh_token"]})
        assert (reply.status_code, reply.data) == (204, b"")
    assert_problem(program.get("/me", got["access_token"]), 401)
    assert_problem(program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}), 401)
    assert the_session(nilgiri).revoked_because == "signed_out"


# Two audiences -------------------------------------------------------------------------------------


def cookie_of(browser: Browser, ending: str) -> str:
    found = [
        cookie.value for name, cookie in vars(browser.client)["_cookies"].items() if name[2].endswith(ending)
    ]
    assert len(found) == 1
    return found[0]


def test_cookies_open_nothing_under_the_api(app, nilgiri):
    browser = Browser(app, nilgiri, nilgiri.admin)
    assert browser.get("customers").status_code == 200
    assert_problem(browser.client.get("/api/v1/me", base_url=HOST), 401)


def test_a_bearer_token_opens_nothing_on_the_web(app, program, nilgiri):
    got = program.sign_in(nilgiri.admin)
    for token in got["access_token"], got["refresh_token"]:
        sent = {"Authorization": f"Bearer {token}"}
        reply = program.client.get(f"/c/{nilgiri.slug}/customers", base_url=HOST, headers=sent)
        assert (reply.status_code, reply.location.partition("?")[0]) == (303, "/login")


def test_tokens_of_the_web_open_nothing_at_the_api(app, program, nilgiri):
    browser = Browser(app, nilgiri, nilgiri.admin)
    access, refresh = cookie_of(browser, "at"), cookie_of(browser, "rt")
    assert_problem(program.get("/me", access), 401)
    assert_problem(program.get("/me", refresh), 401)
    assert_problem(program.post("/auth/refresh", {"refresh_token": refresh}), 401)
    assert program.post("/auth/revoke", {"refresh_token": refresh}).status_code == 204
    assert browser.get("customers").status_code == 200, "the web's session still lives"


def test_tokens_of_the_api_open_nothing_as_cookies(app, program, nilgiri):
    got = program.sign_in(nilgiri.admin)
    client = app.test_client()
    names = app.config["RMS_ACCESS_COOKIE"], app.config["RMS_REFRESH_COOKIE"]
    for name, value in zip(names, (got["access_token"], got["refresh_token"]), strict=True):
        client.set_cookie(name, value, domain="billing.test", secure=True)
    reply = client.get(f"/c/{nilgiri.slug}/customers", base_url=HOST)
    assert (reply.status_code, reply.location.partition("?")[0]) == (303, "/login")
    assert program.get("/me", got["access_token"]).status_code == 200, "and its session still lives"


def test_an_access_token_of_the_api_for_a_session_of_the_web_opens_nothing(app, program, nilgiri):
    """As if the audience of the token alone were believed."""
    Browser(app, nilgiri, nilgiri.admin)
    row = the_session(nilgiri)
    made = access_token.issue(
        nilgiri.tenant_id, nilgiri.admin.id, row.id, audience="api", now=dt.datetime.now(dt.UTC)
    )
    assert_problem(program.get("/me", made), 401)


# Everywhere under /api -----------------------------------------------------------------------------


def test_every_error_is_a_problem(app, program, nilgiri, monkeypatch):
    assert_problem(program.get("/nothing"), 404)
    assert_problem(program.client.get("/api/", base_url=HOST), 404)
    assert_problem(program.client.get("/api/v2/me", base_url=HOST), 404)
    wrong = program.get("/auth/token")
    assert_problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]
    assert_problem(program.post("/auth/token", raw=b"x" * 3_000_000), 413)
    assert_problem(program.client.get("/api/v1/me", base_url="https://evil.example"), 400)
    other = {"Sec-Fetch-Site": "cross-site"}
    assert_problem(program.post("/auth/token", {}, **other), 403)


def test_our_own_mistake_is_a_problem_that_tells_nothing(app, program, monkeypatch):
    from rms.api import tokens

    def breaks(*given, **more):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(tokens, "whose_password", breaks)
    reply = program.post("/auth/token", {"email": "a@b.in", "password": "x"})
    assert_problem(reply, 500)
    assert "secret" not in reply.text and "Traceback" not in reply.text


def test_too_many_at_once_is_a_problem_that_says_when(app, program, monkeypatch):
    from rms.crypto import passwords

    with passwords.turn(), passwords._places:
        reply = program.post("/auth/token", {"email": "a@b.in", "password": "x"})
    assert_problem(reply, 429)
    assert reply.headers["Retry-After"] == "2"


def test_nothing_invites_pages_of_other_sites(program):
    reply = program.client.options(
        "/api/v1/auth/token", base_url=HOST, headers={"Origin": "https://evil.example"}
    )
    assert not [name for name, _ in reply.headers if name.startswith("Access-Control-")]


# Row 12: how the company stands --------------------------------------------------------------------

STANDS = {"trial": "trial", "active": "active", "expired": "free", "over": "free", "cancelled": "locked"}


@pytest.mark.parametrize("status", STANDS)
def test_row_12_the_api_is_read_whatever_the_plan(program, nilgiri, status):
    got = program.sign_in(nilgiri.manager)
    become(nilgiri, status)
    assert program.get("/me", got["access_token"]).json["company"]["standing"] == STANDS[status]
    assert program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}).status_code == 200
    program.sign_in(nilgiri.manager)


@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_row_12_a_suspended_company_has_no_api(program, nilgiri, role):
    got = program.sign_in(nilgiri.people[role])
    become(nilgiri, "suspended")
    refused = [
        program.get("/me", got["access_token"]),
        program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}),
        program.post("/auth/token", {"email": nilgiri.people[role].email, "password": PASSWORD}),
    ]
    for reply in refused:
        told = assert_problem(reply, 403)
        assert "suspended" in told["detail"] and "help@" in told["detail"]
    become(nilgiri, "active")
    assert program.get("/me", got["access_token"]).status_code == 200, "the session was not ended by it"
    assert program.post("/auth/revoke", {"refresh_token": got["refresh_token"]}).status_code == 204


def test_a_company_that_is_closed_opens_nothing(program, superuser, nilgiri):
    got = program.sign_in(nilgiri.admin)
    superuser.execute("UPDATE tenants SET is_active = false WHERE id = %s", (nilgiri.tenant_id,))
    assert_problem(program.get("/me", got["access_token"]), 401)
    assert_problem(program.post("/auth/refresh", {"refresh_token": got["refresh_token"]}), 401)
