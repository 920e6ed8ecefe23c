"""What a new day brings to one tenant."""

import datetime as dt
from uuid import UUID

from rms.actions import statuses
from rms.db.session import tenant_scope
from rms.queries.mails import home_zone

REASON = "new day"


def sweep_overdue(tenant_id: str) -> None:
    """Asks the clock itself: a job that waited over midnight does the work of the day that has begun."""
    new_day(UUID(tenant_id), dt.datetime.now(dt.UTC))


def new_day(tenant_id: UUID, now: dt.datetime) -> None:
    """Everything a day changes, as of the tenant's own calendar; any number of times."""
    with tenant_scope(tenant_id, reason=REASON):
        zone = home_zone()
        today = now.astimezone(zone).date()
        statuses.refresh_trial_days(now=now)
        statuses.end_trial(now=now)
        statuses.recount_invoices_of_month(now=now, zone=zone)
    while _sweep(tenant_id, today):
        pass


def _sweep(tenant_id: UUID, today: dt.date) -> int:
    with tenant_scope(tenant_id, reason=REASON):
        return statuses.sweep_overdue(today=today)
