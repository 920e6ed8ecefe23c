"""Inviting somebody on the screen, sending it again, withdrawing it."""

import re
from uuid import uuid4

import pytest

from tests.factories import make_invitation
from tests.house.belongings import checksums

RAVI = {"email": "ravi@example.in", "role": "manager"}


def invitations(superuser, company) -> list[tuple]:
    return superuser.execute(
        "SELECT email, role, round, withdrawn_at IS NULL, invited_by FROM user_invitations"
        " WHERE tenant_id = %s ORDER BY created_at",
        (company.tenant_id,),
    ).fetchall()


def mails(superuser, company) -> int:
    statement = "SELECT count(*) FROM email_messages WHERE tenant_id = %s AND kind = 'invitation'"
    return superuser.execute(statement, (company.tenant_id,)).fetchone()[0]


@pytest.fixture
def old(nilgiri):
    """An invitation that was sent five minutes ago."""
    with nilgiri.scope(nilgiri.admin):
        return make_invitation("ravi@example.in", by=nilgiri.admin.id).id


def row(html: str, invitation_id) -> str:
    return re.search(rf'<tr class="row" id="invitation-{invitation_id}">.*?</tr>', html, re.S)[0]


def test_the_form_says_what_each_role_may(priya):
    html = priya.get("users/invite").text
    assert html.count('type="radio"') == 3 and re.search(
        r'checked[^>]*value="user"|value="user"[^>]*checked', html
    )
    assert "Issue and send invoices" in html and "Users and roles" in html


def test_it_is_sent_and_listed(priya, nilgiri, superuser):
    reply = priya.post("users/invite", RAVI)
    assert reply.status_code == 303 and reply.location.endswith("/users")
    html = priya.get("users").text
    assert "The invitation is on its way to ravi@example.in." in html
    assert "by Priya, opens until" in html and "Sent" in html
    assert invitations(superuser, nilgiri) == [("ravi@example.in", "manager", 1, True, nilgiri.admin.id)]
    assert mails(superuser, nilgiri) == 1


def test_no_usable_link_is_on_the_screen(priya):
    priya.post("users/invite", RAVI)
    assert "/invite/" not in priya.get("users").text.replace("/users/invite", "")


def test_sending_the_form_twice_invites_once(priya, nilgiri, superuser):
    token = str(uuid4())
    for _ in range(2):
        assert priya.post("users/invite", RAVI, form_token=token).status_code == 303
    assert mails(superuser, nilgiri) == 1


def test_inviting_again_leads_to_the_open_invitation(priya, nilgiri, superuser, old):
    reply = priya.post("users/invite", RAVI)
    assert reply.status_code == 303 and reply.location.endswith(f"/users#invitation-{old}")
    assert "ravi@example.in is invited already" in priya.get("users").text
    assert mails(superuser, nilgiri) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": ""}, "Enter your e-mail"),
        ({"email": "ravi"}, "Write the whole address"),
        ({"email": "ravi@example.in\r\nBcc: all@example.in"}, None),
        ({"role": "owner"}, "Choose one from the list"),
    ],
)
def test_a_mistake_keeps_what_was_typed(priya, nilgiri, superuser, changed, sentence):
    reply = priya.post("users/invite", RAVI | changed)
    assert reply.status_code == 422 and (sentence or "No mail can reach") in reply.text
    assert mails(superuser, nilgiri) == 0


def test_somebody_who_works_here_is_said_so(priya, nilgiri, superuser):
    reply = priya.post("users/invite", email=nilgiri.user.email, role="admin")
    assert reply.status_code == 422 and f"{nilgiri.user.email} works here already" in reply.text
    assert mails(superuser, nilgiri) == 0


def test_whether_an_address_has_an_account_elsewhere_is_not_told(priya, sahyadri):
    """Row 20: the same answer for the rival's admin and for nobody."""
    told = []
    for email in (sahyadri.admin.email, "nobody.at.all@example.in"):
        reply = priya.post("users/invite", email=email, role="user")
        listed = priya.get("users").text
        assert email in listed
        told.append((reply.status_code, reply.location.partition("#")[0]))
    assert told[0] == told[1]


