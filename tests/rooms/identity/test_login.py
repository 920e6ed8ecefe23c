"""GET and POST /login, and GET /."""

import dataclasses
import datetime as dt
import re
from urllib.parse import quote

import bcrypt
import pytest
from sqlalchemy import event

from rms.crypto import passwords
from rms.db.session import engine
from tests.factories import PASSWORD
from tests.rooms.identity.visitor import SESSION, Visitor, filled_in, newest_link

WRONG = "E-mail or password is not right"


def cookie_of(reply) -> str:
    [found] = [line for line in reply.headers.getlist("Set-Cookie") if line.startswith(SESSION)]
    return found


def sessions_of(superuser, user_id) -> list:
    return superuser.execute(
        "SELECT id, refresh_token, expires_at - last_seen_at, remember, is_active, revoked_at, ip_address,"
        " user_agent FROM sessions WHERE user_id = %s ORDER BY created_at",
        (user_id,),
    ).fetchall()


def test_it_works(visitor, nilgiri, superuser):
    reply = visitor.sign_in(nilgiri.admin.email)
    assert (reply.status_code, reply.location) == (303, f"/c/{nilgiri.slug}/")
    [(_, digest, lasts, remember, active, revoked, ip, agent)] = sessions_of(superuser, nilgiri.admin.id)
    assert (lasts, remember, active, revoked) == (dt.timedelta(days=7), False, True, None)
    assert (ip, agent.startswith("Werkzeug")) == (visitor.ip, True)
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert visitor.get("/").location == f"/c/{nilgiri.slug}/"
    seen = superuser.execute("SELECT last_login_at FROM users WHERE id = %s", (nilgiri.admin.id,)).fetchone()
    assert seen[0] is not None


def test_the_address_is_compared_without_case_and_outer_spaces(visitor, nilgiri):
    assert visitor.sign_in(f"  {nilgiri.admin.email.upper()} ").status_code == 303


def test_with_htmx_it_leaves_by_a_full_page_load(visitor, nilgiri):
    reply = visitor.sign_in(nilgiri.admin.email, hx=True)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, f"/c/{nilgiri.slug}/")
    assert SESSION in cookie_of(reply)


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(visitor, nilgiri):
    parts = cookie_of(visitor.sign_in(nilgiri.admin.email)).split("; ")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert not any(part.startswith(("Domain", "Max-Age", "Expires")) for part in parts)


def test_keep_me_in_makes_the_cookie_outlive_the_browser(visitor, nilgiri, superuser):
    parts = cookie_of(visitor.sign_in(nilgiri.admin.email, keep="y")).split("; ")
    assert f"Max-Age={30 * 24 * 3600}" in parts
    assert sessions_of(superuser, nilgiri.admin.id)[0][3] is True
    assert "Keep me in for 30 days" in Visitor(visitor.client.application).get("/login").text


def test_the_founder_is_led_into_set_up_the_first_time_only(signed_up, superuser):
    visitor, email = signed_up
    visitor.post(newest_link(superuser, email))
    slug = superuser.execute(
        "SELECT slug FROM tenants WHERE id = (SELECT tenant_id FROM users WHERE email = %s)", (email,)
    ).fetchone()[0]
    assert visitor.sign_in(email).location == f"/c/{slug}/setup/1"
    assert visitor.sign_in(email).location == f"/c/{slug}/"


@pytest.mark.parametrize("who", ["unknown", "known"])
def test_one_sentence_for_a_wrong_address_and_a_wrong_password(visitor, nilgiri, who):
    email = filled_in()["email"] if who == "unknown" else nilgiri.admin.email
    reply = visitor.sign_in(email, "not the password at all")
    assert reply.status_code == 422
    assert WRONG in reply.text
    assert f'value="{email}"' in reply.text
    assert "not the password at all" not in reply.text
    assert reply.text.count('aria-invalid="true"') == 2
    assert visitor.session_cookie is None


def test_it_rejects_bad_input(visitor):
    reply = visitor.sign_in("", "")
    assert reply.status_code == 422
    assert "Enter your e-mail" in reply.text
    assert "Enter your password" in reply.text


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x00b@example.in", "சோதனை@example.in", "' OR 1=1 --"])
def test_odd_text_is_simply_not_right(visitor, text):
    for email, password in ((text, PASSWORD), ("nobody@example.in", text)):
        assert WRONG in visitor.sign_in(email, password).text


