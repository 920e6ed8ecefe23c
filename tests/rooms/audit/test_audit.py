"""The audit log: sentences, fields, filters, pages, the check and the file."""

import csv
import io
import re

import pytest

from rms.db import audit as trail
from rms.db.audit import audit_event
from rms.db.base import Base
from rms.db.session import db
from rms.rooms.audit.words import EVENTS, FIELDS, THINGS
from tests import factories
from tests.http import counted_statements
from tests.sealing import seal


@pytest.fixture
def changed(nilgiri):
    """A customer whose name and terms Priya changed, and an invoice that she issued."""
    with nilgiri.scope(nilgiri.admin):
        customer = factories.make_customer("Lakeview Residency")
        invoice = factories.make_invoice(customer)
    with nilgiri.scope(nilgiri.admin):
        row = db().get(type(customer), (nilgiri.tenant_id, customer.id))
        row.payment_terms = 45
    return customer, invoice


def entries_of(superuser, company, table: str, action: str) -> list:
    rows = superuser.execute(
        "SELECT id FROM audit_logs WHERE tenant_id = %s AND entity_type = %s AND action = %s"
        " ORDER BY created_at",
        (company.tenant_id, table, action),
    )
    return [row[0] for row in rows]


def test_it_tells_in_sentences_who_did_what(priya, changed):
    page = priya.get("audit").text
    assert "Priya made the customer Lakeview Residency" in page
    assert "Priya changed Days to pay of the customer Lakeview Residency" in page
    assert changed[1].invoice_number in page
    assert "Priya signed in" in page


def test_an_entry_shows_the_fields_before_and_after(priya, changed, superuser, nilgiri):
    [entry] = entries_of(superuser, nilgiri, "customers", "update")
    page = priya.get(f"audit/{entry}").text
    assert "<td>Days to pay</td><td><del>30</del></td><td><ins>45</ins></td>" in page
    piece = priya.get(f"audit/{entry}", hx=True).text
    assert piece.startswith('<div class="entry"') and "<del>30</del>" in piece


def test_another_company_sees_none_of_it(rohan, changed, superuser, nilgiri):
    [entry] = entries_of(superuser, nilgiri, "customers", "update")
    assert rohan.get(f"audit/{entry}").status_code == 404
    assert "Lakeview" not in rohan.get("audit").text
    assert rohan.get(f"audit?who={nilgiri.admin.id}").text.count("<details>") == 0


def test_users_may_not_read_it_and_managers_may(imran, asha):
    assert imran.get("audit").status_code == 200
    assert asha.get("audit").status_code == 403


@pytest.mark.parametrize(
    ("asked", "seen", "unseen"),
    [
        ("kind=customers", "made the customer", "signed in"),
        ("q=lakeview", "made the customer", "signed in"),
        ("q=%25", "No entry matches", "made the customer"),
        ("from=2026-01-01&to=2026-01-31", "No entry matches", "made the customer"),
        ("from=nonsense&who=nobody&kind=none", "made the customer", "No entry matches"),
    ],
)
def test_filters_stand_in_the_address(priya, changed, asked, seen, unseen):
    page = priya.get(f"audit?{asked}").text
    assert seen in page
    assert f"{unseen} " not in page.partition('id="list"')[2]


def test_who_filters_by_person(priya, imran, changed, nilgiri):
    listed = priya.get(f"audit?who={nilgiri.manager.id}").text.partition('id="list"')[2]
    assert "Imran signed in" in listed
    assert "Priya signed in" not in listed


def test_pages_hold_every_entry_once(priya, nilgiri):
    with nilgiri.scope(nilgiri.admin):
        for _ in range(120):
            audit_event("export", "users", nilgiri.admin.id)
    seen, path = [], "audit?kind=users"
    while path:
        page = priya.get(path).text
        seen += page.split('hx-target="#e-')[1:]
        older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        path = older or None
    ids = [one[:36] for one in seen]
    assert len(ids) == len(set(ids)) >= 121


def test_a_garbled_cursor_is_refused_in_a_sentence(priya):
    assert priya.get("audit?after=nonsense").status_code == 422


def test_it_sends_the_same_statements_whatever_it_shows(priya, nilgiri, changed):
    priya.get("audit")
    with counted_statements() as few:
        priya.get("audit")
    with nilgiri.scope(nilgiri.admin):
        for _ in range(60):
            factories.make_invoice(factories.make_customer())
    with counted_statements() as many:
        priya.get("audit")
    assert len(few) == len(many) == 6


def test_what_was_sealed_is_shown_and_checked(priya, nilgiri, changed, superuser):
    assert "Nothing is sealed yet" in priya.get("audit").text
    seal(nilgiri)
    assert "Unbroken since" in priya.get("audit").text
    assert priya.post("audit/check").status_code == 303
    assert "are as they were sealed" in priya.get("audit").text


def test_a_change_from_behind_is_found(priya, nilgiri, changed, superuser):
    seal(nilgiri)
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(
            "UPDATE audit_logs SET new_values = '{\"payment_terms\": 1}'"
            " WHERE tenant_id = %s AND entity_type = 'customers' AND action = 'update'",
            (nilgiri.tenant_id,),
        )
    priya.post("audit/check")
    # the second seal, when another worker's transaction held the horizon back at the first
    assert re.search(r"The trail was changed: seal \d does not hold", priya.get("audit").text)


def test_the_file_holds_the_filter_is_safe_to_open_and_is_an_entry_itself(priya, nilgiri, superuser):
    with nilgiri.scope(nilgiri.admin):
        factories.make_customer("=HYPERLINK(1)")
    reply = priya.post("audit/export.csv?kind=customers")
    assert reply.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(reply.get_data(as_text=True).lstrip("\ufeff"))))
    assert {row["table"] for row in rows} == {"customers"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert len(entries_of(superuser, nilgiri, "users", "export")) == 1


def test_a_users_name_is_text(priya, nilgiri, superuser):
    with nilgiri.scope(nilgiri.admin):
        factories.make_customer("<script>boom()</script>")
    assert "<script>boom()" not in priya.get("audit").text


def test_every_table_field_and_event_has_words():
    assert set(THINGS) >= set(trail.DERIVED)
    for table, derived in trail.DERIVED.items():
        for column in Base.metadata.tables[table].columns.keys():  # noqa: SIM118
            assert column in FIELDS or column in derived or column in trail.BOOKKEEPING, f"{table}.{column}"
    assert EVENTS


def test_every_event_of_the_product_has_a_sentence():
    from pathlib import Path

    told = set()
    for path in (Path(__file__).resolve().parents[3] / "rms").rglob("*.py"):
        told |= set(re.findall(r'audit_event\(\s*"(\w+)"', path.read_text()))
    assert told <= set(EVENTS)