def test_sent_again_it_says_that_the_older_link_is_dead(priya, nilgiri, superuser, old):
    reply = priya.post(f"users/invitations/{old}/resend", hx=True)
    assert reply.status_code == 200 and "The older one is dead." in reply.headers["HX-Trigger"]
    assert invitations(superuser, nilgiri)[0][2] == 2
    assert mails(superuser, nilgiri) == 2


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_twenty_times_again_is_at_most_three_mails_an_hour(priya, nilgiri, superuser, old, hx):
    """Row 28."""
    codes = [priya.post(f"users/invitations/{old}/resend", hx=hx).status_code for _ in range(20)]
    assert codes[0] in (200, 303) and set(codes[1:]) == {429}
    assert mails(superuser, nilgiri) <= 3
    reply = priya.post(f"users/invitations/{old}/resend", hx=hx)
    assert "Try again in" in row(reply.text, old) and int(reply.headers["Retry-After"]) > 0


def test_withdrawn_it_leaves_the_list(priya, nilgiri, superuser, old):
    reply = priya.post(f"users/invitations/{old}/withdraw", hx=True)
    assert reply.status_code == 200 and "ravi@example.in" not in reply.text
    assert "is withdrawn" in reply.headers["HX-Trigger"]
    assert invitations(superuser, nilgiri)[0][3] is False


def test_one_that_ran_out_says_so(priya, superuser, nilgiri, old):
    superuser.execute(
        "UPDATE user_invitations SET sent_at = sent_at - interval '8 days',"
        " expires_at = expires_at - interval '8 days' WHERE id = %s",
        (old,),
    )
    told = row(priya.get("users").text, old)
    assert "Expired" in told and "ran out on" in told


def test_who_has_joined_meanwhile_stands_among_the_people(priya, superuser, nilgiri, old):
    superuser.execute(
        "UPDATE user_invitations SET accepted_at = now(), user_id = %s WHERE id = %s", (nilgiri.user.id, old)
    )
    for action in ("resend", "withdraw"):
        reply = priya.post(f"users/invitations/{old}/{action}", hx=True)
        assert reply.status_code == 409 and "has joined in the meantime" in reply.text
        assert 'hx-target="#people"' in reply.text


@pytest.mark.parametrize("action", ["resend", "withdraw"])
def test_a_rival_finds_nothing(rohan, superuser, nilgiri, old, action):
    before = checksums(superuser, nilgiri)
    assert rohan.post(f"users/invitations/{old}/{action}").status_code == 404
    assert checksums(superuser, nilgiri) == before


@pytest.mark.parametrize(
    "path", ["users/invite", "users/invitations/{}/resend", "users/invitations/{}/withdraw"]
)
def test_it_asks_for_the_password_after_fifteen_minutes(priya, superuser, nilgiri, old, path):
    superuser.execute("UPDATE sessions SET authenticated_at = now() - interval '16 minutes'")
    sent = mails(superuser, nilgiri)
    reply = priya.post(path.format(old), email="other@example.in", role="admin")
    assert reply.status_code == 403 and "password" in reply.text.lower()
    assert mails(superuser, nilgiri) == sent


def test_no_column_of_an_invitation_can_be_slipped_in(priya, superuser, nilgiri, sahyadri):
    """Row 8."""
    slipped = {
        "id": str(uuid4()),
        "tenant_id": str(sahyadri.tenant_id),
        "token": "known",
        "round": "7",
        "invited_by": str(nilgiri.user.id),
        "expires_at": "2099-01-01",
        "accepted_at": "2026-01-01",
        "user_id": str(nilgiri.user.id),
    }
    assert priya.post("users/invite", RAVI | slipped).status_code == 303
    found = superuser.execute(
        "SELECT id::text, tenant_id, token, round, invited_by, expires_at - sent_at, accepted_at, user_id"
        " FROM user_invitations WHERE email = 'ravi@example.in' AND tenant_id = %s",
        (nilgiri.tenant_id,),
    ).fetchone()
    assert found[0] != slipped["id"] and found[2] != "known"
    assert found[3:5] == (1, nilgiri.admin.id) and found[5].days == 7 and found[6:] == (None, None)