def test_htmx_gets_the_form_alone(visitor):
    reply = visitor.sign_in("nobody@example.in", hx=True)
    assert reply.status_code == 422
    assert reply.text.lstrip().startswith('<form class="form mt4" id="form"')
    assert "<html" not in reply.text


@pytest.mark.parametrize("column", ["is_active = false", "deleted_at = now()"])
def test_who_was_removed_cannot_come_in(visitor, nilgiri, superuser, column):
    superuser.execute(f"UPDATE users SET {column} WHERE id = %s", (nilgiri.user.id,))
    assert WRONG in visitor.sign_in(nilgiri.user.email).text


def test_an_inactive_company_lets_nobody_in(visitor, nilgiri, superuser):
    superuser.execute("UPDATE tenants SET is_active = false WHERE id = %s", (nilgiri.tenant_id,))
    assert WRONG in visitor.sign_in(nilgiri.user.email).text


def test_an_unknown_address_costs_as_much_as_a_known_one(visitor, nilgiri, monkeypatch):
    costs = []
    for name in ("hashpw", "checkpw"):
        original = getattr(bcrypt, name)

        def counted(password, salt, original=original):
            costs.append(salt[:7])
            return original(password, salt)

        monkeypatch.setattr(bcrypt, name, counted)
    visitor.sign_in(nilgiri.admin.email, "not the password at all")
    visitor.sign_in(filled_in()["email"], "not the password at all")
    assert costs == [b"$2b$04$"] * 6


def test_no_connection_is_held_while_a_password_is_hashed(visitor, nilgiri, monkeypatch):
    held, original = [], bcrypt.checkpw

    def watched(password, hashed):
        held.append(engine().pool.checkedout())
        return original(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", watched)
    assert visitor.sign_in(nilgiri.admin.email).status_code == 303
    assert held == [0]


def test_a_flood_of_sign_ins_is_told_to_wait_at_once(visitor, nilgiri):
    visitor.get("/login")
    with passwords._places, passwords._places:
        reply = visitor.post("/login", email=nilgiri.admin.email, password=PASSWORD)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "2")
    assert "Try again in a few seconds" in reply.text
    assert visitor.sign_in(nilgiri.admin.email).status_code == 303


def test_a_hash_of_less_cost_is_made_anew(visitor, nilgiri, superuser, app, monkeypatch):
    monkeypatch.setitem(app.config, "RMS", dataclasses.replace(app.config["RMS"], bcrypt_cost=5))
    visitor.sign_in(nilgiri.admin.email)
    stored = superuser.execute(
        "SELECT password_hash FROM users WHERE id = %s", (nilgiri.admin.id,)
    ).fetchone()[0]
    assert stored.startswith("t1$$2b$05$")
    assert visitor.sign_in(nilgiri.admin.email).status_code == 303


@pytest.mark.parametrize("ending", ["?q=tea", "invoices", "customers?q=தேயிலை"])
def test_it_goes_on_to_the_page_that_was_asked_for(visitor, nilgiri, ending):
    path = f"/c/{nilgiri.slug}/{ending}"
    page = visitor.get(f"/login?next={quote(path)}")
    assert f'name="next" type="hidden" value="{path}"' in page.text
    reply = visitor.sign_in(nilgiri.admin.email, next=path)
    assert reply.location == quote(path, safe="/?=")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%0d%0aLocation:https://evil.example\r\n",
        "javascript:alert(1)",
        "evil.example",
        "///evil.example",
        "/logout",
        "/login?next=/login",
        "/c/nilgiri/invoices/_/rows",
        "/c/" + "x" * 3_000,
        "",
        "HTTPS://evil.example",
        "/\u2028/evil.example",
        " //evil.example",
        "http:///evil.example",
    ],
)
def test_row_27_next_leads_nowhere_else(visitor, nilgiri, elsewhere):
    page = visitor.get(f"/login?next={quote(elsewhere)}")
    assert 'name="next" type="hidden" value=""' in page.text
    assert visitor.sign_in(nilgiri.admin.email, next=elsewhere).location == f"/c/{nilgiri.slug}/"


