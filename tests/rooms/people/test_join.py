"""GET and POST /invite/<token>: what it shows, that it works once, and what it never does."""

import re
import threading
from uuid import UUID

import pytest

from rms.crypto import links
from rms.rooms.people.acts import ACTS
from tests.factories import PASSWORD, make_invitation
from tests.house.belongings import checksums
from tests.http import CSRF, HOST, headers

RAVI = "ravi@example.in"
FORM = {"name": "Ravi Menon", "password": PASSWORD}


class Visitor:
    """A browser of somebody who has a mail and no account."""

    def __init__(self, app) -> None:
        self.client = app.test_client()
        self.csrf = ""
        self.get("/login")

    def get(self, path: str):
        return self._kept(self.client.get(path, base_url=HOST, headers=headers(False)))

    def post(self, path: str, fields: dict | None = None, *, hx: bool = False):
        filled = {"csrf_token": self.csrf, **(fields or {})}
        return self._kept(self.client.post(path, base_url=HOST, data=filled, headers=headers(hx)))

    def _kept(self, reply):
        if found := CSRF.search(reply.get_data(as_text=True)):
            self.csrf = found[1]
        return reply


@pytest.fixture
def ravi(app) -> Visitor:
    return Visitor(app)


def invited(company, role: str = "manager", email: str = RAVI, round: int = 1) -> str:
    """The path in the mail."""
    with company.scope(company.admin):
        invitation = make_invitation(email, role, by=company.admin.id)
    return path_of(company, invitation.id, round)


def path_of(company, invitation_id, round: int | None = 1) -> str:
    return f"/invite/{links.make('invite', company.tenant_id, invitation_id, round=round).text}"


@pytest.fixture
def path(nilgiri) -> str:
    return invited(nilgiri)


def members(superuser, company, email: str = RAVI) -> list[tuple]:
    return superuser.execute(
        "SELECT role, first_name, last_name, email_verified, is_active FROM users"
        " WHERE tenant_id = %s AND email_norm = %s",
        (company.tenant_id, email),
    ).fetchall()


# What it shows ------------------------------------------------------------------------------------------


def test_it_says_who_invites_where_to_and_as_what(ravi, path):
    reply = ravi.get(path)
    assert reply.status_code == 200
    assert "Priya invites you to Nilgiri Facility Services LLP" in reply.text
    assert "<b>Manager</b>" in reply.text and f'value="{RAVI}"' in reply.text and "readonly" in reply.text
    assert "What a Manager can do" in reply.text and "Issue and send invoices" in reply.text
    assert reply.text.count('type="submit"') == 1 and "Join as Manager" in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_what_the_role_may_is_the_table_of_the_product(ravi, nilgiri, role):
    html = ravi.get(invited(nilgiri, role)).text
    may_not = html.count('<li class="no">')
    assert (may_not == 0) == (role == "admin")
    assert html.count("<li>") + may_not <= len(ACTS)


def test_looking_changes_nothing_and_then_the_button_works(ravi, path, nilgiri, superuser):
    """Row 25: scanners open links, several times and in several ways."""
    before = checksums(superuser, nilgiri)
    for _ in range(3):
        assert ravi.client.head(path, base_url=HOST).status_code == 200
        assert ravi.get(path).status_code == 200
    assert checksums(superuser, nilgiri) == before
    assert ravi.post(path, FORM).status_code == 303
    assert members(superuser, nilgiri) == [("manager", "Ravi", "Menon", True, True)]


def test_it_leads_to_sign_in_and_signs_nobody_in(ravi, path, nilgiri):
    reply = ravi.post(path, FORM)
    assert (reply.status_code, reply.location) == (303, "/login")
    page = ravi.get("/login").text
    assert "You have joined Nilgiri Facility Services LLP. Sign in to start." in page
    assert f'value="{RAVI}"' in page
    assert ravi.get(f"/c/{nilgiri.slug}/").status_code == 303


def test_then_they_sign_in_and_never_see_the_set_up(ravi, nilgiri):
    for role in ("admin", "manager"):
        email = f"{role}@new.example.in"
        visitor = Visitor(ravi.client.application)
        visitor.post(invited(nilgiri, role, email), FORM)
        reply = visitor.post("/login", {"email": email, "password": PASSWORD})
        assert (reply.status_code, reply.location) == (303, f"/c/{nilgiri.slug}/")
        assert visitor.get(reply.location).status_code == 200


def test_without_javascript_and_with_it(app, nilgiri, superuser):
    path = invited(nilgiri)
    reply = Visitor(app).post(path, FORM, hx=True)
    assert reply.status_code == 204 and reply.headers["HX-Redirect"] == "/login"
    assert len(members(superuser, nilgiri)) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "Ravi www.evil.example"}, "Leave web and mail addresses out of the name"),
        ({"password": ""}, "Choose a password"),
        ({"password": "short"}, "Use at least 12 characters"),
        ({"password": RAVI}, "first guess"),
        ({"password": "Nilgiri Facility Services LLP"}, "first guess"),
    ],
)
@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_a_mistake_joins_nobody(ravi, path, nilgiri, superuser, changed, sentence, hx):
    reply = ravi.post(path, FORM | changed, hx=hx)
    assert reply.status_code == 422 and sentence in reply.text
    assert ("<html" in reply.text) != hx
    assert members(superuser, nilgiri) == []
    assert ravi.post(path, FORM).status_code == 303, "the link is not used up"


