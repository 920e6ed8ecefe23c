"""What a right password allows next is good once, and for nothing after sign-out: copies of its cookie."""

import threading

import pytest

from rms.actions import sessions
from rms.db.session import tenant_scope
from tests import factories
from tests.factories import NOW
from tests.rooms.identity.visitor import Visitor, filled_in
from tests.second_factors import turn_on


@pytest.fixture
def shared(nilgiri, sahyadri) -> str:
    """An address with the same password in both companies."""
    email = filled_in()["email"]
    for company in (nilgiri, sahyadri):
        with tenant_scope(company.tenant_id):
            factories.make_user("Kavya", "admin", email=email)
    return email


def copy_of(visitor: Visitor) -> Visitor:
    """Another browser with the same cookie of forms, as a thief would have it, and no session."""
    app = visitor.client.application
    thief, name = Visitor(app), app.config["SESSION_COOKIE_NAME"]
    kept = visitor.client.get_cookie(name, domain="billing.test").value
    thief.client.set_cookie(name, kept, domain="billing.test", secure=True)
    thief.csrf = visitor.csrf
    return thief


def opens(thief: Visitor, company) -> bool:
    """Whether the copy shows the list, or opens the company."""
    is_shown = thief.get("/login/company").status_code == 200
    reply = thief.post("/login/company", company=company.tenant_id.hex)
    return is_shown or thief.session_cookie is not None or reply.location != "/login"


def user_of(superuser, company, email: str):
    found = superuser.execute(
        "SELECT id FROM users WHERE tenant_id = %s AND email = %s", (company.tenant_id, email)
    )
    return found.fetchone()[0]


# The choice of a company --------------------------------------------------------------------------


def test_row_16_a_copy_of_the_choice_works_while_it_is_open_and_once(visitor, shared, nilgiri, sahyadri):
    visitor.sign_in(shared)
    visitor.get("/login/company")
    thief = copy_of(visitor)
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).status_code == 303
    assert visitor.session_cookie is not None
    for company in (nilgiri, sahyadri):
        assert not opens(copy_of(thief), company)


def test_row_16_it_opens_nothing_after_sign_out(visitor, shared, nilgiri, sahyadri):
    visitor.sign_in(shared, next=f"/c/{nilgiri.slug}/")
    visitor.get("/companies")
    visitor.post("/companies", password=factories.PASSWORD)
    visitor.get("/login/company")
    thief = copy_of(visitor)
    assert visitor.post("/logout").location == "/login"
    assert not opens(thief, sahyadri)


def test_row_16_nor_after_all_sessions_of_one_of_them_were_ended(
    visitor, shared, nilgiri, sahyadri, superuser
):
    visitor.sign_in(shared)
    with tenant_scope(nilgiri.tenant_id):
        sessions.end_all_of(user_of(superuser, nilgiri, shared), because="ended", now=NOW)
    assert visitor.get("/login/company").location == "/login"
    assert not opens(copy_of(visitor), sahyadri)


def test_row_16_nor_once_the_password_was_given_again(visitor, shared, sahyadri):
    visitor.sign_in(shared)
    visitor.get("/login/company")
    thief = copy_of(visitor)
    visitor.sign_in(shared)
    assert not opens(thief, sahyadri)
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).location == f"/c/{sahyadri.slug}/"


def test_row_16_of_ten_copies_pressed_at_once_one_opens(visitor, shared, nilgiri, superuser):
    visitor.sign_in(shared)
    visitor.get("/login/company")
    copies, start, inside = [copy_of(visitor) for _ in range(10)], threading.Barrier(10), []

    def press(one: Visitor) -> None:
        start.wait()
        one.post("/login/company", company=nilgiri.tenant_id.hex)
        inside.append(one.session_cookie is not None)

    threads = [threading.Thread(target=press, args=(one,)) for one in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(inside) == [False] * 9 + [True]


def test_a_company_that_was_not_listed_leaves_the_choice_as_it_was(visitor, shared, sahyadri):
    visitor.sign_in(shared)
    assert visitor.get("/login/company").status_code == 200
    assert visitor.get("/login/company").status_code == 200, "looking uses nothing up"
    assert visitor.post("/login/company", company=sahyadri.tenant_id.hex).location == f"/c/{sahyadri.slug}/"


# The second factor --------------------------------------------------------------------------------


def test_row_16_who_owes_a_code_owes_it_once(visitor, nilgiri):
    phone = turn_on(nilgiri, nilgiri.admin)
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login/code")
    thief = copy_of(visitor)
    assert visitor.post("/login/code", code=phone.wrong()).status_code == 422
    assert visitor.post("/login/code", code=phone.code()).location.startswith(f"/c/{nilgiri.slug}/")
    assert thief.get("/login/code").location == "/login"


def test_row_16_a_copy_of_it_is_worth_nothing_with_the_next_code(visitor, nilgiri):
    phone = turn_on(nilgiri, nilgiri.admin)
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login/code")
    thief = copy_of(visitor)
    assert visitor.post("/login/code", code=phone.code()).status_code == 303
    assert thief.post("/login/code", code=phone.code(1)).location == "/login"
    assert thief.session_cookie is None


@pytest.mark.parametrize("ending", ["sign out", "end all"])
def test_row_16_nor_after_sign_out(visitor, nilgiri, ending):
    phone = turn_on(nilgiri, nilgiri.admin)
    visitor.sign_in(nilgiri.admin.email)
    visitor.get("/login/code")
    thief = copy_of(visitor)
    if ending == "sign out":
        visitor.post("/logout")
    else:
        with nilgiri.scope():
            sessions.end_all_of(nilgiri.admin.id, because="ended", now=NOW)
    assert thief.get("/login/code").location == "/login"
    assert thief.post("/login/code", code=phone.code()).location == "/login"
    assert thief.session_cookie is None
