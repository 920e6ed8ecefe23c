"""Invoices that write themselves, and the reminders of those that are not paid."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.domain.recurrence import Plan, Rhythm
from rms.models.columns import count, flag, one_of, refers_to, rule, word
from rms.models.customers import Customer
from rms.models.invoices import Invoice


class RecurringSchedule(TenantScoped, Base):
    """When an invoice repeats and what stands on it. `lines` are cells as they are typed, with placeholders.

    `next_run` and `next_number` say which run is due next; both are None once the schedule has ended.
    `problem` is the marked sentence, with its parameters, that kept the last run from being made.
    """

    __tablename__ = "recurring_schedules"
    __table_args__ = (
        belongs_to("customers", "customer_id"),
        belongs_to("users", "created_by"),
        one_of("rhythm", *Rhythm),
        one_of("state", "active", "paused", "ended"),
        rule("every_is_sane", "every BETWEEN 1 AND 60"),
        rule("payment_terms_are_days", "payment_terms BETWEEN 0 AND 3650"),
        rule("it_ends_after_it_starts", "ends_on >= starts_on"),
        rule("some_runs_at_least", "most_runs >= 1"),
        rule("ended_schedules_have_no_next_run", "(state = 'ended') = (next_run IS NULL)"),
        rule("next_run_has_a_number", "(next_run IS NULL) = (next_number IS NULL)"),
        Index("ix_recurring_schedules_of_customer", "tenant_id", "customer_id"),
        Index(
            "ix_recurring_schedules_due", "tenant_id", "next_run", postgresql_where=text("state = 'active'")
        ),
    )

    customer_id: Mapped[UUID]
    rhythm: Mapped[str] = word(10, "month")
    every: Mapped[int] = count(1)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    most_runs: Mapped[int | None]
    payment_terms: Mapped[int] = count(30)
    sends: Mapped[bool] = flag("false")
    reference_number: Mapped[str | None] = mapped_column(String(100))
    notes: Mapped[str | None]
    lines: Mapped[list] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    state: Mapped[str] = word(10, "active")
    next_run: Mapped[dt.date | None]
    next_number: Mapped[int | None]
    problem: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))
    created_by: Mapped[UUID | None]
    version: Mapped[int] = count(1)

    customer: Mapped[Customer] = refers_to("RecurringSchedule.customer_id", "Customer")

    @property
    def plan(self) -> Plan:
        return Plan(
            rhythm=Rhythm(self.rhythm),
            every=self.every,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            most_runs=self.most_runs,
        )


class RecurringRun(TenantScoped, Base):
    """One run of a schedule; that there is one of each period makes a run happen once.

    `problem` is the sentence that kept its invoice a draft although it should have been issued and sent.
    """

    __tablename__ = "recurring_runs"
    __table_args__ = (
        belongs_to("recurring_schedules", "schedule_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "schedule_id", "period"),
    )

    schedule_id: Mapped[UUID]
    period: Mapped[dt.date]
    problem: Mapped[dict | None] = mapped_column(JSONB(none_as_null=True))


class RecurringInvoice(TenantScoped, Base):
    """Which invoice a run has made. A draft may be thrown away; its run stays, and is not made again."""

    __tablename__ = "recurring_invoices"
    __table_args__ = (
        belongs_to("recurring_runs", "run_id", ondelete="CASCADE"),
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "run_id"),
        UniqueConstraint("tenant_id", "invoice_id"),
    )

    run_id: Mapped[UUID]
    invoice_id: Mapped[UUID]

    run: Mapped[RecurringRun] = refers_to("RecurringInvoice.run_id", "RecurringRun")
    invoice: Mapped[Invoice] = refers_to("RecurringInvoice.invoice_id", "Invoice")


class Reminder(TenantScoped, Base):
    """One step of an invoice's reminders: sent with a mail, or skipped. A step happens once.

    `step` is a number of days after the due date with its sign, or "by hand" with the day.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        belongs_to("invoices", "invoice_id"),
        belongs_to("email_messages", "mail_id"),
        belongs_to("users", "created_by"),
        UniqueConstraint("tenant_id", "invoice_id", "step"),
        rule("sent_reminders_have_a_mail", "is_skipped = (mail_id IS NULL)"),
        Index("ix_reminders_of_mail", "tenant_id", "mail_id"),
        Index("ix_reminders_newest_first", "tenant_id", "created_at"),
    )

    invoice_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(String(20))
    is_skipped: Mapped[bool] = flag("false")
    mail_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]


class ReminderStop(TenantScoped, Base):
    """Nobody is reminded of this invoice, or this customer of none."""

    __tablename__ = "reminder_stops"
    __table_args__ = (
        belongs_to("invoices", "invoice_id", ondelete="CASCADE"),
        belongs_to("customers", "customer_id", ondelete="CASCADE"),
        belongs_to("users", "created_by"),
        UniqueConstraint("tenant_id", "invoice_id"),
        UniqueConstraint("tenant_id", "customer_id"),
        rule("stops_are_for_one_thing", "(invoice_id IS NULL) <> (customer_id IS NULL)"),
    )

    invoice_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
