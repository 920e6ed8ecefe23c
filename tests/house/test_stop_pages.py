"""The page of a refusal says who can help, and tells a stranger nothing."""

from tests.http import Browser


def test_a_role_that_may_not_is_told_who_may(app, nilgiri, sahyadri):
    asha = Browser(app, nilgiri, nilgiri.user)
    page = asha.get("users")
    assert page.status_code == 403
    assert "Your role, User, cannot do this" in page.text
    assert nilgiri.admin.email in page.text
    assert nilgiri.manager.email not in page.text
    assert sahyadri.admin.email not in page.text


def test_who_was_removed_is_not_named(app, nilgiri, superuser):
    superuser.execute("UPDATE users SET is_active = false WHERE id = %s", (nilgiri.manager.id,))
    asha = Browser(app, nilgiri, nilgiri.user)
    page = asha.get("customers/new")
    assert page.status_code == 403
    assert nilgiri.manager.email not in page.text
    assert nilgiri.admin.email in page.text


def test_what_is_not_there_offers_another_company_in_every_case(app, nilgiri, sahyadri):
    asha = Browser(app, nilgiri, nilgiri.user)
    for path in ("nonsense", f"/c/{sahyadri.slug}/", "/nonsense"):
        page = asha.get(path)
        assert page.status_code == 404
        assert "Sign in to another company" in page.text
        assert "/companies?next=" in page.text
