"""What the first page says: what is owed and by whom, what was billed and received, what waits for somebody.

Four statements, whatever the number of invoices. Each figure is the sum of a list that a page links to, so it
is made of the same conditions as that list.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    ColumnElement,
    Date,
    Subquery,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import Text as TextType

from rms.db.session import current_tenant, db
from rms.domain.periods import add_months, last_months, same_day_last_month
from rms.models import Customer, Invoice, PayerAnswer, Receipt, Tenant
from rms.queries.companies import SetUp, set_up_of
from rms.queries.invoice_lists import is_open, is_overdue
from rms.queries.receipts import counts_as_money, is_left_over

NOTHING = Decimal("0.00")
MOST_SHOWN = 5
MONTHS = 6
OLDEST_AGES = (30, 60, 90)  # days late at which the next colour of the ageing bar begins


@dataclass(frozen=True)
class Debtor:
    """A customer with open invoices; `oldest` is the earliest due date that has passed."""

    customer_id: UUID
    name: str
    balance: Decimal
    invoices: int
    overdue: Decimal
    overdue_invoices: int
    oldest: dt.date | None


@dataclass(frozen=True)
class Owed:
    """All open invoices. `ages` are what is not due, 1 to 30, 31 to 60, 61 to 90 and more than 90 days late;
    `debtors` owe the most, `late` have the most overdue."""

    balance: Decimal = NOTHING
    invoices: int = 0
    customers: int = 0
    overdue: Decimal = NOTHING
    overdue_invoices: int = 0
    oldest: dt.date | None = None
    ages: tuple[Decimal, ...] = (NOTHING,) * 5
    debtors: list[Debtor] = field(default_factory=list)
    late: list[Debtor] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """What was billed and received in a month; the running one counts up to today."""

    first: dt.date
    billed: Decimal = NOTHING
    received: Decimal = NOTHING


@dataclass(frozen=True)
class Flow:
    """The last months, the running one at the end. `received_before` is what had come by the same day of last
    month, `tax` the GST charged on this month's invoices."""

    months: list[Month]
    received_before: Decimal
    tax: Decimal

    @property
    def this(self) -> Month:
        return self.months[-1]


@dataclass(frozen=True)
class Drafts:
    """Invoices that are not issued yet."""

    count: int
    oldest: dt.date | None
    total: Decimal


@dataclass(frozen=True)
class LeftOver:
    """Money on no invoice yet; the names are those of the receipt when there is only one."""

    count: int
    amount: Decimal
    oldest: dt.date | None
    receipt_id: UUID | None
    customer_name: str | None


@dataclass(frozen=True)
class Waiting:
    """What somebody has to do; `has_started` once anything was issued or received. `answers` counts what
    customers said on the pages of their invoices."""

    has_started: bool
    set_up: SetUp
    drafts: Drafts
    left_over: LeftOver
    answers: int = 0


def waiting() -> Waiting:
    """One statement, which also says whether the page has anything to show."""
    drafts, left = _drafts(), _left_over()
    answers = select(func.count()).where(PayerAnswer.handled_at.is_(None)).scalar_subquery()
    has_started = or_(
        exists().where(Invoice.tenant_id == Tenant.id, Invoice.status != "draft"),
        exists().where(Receipt.tenant_id == Tenant.id),
    )
    statement = (
        select(Tenant.settings, has_started.label("has_started"), answers.label("answers"), drafts, left)
        .select_from(Tenant)
        .join(drafts, true())
        .join(left, true())
        .where(Tenant.id == current_tenant())
    )
    row = db().execute(statement).one()
    is_one = row.left_count == 1
    return Waiting(
        row.has_started,
        set_up_of(row.settings),
        Drafts(row.draft_count, row.draft_oldest, row.draft_total),
        LeftOver(
            row.left_count,
            row.left_amount,
            row.left_oldest,
            UUID(row.left_id) if is_one else None,
            row.left_name if is_one else None,
        ),
        row.answers,
    )


def owed(today: dt.date) -> Owed:
    """One statement: sums by customer, and over them the sums of all and two orders."""
    rows = db().execute(_ranked(today)).all()
    if not rows:
        return Owed()
    one = rows[0]
    return Owed(
        balance=one.all_balance,
        invoices=int(one.all_invoices),
        customers=one.customers,
        overdue=one.all_overdue,
        overdue_invoices=int(one.all_overdue_invoices),
        oldest=one.all_oldest,
        ages=tuple(one._mapping[f"all_age{age}"] for age in range(5)),
        debtors=_debtors(rows, "by_balance"),
        late=[debtor for debtor in _debtors(rows, "by_overdue") if debtor.overdue],
    )


def flow(today: dt.date) -> Flow:
    """One statement over the last six months."""
    first = add_months(today.replace(day=1), 1 - MONTHS)
    before = same_day_last_month(today)
    figures = {(row.kind, row.month): row for row in db().execute(_by_month(first, today, before))}
    months = [
        Month(start, _figure(figures, "billed", start), _figure(figures, "received", start))
        for start, _ in last_months(today, MONTHS)
    ]
    return Flow(
        months,
        received_before=_figure(figures, "received", before.replace(day=1), "part"),
        tax=_figure(figures, "billed", today.replace(day=1), "part"),
    )


