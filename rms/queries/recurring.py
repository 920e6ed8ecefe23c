"""Schedules: their list, one of them with its runs, what is due, and what it comes to each time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from rms.db.session import current_tenant, db
from rms.domain import typed_line
from rms.domain.errors import DomainError, NotFound
from rms.domain.invoicing import Priced, PriceMode, PricingContext, price
from rms.domain.place_of_supply import SupplyKind, place_of_supply
from rms.domain.tax import is_service_code
from rms.domain.typed_line import TypedLine
from rms.models import (
    BulkJob,
    Customer,
    Invoice,
    RecurringInvoice,
    RecurringRun,
    RecurringSchedule,
    Tenant,
    User,
)
from rms.queries.invoices import Terms
from rms.queries.mails import DEFAULT_ZONE
from rms.queries.reminders import rules_in

MOST_RUNS_SHOWN = 12


@dataclass(frozen=True)
class Morning:
    """What a day brings a company by itself: the hour of its reminders, None without, the next run, and the
    work on many rows that has not come to its end.
    """

    zone: ZoneInfo
    hour: int | None
    next_run: dt.date | None
    unfinished: tuple[UUID, ...] = ()


def morning() -> Morning:
    """Of the running tenant, in one statement; the scheduler asks each once an hour."""
    next_run = (
        select(func.min(RecurringSchedule.next_run))
        .where(RecurringSchedule.tenant_id == Tenant.id, RecurringSchedule.state == "active")
        .scalar_subquery()
    )
    unfinished = (
        select(func.array_agg(BulkJob.id))
        .where(BulkJob.tenant_id == Tenant.id, BulkJob.ended_at.is_(None))
        .scalar_subquery()
    )
    asked = select(Tenant.settings, next_run, unfinished).where(Tenant.id == current_tenant())
    settings, due, jobs = db().execute(asked).one()
    rules = rules_in(settings)
    zone = ZoneInfo((settings or {}).get("time_zone") or DEFAULT_ZONE)
    return Morning(zone, rules.hour if rules.is_on else None, due, tuple(jobs or ()))


def list_schedules() -> list[RecurringSchedule]:
    """Those in the way first, then by their next run; ended ones last."""
    statement = (
        select(RecurringSchedule)
        .options(joinedload(RecurringSchedule.customer))
        .order_by(
            RecurringSchedule.state == "ended",
            RecurringSchedule.next_run.nulls_last(),
            RecurringSchedule.created_at,
            RecurringSchedule.id,
        )
    )
    return list(db().scalars(statement))


def find_schedule(schedule_id: UUID) -> RecurringSchedule:
    statement = (
        select(RecurringSchedule)
        .where(RecurringSchedule.id == schedule_id)
        .options(joinedload(RecurringSchedule.customer))
    )
    schedule = db().scalar(statement)
    if schedule is None:
        raise NotFound()
    return schedule


def runs_of(schedule_id: UUID) -> list[Any]:
    """The last runs, the newest first, each with the invoice it made, unless its draft was thrown away."""
    statement = (
        select(
            RecurringRun.id,
            RecurringRun.period,
            RecurringRun.problem,
            Invoice.id.label("invoice_id"),
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.status,
            Invoice.total,
        )
        .outerjoin(
            RecurringInvoice,
            (RecurringInvoice.tenant_id == RecurringRun.tenant_id)
            & (RecurringInvoice.run_id == RecurringRun.id),
        )
        .outerjoin(
            Invoice,
            (Invoice.tenant_id == RecurringInvoice.tenant_id) & (Invoice.id == RecurringInvoice.invoice_id),
        )
        .where(RecurringRun.schedule_id == schedule_id)
        .order_by(RecurringRun.period.desc())
        .limit(MOST_RUNS_SHOWN)
    )
    return list(db().execute(statement))


def last_period(schedule_id: UUID) -> dt.date | None:
    """The day of the newest run that was made."""
    return db().scalar(select(func.max(RecurringRun.period)).where(RecurringRun.schedule_id == schedule_id))


def due_schedules(today: dt.date) -> list[UUID]:
    statement = (
        select(RecurringSchedule.id)
        .where(RecurringSchedule.state == "active", RecurringSchedule.next_run <= today)
        .order_by(RecurringSchedule.next_run, RecurringSchedule.id)
    )
    return list(db().scalars(statement))


def customers_to_choose() -> list[tuple[UUID, str]]:
    statement = (
        select(Customer.id, Customer.name)
        .where(Customer.is_active)
        .order_by(Customer.name, Customer.id)
        .limit(1_000)
    )
    return [(customer_id, name) for customer_id, name in db().execute(statement)]


def owner_of(schedule: RecurringSchedule) -> User | None:
    """Who is told when it cannot run: who made it, while active, else the first active admin."""
    active = select(User).where(User.is_active, User.deleted_at.is_(None))
    maker = db().scalar(active.where(User.id == schedule.created_by)) if schedule.created_by else None
    return maker or db().scalar(active.where(User.role == "admin").order_by(User.created_at).limit(1))


def read_lines(lines: Sequence[Mapping[str, str]], day: dt.date) -> list[TypedLine]:
    return [typed_line.read(cells, day) for cells in lines]


def price_lines(lines: Sequence[TypedLine], terms: Terms) -> Priced | None:
    """What the valid lines come to on one invoice, by the same rules; None when they cannot be priced."""
    drafts = [line.draft for line in lines if line.is_valid and not line.is_blank]
    is_goods = any(draft.hsn_sac and not is_service_code(draft.hsn_sac) for draft in drafts)
    kind = SupplyKind.GOODS if is_goods else SupplyKind.SERVICE
    if terms.gst.display_format == "inclusive":
        drafts = [_including_tax(draft) for draft in drafts]
    try:
        place = place_of_supply(terms.seller, terms.buyer, kind) if terms.seller.state_code else None
        context = PricingContext(
            seller=terms.seller,
            customer=terms.buyer,
            supply_kind=kind,
            place_of_supply=place,
            round_off=terms.rounds_off,
        )
        return price(drafts, context)
    except DomainError:
        return None


def _including_tax(draft):
    return replace(draft, price_mode=PriceMode.INCLUSIVE)
