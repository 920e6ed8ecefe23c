"""What the plan of a company leaves open to acts and jobs, and how much the free tier holds.

The counts stand on the tenant's row: triggers keep those of customers and people, issuing raises that of
invoices. Whoever adds writes that row first and reads the count under its lock, so that of many who add the
last one at the same moment one gets through. Limits refuse adding; who and what is there already stays.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from rms.db.session import current_tenant, db
from rms.domain.errors import N_, DomainError, Forbidden, PaymentRequired
from rms.models import Invoice, Tenant
from rms.policy import MOST_CUSTOMERS, MOST_INVOICES, MOST_USERS, AfterTrial, Standing, Use, gate, refusal
from rms.policy import standing_of as _standing_of
from rms.queries.mails import home_zone

_INVOICES = N_(
    "The free plan issues %(most)s invoices a month, and they are used up. The draft is kept. You can read, "
    "send and record receipts as before; the next month, or a plan, opens issuing again: %(help)s."
)
_CUSTOMERS = N_(
    "The free plan holds %(most)s active customers. Archive one, or write to %(help)s for a plan. Those you "
    "have stay as they are, and you can bill them."
)
_USERS = N_(
    "The free plan has room for %(most)s person. Who is in already stays in; to add somebody, write to "
    "%(help)s for a plan."
)


@dataclass(frozen=True)
class _Settings:
    after_trial: str
    help_address: str


_settings: _Settings | None = None


def configure(after_trial: AfterTrial | str, help_address: str) -> None:
    """What an expired trial becomes, and whom to write to; create_app() says it once."""
    global _settings
    _settings = _Settings(after_trial, help_address)


def standing(*, now: dt.datetime) -> Standing:
    """How the running tenant stands."""
    row = db().execute(select(*_STANDING).where(Tenant.id == current_tenant())).one()
    return _of(row, now)


def require(use: Use, *, now: dt.datetime) -> None:
    """Raise PaymentRequired, or Forbidden for a suspended company, when jobs and public links may not."""
    held = standing(now=now)
    if not gate(held, use):
        raise closed(held, use)


def closed(held: Standing, use: Use) -> DomainError:
    """The error of a closed gate."""
    error = Forbidden if held is Standing.SUSPENDED else PaymentRequired
    return error(refusal(held, use), help=_known().help_address)


def count_issued(*, now: dt.datetime) -> None:
    """Count one more issued invoice. Raises PaymentRequired beyond what the free tier issues in a month.

    Last in the issuing transaction: the tenant's row stays locked until it ends.
    """
    statement = (
        update(Tenant)
        .where(Tenant.id == current_tenant())
        .values(current_invoice_count=Tenant.current_invoice_count + 1)
        .returning(Tenant.current_invoice_count, *_STANDING)
    )
    row = db().execute(statement).one()
    if _of(row, now) is not Standing.FREE or row.current_invoice_count <= MOST_INVOICES:
        return
    if recount_issued(now=now, zone=home_zone()) > MOST_INVOICES:
        raise _full(_INVOICES, MOST_INVOICES)


def recount_issued(*, now: dt.datetime, zone: ZoneInfo) -> int:
    """Write and give how many invoices the month of `now` has seen; under the lock of the tenant's row.

    The stored count is set back by the nightly job. Before that job has run, a new month must not be refused
    for what the last one used.
    """
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    issued = db().scalar(select(func.count()).select_from(Invoice).where(Invoice.issued_at >= first)) or 0
    db().execute(update(Tenant).where(Tenant.id == current_tenant()).values(current_invoice_count=issued))
    return issued


def check_customers(*, now: dt.datetime) -> None:
    """After a customer was added or brought back: PaymentRequired when that is beyond the free tier."""
    _check(Tenant.current_customer_count, MOST_CUSTOMERS, _CUSTOMERS, now=now)


def check_users(*, now: dt.datetime, to_come: int = 0) -> None:
    """The same for people: after one was added, or with `to_come` before one is invited."""
    _check(Tenant.current_user_count, MOST_USERS, _USERS, now=now, to_come=to_come)


def _check(count, most: int, told: str, *, now: dt.datetime, to_come: int = 0) -> None:
    db().flush()
    row = db().execute(select(count.label("held"), *_STANDING).where(Tenant.id == current_tenant())).one()
    if _of(row, now) is Standing.FREE and row.held + to_come > most:
        raise _full(told, most)


def _full(told: str, most: int) -> PaymentRequired:
    return PaymentRequired(told, most=most, help=_known().help_address)


_STANDING = (Tenant.subscription_status, Tenant.trial_end_date)


def _of(row, now: dt.datetime) -> Standing:
    return _standing_of(row.subscription_status, row.trial_end_date, now, _known().after_trial)


def _known() -> _Settings:
    if _settings is None:
        raise RuntimeError("limits are not configured: create_app() does it")
    return _settings
