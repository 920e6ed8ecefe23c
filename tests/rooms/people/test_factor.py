"""POST users/<id>/second-factor/off: for somebody who has lost phone and codes."""

import pytest

from tests.second_factors import turn_on


@pytest.fixture
def asha_signed_in(asha):
    """On another device, before she had one."""
    return asha


@pytest.fixture
def path(nilgiri, app) -> str:
    """Asha, who has a second factor."""
    turn_on(nilgiri, nilgiri.user)
    return f"users/{nilgiri.user.id}/second-factor/off"


def has_one(superuser, person) -> bool:
    found = superuser.execute("SELECT count(*) FROM second_factors WHERE user_id = %s", (person.id,))
    return found.fetchone()[0] == 1


def test_an_admin_turns_it_off_and_both_get_a_mail(priya, asha_signed_in, path, nilgiri, superuser):
    page = priya.get("users").text
    assert f'action="/c/{nilgiri.slug}/{path}"' in page
    assert f"users/{nilgiri.admin.id}/second-factor" not in page
    reply = priya.post(path)
    assert reply.status_code == 303 and not has_one(superuser, nilgiri.user)
    assert "comes in with the password alone" in priya.get("users").text
    told = superuser.execute(
        "SELECT to_address, params ->> 'whose', params ->> 'by' FROM email_messages "
        "WHERE tenant_id = %s AND kind = 'second_factor_off'",
        (nilgiri.tenant_id,),
    ).fetchall()
    assert sorted(told) == sorted([(nilgiri.user.email, "", "Priya"), (nilgiri.admin.email, "Asha", "Priya")])
    ended = superuser.execute(
        "SELECT revoked_because FROM sessions WHERE user_id = %s", (nilgiri.user.id,)
    ).fetchall()
    assert ended == [("second_factor",)]


def test_by_htmx_the_list_comes_back(priya, path):
    reply = priya.post(path, hx=True)
    assert reply.status_code == 200 and 'id="people"' in reply.text and "second-factor/off" not in reply.text


def test_not_for_managers_users_rivals_or_oneself(priya, imran, rohan, path, nilgiri, superuser):
    assert imran.post(path).status_code == 403
    assert rohan.post(f"/c/{nilgiri.slug}/{path}").status_code == 404
    assert rohan.post(path).status_code == 404, "their own company has no such person"
    assert priya.post(f"users/{nilgiri.admin.id}/second-factor/off").status_code == 403
    assert has_one(superuser, nilgiri.user)


def test_the_password_is_asked_for_again(priya, path, nilgiri, superuser):
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '20 minutes' WHERE user_id = %s",
        (nilgiri.admin.id,),
    )
    assert priya.post(path).status_code == 403 and has_one(superuser, nilgiri.user)


def test_who_has_none_cannot_lose_it(priya, nilgiri):
    reply = priya.post(f"users/{nilgiri.manager.id}/second-factor/off")
    assert reply.status_code == 409 and "Imran has no second factor" in reply.text
