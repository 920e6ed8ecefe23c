"""Checking the books of every company, each night and when an operator asks."""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db, public_scope, tenant_scope
from rms.models import Tenant
from rms.queries.ledger_check import Difference, first_differences
from rms.queries.mails import home_zone
from rms.queries.seals import tenants_waiting

log = logging.getLogger(__name__)

Say = Callable[[str], None]


@dataclass
class Report:
    """What was found in all companies together."""

    tenants: int = 0
    differences: int = 0

    @property
    def is_right(self) -> bool:
        return not self.differences


def check_ledger(tenant_id: str) -> int:
    """The nightly job of one company: says in the log what does not agree, and how many such rows."""
    found = differences_of(UUID(tenant_id), dt.datetime.now(dt.UTC))
    for one in found:
        log.error("ledger: %s %s: %s", one.table, one.id, one.rule)
    return len(found)


def check_all(*, slug: str | None, now: dt.datetime, say: Say) -> Report:
    """Every company, closed ones too, or the one called `slug`; `say` is told the first differences."""
    began, report = time.monotonic(), Report()
    with public_scope():
        tenants = list(tenants_waiting())
    for tenant_id in tenants:
        name = _slug_of(tenant_id)
        if slug is None or name == slug:
            report.tenants += 1
            for one in differences_of(tenant_id, now):
                report.differences += 1
                say(_told(name, one))
    if slug is not None and not report.tenants:
        report.differences += 1
        say(f"no company is called {slug}")
    took = time.monotonic() - began
    say(f"{report.tenants} companies in {took:.1f} s; {report.differences or 'no'} difference(s)")
    return report


def differences_of(tenant_id: UUID, now: dt.datetime) -> list[Difference]:
    """In one short transaction, on the calendar of the company."""
    with tenant_scope(tenant_id):
        return first_differences(now.astimezone(home_zone()).date())


def _told(name: str, one: Difference) -> str:
    which = one.number or str(one.id)
    return f"{name}: {one.table} {which}: {one.rule}: stored {one.stored}, found {one.found}"


def _slug_of(tenant_id: UUID) -> str:
    with tenant_scope(tenant_id):
        return db().scalar(select(Tenant.slug).where(Tenant.id == tenant_id)) or str(tenant_id)
