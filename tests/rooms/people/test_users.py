"""The screen of users and roles, and what an admin does to somebody on it."""

import re
from uuid import uuid4

import pytest

from rms.policy import Permission, Role, can
from rms.rooms.people.acts import ACTS, asked_for
from tests.factories import make_user
from tests.house.belongings import checksums, let_users_draft
from tests.http import HOST, Browser

ACTIONS = ("role", "deactivate", "activate", "remove")


def stored(superuser, user_id) -> tuple:
    statement = "SELECT role, is_active, deleted_at IS NULL, version FROM users WHERE id = %s"
    return superuser.execute(statement, (user_id,)).fetchone()


def row(html: str, user_id) -> str:
    return re.search(rf'<tr class="row" id="user-{user_id}">.*?</tr>', html, re.S)[0]


# The screen -------------------------------------------------------------------------------------------


def test_it_shows_everybody_with_role_last_visit_and_second_factor(priya, imran, nilgiri):
    html = priya.get("users").text
    mine = row(html, nilgiri.admin.id)
    assert "you" in mine and "<b>Admin</b>" in mine and "The last admin cannot be removed" in mine
    assert "<select" not in mine and "<form" not in mine
    his = row(html, nilgiri.manager.id)
    assert nilgiri.manager.email in his and '<option value="manager" selected>' in his
    assert "Now" in his and "Off" in his
    assert "Never" in row(html, nilgiri.user.id)


def test_with_a_second_admin_nobody_is_the_last(priya, nilgiri):
    with nilgiri.scope():
        make_user("Meera", "admin")
    assert "The last admin cannot be removed" not in priya.get("users").text


def test_removed_people_are_not_listed_and_those_switched_off_are(priya, nilgiri):
    with nilgiri.scope():
        gone = make_user("Gone", deleted_at=make_user("Off", is_active=False).created_at, is_active=False)
    html = priya.get("users").text
    assert "Switched off" in html and "Switch on" in html
    assert str(gone.id) not in html


def test_a_name_is_text_and_never_markup(priya, nilgiri):
    with nilgiri.scope():
        make_user("<script>alert(1)</script>", "manager", email="evil@example.in")
    html = priya.get("users").text
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


@pytest.mark.parametrize("drafting", [False, True])
def test_who_may_do_what_is_the_table_of_the_product(app, priya, nilgiri, drafting):
    if drafting:
        let_users_draft(nilgiri)
    section = re.search(
        r'<section class="panel flush" id="acts".*?</section>', priya.get("users").text, re.S
    )[0]
    rows = re.findall(r'<th class="first" scope="row">([^<]+)</th>(.*?)</tr>', section, re.S)
    shown = {words: re.findall(r">(Yes|No)</td>", cells) for words, cells in rows}
    expected = {
        str(act.words): [
            "Yes" if can(role, act.permission, users_may_draft=drafting) else "No" for role in Role
        ]
        for act in ACTS
        if act.permission in asked_for(app)
    }
    assert shown == expected
    assert shown["Draft invoices"] == ["Yes", "Yes", "Yes" if drafting else "No"]
    assert shown["Users and roles"] == ["Yes", "No", "No"]


def test_every_permission_has_its_words():
    assert {act.permission for act in ACTS} == set(Permission)
    assert len({str(act.words) for act in ACTS}) == len(ACTS)


@pytest.mark.parametrize("who", ["imran", "asha"])
def test_others_get_403_and_are_told_who_may(request, who):
    reply = request.getfixturevalue(who).get("users")
    assert reply.status_code == 403 and "admin" in reply.text.lower()


# Another role -----------------------------------------------------------------------------------------


def test_another_role_is_stored_and_said(priya, nilgiri, superuser):
    reply = priya.post(f"users/{nilgiri.user.id}/role", role="manager", version="1", hx=True)
    assert reply.status_code == 200 and "Asha is now Manager." in reply.headers["HX-Trigger"]
    assert '<option value="manager" selected>' in row(reply.text, nilgiri.user.id)
    assert reply.text.lstrip().startswith('<section class="panel flush" id="people"')
    assert stored(superuser, nilgiri.user.id) == ("manager", True, True, 2)