def longest_due(limit: int = MOST_SHOWN) -> list[Any]:
    """Open invoices, the longest due first."""
    statement = (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.due_date,
            Invoice.balance,
            Customer.name.label("customer_name"),
        )
        .join(Invoice.customer)
        .where(is_open())
        .order_by(Invoice.due_date, Invoice.invoice_number)
        .limit(limit)
    )
    return list(db().execute(statement))


def _drafts() -> Subquery:
    return (
        select(
            func.count().label("draft_count"),
            func.min(Invoice.invoice_date).label("draft_oldest"),
            func.coalesce(func.sum(Invoice.total), NOTHING).label("draft_total"),
        )
        .where(Invoice.status == "draft")
        .subquery("drafts")
    )


def _left_over() -> Subquery:
    return (
        select(
            func.count().label("left_count"),
            func.coalesce(func.sum(Receipt.unallocated_amount), NOTHING).label("left_amount"),
            func.min(Receipt.receipt_date).label("left_oldest"),
            func.min(cast(Receipt.id, TextType)).label("left_id"),
            func.min(Customer.name).label("left_name"),
        )
        .join(Receipt.customer)
        .where(is_left_over())
        .subquery("left_over")
    )


def _ranked(today: dt.date):
    """The customers that are shown, each with the sums over all customers."""
    mine = _by_customer(today)
    everywhere = [
        func.sum(mine.c[name]).over().label(f"all_{name}")
        for name in ("balance", "invoices", "overdue", "overdue_invoices", *(f"age{age}" for age in range(5)))
    ]
    ranked = select(
        mine,
        *everywhere,
        func.min(mine.c.oldest).over().label("all_oldest"),
        func.count().over().label("customers"),
        func.row_number().over(order_by=(mine.c.balance.desc(), mine.c.customer_id)).label("by_balance"),
        func.row_number().over(order_by=(mine.c.overdue.desc(), mine.c.customer_id)).label("by_overdue"),
    ).subquery("ranked")
    return (
        select(ranked, Customer.name)
        .join(Customer, Customer.id == ranked.c.customer_id)
        .where(or_(ranked.c.by_balance <= MOST_SHOWN, ranked.c.by_overdue <= MOST_SHOWN))
    )


def _by_customer(today: dt.date) -> Subquery:
    is_late = is_overdue(today)
    ages = [_sum(Invoice.balance, condition).label(f"age{age}") for age, condition in enumerate(_ages(today))]
    return (
        select(
            Invoice.customer_id,
            func.sum(Invoice.balance).label("balance"),
            func.count().label("invoices"),
            _sum(Invoice.balance, is_late).label("overdue"),
            func.count().filter(is_late).label("overdue_invoices"),
            func.min(Invoice.due_date).filter(is_late).label("oldest"),
            *ages,
        )
        .where(is_open())
        .group_by(Invoice.customer_id)
        .subquery("by_customer")
    )


def _ages(today: dt.date) -> list[ColumnElement[bool]]:
    """Each open invoice is in exactly one of these."""
    bounds = [today, *(today - dt.timedelta(days=days) for days in OLDEST_AGES)]
    between = [
        (Invoice.due_date < younger) & (Invoice.due_date >= older)
        for younger, older in zip(bounds, bounds[1:], strict=False)
    ]
    return [Invoice.due_date >= today, *between, Invoice.due_date < bounds[-1]]


def _by_month(first: dt.date, today: dt.date, before: dt.date):
    """Rows (kind, month, amount, part): of what was billed the part is tax, of what was received it is what
    had come by the day `before`."""
    billed_in, received_in = _month_of(Invoice.invoice_date), _month_of(Receipt.receipt_date)
    billed = (
        select(
            literal("billed").label("kind"),
            billed_in.label("month"),
            func.sum(Invoice.total).label("amount"),
            func.sum(Invoice.tax_total).label("part"),
        )
        .where(Invoice.invoice_date.between(first, today), Invoice.status.not_in(("draft", "cancelled")))
        .group_by(billed_in)
    )
    received = (
        select(
            literal("received"),
            received_in,
            func.sum(Receipt.amount),
            _sum(Receipt.amount, Receipt.receipt_date <= before),
        )
        .where(Receipt.receipt_date.between(first, today), counts_as_money())
        .group_by(received_in)
    )
    return billed.union_all(received)


def _month_of(day: ColumnElement[dt.date]) -> ColumnElement[dt.date]:
    """As a timestamp without zone: the month of a date must not depend on where the server stands."""
    return cast(func.date_trunc("month", cast(day, TIMESTAMP)), Date)


def _sum(amount: ColumnElement[Decimal], condition: ColumnElement[bool]) -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(amount).filter(condition), NOTHING)


def _figure(figures: Mapping, kind: str, month: dt.date, name: str = "amount") -> Decimal:
    row = figures.get((kind, month))
    return getattr(row, name) if row else NOTHING


def _debtors(rows: list[Any], order: str) -> list[Debtor]:
    chosen = sorted(
        (row for row in rows if row._mapping[order] <= MOST_SHOWN), key=lambda row: row._mapping[order]
    )
    return [
        Debtor(
            row.customer_id,
            row.name,
            row.balance,
            row.invoices,
            row.overdue,
            row.overdue_invoices,
            row.oldest,
        )
        for row in chosen
    ]
