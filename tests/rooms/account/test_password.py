"""POST /account/password: the present one first; every other device goes."""

import pytest

from rms.crypto import passwords
from tests.factories import PASSWORD

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
    from rms.db.session import db, engine

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
