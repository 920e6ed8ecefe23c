"""GET and POST /companies: going to another company of the same address and password."""

import re
from uuid import uuid4

import pytest

from rms.db.session import tenant_scope
from tests import factories
from tests.factories import PASSWORD
from tests.rooms.identity.visitor import Visitor


@pytest.fixture
def places():
    """(address, slugs) of somebody who works in two companies."""
    email, slugs = f"kavya.{uuid4().hex}@example.in", []
    for name in ("Kaveri Fitness Studio", "Greenfield Owners"):
        slugs.append(f"{name.split()[0].lower()}-{uuid4().hex[:8]}")
        with tenant_scope(factories.make_tenant(name, slug=slugs[-1])):
            factories.make_user("Kavya", "manager", email=email)
    return email, slugs


@pytest.fixture
def inside(app, places) -> Visitor:
    """Kavya, signed in to the first."""
    visitor = Visitor(app)
    reply = visitor.sign_in(places[0], next=f"/c/{places[1][0]}/")
    assert reply.location == f"/c/{places[1][0]}/"
    return visitor


def choose(visitor, name: str):
    """Press the button of that company."""
    page = visitor.get("/login/company").text
    buttons = {shown: one for one, shown in re.findall(r'value="([0-9a-f]{32})".*?<b>([^<]+)</b>', page)}
    return visitor.post("/login/company", company=buttons[name])


def test_who_is_signed_out_signs_in_first(visitor):
    reply = visitor.get("/companies?next=/c/nilgiri/invoices")
    assert (reply.status_code, reply.location) == (303, "/login?next=/c/nilgiri/invoices")
    assert visitor.post("/companies", password=PASSWORD).location == "/login"


def test_the_password_is_asked_for_before_anything_is_listed(inside, places):
    page = inside.get("/companies").text
    assert "Greenfield" not in page
    assert f'value="{places[0]}"' in page
    wrong = inside.post("/companies", password="not the password")
    assert (wrong.status_code, "Greenfield" in wrong.text) == (422, False)
    assert "That is not your password" in wrong.text
    assert "Enter your password" in inside.post("/companies", password="").text


def test_choosing_opens_a_new_session_and_ends_the_old_one(inside, places, superuser):
    email, slugs = places
    old = inside.session_cookie.value
    inside.get("/companies")
    assert inside.post("/companies", password=PASSWORD).location == "/login/company"
    page = inside.get("/login/company").text
    assert "You are here" in page
    assert choose(inside, "Greenfield Owners").location == f"/c/{slugs[1]}/"
    assert inside.get(f"/c/{slugs[1]}/").status_code == 200
    assert inside.get(f"/c/{slugs[0]}/").status_code == 404
    inside.client.set_cookie("__Host-rms_rt", old, domain="billing.test", secure=True)
    assert inside.get("/").location == "/login"
    because = superuser.execute(
        "SELECT s.revoked_because FROM sessions s JOIN tenants t ON t.id = s.tenant_id WHERE t.slug = %s",
        (slugs[0],),
    ).fetchall()
    assert because == [("replaced",)]


def test_it_lands_on_the_page_that_was_asked_for(inside, places):
    path = f"/c/{places[1][1]}/invoices"
    missing = inside.get(path)
    assert missing.status_code == 404
    assert f'href="/companies?next={path}"' in missing.text
    page = inside.get(f"/companies?next={path}").text
    assert f'value="{path}"' in page
    inside.post("/companies", password=PASSWORD, next=path)
    assert choose(inside, "Greenfield Owners").location == path


def test_row_22_tries_here_count_as_sign_ins(app, inside, places):
    """This browser is known to the address, so it slows down by itself and nobody else with it."""
    inside.get("/companies")
    for _ in range(5):
        inside.post("/companies", password="not the password")
    reply = inside.post("/companies", password=PASSWORD)
    assert reply.status_code == 429
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert "then try again" in reply.text
    assert Visitor(app).sign_in(places[0]).status_code == 303
