"""Row 46: a line of the log is one line, and tells nothing that somebody typed or could sign in with."""

import io
import json
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from rms.db.session import db
from rms.web import logs
from rms.web.guard import public
from tests.http import CSRF, HOST, Browser, headers

CANARIES = {
    "password": "Canary-password-91",
    "search": "canary-search-92",
    "token": "canary-token-93",
    "pan": "AAKFN4821C",
    "gstin": "29AAKFN4821C1ZC",
    "account": "123456789012",
    "email": "canary.person@nilgiri.example",
}


@pytest.fixture
def written():
    """What the process writes, as production does."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLine())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_row_46_a_walk_with_canaries_leaves_none_in_the_log(app, nilgiri, written):
    client = app.test_client()
    token = CSRF.search(client.get("/login", base_url=HOST).text)[1]
    typed = {"csrf_token": token, "email": CANARIES["email"], "password": CANARIES["password"]}
    client.post("/login", base_url=HOST, headers=headers(False), data=typed)
    for path in ("verify", "reset", "invite"):
        client.get(f"/{path}/{CANARIES['token']}", base_url=HOST)
    priya = Browser(app, nilgiri, nilgiri.admin)
    priya.get(f"invoices?q={CANARIES['search']}")
    priya.post("customers", name=CANARIES["search"], pan=CANARIES["pan"], gstin=CANARIES["gstin"])
    cookies = [cookie.value for cookie in priya.client._cookies.values()]
    told = written.getvalue()
    assert len(lines(written)) > 8 and len(cookies) >= 3
    for canary in [*CANARIES.values(), *cookies, token, nilgiri.admin.email]:
        assert canary not in told, canary


def test_row_46_a_line_names_request_company_person_route_and_time(app, nilgiri, written):
    priya = Browser(app, nilgiri, nilgiri.admin)
    reply = priya.get("services")
    line = next(line for line in lines(written) if line.get("request_id") == reply.headers["X-Request-Id"])
    assert line["tenant"] == str(nilgiri.tenant_id) and line["user"] == str(nilgiri.admin.id)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/c/<slug>/services", 200)
    assert line["ms"] > 0


def test_row_46_a_line_break_in_a_header_starts_no_line(app, written):
    environ = {"HTTP_USER_AGENT": 'a\r\n{"event": "forged"}\u2028b'}
    app.test_client().get("/login", base_url=HOST, environ_overrides=environ)
    assert len(written.getvalue().splitlines()) == 1
    assert lines(written)[0]["event"] == "request"


def test_row_46_a_fault_tells_its_place_and_not_what_it_quotes(app, monkeypatch, written):
    @public
    def view():
        raise ValueError(f"cannot read {CANARIES['search']!r} of {CANARIES['email']}")

    monkeypatch.setitem(app.view_functions, "health.healthz", view)
    app.test_client().get("/healthz", base_url=HOST)
    told = next(line for line in lines(written) if "exception" in line)["exception"][0]
    assert told.startswith("ValueError: cannot read '...' of c***@nilgiri.example")
    assert "test_row_46_logs.py" in told and CANARIES["search"] not in written.getvalue()


def test_row_46_the_database_may_object_without_quoting_a_value(connected, nilgiri):
    with nilgiri.scope(nilgiri.admin):
        with pytest.raises(DataError) as caught:
            db().execute(text("select cast(:typed as uuid)"), {"typed": CANARIES["search"]})
        db().rollback()
    assert CANARIES["search"] in str(caught.value.orig), "PostgreSQL quotes it"
    told = " ".join(logs.told(caught.value))
    assert CANARIES["search"] not in told and "22P02" in told


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("to priya@nilgiri.example", "to p***@nilgiri.example"),
        ("pan AAKFN4821C.", "pan ***."),
        ("gstin 29AAKFN4821C1ZC", "gstin ***"),
        ("account 123456789012", "account ***9012"),
        ("redis://:hidden@127.0.0.1/0", "redis://***@127.0.0.1/0"),
        ("password=hunter2 next", "password=*** next"),
        ("GET /invite/abc HTTP", "GET /invite/*** HTTP"),
        ("GET /invoices?q=tea", "GET /invoices?***"),
        ("request 45d78c99f5d816b0 failed", "request 45d78c99f5d816b0 failed"),
    ],
)
def test_row_46_what_slips_into_a_message_is_masked(said, kept):
    assert logs.masked(said) == kept


def test_row_46_masking_takes_no_time_on_long_text():
    import time

    for piece in ("a", "1", "a@", "-", ".", "a.", "/verify/", "?a=", "'"):
        began = time.perf_counter()
        logs.masked(piece * 50_000)
        assert time.perf_counter() - began < 0.05, piece