def test_without_javascript_the_page_says_it(priya, nilgiri):
    reply = priya.post(f"users/{nilgiri.user.id}/role", role="manager", version="1")
    assert reply.status_code == 303 and reply.location.endswith("/users")
    assert "Asha is now Manager." in priya.get("users").text


def test_a_second_admin_changes_what_is_said_of_the_first(priya, nilgiri):
    reply = priya.post(f"users/{nilgiri.manager.id}/role", role="admin", version="1", hx=True)
    assert "The last admin cannot be removed" not in reply.text


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_a_stale_choice_shows_both(priya, nilgiri, superuser, hx):
    priya.post(f"users/{nilgiri.user.id}/role", role="manager", version="1")
    reply = priya.post(f"users/{nilgiri.user.id}/role", role="admin", version="1", hx=hx)
    assert reply.status_code == 409
    theirs = row(reply.text, nilgiri.user.id)
    assert "stored now is Manager, you chose Admin" in theirs
    assert '<option value="admin" selected>' in theirs and 'name="version" value="2"' in theirs
    assert stored(superuser, nilgiri.user.id)[0] == "manager"
    assert ("<html" in reply.text) != hx
    assert priya.post(f"users/{nilgiri.user.id}/role", role="admin", version="2", hx=True).status_code == 200


@pytest.mark.parametrize("fields", [{"role": "owner", "version": "1"}, {"version": "1"}, {"role": "admin"},
                                    {"role": "admin", "version": "x"}])  # fmt: skip
def test_what_does_not_fit_is_said_in_the_row(priya, nilgiri, superuser, fields):
    reply = priya.post(f"users/{nilgiri.user.id}/role", fields, hx=True)
    assert reply.status_code == 422 and 'class="err"' in row(reply.text, nilgiri.user.id)
    assert stored(superuser, nilgiri.user.id) == ("user", True, True, 1)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_acts_on_themselves_here(priya, nilgiri, superuser, action):
    """Row 9: no self role change; leaving is done in one's own account."""
    with nilgiri.scope():
        make_user("Meera", "admin")
    reply = priya.post(f"users/{nilgiri.admin.id}/{action}", role="user", version="1", hx=True)
    assert reply.status_code == 403
    assert stored(superuser, nilgiri.admin.id) == ("admin", True, True, 1)


@pytest.mark.parametrize("who", ["imran", "asha"])
@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_else_makes_or_unmakes_anybody(request, nilgiri, superuser, who, action):
    """Row 9: a manager makes neither himself nor anybody an admin, edits no admin and invites none."""
    browser = request.getfixturevalue(who)
    before = checksums(superuser, nilgiri)["users"]
    for person in nilgiri.people.values():
        reply = browser.post(f"users/{person.id}/{action}", role="admin", version="1", hx=True)
        assert reply.status_code == 403
    reply = browser.post("users/invite", email="friend@example.in", role="admin")
    assert reply.status_code == 403
    assert checksums(superuser, nilgiri)["users"] == before
    assert checksums(superuser, nilgiri)["user_invitations"][0] == 0


# It holds on the very next request ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "fields"),
    [("role", {"role": "user", "version": "1"}), ("deactivate", {}), ("remove", {})],
)
def test_the_next_request_with_a_token_of_ten_minutes_is_refused(priya, imran, nilgiri, action, fields):
    """Row 11: the browser's access token is young and valid, and opens nothing any more."""
    assert imran.get("customers/new").status_code == 200
    kept = {cookie.key for cookie in imran.client._cookies.values()}
    assert priya.post(f"users/{nilgiri.manager.id}/{action}", fields, hx=True).status_code == 200
    assert {cookie.key for cookie in imran.client._cookies.values()} == kept, "he holds what he held"
    for path in ("customers/new", "customers", ""):
        reply = imran.get(path)
        assert (reply.status_code, reply.location.partition("?")[0]) == (303, "/login"), path
    assert imran.get("customers", hx=True).status_code == 401


