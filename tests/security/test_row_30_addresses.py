"""Rows 26, 30 and 35: what a request says of itself and asks for is not what it gets."""

import dataclasses
import re
from uuid import uuid4

import pytest

from rms import create_app
from rms.actions.attempts import MOST_FROM_ADDRESS
from tests.factories import make_customer
from tests.http import CSRF, HOST, Browser
from tests.rooms.identity.visitor import own_address


@pytest.fixture
def behind_a_proxy(app, settings):
    """The product as it runs behind one proxy, which adds the address of its visitor as the last one."""
    yield create_app(dataclasses.replace(settings, proxies=1))
    create_app(settings)  # the database is configured for the process, not for one application


def guess(client, forwarded: str, email: str, site: str = "http://billing.test"):
    """A wrong password, through the proxy."""
    sent = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin"}
    page = client.get("/login", base_url=site, headers=sent)
    fields = {"csrf_token": CSRF.search(page.text)[1], "email": email, "password": "a guess by somebody else"}
    return client.post("/login", base_url=site, headers=sent, data=fields)


def test_row_30_a_made_up_address_in_front_of_ones_own_brings_no_more_guesses(behind_a_proxy):
    """Each guess is for another account and claims another origin; the proxy's last word stays the same."""
    real, statuses = own_address(), []
    for _ in range(MOST_FROM_ADDRESS + 1):
        claimed = f"{own_address()}, {own_address()}, {real}"
        client = behind_a_proxy.test_client()
        statuses.append(guess(client, claimed, f"nobody.{uuid4().hex}@example.in").status_code)
    assert statuses == [422] * MOST_FROM_ADDRESS + [429]


def test_row_30_nobody_is_slowed_down_by_who_claims_to_be_them(behind_a_proxy):
    victim = own_address()
    for _ in range(MOST_FROM_ADDRESS + 1):
        claimed = f"{victim}, {own_address()}"
        guess(behind_a_proxy.test_client(), claimed, f"nobody.{uuid4().hex}@example.in")
    reply = guess(behind_a_proxy.test_client(), victim, f"nobody.{uuid4().hex}@example.in")
    assert reply.status_code == 422


def test_row_30_without_a_proxy_the_header_says_nothing(app):
    own, statuses = own_address(), []
    for _ in range(MOST_FROM_ADDRESS + 1):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = own
        statuses.append(guess(client, own_address(), f"nobody.{uuid4().hex}@example.in", HOST).status_code)
    assert statuses == [422] * MOST_FROM_ADDRESS + [429]


@pytest.mark.parametrize(
    "host", ["evil.example", "billing.test:x@evil.example", "billing.test, evil.example"]
)
def test_row_26_no_link_is_made_under_a_name_that_a_request_brings(app, host):
    for sent in (
        {"Host": host},
        {"X-Forwarded-Host": host},
        {"Forwarded": f'host="{host}"'},
        {"X-Host": host},
    ):
        for path in ("/login", "/reset", "/signup", "/c/nobody/invoices"):
            reply = app.test_client().get(path, base_url=HOST, headers=sent)
            assert "evil" not in reply.text and "evil" not in str(reply.headers), (path, sent)
            assert reply.status_code == 400 if "Host" in sent else reply.status_code in (200, 302, 303), path


# What is asked of the database ---------------------------------------------------------------------


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    with nilgiri.scope(nilgiri.admin):
        for name in ("Zebra Works", "100% Cotton", "Under_score Ltd", "Back\\slash Ltd", "Apple Works"):
            make_customer(name)
    return Browser(app, nilgiri, nilgiri.admin)


def names(reply) -> list[str]:
    assert reply.status_code == 200
    wanted = "Zebra Works|100% Cotton|Under_score Ltd|Back\\\\slash Ltd|Apple Works"
    return list(dict.fromkeys(re.findall(wanted, reply.text.partition("<main")[2])))


@pytest.mark.parametrize(
    "asked",
    ["password_hash", "name;DROP TABLE users", "name desc", "(select 1)", "-balance,name", "%00", "'", "1"],
)
def test_row_35_an_order_that_is_not_on_the_list_is_the_usual_one(priya, asked):
    usual = names(priya.get("customers"))
    assert len(usual) == 5
    assert names(priya.get("customers?" + "sort=" + asked)) == usual
    assert names(priya.get("customers?view=" + asked)) == usual


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("%25", ["100% Cotton"]),
        ("_", ["Under_score Ltd"]),
        ("%5C", ["Back\\slash Ltd"]),
        ("%25Works", []),
        ("Zebra_Works", []),
        ("'", []),
        ("' OR '1'='1", []),
        ("') OR 1=1 --", []),
    ],
)
def test_row_35_signs_of_a_pattern_stand_for_themselves(priya, typed, found):
    assert names(priya.get(f"customers?q={typed}")) == found
