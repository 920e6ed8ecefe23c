"""Once a day what is past its limit goes: company by company, and what belongs to none."""

import datetime as dt
import logging
from collections.abc import Callable
from uuid import UUID

from rms.actions import purges
from rms.db.session import public_scope, tenant_scope

log = logging.getLogger(__name__)

REASON = "purge"


def purge_company(tenant_id: str) -> None:
    purge_one(UUID(tenant_id), dt.datetime.now(dt.UTC))


def purge_one(tenant_id: UUID, now: dt.datetime) -> None:
    """A company that nobody confirmed goes whole; of any other what is past its limit."""

    def scope():
        return tenant_scope(tenant_id, reason=REASON)

    with scope():
        is_removed = purges.remove_unverified_company()
    if is_removed:
        log.info("company %s was removed: nobody confirmed its sign-up", tenant_id)
        return
    for purge in purges.OF_A_COMPANY:
        _repeat(purge, now, scope)


def purge_attempts() -> None:
    purge_all(dt.datetime.now(dt.UTC))


def purge_all(now: dt.datetime) -> None:
    for purge in purges.OF_ALL:
        _repeat(purge, now, public_scope)


def _repeat(purge: Callable[[dt.datetime], int], now: dt.datetime, scope: Callable) -> None:
    """Batch by batch, each in a short transaction, so that nobody waits for a lock longer than for one."""
    purged = purges.AT_ONCE
    while purged >= purges.AT_ONCE:
        with scope():
            purged = purge(now)
