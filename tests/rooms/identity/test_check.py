"""POST /signup/_/check: one field, judged when it is left."""

import pytest

from tests.rooms.identity.visitor import filled_in


def check(visitor, field: str, *, hx: bool = True, **typed):
    return visitor.post(f"/signup/_/check?field={field}", hx=hx, **{**filled_in(), **typed})


def test_a_good_password_is_told_so_with_its_length(visitor):
    reply = check(visitor, "password", password="monsoon-tea-at-six")
    assert reply.status_code == 200
    assert reply.text.lstrip().startswith('<div class="field" id="f-password">')
    assert "18 characters, and not one of the common ones" in reply.text
    assert "monsoon-tea-at-six" not in reply.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "elevenchars"}, "Use at least 12 characters"),
        ({"password": "password1234"}, "one of the first passwords anybody tries"),
        ({"password": "Kavya.Long@example.in", "email": "kavya.long@example.in"}, "is the first guess"),
        ({"password": "kaveri fitness studio"}, "is the first guess"),
    ],
)
def test_a_weak_password_is_refused_in_a_sentence(visitor, typed, sentence):
    reply = check(visitor, "password", **typed)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert typed["password"] not in reply.text


def test_a_wrong_address_is_told_at_its_field_alone(visitor):
    reply = check(visitor, "email", email="kavya@nowhere", company="", password="")
    assert reply.status_code == 422
    assert reply.text.count('class="err"') == 1
    assert 'value="kavya@nowhere"' in reply.text


def test_a_good_address_shows_only_its_hint(visitor):
    reply = check(visitor, "email", company="", password="")
    assert reply.status_code == 200
    assert 'class="err"' not in reply.text
    assert "We send one link here" in reply.text


def test_the_business_name_appears_on_the_invoice_beside_the_form(visitor):
    reply = check(visitor, "company", company="காவேரி உடற்பயிற்சி")
    assert reply.status_code == 200
    assert reply.text.lstrip().startswith('<div class="field " id="f-company">')
    assert '<hx-partial hx-target="#look"' in reply.text
    assert "<b>காவேரி உடற்பயிற்சி</b>" in reply.text


def test_a_business_name_that_is_refused_is_told_at_its_field(visitor):
    reply = check(visitor, "company", company="see www.evil.example")
    assert reply.status_code == 422
    assert "Leave web and mail addresses out of the name" in reply.text


def test_an_address_that_has_an_account_is_not_given_away(visitor, nilgiri):
    assert check(visitor, "email", email=nilgiri.admin.email).status_code == 200


def test_without_htmx_it_leads_back_to_the_form(visitor):
    reply = check(visitor, "email", hx=False)
    assert (reply.status_code, reply.location) == (303, "/signup")


@pytest.mark.parametrize("field", ["name", "csrf_token", "form", "../email", ""])
def test_nothing_else_is_judged(visitor, field):
    assert check(visitor, field).status_code == 404
