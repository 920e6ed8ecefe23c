"""What every reply carries, whatever made it: policy, caching, cookies; and whose name may be asked for."""

import dataclasses
from types import SimpleNamespace

import pytest

from rms import create_app
from rms.web.guard import public
from tests.factories import PASSWORD, make_customer, make_invoice
from tests.http import CSRF, HOST, Browser, headers

# Word for word, so that a change of it is seen here.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def invoice(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        return make_invoice(make_customer()).id


@pytest.fixture
def failing(app, monkeypatch) -> str:
    """An address whose view breaks."""

    @public
    def view():
        raise RuntimeError("a fault of ours")

    monkeypatch.setitem(app.view_functions, "health.healthz", view)
    return "/healthz"


@pytest.fixture
def replies(priya, invoice, failing) -> dict[str, SimpleNamespace]:
    """One of each kind, with the status it is expected to have."""
    client = priya.client
    crossing = {"Sec-Fetch-Site": "cross-site"}
    no_token = client.post(priya.path("customers"), base_url=HOST, headers=headers(False))
    made = {
        "page": (200, priya.get("invoices")),
        "page of the signed out": (200, priya.client.application.test_client().get("/login", base_url=HOST)),
        "fragment": (200, priya.get("invoices/_/totals", hx=True)),
        "led on": (303, priya.get("invoices/_/totals")),
        "led on by htmx": (204, priya.post("invoices", hx=True)),
        "form refused": (422, priya.post("customers")),
        "without a token": (400, no_token),
        "from another site": (403, client.post("/logout", base_url=HOST, headers=crossing)),
        "not there": (404, priya.get("nothing")),
        "not there, by htmx": (404, priya.get("nothing", hx=True)),
        "wrong method": (405, priya.post("invoices/_/totals")),
        "PDF": (200, priya.get(f"invoices/{invoice}/invoice.pdf")),
        "broken": (500, priya.get(failing)),
    }
    for name, (status, reply) in made.items():
        assert reply.status_code == status, name
    return {name: reply for name, (_, reply) in made.items()}


def test_every_kind_of_reply_carries_the_policy(replies):
    for name, reply in replies.items():
        assert reply.headers.getlist("Content-Security-Policy") == [POLICY], name
        assert reply.headers["X-Content-Type-Options"] == "nosniff", name
        assert reply.headers["Referrer-Policy"] == "same-origin", name
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=31536000"), name
        assert reply.headers["X-Request-Id"], name


def test_nothing_of_a_company_is_kept_by_browser_or_proxy(replies):
    for name, reply in replies.items():
        assert reply.headers["Cache-Control"] == "no-store", name


def test_a_page_and_its_fragment_are_never_mistaken_for_each_other(replies):
    for name, reply in replies.items():
        assert "HX-Request" in reply.vary, name


def test_a_fault_of_ours_tells_its_reference_and_no_more(priya, failing):
    reply = priya.get(failing)
    assert reply.headers["X-Request-Id"] in reply.text
    assert "a fault of ours" not in reply.text and "Traceback" not in reply.text


def test_the_pdf_is_a_pdf_under_its_own_name(replies):
    reply = replies["PDF"]
    assert reply.mimetype == "application/pdf" and reply.data.startswith(b"%PDF-")
    assert reply.headers["Content-Disposition"].startswith("inline; filename=")


# Static files --------------------------------------------------------------------------------------


def test_a_file_under_the_hash_of_its_content_is_kept_for_ever(app):
    with app.test_request_context("/login", base_url=HOST):
        address = app.jinja_env.globals["static_url"]("app.css")
    reply = app.test_client().get(address, base_url=HOST)
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Content-Security-Policy"] == POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in reply.headers


def test_a_file_without_its_hash_is_kept_for_a_day(app):
    reply = app.test_client().get("/static/fonts/anek-latin.woff2", base_url=HOST)
    assert reply.headers["Cache-Control"] == "public, max-age=86400"


def test_a_file_that_is_not_there_is_not_remembered_as_missing(app):
    reply = app.test_client().get("/static/app.css.map?v=1", base_url=HOST)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path", ["../rms/config.py", "..%2frms%2fconfig.py", "%2e%2e/wsgi.py", "/etc/passwd"]
)
def test_no_file_outside_of_its_folder_is_served(app, path):
    reply = app.test_client().get(f"/static/{path}", base_url=HOST)
    assert reply.status_code in (404, 308) and b"import" not in reply.data


# Cookies -------------------------------------------------------------------------------------------


def cookies_of_sign_in(app, person, base_url: str, **fields) -> dict[str, set[str]]:
    """Each cookie of the way in by name, with its attributes in lower case."""
    client = app.test_client()
    page = client.get("/login", base_url=base_url)
    fields |= {"csrf_token": CSRF.search(page.text)[1], "email": person.email, "password": PASSWORD}
    reply = client.post("/login", base_url=base_url, data=fields)
    assert reply.status_code == 303
    found = {}
    for line in [*page.headers.getlist("Set-Cookie"), *reply.headers.getlist("Set-Cookie")]:
        pair, *attributes = line.split("; ")
        found[pair.partition("=")[0]] = {one.lower() for one in attributes}
    return found