def test_the_form_decides_nothing_but_name_and_password(ravi, path, nilgiri, sahyadri, superuser):
    """Row 8 and row 9: role, address, company and all the rest are the invitation's."""
    slipped = {
        "email": "evil@example.in",
        "role": "admin",
        "tenant_id": str(sahyadri.tenant_id),
        "id": str(nilgiri.admin.id),
        "user_id": str(nilgiri.admin.id),
        "first_name": "Evil",
        "is_active": "",
        "email_verified": "",
        "version": "9",
        "password_hash": "x",
    }
    assert ravi.post(path, FORM | slipped).status_code == 303
    assert members(superuser, nilgiri) == [("manager", "Ravi", "Menon", True, True)]
    assert members(superuser, nilgiri, "evil@example.in") == members(superuser, sahyadri) == []


# When it opens nothing ------------------------------------------------------------------------------------


def test_used_it_says_so_and_changes_nothing(ravi, path, nilgiri, superuser):
    ravi.post(path, FORM)
    before = checksums(superuser, nilgiri)
    for reply in (ravi.get(path), ravi.post(path, FORM | {"password": "quite another password"})):
        assert reply.status_code == 200 and "This invitation has been used" in reply.text
        assert "<form" not in reply.text
    assert checksums(superuser, nilgiri) == before


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ("expires_at = now() - interval '1 second'", "This invitation has run out"),
        ("withdrawn_at = now()", "This invitation was withdrawn"),
        ("round = 2", "A newer invitation replaced this one"),
    ],
)
def test_dead_it_says_why_and_lets_nobody_in(ravi, path, nilgiri, superuser, change, title):
    superuser.execute(f"UPDATE user_invitations SET {change} WHERE tenant_id = %s", (nilgiri.tenant_id,))
    before = checksums(superuser, nilgiri)
    for reply in (ravi.get(path), ravi.post(path, FORM)):
        assert reply.status_code == 410 and title in reply.text
        assert RAVI not in reply.text, "who holds an old link learns no address"
    assert checksums(superuser, nilgiri) == before


def test_garbled_of_nobody_or_of_another_purpose_it_is_not_complete(ravi, path, nilgiri, superuser):
    made = re.fullmatch(r"/invite/(\w+)\.(\w+)\.(\d+)\.(.+)", path)
    tenant, row, _, mac = made.groups()
    forged = [
        path[:-1],
        path + "A",
        f"/invite/{tenant}.{row}.2.{mac}",
        f"/invite/{tenant}.{row}.{mac}",
        f"/invite/{row}.{tenant}.1.{mac}",
        "/invite/x",
        "/invite/...",
        f"/invite/{links.make('verify', nilgiri.tenant_id, nilgiri.admin.id).text}",
        path_of(nilgiri, nilgiri.admin.id),
        path_of(nilgiri, UUID(hex=row), None),
        path_of(nilgiri, UUID(hex=row), 2),
    ]
    told = {re.sub(r"[0-9a-f]{16}|(content|value)=\"[^\"]+\"", "", ravi.get(one).text) for one in forged}
    assert len(told) == 1 and "This invitation is not complete" in told.pop()
    for one in forged:
        assert ravi.get(one).status_code == ravi.post(one, FORM).status_code == 404, one
    assert members(superuser, nilgiri) == []


def test_a_company_that_is_closed_takes_nobody(ravi, path, nilgiri, superuser):
    superuser.execute("UPDATE tenants SET is_active = false WHERE id = %s", (nilgiri.tenant_id,))
    assert ravi.get(path).status_code == ravi.post(path, FORM).status_code == 404
    assert members(superuser, nilgiri) == []


def test_without_the_token_of_our_page_nobody_joins(ravi, path, nilgiri, superuser):
    reply = ravi.client.post(path, base_url=HOST, data=FORM, headers=headers(False))
    assert reply.status_code == 400
    assert members(superuser, nilgiri) == []


def test_many_who_press_at_once_join_once(app, path, nilgiri, superuser):
    """Row 25, through the whole application; tests/actions tries twenty in the same transaction's moment."""
    replies, ready = [], threading.Barrier(5)
    visitors = [Visitor(app) for _ in range(5)]

    def press(visitor: Visitor) -> None:
        ready.wait()
        replies.append(visitor.post(path, FORM).status_code)

    threads = [threading.Thread(target=press, args=(one,)) for one in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(replies) == 5 and replies.count(303) == 1, replies
    assert set(replies) <= {303, 200, 429}
    assert len(members(superuser, nilgiri)) == 1


def test_a_removed_person_comes_back_with_a_new_password(app, ravi, nilgiri, superuser):
    imran = nilgiri.manager
    superuser.execute(
        "UPDATE users SET is_active = false, deleted_at = now(), password_hash = 'old' WHERE id = %s",
        (imran.id,),
    )
    path = invited(nilgiri, "user", imran.email)
    assert ravi.post("/login", {"email": imran.email, "password": PASSWORD}).status_code == 422
    assert ravi.post(path, FORM).status_code == 303
    assert ravi.post("/login", {"email": imran.email, "password": PASSWORD}).status_code == 303
    assert members(superuser, nilgiri, imran.email) == [("user", "Ravi", "Menon", True, True)]
