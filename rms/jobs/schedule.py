"""The scheduler: looks every few seconds what is due and queues it. It does nothing itself.

PostgreSQL says what is due and Redis what is queued already, so either may forget everything, any number of
schedulers may run, and a kill at any moment delays work by one round.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Iterable
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from rms import queue
from rms.actions import audit
from rms.config import Settings
from rms.db.session import public_scope, tenant_scope
from rms.domain.recurrence import HOUR_OF_RUNS
from rms.domain.reminding import HOURS
from rms.jobs.leader import Leader
from rms.queries import mails as found
from rms.queries.recurring import Morning, morning
from rms.queries.seals import tenants_waiting

log = logging.getLogger(__name__)

MOST_MAILS_AT_ONCE = 1_000
# Between its commit and its place in the queue a mail looks lost. Queued twice it still leaves once.
SECONDS_OF_GRACE = 1
SECONDS_A_DAY_IS_KNOWN = 26 * 3_600
SECONDS_AN_HOUR_IS_KNOWN = 2 * 3_600
SECONDS_A_MINUTE_IS_KNOWN = 120
HOURS_OF_CHECKS = range(2, 6)
TENANTS_ARE_ASKED_AGAIN = dt.timedelta(hours=1)
# What reading settings of a shape we never wrote ends in; an unknown zone is a KeyError.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Scheduler:
    """`run` until `stop`. Tests call `round` with a time of their own."""

    def __init__(self, settings: Settings) -> None:
        self._pause = settings.sweep_seconds
        self._leader = Leader(settings)
        self._ended = threading.Event()
        self._mornings: dict[UUID, Morning | None] = {}
        self._asked_at: dt.datetime | None = None

    def run(self) -> None:
        """One round after the other; trouble with a server ends the round and not the scheduler."""
        while not self._ended.is_set():
            try:
                if self._leader.leads():
                    self.round(dt.datetime.now(dt.UTC))
            except (DBAPIError, RedisError) as trouble:
                log.warning("this round was cut short: %s", trouble)
            self._ended.wait(self._pause)
        self._leader.resign()

    def stop(self, *_: object) -> None:
        """Also the handler of SIGTERM and SIGINT: a round is finished, a pause is not."""
        self._ended.set()

    def round(self, now: dt.datetime) -> None:
        """Queue everything that is due now and not queued yet."""
        queue.forget_abandoned()
        sweep_mails()
        self.begin_days(now)
        self.check_books(now)
        homes = self._homes(now)
        run_schedules(homes, now)
        send_reminders(homes, now)
        resume_bulk(homes, now)
        with public_scope():
            tenants = tenants_waiting()
        seal_audit(tenants, now)
        purge(tenants, now)

    def begin_days(self, now: dt.datetime) -> None:
        """One job for each tenant and day of its calendar; its id is the proof that it was queued."""
        jobs = {
            f"overdue-{tenant_id}-{now.astimezone(home.zone):%Y%m%d}": tenant_id
            for tenant_id, home in self._homes(now).items()
        }
        _queue("sweep_overdue", jobs, SECONDS_A_DAY_IS_KNOWN)

    def check_books(self, now: dt.datetime) -> None:
        """One job for each tenant and night, in the hours in which nobody works."""
        jobs = {}
        for tenant_id, home in self._homes(now).items():
            here = now.astimezone(home.zone)
            if here.hour in HOURS_OF_CHECKS:
                jobs[f"ledger-{tenant_id}-{here:%Y%m%d}"] = tenant_id
        _queue("check_ledger", jobs, SECONDS_A_DAY_IS_KNOWN)

    def _homes(self, now: dt.datetime) -> dict[UUID, Morning]:
        """What each tenant's day brings, asked once an hour, since only its own scope can read it; with it
        goes the housekeeping that is due as seldom.
        """
        if self._asked_at is None or now - self._asked_at >= TENANTS_ARE_ASKED_AGAIN:
            self._mornings, self._asked_at = {}, now
            with public_scope():
                audit.prepare_months()
        with public_scope():
            tenants = found.tenant_ids()
        return {tenant_id: home for tenant_id in tenants if (home := self._morning_of(tenant_id))}

    def _morning_of(self, tenant_id: UUID) -> Morning | None:
        """None for a company whose settings cannot be read: its day waits, that of the others does not."""
        if tenant_id not in self._mornings:
            self._mornings[tenant_id] = None
            try:
                with tenant_scope(tenant_id):
                    self._mornings[tenant_id] = morning()
            except UNREADABLE:
                log.exception(
                    "the settings of company %s cannot be read: nothing of its day is queued", tenant_id
                )
        return self._mornings[tenant_id]


def run_schedules(homes: dict[UUID, Morning], now: dt.datetime) -> None:
    """One job an hour for each tenant with a run that is due, from the morning of its day on. What could not
    be made is due in the next hour, too.
    """
    jobs = {}
    for tenant_id, home in homes.items():
        here = now.astimezone(home.zone)
        if home.next_run and home.next_run <= here.date() and here.hour >= HOUR_OF_RUNS:
            jobs[f"recurring-{tenant_id}-{here:%Y%m%d%H}"] = tenant_id
    _queue("run_schedules", jobs, SECONDS_AN_HOUR_IS_KNOWN)


def send_reminders(homes: dict[UUID, Morning], now: dt.datetime) -> None:
    """One job an hour for each tenant that reminds, from its hour until the evening."""
    jobs = {}
    for tenant_id, home in homes.items():
        here = now.astimezone(home.zone)
        if home.hour is not None and home.hour <= here.hour <= HOURS[-1]:
            jobs[f"remind-{tenant_id}-{here:%Y%m%d%H}"] = tenant_id
    _queue("send_reminders", jobs, SECONDS_AN_HOUR_IS_KNOWN)


def resume_bulk(homes: dict[UUID, Morning], now: dt.datetime) -> None:
    """Once an hour, work on many rows goes on where it stood when its place in the queue was lost, or its
    worker died. Work that is under way is queued as well, and finds nothing to do.
    """
    jobs = {
        f"bulk-{job_id}-{now:%Y%m%d%H}": (tenant_id, job_id)
        for tenant_id, home in homes.items()
        for job_id in home.unfinished
    }
    for job_id in queue.unknown(jobs):
        queue.enqueue_once("run_bulk", *jobs[job_id], job_id=job_id, seconds_known=SECONDS_AN_HOUR_IS_KNOWN)


def seal_audit(tenants: dict[UUID, bool], now: dt.datetime) -> None:
    """One job a minute for each tenant with unsealed entries, and one a day for each that writes its head
    outside the database.
    """
    waiting = [tenant_id for tenant_id, is_waiting in tenants.items() if is_waiting]
    _queue_each("seal_audit", f"seal-{{}}-{now:%Y%m%d%H%M}", waiting, SECONDS_A_MINUTE_IS_KNOWN)
    _queue_each("anchor_audit", f"anchor-{{}}-{now:%Y%m%d}", tenants, SECONDS_A_DAY_IS_KNOWN)


def purge(tenants: Iterable[UUID], now: dt.datetime) -> None:
    """One job a day (of UTC) for each tenant, closed ones too, and one for what belongs to none."""
    _queue_each("purge_company", f"purge-{{}}-{now:%Y%m%d}", tenants, SECONDS_A_DAY_IS_KNOWN)
    of_all = f"purge-attempts-{now:%Y%m%d}"
    if queue.unknown([of_all]):
        queue.enqueue_once("purge_attempts", job_id=of_all, seconds_known=SECONDS_A_DAY_IS_KNOWN)


def _queue_each(name: str, pattern: str, tenants: Iterable[UUID], seconds_known: int) -> None:
    _queue(name, {pattern.format(tenant_id): tenant_id for tenant_id in tenants}, seconds_known)


def _queue(name: str, jobs: dict[str, UUID], seconds_known: int) -> None:
    """Those jobs of which the queue knows nothing yet, by their ids."""
    for job_id in queue.unknown(jobs):
        queue.enqueue_once(name, jobs[job_id], job_id=job_id, seconds_known=seconds_known)


def sweep_mails() -> int:
    """Queue mails that are due and that no list entry stands for; says how many.

    The list decides, not the job's hash: a killed worker leaves hashes behind for mails nobody will send.
    """
    with public_scope():
        due = found.due(MOST_MAILS_AT_ONCE, SECONDS_OF_GRACE)
    waiting = queue.queued_ids() if due else set()
    lost = [(tenant_id, mail_id) for tenant_id, mail_id in due if str(mail_id) not in waiting]
    for tenant_id, mail_id in lost:
        queue.enqueue("deliver_mail", tenant_id, mail_id, job_id=str(mail_id))
    return len(lost)


def run(settings: Settings) -> None:
    """Schedule until SIGTERM or SIGINT."""
    scheduler = Scheduler(settings)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, scheduler.stop)
    scheduler.run()
