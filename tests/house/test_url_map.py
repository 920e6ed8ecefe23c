"""Every address says who may call it, every unsafe one asks for proof that our own page sent it."""

from uuid import uuid4

import pytest
from flask import render_template_string
from jinja2 import StrictUndefined, UndefinedError

from rms.policy import Permission
from tests.house.routes import COMPANY, company_rules, is_public, method_of, path_of, permission_of, rules
from tests.http import HOST, Browser, headers

# What stands in for an argument where only the guards before the view are tested.
ANYTHING = {
    "slug": "nobody",
    "n": 1,
    "token": "garbled",
    **dict.fromkeys(("customer_id", "service_id", "invoice_id", "line_id", "receipt_id"), uuid4()),
    **dict.fromkeys(("refund_id", "credit_note_id"), uuid4()),
    **dict.fromkeys(("quote_id", "quote_line_id", "job_id", "answer_id", "mail_id"), uuid4()),
    **dict.fromkeys(("schedule_id", "series_id", "rate_id", "type_id", "manager_id"), uuid4()),
    **dict.fromkeys(("user_id", "invitation_id", "session_id", "entry_id"), uuid4()),
    "contact_id": uuid4(),
    "batch_id": uuid4(),
    "bank_line_id": uuid4(),
    "draft_id": uuid4(),
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


def posts(app):
    found = [rule for rule in rules(app) if method_of(rule) == "POST"]
    assert len(found) > 20
    return found


# Who may call it -----------------------------------------------------------------------------------


def test_every_address_is_either_public_or_asks_for_a_permission(app):
    for rule in rules(app):
        asked = permission_of(app, rule)
        assert bool(asked) != is_public(app, rule), f"{rule.endpoint}: exactly one of @requires and @public"
        assert asked is None or asked in set(Permission), f"{rule.endpoint} asks for {asked!r}"


def test_what_asks_for_a_permission_stands_under_a_company_and_the_rest_does_not(app):
    """One's own account names no company in its address: it is that of the session."""
    for rule in rules(app):
        in_company = rule.rule.startswith(COMPANY)
        asked = permission_of(app, rule)
        assert in_company == (asked not in (None, Permission.OWN_ACCOUNT)), f"{rule.endpoint}: {rule.rule}"
        assert in_company == ("slug" in rule.arguments)


def test_no_address_changes_anything_by_being_read(app):
    """A view answers to GET or to POST and never to both, so that no link can post."""
    assert {method_of(rule) for rule in rules(app)} == {"GET", "POST"}


def test_nobody_who_is_signed_out_reaches_a_company(app):
    client = app.test_client()
    client.get("/login", base_url=HOST)
    for rule in company_rules(app):
        if method_of(rule) == "GET":
            path = path_of(app, rule, ANYTHING)
            reply = client.get(path, base_url=HOST, headers=headers(False))
            assert (reply.status_code, reply.location.partition("?")[0]) == (303, "/login"), path
            piece = client.get(path, base_url=HOST, headers=headers(True))
            assert (piece.status_code, piece.text, piece.headers["HX-Trigger"]) == (401, "", "signed-out")


# Who sent it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hx", [False, True], ids=["form", "htmx"])
def test_a_post_without_a_token_is_refused_everywhere(app, priya, hx):
    for rule in posts(app):
        path = path_of(app, rule, ANYTHING | {"slug": priya.company.slug})
        reply = priya.client.post(path, base_url=HOST, headers=headers(hx), data={"form_token": str(uuid4())})
        assert reply.status_code == 400, f"{path}: {reply.status}"
        wrong = priya.client.post(path, base_url=HOST, headers=headers(hx), data={"csrf_token": "a.b.c"})
        assert wrong.status_code == 400, f"{path}: {wrong.status}"


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    "sent",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://billing.test.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://billing.test"},
    ],
    ids=str,
)
def test_a_page_of_another_site_cannot_send_anything(app, priya, method, sent):
    """With the right cookies and even the right token."""
    for rule in posts(app):
        path = path_of(app, rule, ANYTHING | {"slug": priya.company.slug})
        fields = {"csrf_token": priya.csrf, "form_token": str(uuid4())}
        reply = priya.client.open(path, method=method, base_url=HOST, headers=sent, data=fields)
        assert reply.status_code == 403, f"{path}: {reply.status}"


@pytest.mark.parametrize(
    "sent",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": HOST}, {}],
    ids=str,
)
def test_our_own_pages_are_let_through(priya, sent):
    fields = {"csrf_token": priya.csrf}
    reply = priya.client.post("/logout", base_url=HOST, headers=sent, data=fields)
    assert (reply.status_code, reply.location) == (303, "/login")


def test_a_token_of_somebody_else_is_not_ours(app, priya, sahyadri):
    other = Browser(app, sahyadri, sahyadri.admin)
    reply = priya.client.post(
        "/logout", base_url=HOST, headers=headers(False), data={"csrf_token": other.csrf}
    )
    assert reply.status_code == 400


# Where nothing is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nothing", "/c/", "/c/nobody/nothing", "/static/nothing.css", "/invoices/x"]
)
def test_an_unknown_address_has_its_page(app, path):
    reply = app.test_client().get(path, base_url=HOST)
    assert reply.status_code == 404
    assert "<h1" in reply.text and "Nothing here" in reply.text


def test_an_unknown_address_has_its_page_also_inside_the_company(priya):
    reply = priya.get("nothing-of-the-kind")
    assert reply.status_code == 404 and "Nothing here" in reply.text
    assert 'action="/logout"' in reply.text, "the page stands in the shell"


def test_an_unknown_address_answers_htmx_with_a_strip_for_the_banner(priya):
    reply = priya.get("nothing-of-the-kind", hx=True)
    assert reply.status_code == 404 and "<html" not in reply.text
    assert reply.headers["HX-Retarget"] == "#banner"


def test_a_wrong_method_has_its_page(priya):
    reply = priya.post("invoices/_/totals")
    assert reply.status_code == 405 and "<h1" in reply.text
    assert "POST" not in reply.headers["Allow"] and "GET" in reply.headers["Allow"]


def test_a_template_that_misses_a_value_says_so(app):
    assert app.jinja_env.undefined is StrictUndefined
    with app.test_request_context("/login", base_url=HOST), pytest.raises(UndefinedError):
        render_template_string("{{ a_value_nobody_gave }}")
