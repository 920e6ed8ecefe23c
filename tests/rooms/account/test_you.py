"""GET and POST /account: name, theme, keys."""

import pytest

from tests.factories import PASSWORD

SELECTED_DARK = '<option selected value="dark">'


def version_of(superuser, person) -> int:
    return superuser.execute("SELECT version FROM users WHERE id = %s", (person.id,)).fetchone()[0]


def row_of(superuser, person) -> dict:
    (row,) = superuser.execute("SELECT to_jsonb(u) FROM users u WHERE id = %s", (person.id,)).fetchone()
    return row


def form(superuser, person, **changed) -> dict:
    filled = {"name": "Priya Nair", "theme": "", "keys": "y", "version": str(version_of(superuser, person))}
    return {name: text for name, text in {**filled, **changed}.items() if text is not None}


def test_the_page_shows_what_is_stored(priya, nilgiri):
    page = priya.get("/account")
    assert page.status_code == 200
    assert 'value="Priya"' in page.text and nilgiri.admin.email in page.text
    assert 'href="/account/sessions"' in page.text
    assert "Single-key shortcuts" in page.text and "checked" in page.text


@pytest.mark.parametrize("who", ["imran", "asha"])
def test_everybody_has_an_account(request, who):
    browser = request.getfixturevalue(who)
    assert browser.get("/account").status_code == 200
    assert browser.get("/account/sessions").status_code == 200


def test_a_name_is_stored_in_two_parts(priya, superuser, nilgiri):
    reply = priya.post("/account", form(superuser, nilgiri.admin, name="  Priya   Nair Menon "))
    assert (reply.status_code, reply.location) == (303, "/account")
    row = row_of(superuser, nilgiri.admin)
    assert (row["first_name"], row["last_name"]) == ("Priya", "Nair Menon")
    assert "Saved." in priya.get("/account").text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Enter your name"), ("42", "Enter your name"), ("see www.example.com", "Leave web")],
)
def test_a_name_that_is_none_is_refused_at_its_field(priya, superuser, nilgiri, name, sentence):
    reply = priya.post("/account", form(superuser, nilgiri.admin, name=name, theme="dark"))
    assert reply.status_code == 422 and sentence in reply.text
    assert "<title>Error:" in reply.text and SELECTED_DARK in reply.text
    assert row_of(superuser, nilgiri.admin)["first_name"] == "Priya"


def test_a_theme_goes_before_that_of_the_device(priya, superuser, nilgiri):
    assert "data-theme" not in priya.get("services").text
    priya.post("/account", form(superuser, nilgiri.admin, theme="dark"))
    page = priya.get("services").text
    assert '<html lang="en-IN" dir="ltr" data-theme="dark">' in page
    assert page.count('name="theme-color"') == 1 and "#0d161b" in page
    assert priya.post("/account", form(superuser, nilgiri.admin, theme="pink")).status_code == 422


def test_single_keys_can_be_turned_off(priya, superuser, nilgiri):
    """WCAG 2.1.4: the script reads it from the page."""
    assert 'data-keys="off"' not in priya.get("services").text
    priya.post("/account", form(superuser, nilgiri.admin, keys=None))
    assert 'data-keys="off"' in priya.get("services").text
    assert row_of(superuser, nilgiri.admin)["preferences"] == {"theme": "", "keys": False}
    priya.post("/account", form(superuser, nilgiri.admin))
    assert 'data-keys="off"' not in priya.get("services").text


def test_other_preferences_stay(priya, superuser, nilgiri):
    superuser.execute("UPDATE users SET preferences = '{\"x\": 1}' WHERE id = %s", (nilgiri.admin.id,))
    priya.post("/account", form(superuser, nilgiri.admin, theme="light"))
    assert row_of(superuser, nilgiri.admin)["preferences"] == {"x": 1, "theme": "light", "keys": True}


def test_a_version_that_is_old_shows_both(priya, superuser, nilgiri):
    stale = form(superuser, nilgiri.admin, name="Priya Menon")
    priya.post("/account", form(superuser, nilgiri.admin, name="Priya Nair", theme="dark"))
    reply = priya.post("/account", stale)
    assert reply.status_code == 409
    assert "Priya Nair" in reply.text and "Priya Menon" in reply.text and "2 fields differ" in reply.text
    assert row_of(superuser, nilgiri.admin)["last_name"] == "Nair"


def test_row_8_no_other_column_can_be_posted(priya, superuser, nilgiri, sahyadri):
    """Every column of users as an extra field: what the form says is stored, and nothing else."""
    before = row_of(superuser, nilgiri.admin)
    extra = {
        **{name: "true" if value is False else "11" for name, value in before.items()},
        "tenant_id": str(sahyadri.tenant_id),
        "id": str(nilgiri.user.id),
        "role": "user",
        "is_active": "",
        "email": "mallory@example.com",
        "password_hash": "t1$none",
        "preferences": '{"x": 1}',
    }
    reply = priya.post("/account", {**extra, **form(superuser, nilgiri.admin, name="Priya Nair")})
    assert reply.status_code == 303
    after = row_of(superuser, nilgiri.admin)
    told = {"first_name", "last_name", "preferences", "version", "updated_at"}
    assert {name: after[name] for name in after if name not in told} == {
        name: before[name] for name in before if name not in told
    }
    assert after["preferences"] == {"theme": "", "keys": True}
    reply = priya.post(
        "/account/password", {**extra, "current": PASSWORD, "password": "a quiet walk at dawn"}
    )
    assert reply.status_code == 303
    last = row_of(superuser, nilgiri.admin)
    told = {"password_hash", "last_password_change", "updated_at", "version"}
    assert {name: last[name] for name in last if name not in told} == {
        name: after[name] for name in after if name not in told
    }
    assert superuser.execute("SELECT first_name FROM users WHERE id = %s", (nilgiri.user.id,)).fetchone() == (
        "Asha",
    )