def test_a_company_page_asks_to_sign_in_and_is_shown_afterwards(visitor, nilgiri):
    asked = visitor.get(f"/c/{nilgiri.slug}/invoices?q=tea")
    assert asked.status_code == 303
    page = visitor.get(asked.location)
    following = re.search('name="next" type="hidden" value="([^"]+)"', page.text)[1]
    assert (
        visitor.sign_in(nilgiri.admin.email, next=following).location == f"/c/{nilgiri.slug}/invoices?q=tea"
    )


def test_a_fragment_without_a_session_is_401(visitor, nilgiri):
    reply = visitor.get(f"/c/{nilgiri.slug}/invoices", hx=True)
    assert (reply.status_code, reply.headers["HX-Trigger"]) == (401, "signed-out")


def test_the_csrf_token_changes_at_sign_in(visitor, nilgiri):
    visitor.get("/login")
    before = visitor.csrf
    visitor.sign_in(nilgiri.admin.email)
    reply = visitor.post("/logout", csrf_token=before)
    assert reply.status_code == 400
    assert visitor.get("/").location == f"/c/{nilgiri.slug}/"


def test_signing_in_again_ends_the_session_before(visitor, nilgiri, superuser):
    visitor.sign_in(nilgiri.admin.email)
    visitor.sign_in(nilgiri.manager.email)
    [(*_, active, revoked, _, _)] = sessions_of(superuser, nilgiri.admin.id)
    assert (active, revoked is not None) == (False, True)
    assert sessions_of(superuser, nilgiri.manager.id)[0][4] is True


def test_the_page_says_who_is_signed_in_already(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    page = visitor.get("/login").text
    assert "You are signed in here as Priya" in page
    assert nilgiri.name in page


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE sessions SET revoked_at = now(), is_active = false WHERE user_id = %(user)s",
        "UPDATE sessions SET expires_at = now() WHERE user_id = %(user)s",
        "UPDATE sessions SET idle_expires_at = now() WHERE user_id = %(user)s",
        "DELETE FROM sessions WHERE user_id = %(user)s",
        "UPDATE users SET is_active = false WHERE id = %(user)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(user)s",
        "UPDATE tenants SET is_active = false WHERE id = %(tenant)s",
    ],
)
def test_what_ends_a_session_holds_on_the_next_request(visitor, nilgiri, superuser, ended):
    visitor.sign_in(nilgiri.admin.email)
    assert visitor.get(f"/c/{nilgiri.slug}/").status_code == 200
    superuser.execute(ended, {"user": nilgiri.admin.id, "tenant": nilgiri.tenant_id})
    assert visitor.get(f"/c/{nilgiri.slug}/").location.startswith("/login")
    assert visitor.get("/").location == "/login"


def test_a_changed_cookie_signs_nobody_in(app, visitor, nilgiri, sahyadri):
    visitor.sign_in(nilgiri.admin.email)
    token = visitor.session_cookie.value
    version, tenant, session_id, secret, mac = token.split(".")
    forged = [
        ".".join([version, sahyadri.tenant_id.hex, session_id, secret, mac]),
        ".".join([version, tenant, session_id, secret + "A", mac]),
        ".".join([version, tenant, session_id, secret, mac[::-1]]),
        "v1....",
        "",
        "தேயிலை",
        "x" * 3_000,
    ]
    for text in forged:
        forger = Visitor(app)
        forger.client.set_cookie(SESSION, text, domain="billing.test", secure=True)
        assert (text, forger.get("/").location) == (text, "/login")


def test_another_companys_pages_are_not_there(visitor, nilgiri, sahyadri):
    visitor.sign_in(nilgiri.admin.email)
    assert visitor.get(f"/c/{sahyadri.slug}/").status_code == 404


def test_who_is_asking_costs_one_statement(visitor, nilgiri):
    visitor.sign_in(nilgiri.admin.email)
    statements = []

    def count(connection, cursor, statement, *rest):
        statements.append(statement)

    event.listen(engine(), "before_cursor_execute", count)
    try:
        visitor.get("/")
    finally:
        event.remove(engine(), "before_cursor_execute", count)
    about_people = [one for one in statements if "set_config" not in one]
    assert len(about_people) == 1
    assert "FROM sessions JOIN users" in about_people[0]


def test_the_dates_beside_the_form_are_ahead(visitor):
    days = re.findall('<time datetime="([^"]+)"', visitor.get("/login").text)
    today = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    assert days == sorted(days)
    assert all(dt.date.fromisoformat(day) >= today for day in days)
    assert len(days) >= 1
