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


def printed_page(app, begins: str, ends: str):
    given = ["maintenance-page", "--begins", f"2026-11-22 {begins}", "--ends", f"2026-11-22 {ends}"]
    with app.app_context():
        return app.test_cli_runner().invoke(args=given)


def test_the_page_of_planned_work_needs_nothing_that_stands_still(app):
    printed = printed_page(app, "02:00", "02:30")
    assert printed.exit_code == 0, printed.output
    assert "RMS Billing is back at 02:30 IST" in printed.output
    assert "22 Nov 2026" in printed.output
    assert 'http-equiv="refresh" content="30"' in printed.output
    assert "<script" not in printed.output and "csrf" not in printed.output


def test_planned_work_ends_after_it_begins(app):
    printed = printed_page(app, "02:30", "02:00")
    assert printed.exit_code == 2 and "must end after it begins" in printed.output
