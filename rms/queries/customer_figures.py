"""The figures of one customer: what they owe and how late, what is on account, how long they take to pay."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true, union_all

from rms.db.session import db
from rms.models import CreditNote, Invoice, Receipt, ReceiptAllocation
from rms.queries.invoice_lists import is_overdue
from rms.queries.invoice_orders import is_open
from rms.queries.receipts import counts_as_money

NOTHING = Decimal("0.00")
# Days past due after which the next part of the ageing bar begins: not due, 1 to 30, 31 to 60, 61 to 90,
# 91 to 180, more.
AGES = (0, 30, 60, 90, 180)
A_YEAR = dt.timedelta(days=365)
OLDEST_LOOKED_AT = dt.timedelta(days=3 * 365)


@dataclass(frozen=True)
class Figures:
    """What stands in the head of a customer's page.

    `ages` divide the balance by days past due. `advances` is money received that lies on no invoice, `credit`
    what issued credit notes still hold: neither is taken off the balance. `papers` counts receipts and credit
    notes together.
    """

    balance: Decimal
    open_invoices: int
    overdue: Decimal
    overdue_invoices: int
    oldest: dt.date | None
    ages: tuple[Decimal, ...]
    advances: Decimal
    credit: Decimal
    invoices: int
    papers: int

    @property
    def on_account(self) -> Decimal:
        return self.advances + self.credit


@dataclass(frozen=True)
class Pace:
    """How long a customer takes: the mean of `invoices` invoices, in whole days."""

    days: int
    invoices: int


def figures_of(customer_id: UUID, today: dt.date) -> Figures:
    """One statement. A due date in the past is overdue whether or not the sweep has run."""
    owed = _owed(customer_id, today)
    received = (
        select(
            func.count().label("receipts"),
            func.coalesce(func.sum(Receipt.unallocated_amount).filter(counts_as_money()), NOTHING).label(
                "advances"
            ),
        )
        .where(Receipt.customer_id == customer_id)
        .subquery("received")
    )
    credited = (
        select(
            func.count().label("notes"),
            func.coalesce(func.sum(CreditNote.unapplied_amount).filter(_is_usable()), NOTHING).label(
                "credit"
            ),
        )
        .where(CreditNote.customer_id == customer_id)
        .subquery("credited")
    )
    whole = select(owed, received, credited).select_from(owed)
    row = db().execute(whole.join(received, true()).join(credited, true())).one()
    return Figures(
        balance=row.balance,
        open_invoices=row.open_invoices,
        overdue=row.overdue,
        overdue_invoices=row.overdue_invoices,
        oldest=row.oldest,
        ages=tuple(row._mapping[f"age{age}"] for age in range(len(AGES) + 1)),
        advances=row.advances,
        credit=row.credit,
        invoices=row.invoices,
        papers=row.receipts + row.notes,
    )


def bounds_of_ages(today: dt.date) -> list[tuple[dt.date | None, dt.date | None]]:
    """First and last due date of each part of the ageing bar; None where it has no end."""
    lasts = [None, *(today - dt.timedelta(days=days + 1) for days in AGES)]
    firsts = [today, *(today - dt.timedelta(days=days) for days in AGES[1:]), None]
    return list(zip(firsts, lasts, strict=True))


def pace_of(customer_ids: Collection[UUID], today: dt.date) -> dict[UUID, Pace]:
    """How many days each customer takes to pay, in one statement; who paid nothing of late is not in it.

    Counted are invoices that are settled, with some money among it: from the date of the invoice to the day
    of the last live allocation. The simple mean of those that were settled in the twelve months up to today;
    an invoice of one rupee counts as much as one of a lakh. Invoices older than three years are left out.
    """
    allocation = ReceiptAllocation
    settled = (
        select(Invoice.customer_id, (func.max(allocation.allocated_on) - Invoice.invoice_date).label("days"))
        .select_from(Invoice)
        .join(
            allocation,
            (allocation.tenant_id == Invoice.tenant_id)
            & (allocation.invoice_id == Invoice.id)
            & allocation.released_on.is_(None),
        )
        .where(
            Invoice.customer_id.in_(customer_ids),
            Invoice.status == "paid",
            Invoice.invoice_date > today - OLDEST_LOOKED_AT,
        )
        .group_by(Invoice.id, Invoice.customer_id, Invoice.invoice_date)
        .having(
            func.max(allocation.allocated_on).between(today - A_YEAR, today),
            func.sum(allocation.allocated_amount) > 0,
        )
        .subquery("settled")
    )
    statement = select(settled.c.customer_id, func.avg(settled.c.days), func.count()).group_by(
        settled.c.customer_id
    )
    return {
        customer_id: Pace(int(Decimal(mean).quantize(Decimal(1), ROUND_HALF_UP)), count)
        for customer_id, mean, count in db().execute(statement)
    }


def on_account_of(customer_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Money and credit of each customer that lie on no invoice; who has none is not in it. One statement."""
    money = select(Receipt.customer_id, Receipt.unallocated_amount.label("amount")).where(
        Receipt.customer_id.in_(customer_ids), counts_as_money(), Receipt.unallocated_amount > 0
    )
    credit = select(CreditNote.customer_id, CreditNote.unapplied_amount).where(
        CreditNote.customer_id.in_(customer_ids), _is_usable(), CreditNote.unapplied_amount > 0
    )
    both = union_all(money, credit).subquery("both")
    statement = select(both.c.customer_id, func.sum(both.c.amount)).group_by(both.c.customer_id)
    return dict(db().execute(statement).all())


def owed_now(customer_id: UUID) -> Decimal:
    """The sum of the open invoices, without what is on account."""
    statement = select(func.coalesce(func.sum(Invoice.balance), NOTHING))
    return db().scalar(statement.where(Invoice.customer_id == customer_id, is_open()))


def _owed(customer_id: UUID, today: dt.date):
    is_late, unpaid = is_overdue(today), is_open() & (Invoice.balance > 0)
    ages = [
        _sum(is_open() & _between(first, last)).label(f"age{age}")
        for age, (first, last) in enumerate(bounds_of_ages(today))
    ]
    return (
        select(
            func.count().label("invoices"),
            _sum(is_open()).label("balance"),
            func.count().filter(unpaid).label("open_invoices"),
            _sum(is_late).label("overdue"),
            func.count().filter(is_late).label("overdue_invoices"),
            func.min(Invoice.due_date).filter(is_late).label("oldest"),
            *ages,
        )
        .where(Invoice.customer_id == customer_id)
        .subquery("owed")
    )


def _is_usable() -> ColumnElement[bool]:
    return CreditNote.status.in_(("issued", "applied"))


def _between(first: dt.date | None, last: dt.date | None) -> ColumnElement[bool]:
    conditions = [Invoice.due_date >= first] if first else []
    conditions += [Invoice.due_date <= last] if last else []
    return conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(Invoice.balance).filter(condition), NOTHING)
