"""The password again before what is dangerous: asked at the same address, with all that was typed."""

import html
import re

import pytest

from rms.web import guard
from tests.factories import PASSWORD
from tests.house.routes import rules
from tests.http import Browser

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
QUESTION = "Your password, please"


@pytest.fixture
def later(priya, superuser):
    """Priya, sixteen minutes after she gave her password."""
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (priya.person.id,),
    )
    return priya


def invitations(superuser, company) -> list[str]:
    found = superuser.execute("SELECT email FROM user_invitations WHERE tenant_id = %s", (company.tenant_id,))
    return [email for (email,) in found]


def kept(reply) -> dict[str, str]:
    """What the question carries along."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(reply.text)}


INVITED = {"email": "ravi.new@example.in", "role": "user"}


def test_right_after_signing_in_nothing_is_asked(priya, nilgiri, superuser):
    assert priya.post("users/invite", INVITED).status_code == 303
    assert invitations(superuser, nilgiri) == [INVITED["email"]]


def test_later_the_password_is_asked_and_the_form_is_kept(later, nilgiri, superuser):
    reply = later.post("users/invite", INVITED)
    assert reply.status_code == 403
    assert QUESTION in reply.text
    assert kept(reply).items() >= INVITED.items()
    assert "form_token" in kept(reply)
    assert invitations(superuser, nilgiri) == []


def test_with_the_password_the_thing_is_done_in_the_same_request(later, nilgiri, superuser):
    asked = later.post("users/invite", INVITED)
    answered = later.post(
        "users/invite", kept(asked) | {"step_up_password": PASSWORD, "csrf_token": later.csrf}
    )
    assert answered.status_code == 303
    assert invitations(superuser, nilgiri) == [INVITED["email"]]
    # And for the next fifteen minutes it is not asked again.
    assert later.post("users/invite", INVITED | {"email": "other@example.in"}).status_code == 303


def test_a_wrong_password_does_nothing_and_keeps_the_form(later, nilgiri, superuser):
    reply = later.post("users/invite", INVITED | {"step_up_password": "not her password"})
    assert reply.status_code == 403
    assert "That is not your password" in reply.text
    assert "not her password" not in reply.text
    assert kept(reply).items() >= INVITED.items()
    assert invitations(superuser, nilgiri) == []


def test_wrong_passwords_are_counted_and_slowed_down(later, nilgiri, superuser):
    statuses = [
        later.post("users/invite", INVITED | {"step_up_password": f"wrong {n}"}).status_code for n in range(6)
    ]
    assert statuses == [403] * 5 + [429]
    refused = later.post("users/invite", INVITED | {"step_up_password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert invitations(superuser, nilgiri) == []


def another(app, later, superuser) -> Browser:
    """Priya on one more device, sixteen minutes after she gave her password there."""
    browser = Browser(app, later.company, later.person)
    superuser.execute(
        "UPDATE sessions SET authenticated_at = now() - interval '16 minutes' WHERE user_id = %s",
        (later.person.id,),
    )
    return browser


def guess(browser: Browser, times: int) -> list[int]:
    wrong = [INVITED | {"step_up_password": f"wrong {number}"} for number in range(times)]
    return [browser.post("users/invite", fields).status_code for fields in wrong]


def test_row_22_who_guesses_with_a_stolen_session_does_not_hold_the_owner_up(app, later, superuser):
    owner = another(app, later, superuser)
    assert guess(later, 7) == [403] * 5 + [429] * 2
    assert owner.post("users/invite", INVITED | {"step_up_password": PASSWORD}).status_code == 303


def test_row_22_all_sessions_of_a_person_together_guess_twenty_times(app, later, superuser):
    sessions = [later, *(another(app, later, superuser) for _ in range(4))]
    assert [guess(one, 5) for one in sessions] == [[403] * 5] * 4 + [[429] * 5]
    refused = sessions[-1].post("users/invite", INVITED | {"step_up_password": PASSWORD})
    assert refused.status_code == 429
    assert 800 <= int(refused.headers["Retry-After"]) <= 900


def test_htmx_is_asked_in_the_dialog_of_the_page(later):
    reply = later.post("users/invite", INVITED, hx=True)
    assert reply.status_code == 403
    assert (reply.headers["HX-Retarget"], reply.headers["HX-Reswap"]) == ("#dialog", "innerHTML")
    assert reply.text.startswith("<form")
    assert f'action="/c/{later.company.slug}/users/invite"' in reply.text


def test_reading_never_asks(later):
    assert later.get("users").status_code == 200


def test_the_question_is_asked_after_the_role_and_the_company(later, sahyadri, app):
    assert later.post(f"/c/{sahyadri.slug}/users/invite", INVITED).status_code == 404


def test_what_security_names_asks_for_the_password(app):
    """Roles, bank details, ending the sessions of others, leaving, the second factor."""
    asks = {
        rule.endpoint for rule in rules(app) if getattr(app.view_functions[rule.endpoint], "rms_fresh", False)
    }
    assert asks >= {
        "people.invite",
        "people.change_role",
        "people.remove",
        "account.end_others",
        "settings.save_bank",
    }
    assert guard.requires("x", fresh=True)(lambda: None).rms_fresh
