"""Row 49: what every reply of every address carries, signed in or not; and what a sign-out leaves behind."""

from uuid import uuid4

import pytest

from tests.house.belongings import give
from tests.house.routes import api_rules, method_of, path_of, rules
from tests.house.walking import send
from tests.http import HOST, Browser, headers

POLICY_PARTS = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def assert_guarded(reply, where: str) -> None:
    told = reply.headers
    assert set(told["Content-Security-Policy"].split("; ")) >= POLICY_PARTS, where
    assert "unsafe" not in told["Content-Security-Policy"], where
    for name, value in WANTED.items():
        # What a link opens tells no other site under which address: its secret is in there.
        wanted = "no-referrer" if name == "Referrer-Policy" and where.startswith("public.") else value
        assert told.getlist(name) == [wanted], f"{where}: {name}"
    seconds = int(told["Strict-Transport-Security"].partition("max-age=")[2].partition(";")[0])
    assert seconds >= 31_536_000, where
    assert told["X-Request-Id"], where
    assert "Server" not in told and "X-Powered-By" not in told, where


@pytest.fixture
def values(nilgiri) -> dict:
    named = {"slug": nilgiri.slug, "token": "x" * 43, "filename": "app.css", "name": "x", "kind": "x"}
    return {**give(nilgiri).values(), **named}


def walked(app, values: dict):
    """Each address once. What takes an argument that nothing here has is asked for with a made-up id."""
    for rule in [*rules(app), *api_rules(app)]:
        missing = {name: uuid4() for name in rule.arguments - set(values)}
        yield rule.endpoint, method_of(rule), path_of(app, rule, {**values, **missing})


def test_row_49_every_address_carries_every_header_for_somebody_signed_in(app, nilgiri, values):
    seen, priya = 0, Browser(app, nilgiri, nilgiri.admin)
    for endpoint, method, path in walked(app, values):
        if method == "GET":
            assert_guarded(send(priya, method, path, {}, hx=bool(seen % 2)), endpoint)
            seen += 1
    assert seen > 40


def test_row_49_every_address_carries_them_for_a_stranger_and_when_it_refuses(app, nilgiri, values):
    client = app.test_client()
    for endpoint, method, path in walked(app, values):
        assert_guarded(client.open(path, method=method, base_url=HOST, headers=headers(False)), endpoint)
        crossing = {"Sec-Fetch-Site": "cross-site"}
        assert_guarded(client.open(path, method=method, base_url=HOST, headers=crossing), endpoint)
        assert_guarded(client.open(path, method="TRACE", base_url=HOST), f"TRACE {endpoint}")


def test_row_49_no_store_between_takes_the_page_of_one_person_for_that_of_another(app, nilgiri, values):
    priya = Browser(app, nilgiri, nilgiri.admin)
    for path in ("invoices", "customers", "/account", "nothing", f"invoices/{uuid4()}"):
        assert {"cookie", "hx-request"} <= {one.lower() for one in priya.get(path).vary}, path


def test_row_49_a_sign_out_clears_what_the_browser_kept(app, nilgiri):
    priya = Browser(app, nilgiri, nilgiri.admin)
    reply = priya.post("/logout")
    assert reply.status_code == 303
    assert {part.strip() for part in reply.headers["Clear-Site-Data"].split(",")} == {'"cache"', '"storage"'}
    assert priya.get("invoices").location.startswith("/login"), (
        "Back asks the server, and the server asks who"
    )


def test_row_49_a_file_that_never_changes_carries_them_too(app):
    reply = app.test_client().get("/static/app.css", base_url=HOST)
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in reply.headers
