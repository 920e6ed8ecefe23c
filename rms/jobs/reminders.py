"""Reminders of one tenant, each in a transaction of its own."""

import datetime as dt
import logging
from uuid import UUID

from rms.actions import limits, reminders
from rms.db.session import tenant_scope
from rms.domain.errors import DomainError
from rms.domain.reminding import is_working_day
from rms.policy import Use
from rms.queries import mails as found
from rms.queries import reminders as rules

log = logging.getLogger(__name__)

REASON = "reminder"


def send_reminders(tenant_id: str) -> None:
    remind_all(UUID(tenant_id), dt.datetime.now(dt.UTC))


def remind_all(tenant_id: UUID, now: dt.datetime) -> int:
    """Send what is open today, any number of times; says how many letters were posted.

    Does nothing before the company's hour, after its day, on a Sunday or holiday, and where the plan or the
    operator has closed mail to customers.
    """
    with tenant_scope(tenant_id, reason=REASON):
        zone = found.home_zone()
        here = now.astimezone(zone)
        chosen = rules.reminder_rules()
        if not (chosen.is_on and chosen.hour <= here.hour and is_working_day(here.date())):
            return 0
        try:
            limits.require(Use.CUSTOMER_MAIL, now=now)
        except DomainError:
            return 0
        waiting = rules.candidates(chosen, here.date())
    return sum(_remind(tenant_id, invoice_id, now, zone) for invoice_id in waiting)


def _remind(tenant_id: UUID, invoice_id: UUID, now: dt.datetime, zone: dt.tzinfo) -> bool:
    today = now.astimezone(zone).date()
    try:
        with tenant_scope(tenant_id, reason=REASON):
            mail = reminders.remind_if_due(invoice_id, now=now, today=today, zone=zone)
            return mail is not None
    except Exception:
        log.exception("no reminder of %s; the next hour tries again", invoice_id)
        return False
