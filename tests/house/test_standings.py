"""Row 12: what a company may do on the web, whatever its plan has come to; decided by one gate for all rooms.

The walk takes every address of the product, so that a new one cannot be forgotten.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from rms.actions import limits
from rms.db.session import db
from rms.policy import Permission
from tests.actions.test_issuing_at_once import make_drafts
from tests.house import belongings
from tests.house.belongings import Belongings, checksums
from tests.house.forms import CUSTOMER, POSTS, body_of
from tests.house.routes import company_rules, method_of, path_of, permission_of
from tests.house.walking import send
from tests.http import Browser

ALWAYS = {Permission.OWN_ACCOUNT, Permission.PLAN_MANAGE}
OPEN = ("trial", "active", "free")


@pytest.fixture
def theirs(nilgiri) -> Belongings:
    return belongings.give(nilgiri)


@pytest.fixture
def after_trial(app):
    """Says what follows a trial in this installation, until the test ends."""
    settings = app.config["RMS"]

    def choose(word: str) -> None:
        app.config["RMS"] = replace(settings, after_trial=word)
        limits.configure(word, settings.help_address)

    yield choose
    choose(settings.after_trial)


# How a company comes to stand so: (after_trial, status, whether the trial's end has passed)
WAYS = {
    "trial": ("free", "trial", False),
    "active": ("lock", "active", True),
    "free": ("free", "expired", True),
    "free before the nightly job": ("free", "trial", True),
    "locked": ("lock", "expired", True),
    "locked before the nightly job": ("lock", "trial", True),
    "cancelled": ("free", "cancelled", False),
    "suspended": ("free", "suspended", False),
}


def stand(company, after_trial, way: str) -> None:
    word, status, is_over = WAYS[way]
    after_trial(word)
    with company.scope():
        given = {"status": status, "end": datetime.now(UTC)}
        db().execute(text("UPDATE tenants SET subscription_status = :status"), given)
        if is_over:
            ended = "UPDATE tenants SET trial_start_date = NULL, trial_end_date = :end"
            db().execute(text(ended), given)


def walk(app, browser, theirs, company, method: str, permissions):
    for rule in company_rules(app):
        if method_of(rule) != method or permission_of(app, rule) not in permissions:
            continue
        where, _ = POSTS.get(rule.endpoint, ({}, None))
        ids = {name: getattr(theirs, kind) for name, kind in where.items()}
        values = {
            **theirs.values(),
            "slug": company.slug,
            "n": 1,
            "session_id": company.tenant_id,
            "token": "x",
        }
        yield rule, path_of(app, rule, values | ids)


GATED = set(Permission) - ALWAYS


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("way", ["locked", "locked before the nightly job", "cancelled"])
def test_row_12_a_locked_company_reads_everything_and_writes_nothing(
    app, superuser, nilgiri, theirs, after_trial, way, hx
):
    browser = Browser(app, nilgiri, nilgiri.admin)
    stand(nilgiri, after_trial, way)
    for _, path in walk(app, browser, theirs, nilgiri, "GET", GATED):
        assert browser.get(path, hx=hx).status_code in (200, 204, 303, 409), path
    before, refused = checksums(superuser, nilgiri), 0
    for rule, path in walk(app, browser, theirs, nilgiri, "POST", GATED - {Permission.LIST_EXPORT}):
        reply = send(browser, "POST", path, body_of(rule.endpoint, theirs), hx=hx)
        assert reply.status_code == 402, f"{path}: {reply.status}"
        assert "read, download and export everything" in reply.text and "help@" in reply.text
        assert hx == (reply.headers.get("HX-Retarget") == "#banner")
        refused += 1
    assert refused > 20
    assert checksums(superuser, nilgiri) == before, "drafts and all else are kept"


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_row_12_a_suspended_company_is_read_by_its_admins_alone(
    app, superuser, nilgiri, theirs, after_trial, role, hx
):
    browser = Browser(app, nilgiri, nilgiri.people[role])
    stand(nilgiri, after_trial, "suspended")
    before = checksums(superuser, nilgiri)
    for _, path in walk(app, browser, theirs, nilgiri, "GET", GATED):
        reply = browser.get(path, hx=hx)
        assert reply.status_code in ((200, 204, 303, 409) if role == "admin" else (403,)), path
    # Their admins take their data along, also by a job; each time is an entry of the audit trail.
    before = checksums(superuser, nilgiri) if role == "admin" else before
    writing = GATED - ({Permission.LIST_EXPORT} if role == "admin" else set())
    for rule, path in walk(app, browser, theirs, nilgiri, "POST", writing):
        reply = send(browser, "POST", path, body_of(rule.endpoint, theirs), hx=hx)
        assert reply.status_code == 403, f"{path}: {reply.status}"
    assert checksums(superuser, nilgiri) == before


@pytest.mark.parametrize("way", ["trial", "active", "free", "free before the nightly job"])
def test_row_12_an_open_company_reads_and_writes(app, nilgiri, theirs, after_trial, way):
    browser = Browser(app, nilgiri, nilgiri.admin)
    stand(nilgiri, after_trial, way)
    for path in ("invoices", "customers", f"invoices/{theirs.draft}/edit"):
        assert browser.get(path).status_code == 200
    assert browser.post("invoices").status_code == 303, "a draft is begun"
    saved = browser.post("customers", name="Lotus Valley School", gst_treatment="unregistered")
    assert saved.status_code in (303, 422), saved.status


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_row_12_the_own_account_and_the_way_out_are_always_open(app, nilgiri, after_trial, way, role):
    browser = Browser(app, nilgiri, nilgiri.people[role])
    stand(nilgiri, after_trial, way)
    assert browser.get("/account").status_code == 200
    reply = browser.post("/logout")
    assert (reply.status_code, reply.location) == (303, "/login")


# What is told --------------------------------------------------------------------------------------


def test_the_page_of_a_suspended_company_says_so_and_whom_to_write_to(app, nilgiri, after_trial):
    browser = Browser(app, nilgiri, nilgiri.user)
    stand(nilgiri, after_trial, "suspended")
    page = browser.get("invoices")
    assert page.status_code == 403 and "This company is suspended" in page.text
    assert 'href="mailto:help@' in page.text and 'action="/logout"' in page.text
    assert 'class="nav"' not in page.text, "no rooms are offered that would answer the same"


def test_the_strip_stays_under_the_bar_of_every_page_of_a_locked_company(app, nilgiri, after_trial):
    browser = Browser(app, nilgiri, nilgiri.manager)
    assert "strip-note stop" not in browser.get("invoices").text
    stand(nilgiri, after_trial, "locked")
    for path in ("invoices", "customers", "receipts"):
        page = browser.get(path).text
        assert "strip-note stop" in page and "Trial ended on" in page, path
        assert "You can read, download and export everything" in page and "help@" in page
        assert '<fieldset class="closed" disabled>' in page and "Read only" in page
    stand(nilgiri, after_trial, "cancelled")
    page = browser.get("invoices").text
    assert "The plan has ended" in page and "Trial ended on" not in page


def test_an_open_page_has_its_buttons(app, nilgiri, after_trial):
    browser = Browser(app, nilgiri, nilgiri.manager)
    for way in ("trial", "active", "free"):
        stand(nilgiri, after_trial, way)
        page = browser.get("invoices").text
        assert "disabled>" not in page and "Read only" not in page
        assert ("Free plan" in page) == (way == "free")


def test_the_strip_of_a_trial_comes_in_its_last_week_and_only_for_admins(app, superuser, nilgiri):
    browsers = [Browser(app, nilgiri, nilgiri.people[role]) for role in ("admin", "manager")]
    for days, is_shown in ((8, False), (7, True), (1, True)):
        superuser.execute(
            "UPDATE tenants SET trial_start_date = NULL, trial_end_date = now() + %s * interval '1 day' "
            "WHERE id = %s",
            (days, nilgiri.tenant_id),
        )
        admin, manager = (browser.get("invoices").text for browser in browsers)
        assert ("strip-note warn" in admin) == is_shown, days
        assert "strip-note warn" not in manager
        assert f"{days} day" in admin and "left in your trial" in manager, (
            "the side column says it to everybody"
        )


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_the_sixth_invoice_of_a_month_is_refused_in_a_sentence_and_the_draft_is_kept(
    app, nilgiri, after_trial, hx
):
    browser = Browser(app, nilgiri, nilgiri.admin)
    stand(nilgiri, after_trial, "free")
    *first, sixth = make_drafts(nilgiri, 6)
    for draft in first:
        assert browser.post(f"invoices/{draft}/issue").status_code == 303
    reply = browser.post(f"invoices/{sixth}/issue", hx=hx)
    assert reply.status_code == 402
    assert "5 invoices a month" in reply.text and "The draft is kept" in reply.text
    assert ("<html" in reply.text) != hx
    kept = browser.get(f"invoices/{sixth}/edit")
    assert kept.status_code == 200 and "Tea" in kept.text


def test_the_eleventh_customer_is_refused_in_the_form_that_keeps_what_was_typed(app, nilgiri, after_trial):
    browser = Browser(app, nilgiri, nilgiri.admin)
    stand(nilgiri, after_trial, "free")
    for number in range(10):
        typed = CUSTOMER | {"name": f"Number {number}", "code": "", "sure": "1"}
        assert browser.post("customers", typed).status_code == 303
    reply = browser.post("customers", CUSTOMER | {"name": "Lotus Valley School", "code": ""})
    assert reply.status_code == 402
    assert "10 active customers" in reply.text and 'value="Lotus Valley School"' in reply.text
