"""What may be asked before a tenant is known, and how little comes back."""

import datetime as dt
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from rms.db.session import db, public_scope
from rms.models import EmailMessage, Tenant
from tests import factories
from tests.factories import NOW


def ask(statement: str, **parameters):
    with public_scope():
        return db().execute(text(statement), parameters).all()


def candidates(email: str):
    return ask("SELECT * FROM sign_in_candidates(:email)", email=email)


def test_an_address_is_found_in_every_company_whatever_its_case(nilgiri, sahyadri):
    email = f"Accounts.{uuid4().hex[:6]}@Example.in"
    for company in (nilgiri, sahyadri):
        with company.scope():
            factories.make_user("Accounts", email=email)
    found = candidates(f"  {email.upper()} ")
    assert {row.tenant_id for row in found} == {nilgiri.tenant_id, sahyadri.tenant_id}
    assert {row.company_name for row in found} == {nilgiri.name, sahyadri.name}
    assert {row.slug for row in found} == {nilgiri.slug, sahyadri.slug}
    assert all(row.password_hash and row.email_verified for row in found)


def test_verified_people_come_first_then_the_last_to_sign_in_and_never_more_than_six(connected):
    email = f"busy.{uuid4().hex[:6]}@example.in"
    plan = [
        ("unverified", {"email_verified": False, "email_verified_at": None, "last_login_at": NOW}),
        ("never came", {}),
        ("long ago", {"last_login_at": NOW - dt.timedelta(days=30)}),
        ("lately", {"last_login_at": NOW}),
    ] + [("unverified", {"email_verified": False, "email_verified_at": None})] * 4
    for name, columns in plan:
        tenant_id = factories.make_tenant(name)
        with factories.tenant_scope(tenant_id):
            factories.make_user("Busy", email=email, **columns)
    names = [row.company_name for row in candidates(email)]
    assert names[:4] == ["lately", "long ago", "never came", "unverified"]
    assert len(names) == 6


@pytest.mark.parametrize("columns", [{"is_active": False}, {"deleted_at": NOW}])
def test_people_who_were_removed_cannot_sign_in(nilgiri, columns):
    with nilgiri.scope():
        gone = factories.make_user("Gone", **columns)
    assert candidates(gone.email) == []


def test_nobody_signs_in_to_a_closed_company(nilgiri):
    with nilgiri.scope():
        db().get(Tenant, nilgiri.tenant_id).is_active = False
    assert candidates(nilgiri.admin.email) == []


def test_a_slug_is_taken_whatever_its_case(nilgiri):
    assert ask("SELECT slug_taken(:slug)", slug=nilgiri.slug.upper()) == [(True,)]
    assert ask("SELECT slug_taken(:slug)", slug=f"free-{uuid4().hex}") == [(False,)]


def test_the_scheduler_gets_ids_of_open_companies_only(nilgiri, sahyadri):
    with sahyadri.scope():
        db().get(Tenant, sahyadri.tenant_id).is_active = False
    ids = {row[0] for row in ask("SELECT tenant_ids()")}
    assert nilgiri.tenant_id in ids and sahyadri.tenant_id not in ids


def mail(due: dt.datetime, **columns) -> EmailMessage:
    defaults = {
        "kind": "verify",
        "to_address": "a@example.in",
        "subject": "x",
        "message_id": "<x@y>",
        "next_attempt_at": due,
    }
    row = EmailMessage(**{**defaults, **columns})
    db().add(row)
    db().flush()
    return row


def test_due_mails_are_named_but_not_shown(nilgiri, sahyadri):
    now = dt.datetime.now(dt.UTC)
    with nilgiri.scope():
        due = mail(now - dt.timedelta(minutes=5))
        fresh = mail(now - dt.timedelta(seconds=2))
        later = mail(now + dt.timedelta(hours=1))
        sent = mail(now - dt.timedelta(days=1), state="sent", sent_at=now)
    with sahyadri.scope():
        rival = mail(now - dt.timedelta(minutes=9))
    rows = ask("SELECT * FROM due_mails(1000, interval '30 seconds')")
    assert set(rows[0]._fields) == {"tenant_id", "id"}
    found = [tuple(row) for row in rows]
    assert found.index((sahyadri.tenant_id, rival.id)) < found.index((nilgiri.tenant_id, due.id))
    assert not {fresh.id, later.id, sent.id} & {mail_id for _, mail_id in found}
    assert len(ask("SELECT * FROM due_mails(1, interval '0')")) == 1


def test_the_role_behind_the_functions_reads_listed_columns_and_writes_nothing(superuser, nilgiri):
    superuser.execute("SET ROLE rms_definer")
    assert superuser.execute("SELECT slug FROM tenants").fetchall()
    for statement in (
        "SELECT first_name FROM users",
        "SELECT settings FROM tenants",
        "SELECT params FROM email_messages",
        "SELECT notes FROM invoices",
        "SELECT phone FROM customers",
        "SELECT notes FROM receipts",
        "UPDATE users SET is_active = true",
        "DELETE FROM email_messages",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            superuser.execute(statement)
