"""Reminders, one for each step, and invoices that write themselves.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, purges, rls
from rms.db.ddl import (
    DAY,
    JSON,
    NUMBER,
    TEXT,
    UUID,
    belongs_to,
    count,
    flag,
    index,
    one_of,
    optional,
    required,
    rule,
    run,
    tenant_table,
    word,
)

revision = "0009"
down_revision = "0008"

TABLES = ("recurring_schedules", "recurring_runs", "recurring_invoices", "reminders", "reminder_stops")


def upgrade() -> None:
    create_schedules()
    create_runs()
    create_reminders()
    for table in TABLES:
        run(rls.protect(table))
        op.execute(audit.row_trigger(table))
        run(purges.take_in(table))


def downgrade() -> None:
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)


def create_schedules() -> None:
    tenant_table(
        "recurring_schedules",
        required("id", UUID),
        required("customer_id", UUID),
        word("rhythm", 10, "month"),
        count("every", "1"),
        required("starts_on", DAY),
        optional("ends_on", DAY),
        optional("most_runs", NUMBER),
        count("payment_terms", "30"),
        flag("sends"),
        optional("reference_number", sa.String(100)),
        optional("notes", TEXT),
        required("lines", JSON, "'[]'::jsonb"),
        word("state", 10, "active"),
        optional("next_run", DAY),
        optional("next_number", NUMBER),
        optional("problem", JSON),
        optional("created_by", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
        one_of("rhythm", "week", "month", "quarter", "year"),
        one_of("state", "active", "paused", "ended"),
        rule("every_is_sane", "every BETWEEN 1 AND 60"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
        rule("it_ends_after_it_starts", "ends_on >= starts_on"),
        rule("some_runs_at_least", "most_runs >= 1"),
        rule("ended_schedules_have_no_next_run", "(state = 'ended') = (next_run IS NULL)"),
        rule("next_run_has_a_number", "(next_run IS NULL) = (next_number IS NULL)"),
    )
    index("ix_recurring_schedules_of_customer", "recurring_schedules", "tenant_id, customer_id")
    index(
        "ix_recurring_schedules_due",
        "recurring_schedules",
        "tenant_id, next_run",
        where="state = 'active'",
    )


def create_runs() -> None:
    tenant_table(
        "recurring_runs",
        required("id", UUID),
        required("schedule_id", UUID),
        required("period", DAY),
        optional("problem", JSON),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("recurring_schedules", "schedule_id", "CASCADE"),
        sa.UniqueConstraint("tenant_id", "schedule_id", "period"),
    )
    tenant_table(
        "recurring_invoices",
        required("id", UUID),
        required("run_id", UUID),
        required("invoice_id", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("recurring_runs", "run_id", "CASCADE"),
        belongs_to("invoices", "invoice_id", "CASCADE"),
        sa.UniqueConstraint("tenant_id", "run_id"),
        sa.UniqueConstraint("tenant_id", "invoice_id"),
    )


def create_reminders() -> None:
    tenant_table(
        "reminders",
        required("id", UUID),
        required("invoice_id", UUID),
        required("step", sa.String(20)),
        flag("is_skipped"),
        optional("mail_id", UUID),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("invoices", "invoice_id"),
        belongs_to("email_messages", "mail_id"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "invoice_id", "step"),
        rule("sent_reminders_have_a_mail", "is_skipped = (mail_id IS NULL)"),
    )
    index("ix_reminders_of_mail", "reminders", "tenant_id, mail_id")
    index("ix_reminders_newest_first", "reminders", "tenant_id, created_at")
    tenant_table(
        "reminder_stops",
        required("id", UUID),
        optional("invoice_id", UUID),
        optional("customer_id", UUID),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("invoices", "invoice_id", "CASCADE"),
        belongs_to("customers", "customer_id", "CASCADE"),
        belongs_to("users", "created_by"),
        sa.UniqueConstraint("tenant_id", "invoice_id"),
        sa.UniqueConstraint("tenant_id", "customer_id"),
        rule("stops_are_for_one_thing", "(invoice_id IS NULL) <> (customer_id IS NULL)"),
    )