def test_cookies_on_https_are_bound_to_this_host_alone(app, nilgiri):
    found = cookies_of_sign_in(app, nilgiri.admin, HOST)
    assert set(found) == {"__Host-rms_at", "__Host-rms_rt", "__Host-rms-form", "__Host-rms-device"}
    for name, attributes in found.items():
        assert attributes >= {"secure", "httponly", "samesite=lax", "path=/"}, name
        assert not any(one.startswith("domain=") for one in attributes), name


def test_a_session_ends_with_the_browser_unless_it_was_to_be_kept(app, nilgiri):
    passing = cookies_of_sign_in(app, nilgiri.admin, HOST)["__Host-rms_rt"]
    assert not any(one.startswith(("max-age", "expires")) for one in passing)
    kept = cookies_of_sign_in(app, nilgiri.admin, HOST, keep="y")["__Host-rms_rt"]
    assert f"max-age={30 * 24 * 3600}" in kept


@pytest.fixture
def on_this_machine(app, settings):
    """The product as `./dev up` serves it: http, loopback, a port of its own."""
    yield create_app(dataclasses.replace(settings, public_base_url="http://127.0.0.1:8123"))
    create_app(settings)  # the database is configured for the process, not for one application


def test_cookies_on_this_machine_are_named_after_the_port(on_this_machine, nilgiri):
    """Browsers share cookies between the ports of a host; two side by side must not sign each other out."""
    found = cookies_of_sign_in(on_this_machine, nilgiri.admin, "http://127.0.0.1:8123")
    assert set(found) == {"rms-at-8123", "rms-rt-8123", "rms-form-8123", "rms-device-8123"}
    for name, attributes in found.items():
        assert attributes >= {"httponly", "samesite=lax", "path=/"}, name
        assert "secure" not in attributes, name


def test_http_promises_no_https(on_this_machine):
    reply = on_this_machine.test_client().get("/login", base_url="http://127.0.0.1:8123")
    assert "Strict-Transport-Security" not in reply.headers


# Whose name ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["evil.example", "billing.test.evil.example", "billing.test:8443", "billing.test:x@evil.example", ""],
)
@pytest.mark.parametrize("path", ["/login", "/", "/nothing", "/static/app.css", "/dev/mail"])
def test_another_name_is_refused(app, host, path):
    reply = app.test_client().get(path, base_url=HOST, headers={"Host": host})
    assert reply.status_code == 400
    assert "evil" not in reply.text and "evil" not in str(reply.headers)


def test_a_password_sent_under_another_name_is_not_looked_at(app, nilgiri):
    client = app.test_client()
    token = CSRF.search(client.get("/login", base_url=HOST).text)[1]
    fields = {"csrf_token": token, "email": nilgiri.admin.email, "password": PASSWORD}
    reply = client.post("/login", base_url=HOST, headers={"Host": "evil.example"}, data=fields)
    assert reply.status_code == 400 and "__Host-rms_rt" not in str(reply.headers)


@pytest.mark.parametrize("host", ["billing.test", "BILLING.test", "billing.test:443"])
def test_our_own_name_is_let_in_however_it_is_written(app, host):
    assert app.test_client().get("/login", base_url=HOST, headers={"Host": host}).status_code == 200


def test_whoever_asks_for_our_health_need_not_know_our_name(app):
    assert app.test_client().get("/healthz", headers={"Host": "10.1.2.3:8000"}).text == "ok\n"


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost:8123", "[::1]:8123"])
def test_this_machine_answers_to_all_its_names(on_this_machine, host):
    assert on_this_machine.test_client().get("/login", headers={"Host": host}).status_code == 200


def test_this_machine_does_not_answer_to_a_name_that_somebody_pointed_at_it(on_this_machine):
    """A page of another site can make its own name lead to 127.0.0.1 and then read what is served there."""
    reply = on_this_machine.test_client().get("/login", headers={"Host": "rebound.example:8123"})
    assert reply.status_code == 400


# Behind a proxy ------------------------------------------------------------------------------------

FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
}


@pytest.fixture
def seen(app, settings):
    """What the product sees of a request that comes through so many proxies."""

    def through(proxies: int) -> SimpleNamespace:
        made = create_app(dataclasses.replace(settings, proxies=proxies))
        found = SimpleNamespace()

        @made.before_request
        def look() -> None:
            from flask import request

            found.address, found.scheme, found.host = request.remote_addr, request.scheme, request.host

        made.test_client().get("/login", base_url="http://billing.test", headers=FORWARDED)
        return found

    yield through
    create_app(settings)


def test_without_a_proxy_nobody_is_believed(seen):
    found = seen(0)
    assert (found.address, found.scheme, found.host) == ("127.0.0.1", "http", "billing.test")


def test_one_proxy_is_believed_about_its_own_visitor_and_not_about_our_name(seen):
    found = seen(1)
    assert (found.address, found.scheme, found.host) == ("203.0.113.9", "https", "billing.test")