def test_who_was_made_user_comes_in_again_as_one(app, priya, nilgiri):
    priya.post(f"users/{nilgiri.manager.id}/role", role="user", version="1")
    imran = Browser(app, nilgiri, nilgiri.manager)
    assert imran.get("customers").status_code == 200
    assert imran.get("customers/new").status_code == 403


@pytest.mark.parametrize("action", ["deactivate", "remove"])
def test_who_is_out_cannot_sign_in(app, priya, nilgiri, action):
    priya.post(f"users/{nilgiri.manager.id}/{action}")
    with pytest.raises(AssertionError, match="422"):
        Browser(app, nilgiri, nilgiri.manager)


def test_switched_on_again_they_come_in(app, priya, nilgiri):
    priya.post(f"users/{nilgiri.manager.id}/deactivate")
    reply = priya.post(f"users/{nilgiri.manager.id}/activate", hx=True)
    assert reply.status_code == 200 and "can sign in again" in reply.headers["HX-Trigger"]
    assert Browser(app, nilgiri, nilgiri.manager).get("customers").status_code == 200


# The password again, foreign ids, forged fields -----------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_it_asks_for_the_password_after_fifteen_minutes(priya, nilgiri, superuser, action):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (nilgiri.admin.id,),
    )
    reply = priya.post(f"users/{nilgiri.user.id}/{action}", role="manager", version="1")
    assert reply.status_code == 403 and "password" in reply.text.lower()
    assert stored(superuser, nilgiri.user.id) == ("user", True, True, 1)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_id_of_nobody_here_is_404(priya, sahyadri, superuser, action):
    for user_id in (sahyadri.admin.id, uuid4()):
        reply = priya.post(f"users/{user_id}/{action}", role="user", version="1", hx=True)
        assert reply.status_code == 404 and "Rohan" not in reply.text
    assert stored(superuser, sahyadri.admin.id) == ("admin", True, True, 1)


@pytest.mark.parametrize("action", ACTIONS)
def test_no_column_of_a_user_can_be_slipped_in(priya, nilgiri, sahyadri, superuser, action):
    """Row 8: every column as an extra field, and only what the act is for has changed."""
    columns = [
        row[0]
        for row in superuser.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'users'"
        )
    ]
    assert len(columns) > 12
    slipped = {name: "2001-01-01" if name.endswith("_at") else "true" for name in columns}
    slipped |= {
        "id": str(uuid4()),
        "tenant_id": str(sahyadri.tenant_id),
        "email": "evil@example.in",
        "password_hash": "evil",
        "preferences": "{}",
        "role": "manager",
        "version": "1",
    }
    before = all_of(superuser, nilgiri.user.id)
    assert priya.post(f"users/{nilgiri.user.id}/{action}", slipped).status_code == 303
    after = all_of(superuser, nilgiri.user.id)
    meant = {
        "role": {"role", "version"},
        "deactivate": {"is_active", "version"},
        "activate": set(),
        "remove": {"is_active", "deleted_at", "version"},
    }
    changed = {name for name in before if before[name] != after[name]} - {"updated_at"}
    assert changed == meant[action]
    assert after["tenant_id"] == nilgiri.tenant_id and after["email"] == nilgiri.user.email


def all_of(superuser, user_id) -> dict:
    found = superuser.execute("SELECT * FROM users WHERE id = %s", (user_id,))
    names = [column.name for column in found.description]
    return dict(zip(names, found.fetchone(), strict=True))


def test_reading_changes_nothing(priya, nilgiri, superuser):
    before = checksums(superuser, nilgiri)
    for path in ("users", "users/invite"):
        for hx in (False, True):
            assert priya.get(path, hx=hx).status_code == 200
        assert priya.client.head(priya.path(path), base_url=HOST).status_code == 200
    after = checksums(superuser, nilgiri)
    assert {name for name in before if before[name] != after[name]} <= {"sessions"}
