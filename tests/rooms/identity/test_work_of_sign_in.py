"""What signing in costs says nothing about an address: security row 21, on the web and in the API."""

import re
from uuid import uuid4

import bcrypt
import pytest

from rms.crypto import passwords
from rms.db.session import tenant_scope
from tests import factories
from tests.factories import PASSWORD
from tests.http import HOST
from tests.rooms.identity.visitor import Visitor, filled_in

WRONG = "a guess by somebody else"
STANDINGS = [(0, 0), (1, 0), (2, 0), (3, 0), (5, 0), (7, 0), (0, 1), (0, 5), (1, 1), (1, 5), (3, 4), (6, 6)]


@pytest.fixture
def work(monkeypatch) -> list[str]:
    """Every hash that is made or compared, and every entry or attempt that is written after it."""
    done = []
    for name in ("hashpw", "checkpw"):
        original = getattr(bcrypt, name)

        def counted(password, salt, original=original):
            done.append("hash")
            return original(password, salt)

        monkeypatch.setattr(bcrypt, name, counted)
    return done


@pytest.fixture
def writes(monkeypatch) -> list[str]:
    done = []
    for name in ("rms.actions.sign_ins.audit_event", "rms.actions.attempts.spend_as_much"):
        module, _, function = name.rpartition(".")
        original = getattr(__import__(module, fromlist=[function]), function)

        def counted(*given, original=original):
            done.append("write")
            return original(*given)

        monkeypatch.setattr(name, counted)
    return done


def address(*, confirmed: int, waiting: int = 0, password: str = PASSWORD) -> str:
    """Somebody in so many companies, and in so many sign-ups that nobody confirmed."""
    email = filled_in()["email"]
    for number in range(confirmed + waiting):
        with tenant_scope(factories.make_tenant(f"Company {number}", slug=f"company-{uuid4().hex}")):
            known = number < confirmed
            text = password if known else f"{password} of a stranger"
            factories.make_user("Kavya", email=email, email_verified=known, password_hash=hash_of(text))
    return email


def hash_of(text: str) -> str:
    return passwords.make(text, cost=4)


@pytest.mark.parametrize(("confirmed", "waiting"), STANDINGS)
def test_row_21_a_wrong_password_costs_the_same_in_however_many_companies(
    app, work, writes, confirmed, waiting
):
    email = address(confirmed=confirmed, waiting=waiting)
    visitor = Visitor(app)
    visitor.get("/login")
    work.clear(), writes.clear()
    assert visitor.post("/login", email=email, password=WRONG).status_code == 422
    assert (len(work), len(writes)) == (3, 3)


@pytest.mark.parametrize(("confirmed", "waiting"), STANDINGS)
def test_row_21_and_so_it_does_in_the_api(app, work, writes, confirmed, waiting):
    email = address(confirmed=confirmed, waiting=waiting)
    work.clear(), writes.clear()
    reply = app.test_client().post(
        "/api/v1/auth/token", base_url=HOST, json={"email": email, "password": WRONG}
    )
    assert reply.status_code == 401
    assert (len(work), len(writes)) == (3, 3)


@pytest.mark.parametrize("is_there", [True, False])
def test_row_21_with_a_company_named_it_is_one_hash_for_everybody(app, nilgiri, work, is_there):
    email = nilgiri.admin.email if is_there else filled_in()["email"]
    visitor = Visitor(app)
    visitor.sign_in(email, WRONG, company=nilgiri.slug)
    assert work == ["hash"]


def test_row_20_a_wrong_password_gets_the_same_bytes_in_however_many_companies(app, superuser):
    told = set()
    for confirmed, waiting in STANDINGS:
        superuser.execute("DELETE FROM login_attempts")
        email = address(confirmed=confirmed, waiting=waiting)
        reply = Visitor(app).sign_in(email, WRONG)
        told.add(re.sub(r'content="[\w.-]{60,}"|value="[\w.-]{60,}"', "", reply.text).replace(email, ""))
    assert len(told) == 1


@pytest.mark.parametrize("confirmed", [0, 1, 2, 3, 5])
def test_row_20_a_sign_up_in_a_strangers_name_does_not_tell_what_else_the_address_opens(
    app, work, writes, confirmed
):
    """Whoever signs up with another's address and a password of their own learns nothing by signing in."""
    email = address(confirmed=confirmed, waiting=1)
    visitor = Visitor(app)
    visitor.get("/login")
    work.clear(), writes.clear()
    reply = visitor.post("/login", email=email, password=f"{PASSWORD} of a stranger")
    assert (reply.status_code, reply.location) == (303, "/signup/sent")
    assert (len(work), len(writes)) == (3, 3)


def test_row_22_a_sign_up_in_a_strangers_name_forgives_no_wrong_guess(app):
    email = address(confirmed=1, waiting=1)
    for _ in range(4):
        assert Visitor(app).sign_in(email, WRONG).status_code == 422
    assert Visitor(app).sign_in(email, f"{PASSWORD} of a stranger").status_code == 303
    assert Visitor(app).sign_in(email, WRONG).status_code == 429


def test_sign_ups_in_a_strangers_name_do_not_stand_in_the_owners_way(app, work):
    email = address(confirmed=1, waiting=6)
    work.clear()
    reply = Visitor(app).sign_in(email)
    assert reply.status_code == 303 and reply.location.startswith("/c/company-")
    assert work == ["hash"]


def test_one_that_nobody_confirmed_alone_still_leads_to_the_page_that_asks_for_it(app):
    email = address(confirmed=0, waiting=1)
    assert Visitor(app).sign_in(email, f"{PASSWORD} of a stranger").location == "/signup/sent"


def test_two_companies_with_two_passwords_each_open_with_their_own(app):
    email, opened = filled_in()["email"], set()
    for number in range(2):
        with tenant_scope(factories.make_tenant(f"Company {number}", slug=f"company-{uuid4().hex}")):
            factories.make_user("Kavya", email=email, password_hash=hash_of(f"{PASSWORD} {number}"))
    for number in range(2):
        opened.add(Visitor(app).sign_in(email, f"{PASSWORD} {number}").location)
    assert len(opened) == 2 and all(path.startswith("/c/company-") for path in opened)


def test_who_knows_the_password_is_shown_all_that_it_opens(app):
    email, visitor = address(confirmed=5), Visitor(app)
    assert visitor.sign_in(email).location == "/login/company"
    assert f"{email} opens 5 companies" in visitor.get("/login/company").text
