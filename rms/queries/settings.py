"""The facts that the screens of settings show beside what can be changed there."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, Text, case, cast, func, or_, select

from rms.db.session import current_tenant, db
from rms.domain import numbering
from rms.models import (
    AuditLog,
    Invoice,
    NumberCounter,
    NumberSeries,
    Receipt,
    SecondFactor,
    Tenant,
    User,
    UserInvitation,
)

BANK_COLUMNS = (
    "bank_account_last4",
    "bank_account_number",
    "bank_account_name",
    "bank_name",
    "bank_ifsc",
    "upi_id",
)
MOST_CHANGES = 20
KEYS_CHANGED = "keys changed"  # why sealed fields were sealed anew: nothing a person would call a change
ORDER = ("invoice", "bill_of_supply", "debit_note", "credit_note", "receipt", "refund", "quote")


@dataclass(frozen=True)
class People:
    active: int
    invited: int
    with_second_factor: int


@dataclass(frozen=True)
class Running:
    """A series, the value it gives next in a year, and how many documents of that year it numbered."""

    row: NumberSeries
    next_value: int
    issued: int

    @property
    def key(self) -> str:
        """How an address names it: the default series by its kind of document, another one by its id."""
        return self.row.kind if self.row.is_default else str(self.row.id)

    def number(self, day: dt.date, ahead: int = 0) -> str:
        year = numbering.financial_year(day)
        return numbering.render(self.row.pattern, self.row.prefix, year, self.next_value + ahead)


@dataclass(frozen=True)
class BankChange:
    """One change of where customers pay to; `before` and `after` by column, what is hidden left out."""

    at: dt.datetime
    by: str
    before: dict
    after: dict

    @property
    def is_new(self) -> bool:
        """Nothing was there before; the trail hides the number itself, which its last digits stand for."""
        return not any(text for name, text in self.before.items() if name != "bank_account_number")


def people_counts(now: dt.datetime) -> People:
    active = select(func.count()).select_from(User).where(User.is_active, User.deleted_at.is_(None))
    invited = (
        select(func.count())
        .select_from(UserInvitation)
        .where(
            UserInvitation.accepted_at.is_(None),
            UserInvitation.withdrawn_at.is_(None),
            UserInvitation.expires_at > now,
        )
    )
    proving = (
        select(func.count())
        .select_from(SecondFactor)
        .join(User, (User.tenant_id == SecondFactor.tenant_id) & (User.id == SecondFactor.user_id))
        .where(SecondFactor.confirmed_at.is_not(None), User.is_active, User.deleted_at.is_(None))
    )
    row = (
        db()
        .execute(select(active.scalar_subquery(), invited.scalar_subquery(), proving.scalar_subquery()))
        .one()
    )
    return People(*row)


def is_turnover_large() -> bool:
    """What the company says of last year's turnover; codes need six digits then."""
    settings = db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant()))
    return bool((settings or {}).get("large_turnover"))


def running_series(day: dt.date) -> list[Running]:
    """Every series in use, invoices first, as it stands in the financial year of that day; one statement."""
    starts, ends = numbering.financial_year_bounds(day)
    year = numbering.financial_year(day)
    issued = (
        select(func.count())
        .where(Invoice.series_id == NumberSeries.id, Invoice.invoice_date.between(starts, ends))
        .scalar_subquery()
    )
    received = (
        select(func.count())
        .where(Receipt.series_id == NumberSeries.id, Receipt.receipt_date.between(starts, ends))
        .scalar_subquery()
    )
    statement = (
        select(NumberSeries, func.coalesce(NumberCounter.next_value, 1), issued + received)
        .outerjoin(
            NumberCounter,
            (NumberCounter.tenant_id == NumberSeries.tenant_id)
            & (NumberCounter.series_id == NumberSeries.id)
            & (NumberCounter.financial_year == case((NumberSeries.resets_yearly, year), else_="")),
        )
        .where(NumberSeries.is_active)
    )
    rows = [Running(*row) for row in db().execute(statement)]
    return sorted(rows, key=lambda one: (ORDER.index(one.row.kind), not one.row.is_default, one.row.name))


def bank_changes(company_id: UUID) -> list[BankChange]:
    """The latest changes of where customers pay to, newest first, out of the audit trail."""
    statement = (
        select(AuditLog, User.first_name, User.email)
        .outerjoin(User, (User.tenant_id == AuditLog.tenant_id) & (User.id == AuditLog.user_id))
        .where(
            AuditLog.entity_type == "companies",
            AuditLog.entity_id == company_id,
            AuditLog.action == "update",
            AuditLog.new_values.has_any(cast(list(BANK_COLUMNS), ARRAY(Text))),
            or_(AuditLog.reason.is_(None), AuditLog.reason != KEYS_CHANGED),
        )
        .order_by(AuditLog.created_at.desc())
        .limit(MOST_CHANGES)
    )
    return [_change(row) for row in db().execute(statement)]


def _change(row) -> BankChange:
    entry = row.AuditLog
    old, new = entry.old_values or {}, entry.new_values or {}
    return BankChange(
        at=entry.created_at,
        by=row.first_name or row.email or "",
        before={name: old.get(name) or "" for name in BANK_COLUMNS if name in new},
        after={name: new.get(name) or "" for name in BANK_COLUMNS if name in new},
    )
