"""Verifying the audit trail of every company."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from rms.actions.seals import ANCHOR_FILE
from rms.db.session import db, public_scope, tenant_scope
from rms.models import Tenant
from rms.queries import seals as found
from rms.queries.seals import Difference

Say = Callable[[str], None]


@dataclass
class Report:
    """What was found in all companies together."""

    tenants: int = 0
    seals: int = 0
    rows: int = 0
    differences: int = 0

    @property
    def is_right(self) -> bool:
        return not self.differences


def verify_all(anchors: Path | None, *, slug: str | None, now: dt.datetime, say: Say) -> Report:
    """Recompute the chain of every company, or of the one called `slug`; `say` is told what differs."""
    began, report = time.monotonic(), Report()
    try:
        heads = list(found.read_anchors(anchors / ANCHOR_FILE)) if anchors else []
    except ValueError as damage:
        say(f"anchors: {damage}")
        heads, report.differences = [], 1
    with public_scope():
        tenants = list(found.tenants_waiting())
    for tenant_id in tenants:
        name = _slug_of(tenant_id)
        if slug is None or name == slug:
            own = [head for head in heads if head["tenant"] == tenant_id]
            _verify(tenant_id, name, own, report, now, say)
    if slug is None:
        for stranger in sorted({str(head["tenant"]) for head in heads if head["tenant"] not in tenants}):
            report.differences += 1
            say(f"{stranger}: heads were recorded of a company that is not there")
    elif not report.tenants:
        report.differences += 1
        say(f"no company is called {slug}")
    took = max(time.monotonic() - began, 0.001)
    say(
        f"{report.tenants} companies, {report.seals} seals, {report.rows} entries in {took:.1f} s "
        f"({report.rows / took:,.0f} rows a second); {report.differences or 'no'} difference(s)"
    )
    return report


def _verify(
    tenant_id: UUID, name: str, heads: list[dict], report: Report, now: dt.datetime, say: Say
) -> None:
    report.tenants += 1
    difference = verify_chain(tenant_id, report)
    if difference is None:
        with tenant_scope(tenant_id):
            difference = found.lost_anchor(heads)
    if difference is not None:
        report.differences += 1
        say(f"{name}: seal {difference.sequence}: {difference.what} {difference.entry}".rstrip())
    with tenant_scope(tenant_id):
        tail = found.waiting()
    if tail.rows:
        say(f"{name}: {tail.rows} entries are not sealed yet, the oldest is {_age(now - tail.oldest)} old")


def verify_chain(tenant_id: UUID, report: Report) -> Difference | None:
    """The first difference in a company's chain, part by part, each in a short transaction of its own."""
    expected = 1
    while True:
        with tenant_scope(tenant_id):
            part = found.recomputed(expected)
            difference = found.first_difference(part, expected)
        if difference is not None or not part:
            return difference
        report.seals += len(part)
        report.rows += sum(seal.rows for seal in part)
        expected = part[-1].sequence + 1


def _slug_of(tenant_id: UUID) -> str:
    with tenant_scope(tenant_id):
        return db().scalar(select(Tenant.slug).where(Tenant.id == tenant_id)) or str(tenant_id)


def _age(age: dt.timedelta) -> str:
    return f"{max(0, int(age.total_seconds()))} s"
