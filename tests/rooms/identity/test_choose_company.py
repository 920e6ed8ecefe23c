"""GET and POST /login/company: one password that opens several companies."""

import datetime as dt

import pytest

from rms.db.session import tenant_scope
from tests import factories
from tests.rooms.identity.visitor import Visitor, filled_in


@pytest.fixture
def shared(nilgiri, sahyadri) -> str:
    """An address with the same password in both companies."""
    email = filled_in()["email"]
    for company, role in ((nilgiri, "admin"), (sahyadri, "manager")):
        with tenant_scope(company.tenant_id):
            factories.make_user("Kavya", role, email=email)
    return email


def test_the_companies_are_shown_after_the_password(visitor, shared, nilgiri, sahyadri):
    reply = visitor.sign_in(shared)
    assert (reply.status_code, reply.location) == (303, "/login/company")
    assert visitor.session_cookie is None
    page = visitor.get("/login/company").text
    assert f"{shared} opens 2 companies" in page
    assert nilgiri.name in page
    assert sahyadri.name in page
    assert "Admin" in page
    assert "Manager" in page


def test_a_wrong_password_shows_none(visitor, shared, nilgiri):
    reply = visitor.sign_in(shared, "not the password at all")
    assert reply.status_code == 422
    assert nilgiri.name not in reply.text
    assert visitor.get("/login/company").location == "/login"


def test_the_chosen_company_is_opened(visitor, shared, sahyadri):
    visitor.sign_in(shared, keep="y")
    visitor.get("/login/company")
    reply = visitor.post("/login/company", company=sahyadri.tenant_id.hex)
    assert (reply.status_code, reply.location) == (303, f"/c/{sahyadri.slug}/")
    assert "Max-Age" in str(reply.headers.getlist("Set-Cookie"))
    assert visitor.get("/").location == f"/c/{sahyadri.slug}/"
    assert visitor.get("/login/company").location == "/login"


def test_a_password_of_one_company_opens_that_one_alone(visitor, shared, nilgiri, superuser):
    superuser.execute(
        "UPDATE users SET password_hash = 't1$' WHERE email = %s AND tenant_id <> %s",
        (shared, nilgiri.tenant_id),
    )
    assert visitor.sign_in(shared).location == f"/c/{nilgiri.slug}/"


def test_a_link_in_a_mail_opens_the_company_it_belongs_to(visitor, shared, sahyadri):
    path = f"/c/{sahyadri.slug}/invoices"
    assert visitor.sign_in(shared, next=path).location == path
    assert visitor.get("/").location == f"/c/{sahyadri.slug}/"


def test_a_slug_that_only_begins_alike_is_not_chosen(visitor, shared, sahyadri):
    assert visitor.sign_in(shared, next=f"/c/{sahyadri.slug}-2/").location == "/login/company"


def test_only_a_company_of_the_list_can_be_chosen(visitor, shared):
    visitor.sign_in(shared)
    other = factories.make_tenant("Third Company")
    reply = visitor.post("/login/company", company=other.hex)
    assert reply.location == "/login"
    assert visitor.session_cookie is None


@pytest.mark.parametrize("company", ["", "nonsense", "x" * 10_000])
def test_it_rejects_bad_input(visitor, shared, company):
    visitor.sign_in(shared)
    assert visitor.post("/login/company", company=company).location == "/login"
    assert "That list has closed" in visitor.get("/login").text


def test_without_a_password_there_is_nothing_to_choose(visitor, sahyadri):
    assert visitor.get("/login/company").location == "/login"
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).location == "/login"
    assert visitor.session_cookie is None


def test_after_five_minutes_the_list_is_closed(visitor, shared, sahyadri):
    visitor.sign_in(shared)
    with visitor.client.session_transaction(base_url="https://billing.test") as kept:
        kept["choice"]["until"] -= dt.timedelta(minutes=5).total_seconds()
        kept.modified = True
    assert visitor.get("/login/company").location == "/login"
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).location == "/login"
    assert visitor.session_cookie is None


@pytest.mark.parametrize(
    "changed", ["is_active = false", "deleted_at = now()", "password_hash = 't1$changed'"]
)
def test_what_changed_since_the_password_was_checked_counts(visitor, shared, sahyadri, superuser, changed):
    visitor.sign_in(shared)
    superuser.execute(
        f"UPDATE users SET {changed} WHERE email = %s AND tenant_id = %s", (shared, sahyadri.tenant_id)
    )
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).location == "/login"
    assert visitor.session_cookie is None


def test_more_than_five_companies_show_five(app, superuser):
    email, visitor = filled_in()["email"], Visitor(app)
    for number in range(6):
        with tenant_scope(factories.make_tenant(f"Company {number}")):
            factories.make_user("Kavya", email=email)
    visitor.sign_in(email)
    assert f"{email} opens 5 companies" in visitor.get("/login/company").text
