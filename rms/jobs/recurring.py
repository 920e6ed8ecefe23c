"""Invoices that write themselves: every run that is due of one tenant, each in a transaction of its own."""

import datetime as dt
import logging
from uuid import UUID

from rms.actions import recurring_runs
from rms.db.session import tenant_scope
from rms.queries import mails as found
from rms.queries.recurring import due_schedules

log = logging.getLogger(__name__)

REASON = "schedule"


def run_schedules(tenant_id: str) -> None:
    """Asks the clock itself, so that a job that waited does what is due now."""
    run_due(UUID(tenant_id), dt.datetime.now(dt.UTC))


def run_due(tenant_id: UUID, now: dt.datetime) -> int:
    """Make all that is due, the oldest day first; says how many. One that breaks does not hold up others."""
    with tenant_scope(tenant_id, reason=REASON):
        today = found.today_at_home(now)
        due = due_schedules(today)
    return sum(_run_all(tenant_id, schedule_id, now, today) for schedule_id in due)


def _run_all(tenant_id: UUID, schedule_id: UUID, now: dt.datetime, today: dt.date) -> int:
    made = 0
    try:
        while _run_one(tenant_id, schedule_id, now, today):
            made += 1
    except Exception:
        log.exception("schedule %s broke; the next hour tries again", schedule_id)
    return made


def _run_one(tenant_id: UUID, schedule_id: UUID, now: dt.datetime, today: dt.date) -> bool:
    with tenant_scope(tenant_id, reason=REASON):
        return recurring_runs.run_if_due(schedule_id, now=now, today=today) is not None
