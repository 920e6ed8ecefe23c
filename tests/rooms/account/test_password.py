"""POST /account/password: the present one first; every other device goes."""

import threading
from uuid import uuid4

import pytest

from rms.actions import accounts
from rms.crypto import passwords
from rms.db.session import db, engine
from rms.domain.errors import Invalid
from tests.factories import NOW, PASSWORD

NEW = "a quiet walk at dawn"


def hash_of(superuser, person) -> str:
    return superuser.execute("SELECT password_hash FROM users WHERE id = %s", (person.id,)).fetchone()[0]


def change(browser, current=PASSWORD, password=NEW, **more):
    return browser.post("/account/password", {"current": current, "password": password, **more})


def test_the_new_one_is_stored_and_other_devices_are_signed_out(priya, priya_too, imran, superuser, nilgiri):
    reply = change(priya)
    assert (reply.status_code, reply.location) == (303, "/account")
    assert passwords.matches(NEW, hash_of(superuser, nilgiri.admin))
    assert priya.get("/account").status_code == 200, "this device stays"
    assert priya_too.get("/account").status_code == 303, "the other one asks to sign in"
    assert imran.get("/account").status_code == 200, "a colleague is not touched"
    assert superuser.execute(
        "SELECT DISTINCT revoked_because FROM sessions WHERE user_id = %s AND revoked_at IS NOT NULL",
        (nilgiri.admin.id,),
    ).fetchall() == [("password",)]


def test_nothing_of_it_stands_in_the_page_the_log_or_the_trail(priya, superuser, nilgiri, caplog):
    before = hash_of(superuser, nilgiri.admin)
    wrong = change(priya, current="not my password at all")
    assert NEW not in wrong.text and "not my password" not in wrong.text
    change(priya)
    trail = superuser.execute(
        "SELECT string_agg(a::text, ' ') FROM audit_logs a WHERE tenant_id = %s", (nilgiri.tenant_id,)
    ).fetchone()[0]
    for secret in (NEW, PASSWORD, before, hash_of(superuser, nilgiri.admin)):
        assert secret not in trail and secret not in caplog.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current": ""}, "Type the password you have now"),
        ({"current": "not my password"}, "That is not your password"),
        ({"password": ""}, "Choose a password"),
        ({"password": "too short"}, "Use at least 12 characters"),
        ({"password": "password1234"}, "first passwords anybody tries"),
        ({"password": PASSWORD}, "This is the password you have now"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(priya, priya_too, superuser, nilgiri, fields, sentence):
    before = hash_of(superuser, nilgiri.admin)
    reply = change(priya, **fields)
    assert reply.status_code == 422 and sentence in reply.text and "<title>Error:" in reply.text
    assert hash_of(superuser, nilgiri.admin) == before
    assert priya_too.get("/account").status_code == 200


def test_a_mailed_reset_dies_with_the_old_password(priya, superuser, nilgiri):
    superuser.execute(
        "INSERT INTO password_resets (tenant_id, id, user_id, email, token, expires_at) "
        "VALUES (%s, gen_random_uuid(), %s, %s, gen_random_uuid()::text, now() + interval '1 hour')",
        (nilgiri.tenant_id, nilgiri.admin.id, nilgiri.admin.email),
    )
    change(priya)
    (superseded,) = superuser.execute(
        "SELECT superseded_at FROM password_resets WHERE user_id = %s", (nilgiri.admin.id,)
    ).fetchone()
    assert superseded is not None


def test_no_transaction_is_open_while_a_password_is_hashed(priya, monkeypatch):
    held = []

    def slow(work):
        def measured(*args, **kwargs):
            held.append(db().in_transaction() or engine().pool.checkedout())
            return work(*args, **kwargs)

        return measured

    for name in ("matches", "make"):
        monkeypatch.setattr(passwords, name, slow(getattr(passwords, name)))
    assert change(priya).status_code == 303
    assert held == [0, 0] or held == [False, False]


def test_a_get_leads_to_its_panel(priya):
    reply = priya.get("/account/password")
    assert (reply.status_code, reply.location) == (303, "/account#password-panel")
    assert 'id="password-panel"' in priya.get("/account").text


def test_nobody_guesses_on_at_an_open_screen(priya, superuser, nilgiri):
    """After five wrong ones not even the right one is looked at; it is said when, and nothing is locked."""
    for _ in range(5):
        assert change(priya, current="not my password").status_code == 422
    refused = change(priya)
    assert refused.status_code == 429 and "Nothing is locked" in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    asked = priya.post("/account/email", {"email": "x@example.com", "current": PASSWORD})
    assert asked.status_code == 429, "the same counter for every form that asks for it"
    superuser.execute("UPDATE login_attempts SET created_at = created_at - interval '61 seconds'")
    assert change(priya).status_code == 303


def test_too_many_hashes_at_once_are_nobodys_mistake(priya, superuser, monkeypatch):
    """Refused before anything is judged: it does not count as a wrong try."""
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    passwords._places.acquire()
    assert change(priya).status_code == 429
    assert superuser.execute("SELECT count(*) FROM login_attempts WHERE kind = 'password'").fetchone() == (0,)
    passwords._places.release()
    assert change(priya).status_code == 303


def test_the_person_hears_of_it(priya, superuser, nilgiri):
    change(priya)
    kinds = superuser.execute(
        "SELECT kind FROM email_messages WHERE to_address = %s", (nilgiri.admin.email,)
    ).fetchall()
    assert kinds == [("password_changed",)]
    events = superuser.execute(
        "SELECT user_id FROM audit_logs WHERE entity_id = %s AND action = 'password_changed'",
        (nilgiri.admin.id,),
    ).fetchall()
    assert events == [(nilgiri.admin.id,)]


def test_a_password_that_was_changed_in_between_is_not_overwritten(connected, nilgiri):
    """Checked outside the transaction: a reset that was quicker must stand."""
    with nilgiri.scope(), pytest.raises(Invalid):
        accounts.change_password(
            nilgiri.admin.id, checked="of another hash", new_hash="x$y", now=NOW, but=uuid4()
        )
