"""Whatever changes a row leaves a trace, and nobody can wipe it out."""

import datetime as dt
import re

import psycopg
import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from rms.db import audit
from rms.db.base import Base
from rms.db.rls import GRANTS
from rms.db.session import Scope, db, unit_of_work
from rms.models import AuditLog, Company, Customer, EmailMessage, Invoice, NumberCounter, User
from tests import factories
from tests.factories import NOW, TODAY


def trail(company, entity_id) -> list[AuditLog]:
    """The entries about one row, oldest first."""
    with company.scope():
        statement = select(AuditLog).where(AuditLog.entity_id == entity_id).order_by(AuditLog.created_at)
        return list(db().scalars(statement))


def test_creating_changing_and_deleting_are_written_with_who_and_where(nilgiri):
    who = Scope(nilgiri.tenant_id, nilgiri.manager.id, "203.0.113.9", "Firefox", "req-1", "typing error")
    with unit_of_work(who):
        row_id = factories.make_customer("Lakeview", notes=None).id
    with unit_of_work(who):
        db().get(Customer, (nilgiri.tenant_id, row_id)).name = "Lakeview Residency"
    with unit_of_work(who):
        db().delete(db().get(Customer, (nilgiri.tenant_id, row_id)))
    created, changed, deleted = trail(nilgiri, row_id)
    assert [entry.action for entry in (created, changed, deleted)] == ["create", "update", "delete"]
    assert created.old_values is None and created.new_values["name"] == "Lakeview"
    assert "notes" not in created.new_values
    assert (changed.old_values, changed.new_values) == ({"name": "Lakeview"}, {"name": "Lakeview Residency"})
    assert deleted.new_values is None and deleted.old_values["name"] == "Lakeview Residency"
    for entry in (created, changed, deleted):
        assert entry.entity_type == "customers"
        assert (entry.tenant_id, entry.user_id) == (nilgiri.tenant_id, nilgiri.manager.id)
        assert (entry.ip_address, entry.user_agent) == ("203.0.113.9", "Firefox")
        assert (entry.request_id, entry.reason) == ("req-1", "typing error")
        assert entry.updated_at == entry.created_at


def test_raw_and_bulk_statements_are_audited_as_well(nilgiri):
    with nilgiri.scope():
        db().execute(insert(Customer), [{"code": f"B{n}", "name": f"Bulk {n}"} for n in range(3)])
        db().execute(text("UPDATE customers SET notes = 'raw'"))
        db().execute(update(Customer).values(phone="1"))
        db().execute(delete(Customer).where(Customer.code == "B0"))
    with nilgiri.scope():
        entries = db().scalars(select(AuditLog.action).where(AuditLog.entity_type == "customers")).all()
    assert sorted(entries) == ["create"] * 3 + ["delete"] + ["update"] * 6


def test_a_change_of_derived_columns_alone_is_no_entry(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer)
        receipt = factories.make_receipt(customer)
    before = len(trail(nilgiri, invoice.id)), len(trail(nilgiri, receipt.id))
    with nilgiri.scope():
        factories.make_allocation(
            db().get(type(receipt), (nilgiri.tenant_id, receipt.id)),
            db().get(Invoice, (nilgiri.tenant_id, invoice.id)),
            "180.00",
        )
        db().execute(update(Invoice).values(version=9))
    assert (len(trail(nilgiri, invoice.id)), len(trail(nilgiri, receipt.id))) == before


def test_a_status_is_audited(nilgiri):
    with nilgiri.scope():
        invoice = factories.make_invoice(factories.make_customer())
        invoice.status = "overdue"
    assert trail(nilgiri, invoice.id)[-1].new_values == {"status": "overdue"}


def test_secrets_are_never_written(nilgiri):
    with nilgiri.scope():
        user = db().get(User, (nilgiri.tenant_id, nilgiri.user.id))
        user.password_hash = "t1$another"
        company = db().scalars(select(Company)).one()
        company.bank_account_number = "50100123456789"
    changed = trail(nilgiri, nilgiri.user.id)[-1]
    assert changed.old_values == changed.new_values == {"password_hash": "(hidden)"}
    assert trail(nilgiri, company.id)[-1].new_values == {"bank_account_number": "(hidden)"}
    with nilgiri.scope():
        everything = db().scalars(select(text("a::text")).select_from(text("audit_logs a"))).all()
    assert factories.password_hash() not in "".join(everything)
    assert "50100123456789" not in "".join(everything)
    assert "t1$another" not in "".join(everything)


def test_names_that_sound_like_secrets_are_hidden_or_left_out():
    """A new column called token, password or key must be dealt with in rms/db/audit.py."""
    for table in audit.DERIVED:
        for column in Base.metadata.tables[table].columns.keys():  # noqa: SIM118 - a collection of columns, not of names
            if re.search(r"password_hash|token|secret|account_number", column):
                assert column in audit.DERIVED[table] + audit.HIDDEN.get(table, ()), f"{table}.{column}"


def test_listed_columns_exist():
    for lists in (audit.DERIVED, audit.HIDDEN):
        for table, columns in lists.items():
            assert set(columns) <= set(Base.metadata.tables[table].columns.keys()), table


def test_every_table_is_audited_but_the_bookkeeping(superuser):
    rows = superuser.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit'")
    bookkeeping = {
        "audit_logs",
        "audit_seals",
        "bank_lines",
        "bulk_jobs",
        "deleted_drafts",
        "document_views",
        "file_chunks",
        "files",
        "idempotency_keys",
        "import_batches",
        "login_attempts",
        "number_counters",
        "receipt_drafts",
        "trial_ledger",
    }
    assert {name for (name,) in rows} == set(GRANTS) - bookkeeping


