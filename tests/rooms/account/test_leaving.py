"""POST /account/data.json and /account/leave."""

import json

from tests.factories import PASSWORD


def test_own_data_is_a_download_without_secrets(priya, imran, superuser, nilgiri):
    priya.post("/account/email", {"email": f"new.{nilgiri.admin.email}", "current": PASSWORD})
    reply = priya.post("/account/data.json")
    assert reply.status_code == 200 and reply.mimetype == "application/json"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="rms-{nilgiri.slug}-own-data.json"'
    held = json.loads(reply.text)
    assert held["company"] == nilgiri.name
    assert held["person"]["email"] == nilgiri.admin.email and held["person"]["role"] == "admin"
    assert len(held["sessions"]) == 1 and held["sessions"][0]["user_agent"]
    assert held["email_changes"][0]["new_email"] == f"new.{nilgiri.admin.email}"
    assert {entry["user_id"] for entry in held["audit_entries"]} == {str(nilgiri.admin.id)}
    secrets = superuser.execute(
        "SELECT password_hash, refresh_token, token, undo_token FROM users u "
        "JOIN sessions s ON s.user_id = u.id JOIN email_changes e ON e.user_id = u.id WHERE u.id = %s",
        (nilgiri.admin.id,),
    ).fetchone()
    assert not any(secret in reply.text for secret in secrets)
    told = {key for rows in held.values() if isinstance(rows, list) for row in rows for key in row}
    assert not told & {"password_hash", "refresh_token", "token", "undo_token", "secret", "device_hash"}


def test_own_data_is_nobody_elses(asha, superuser, nilgiri, sahyadri):
    text = asha.post("/account/data.json").text
    for other in (nilgiri.admin, nilgiri.manager, sahyadri.admin):
        assert other.email not in text and str(other.id) not in text


def test_taking_it_is_in_the_trail(priya, superuser, nilgiri):
    priya.post("/account/data.json")
    rows = superuser.execute(
        "SELECT user_id, entity_id, new_values FROM audit_logs WHERE tenant_id = %s AND action = 'export'",
        (nilgiri.tenant_id,),
    ).fetchall()
    assert rows == [(nilgiri.admin.id, nilgiri.admin.id, {"what": "own data"})]


def test_own_data_is_not_read_by_a_link(priya):
    assert priya.get("/account/data.json").status_code == 405


def test_the_last_admin_cannot_leave(priya, superuser, nilgiri):
    page = priya.get("/account").text
    assert "You are the last admin" in page and 'action="/account/leave"' not in page
    reply = priya.post("/account/leave")
    assert reply.status_code == 422 and "keeps at least one admin" in reply.text
    assert priya.get("/account").status_code == 200


def test_who_leaves_is_out_at_once_and_keeps_their_name(imran, priya, superuser, nilgiri):
    assert 'action="/account/leave"' in imran.get("/account").text
    reply = imran.post("/account/leave")
    assert (reply.status_code, reply.location) == (303, "/login")
    assert f"You have left {nilgiri.name}" in imran.get("/login").text
    assert imran.get("/account").status_code == 303
    row = superuser.execute(
        "SELECT is_active, deleted_at IS NOT NULL, first_name FROM users WHERE id = %s", (nilgiri.manager.id,)
    ).fetchone()
    assert row == (False, True, "Imran")


def test_leaving_asks_for_the_password_again(imran, superuser, nilgiri):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '20 minutes' WHERE tenant_id = %s",
        (nilgiri.tenant_id,),
    )
    assert imran.post("/account/leave").status_code == 403
    assert imran.get("/account").status_code == 200
    assert imran.post("/account/leave", {"step_up_password": PASSWORD}).location == "/login"


def test_an_admin_may_leave_when_another_stays(priya, superuser, nilgiri):
    superuser.execute("UPDATE users SET role = 'admin' WHERE id = %s", (nilgiri.manager.id,))
    assert 'action="/account/leave"' in priya.get("/account").text
    assert priya.post("/account/leave").location == "/login"
