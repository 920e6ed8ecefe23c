"""What the passing of time changes by itself: invoices become overdue, trials grow short, months begin.

Everything here may run twice, late or beside itself: it writes what follows from the facts and the day.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from rms.actions import limits
from rms.db.locks import lock, lock_all
from rms.db.session import current_tenant, db
from rms.domain.lifecycle import Status, status_of
from rms.models import Invoice, Subscription, Tenant

AT_ONCE = 500


def sweep_overdue(*, today: dt.date) -> int:
    """Give invoices whose due date has passed their state; says how many changed, at most `AT_ONCE`.

    Run it in one short transaction after the other until it says 0: a payment waits no longer than one.
    """
    changed = 0
    for invoice in lock_all(Invoice, db().scalars(_past_due(today))):
        status = _status(invoice, today)
        changed += status != invoice.status
        invoice.status = status
    return changed


def _past_due(today: dt.date):
    waiting = (Status.PENDING, Status.PARTIALLY_PAID)
    return (
        select(Invoice.id)
        .where(Invoice.status.in_(waiting), Invoice.due_date < today, Invoice.balance > 0)
        .order_by(Invoice.id)
        .limit(AT_ONCE)
    )


def _status(invoice: Invoice, today: dt.date) -> Status:
    """From the row as it is under the lock: it may have been paid or cancelled since it was chosen."""
    return status_of(
        issued=invoice.issued_at is not None,
        cancelled=invoice.is_cancelled,
        total=invoice.total,
        settled=invoice.settled,
        due_date=invoice.due_date,
        today=today,
    )


def end_trial(*, now: dt.datetime) -> bool:
    """Write down that a trial is over; says whether it was news. The gate knew it (policy.standing_of)."""
    ended = (
        update(Tenant)
        .where(Tenant.id == current_tenant(), Tenant.subscription_status == "trial")
        .where(Tenant.trial_end_date <= now)
        .values(subscription_status="expired")
        .returning(Tenant.id)
    )
    if db().execute(ended).first() is None:
        return False
    trials = update(Subscription).where(Subscription.is_trial, Subscription.status == "active")
    db().execute(trials.values(status="expired"))
    return True


def refresh_trial_days(*, now: dt.datetime) -> None:
    """The stored number of days left in a trial; a day that has begun counts whole."""
    for subscription in db().scalars(select(Subscription).where(Subscription.is_trial)):
        if subscription.trial_end_date is not None:
            left = subscription.trial_end_date - now
            subscription.trial_days_remaining = max(0, -(-left // dt.timedelta(days=1)))


def recount_invoices_of_month(*, now: dt.datetime, zone: ZoneInfo) -> None:
    """The count that the plan limits: invoices issued since the first of this month.

    The row of the tenant is locked before counting, as issuing does, so that no invoice is missed.
    """
    lock(Tenant, current_tenant())
    limits.recount_issued(now=now, zone=zone)
