"""A company's rules for reminders, what was sent by them, and what goes out next."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from rms.db.session import current_tenant, db
from rms.domain import reminding
from rms.domain.lifecycle import OPEN
from rms.domain.reminding import Rules, Step, Wording
from rms.models import Customer, EmailMessage, Invoice, Reminder, ReminderStop, Tenant, User

KEY = "reminder_steps"
MOST_COMING = 20
MOST_SENT = 10
AT_ONCE = 200


def rules_in(settings: dict | None) -> Rules:
    """The rules as `tenants.settings` keeps them under one key; without it, off and as usual."""
    kept = (settings or {}).get(KEY)
    if not kept:
        return Rules()
    return Rules(
        is_on=bool(kept["is_on"]),
        steps=tuple(Step(one["days"], Wording(one["wording"]), one["is_on"]) for one in kept["steps"]),
        hour=kept["hour"],
        least=Decimal(kept["least"]),
        since=dt.date.fromisoformat(kept["since"]) if kept["since"] else None,
    )


def kept_as(rules: Rules) -> dict:
    return {
        "is_on": rules.is_on,
        "steps": [
            {"days": one.days, "wording": one.wording.value, "is_on": one.is_on} for one in rules.steps
        ],
        "hour": rules.hour,
        "least": str(rules.least),
        "since": rules.since.isoformat() if rules.since else None,
    }


def reminder_rules() -> Rules:
    """Those of the running tenant."""
    return rules_in(db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())))


@dataclass(frozen=True)
class Coming:
    """The next letter about an invoice, and on which day."""

    invoice: Any
    day: dt.date
    step: Step


def _stopped():
    """Reminders are off for this invoice or for its customer."""
    stop = ReminderStop
    return exists().where(
        stop.tenant_id == Invoice.tenant_id,
        or_(stop.invoice_id == Invoice.id, stop.customer_id == Invoice.customer_id),
    )


def _open_invoices(rules: Rules, due_dates: set[dt.date]):
    """Open invoices of active customers that have an address, owe enough and may be reminded of."""
    return (
        select(Invoice.id, Invoice.due_date, Invoice.issued_at)
        .join(Customer, (Customer.tenant_id == Invoice.tenant_id) & (Customer.id == Invoice.customer_id))
        .where(
            Invoice.status.in_([status.value for status in OPEN]),
            Invoice.balance > 0,
            Invoice.balance >= rules.least,
            Invoice.due_date.in_(due_dates),
            Customer.email.is_not(None),
            Invoice.kind != "opening",
            ~_stopped(),
        )
    )


def candidates(rules: Rules, today: dt.date) -> list[UUID]:
    """Invoices of which a step may be open today; the action decides under the lock."""
    due_dates = reminding.due_dates_on(rules, today)
    if not due_dates:
        return []
    statement = _open_invoices(rules, due_dates).order_by(Invoice.due_date, Invoice.id)
    return [row.id for row in db().execute(statement)]


def steps_of(invoice_id: UUID) -> set[str]:
    return set(db().scalars(select(Reminder.step).where(Reminder.invoice_id == invoice_id)))


def is_open_to_pay(invoice_id: UUID) -> bool:
    """Whether there is still something to remind of."""
    statement = select(Invoice.balance).where(
        Invoice.id == invoice_id, Invoice.status.in_([status.value for status in OPEN])
    )
    return (db().scalar(statement) or 0) > 0


def is_stopped(invoice: Invoice) -> bool:
    statement = select(ReminderStop.id).where(
        or_(ReminderStop.invoice_id == invoice.id, ReminderStop.customer_id == invoice.customer_id)
    )
    return db().scalar(statement.limit(1)) is not None


def stops_about(invoice: Invoice) -> tuple[bool, bool]:
    """Whether reminders are stopped for this invoice, and for its customer."""
    stop = ReminderStop
    statement = select(stop.invoice_id, stop.customer_id).where(
        or_(stop.invoice_id == invoice.id, stop.customer_id == invoice.customer_id)
    )
    rows = list(db().execute(statement))
    return any(row.invoice_id for row in rows), any(row.customer_id for row in rows)


def customer_is_stopped(customer_id: UUID) -> bool:
    statement = select(ReminderStop.id).where(ReminderStop.customer_id == customer_id)
    return db().scalar(statement) is not None


def sent_lately() -> list[Any]:
    """The last reminders with their mails, the newest first."""
    statement = (
        select(
            Reminder.step,
            Reminder.created_at,
            Invoice.id.label("invoice_id"),
            Invoice.invoice_number,
            Customer.name.label("customer"),
            EmailMessage.state,
            EmailMessage.sent_at,
            EmailMessage.last_error,
        )
        .join(Invoice, (Invoice.tenant_id == Reminder.tenant_id) & (Invoice.id == Reminder.invoice_id))
        .join(Customer, (Customer.tenant_id == Invoice.tenant_id) & (Customer.id == Invoice.customer_id))
        .join(
            EmailMessage,
            (EmailMessage.tenant_id == Reminder.tenant_id) & (EmailMessage.id == Reminder.mail_id),
        )
        .order_by(Reminder.created_at.desc(), Reminder.id)
        .limit(MOST_SENT)
    )
    return list(db().execute(statement))


def coming(rules: Rules, today: dt.date, zone: dt.tzinfo) -> list[Coming]:
    """What goes out within a week, the earliest first; two statements however much it is."""
    if not rules.is_on:
        return []
    days = [today + dt.timedelta(days=ahead) for ahead in range(8)]
    due_dates = set().union(*(reminding.due_dates_on(rules, day) for day in days))
    statement = (
        _open_invoices(rules, due_dates)
        .add_columns(
            Invoice.invoice_number,
            Invoice.balance,
            Invoice.customer_id,
            Customer.name.label("customer"),
            func.array(
                select(Reminder.step)
                .where(Reminder.tenant_id == Invoice.tenant_id, Reminder.invoice_id == Invoice.id)
                .correlate(Invoice)
                .scalar_subquery()
            ).label("sent"),
        )
        .order_by(Invoice.due_date, Invoice.id)
        .limit(AT_ONCE)
    )
    found = []
    for row in db().execute(statement):
        issued_on = row.issued_at.astimezone(zone).date()
        ahead = reminding.next_step(rules, due=row.due_date, issued_on=issued_on, sent=row.sent, today=today)
        if ahead and ahead[0] <= days[-1]:
            found.append(Coming(row, *ahead))
    return sorted(found, key=lambda one: (one.day, one.invoice.invoice_number))[:MOST_COMING]


def stopped_invoices() -> list[Any]:
    """Open invoices and customers of whom somebody said not to remind, the newest first."""
    stop = ReminderStop
    statement = (
        select(
            stop.invoice_id,
            func.coalesce(stop.customer_id, Invoice.customer_id).label("customer_id"),
            Customer.name.label("customer"),
            Invoice.invoice_number,
            func.coalesce(User.first_name, User.email).label("who"),
            stop.created_at,
        )
        .outerjoin(Invoice, (Invoice.tenant_id == stop.tenant_id) & (Invoice.id == stop.invoice_id))
        .join(
            Customer,
            (Customer.tenant_id == stop.tenant_id)
            & (Customer.id == func.coalesce(stop.customer_id, Invoice.customer_id)),
        )
        .outerjoin(User, (User.tenant_id == stop.tenant_id) & (User.id == stop.created_by))
        .where(or_(stop.customer_id.is_not(None), Invoice.balance > 0))
        .order_by(stop.created_at.desc())
        .limit(MOST_COMING)
    )
    return list(db().execute(statement))