def test_attempts_to_send_a_mail_are_no_entries(nilgiri):
    with nilgiri.scope():
        mail = EmailMessage(kind="verify", to_address="a@example.in", subject="x", message_id="<1@x>")
        db().add(mail)
        db().flush()
        mail.attempts, mail.last_error = 3, "down"
        db().flush()
        mail.state, mail.sent_at = "sent", NOW
    assert [entry.action for entry in trail(nilgiri, mail.id)] == ["create"]


def test_counters_are_no_entries(nilgiri):
    with nilgiri.scope():
        series = factories.default_series("invoice")
        db().add(NumberCounter(series_id=series.id, financial_year="2026-27", next_value=7))
    with nilgiri.scope():
        kinds = set(db().scalars(select(AuditLog.entity_type)))
    assert "number_counters" not in kinds


def test_an_event_that_changes_no_row_takes_tenant_and_actor_from_the_transaction(nilgiri, sahyadri):
    with unit_of_work(Scope(nilgiri.tenant_id, nilgiri.user.id, ip="198.51.100.7")):
        db().execute(
            text("SELECT audit_event('export', 'invoices', NULL, cast(:details AS jsonb))"),
            {"details": '{"rows": 12}'},
        )
    with nilgiri.scope():
        entry = db().scalars(select(AuditLog).where(AuditLog.action == "export")).one()
    assert (entry.user_id, entry.ip_address) == (nilgiri.user.id, "198.51.100.7")
    assert entry.new_values == {"rows": 12}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_logs (id, entity_type, action) VALUES (gen_random_uuid(), 'x', 'y')",
        "UPDATE audit_logs SET action = 'nothing'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
    ],
)
def test_the_application_can_only_read_it(nilgiri, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), nilgiri.scope():
        db().execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET action = 'nothing'",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "TRUNCATE {month}",
        "DELETE FROM {month}",
        "TRUNCATE audit_logs_default",
    ],
)
def test_not_even_a_superuser_changes_it_by_a_slip(superuser, nilgiri, statement):
    month = f"audit_logs_{dt.datetime.now(dt.UTC):%Y%m}"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        superuser.execute(statement.format(month=month))


def test_a_company_reads_its_own_trail_only(nilgiri, sahyadri):
    with nilgiri.scope():
        assert set(db().execute(text("SELECT tenant_id FROM audit_logs")).scalars()) == {nilgiri.tenant_id}


def test_months_are_prepared_ahead_and_only_once(superuser, nilgiri):
    this_month = dt.datetime.now(dt.UTC).date().replace(day=1)
    with nilgiri.scope():
        db().execute(text("SELECT prepare_audit_months(5)"))
        assert db().execute(text("SELECT prepare_audit_months(5)")).scalar_one() == 0
    names = {
        name
        for (name,) in superuser.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'audit_logs'::regclass"
        )
    }
    month, expected = this_month, {"audit_logs_default"}
    for _ in range(6):
        expected.add(f"audit_logs_{month:%Y%m}")
        month = (month + dt.timedelta(days=32)).replace(day=1)
    assert names == expected
    guarded = superuser.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'refuse_truncate' "
        "AND tgrelid::regclass::text LIKE 'audit_logs%'"
    )
    assert {name for (name,) in guarded} == expected | {"audit_logs"}


def test_a_month_that_was_not_prepared_is_still_written(superuser, nilgiri):
    """Losing the nightly job for months must stop nobody: the default partition takes the rows."""
    far = dt.datetime(2031, 5, 2, tzinfo=dt.UTC)
    insert_row = (
        "INSERT INTO audit_logs (tenant_id, id, entity_type, action, created_at) "
        "VALUES (%s, gen_random_uuid(), 'customers', 'create', %s) RETURNING tableoid::regclass::text"
    )
    with superuser.transaction(force_rollback=True):
        assert superuser.execute(insert_row, (nilgiri.tenant_id, far)).fetchone() == ("audit_logs_default",)
        made = superuser.execute("SELECT prepare_audit_months(60)").fetchone()[0]
        assert made > 0
        assert superuser.execute("SELECT to_regclass('audit_logs_203105')").fetchone() == (None,)


def test_one_save_of_a_line_is_one_entry(nilgiri):
    with nilgiri.scope():
        invoice = factories.make_draft(factories.make_customer())
        line = factories.make_line(invoice)
    with nilgiri.scope():
        row = db().get(type(line), (nilgiri.tenant_id, line.id))
        row.quantity, row.amount, row.taxable_amount = 2, 2000, 2000
        row.cgst_amount = row.sgst_amount = 180
        row.tax_amount, row.total, row.version = 360, 2360, 2
        draft = db().get(Invoice, (nilgiri.tenant_id, invoice.id))
        draft.subtotal, draft.tax_total, draft.total, draft.totals_seq = 2000, 360, 2360, 1
        draft.cgst_total = draft.sgst_total = 180
    entry = trail(nilgiri, line.id)[-1]
    assert (entry.old_values, entry.new_values) == ({"quantity": 1.0}, {"quantity": 2.0})
    assert len(trail(nilgiri, line.id)) == 2
    assert len(trail(nilgiri, invoice.id)) == 1
    assert draft.invoice_date == TODAY
