"""Receipts as lists and pages show them, and the open invoices that money can be laid on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload

from rms.db.session import db
from rms.domain.allocation import OpenInvoice, in_order
from rms.domain.errors import Invalid, NotFound
from rms.domain.lifecycle import Status
from rms.domain.money import parse_money
from rms.models import Customer, Invoice, Receipt, ReceiptAllocation, User
from rms.queries.invoice_lists import is_open

LONGEST_SEARCH = 100
MOST_OPEN = 500  # rows of one allocation; more would make a page nobody can read
NOTHING = Decimal("0.00")


class View(StrEnum):
    """The tabs of the list. `left` holds receipts of which something is still on account."""

    ALL = "all"
    LEFT = "left"


@dataclass(frozen=True)
class Filter:
    """Which receipts a list shows; `since` and `until` are receipt dates, both included."""

    view: View = View.ALL
    search: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Key:
    """Where a row stands in the list: newest date first."""

    receipt_date: dt.date
    id: UUID

    @classmethod
    def read(cls, values: Sequence[str]) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this list's."""
        day, row_id = values
        return cls(dt.date.fromisoformat(day), UUID(row_id))


@dataclass(frozen=True)
class Sums:
    """The whole filter added up without what bounced or was cancelled, and the rows of each tab."""

    count: int
    amount: Decimal
    left: Decimal
    void: int
    tabs: dict[View, int]


def counts_as_money() -> ColumnElement[bool]:
    """A bounced or cancelled receipt brought nothing; one that waits for clearance counts from its date."""
    return Receipt.status.in_(("pending", "cleared"))


def is_left_over() -> ColumnElement[bool]:
    return counts_as_money() & (Receipt.unallocated_amount > 0)


def list_receipts(wanted: Filter, *, limit: int, after: Key | None = None) -> list[Any]:
    """Rows of one page, the newest first, in one statement."""
    place = tuple_(Receipt.receipt_date, Receipt.id)
    statement = _rows().where(_in_view(wanted.view), *_conditions(wanted)).limit(limit)
    if after:
        statement = statement.where(place < tuple_(after.receipt_date, after.id))
    ordered = statement.order_by(Receipt.receipt_date.desc(), Receipt.id.desc())
    return list(db().execute(ordered))


def sums(wanted: Filter) -> Sums:
    """The footer of the list and the numbers on its tabs, in one statement."""
    shown, counted = _in_view(wanted.view), counts_as_money()
    statement = (
        select(
            func.count().filter(shown & counted),
            func.coalesce(func.sum(Receipt.amount).filter(shown & counted), NOTHING),
            func.coalesce(func.sum(Receipt.unallocated_amount).filter(shown & counted), NOTHING),
            func.count().filter(shown & ~counted),
            func.count(),
            func.count().filter(is_left_over()),
        )
        .select_from(Receipt)
        .join(Receipt.customer)
        .where(*_conditions(wanted))
    )
    *figures, everything, left = db().execute(statement).one()
    return Sums(*figures, tabs={View.ALL: everything, View.LEFT: left})


def find_receipt(receipt_id: UUID) -> Receipt:
    """The receipt with its customer, in one statement; its allocations are `allocations_of`."""
    statement = select(Receipt).where(Receipt.id == receipt_id).options(joinedload(Receipt.customer))
    receipt = db().scalar(statement)
    if receipt is None:
        raise NotFound()
    return receipt


def allocations_of(receipt_id: UUID) -> list[Any]:
    """What the receipt was laid on, released rows included, in the order in which it happened."""
    statement = (
        select(
            ReceiptAllocation.invoice_id,
            ReceiptAllocation.allocated_amount,
            ReceiptAllocation.allocated_on,
            ReceiptAllocation.released_on,
            ReceiptAllocation.created_at,
            Invoice.invoice_number,
            Invoice.due_date,
            Invoice.total,
            Invoice.balance,
        )
        .join(ReceiptAllocation.invoice)
        .where(ReceiptAllocation.receipt_id == receipt_id)
        .order_by(ReceiptAllocation.created_at, Invoice.due_date, Invoice.invoice_number)
    )
    return list(db().execute(statement))


def who_recorded(receipt: Receipt) -> str:
    """The name of the person; empty when it was no person."""
    row = db().execute(select(User.first_name, User.email).where(User.id == receipt.created_by)).first()
    return (row.first_name or row.email) if row else ""


def invoices_to_pay(customer_id: UUID) -> list[OpenInvoice]:
    """What this customer can pay, the longest due first; one above `MOST_OPEN` says that there is more."""
    statement = (
        select(Invoice.id, Invoice.invoice_number, Invoice.due_date, Invoice.balance, Invoice.status)
        .where(Invoice.customer_id == customer_id, is_open(), Invoice.balance > 0)
        .order_by(Invoice.due_date, Invoice.invoice_number)
        .limit(MOST_OPEN + 1)
    )
    return in_order(
        OpenInvoice(row.id, row.invoice_number, row.due_date, row.balance, customer_id, Status(row.status))
        for row in db().execute(statement)
    )


def _rows() -> Select:
    return (
        select(
            Receipt.id,
            Receipt.receipt_number,
            Receipt.receipt_date,
            Receipt.payment_method,
            Receipt.reference,
            Receipt.amount,
            Receipt.unallocated_amount,
            Receipt.status,
            Customer.name.label("customer_name"),
            _numbers_paid().label("numbers"),
        )
        .select_from(Receipt)
        .join(Receipt.customer)
    )


def _numbers_paid() -> ColumnElement[list[str]]:
    """The numbers of the invoices that a receipt is laid on; None when there are none."""
    return (
        select(func.array_agg(aggregate_order_by(Invoice.invoice_number, Invoice.due_date, Invoice.id)))
        .select_from(ReceiptAllocation)
        .join(ReceiptAllocation.invoice)
        .where(
            ReceiptAllocation.tenant_id == Receipt.tenant_id,
            ReceiptAllocation.receipt_id == Receipt.id,
            ReceiptAllocation.released_on.is_(None),
        )
        .correlate(Receipt)
        .scalar_subquery()
    )


def _in_view(view: View) -> ColumnElement[bool]:
    return is_left_over() if view is View.LEFT else true()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [_matching(wanted.search)]
    if wanted.since:
        conditions.append(Receipt.receipt_date >= wanted.since)
    if wanted.until:
        conditions.append(Receipt.receipt_date <= wanted.until)
    return conditions


def _matching(search: str) -> ColumnElement[bool]:
    """Number, reference and customer anywhere in them, every character as itself; an amount exactly."""
    typed = search.strip()[:LONGEST_SEARCH]
    if not typed:
        return true()
    places = (Receipt.receipt_number, Receipt.reference, Customer.name)
    matches = [place.icontains(typed, autoescape=True) for place in places]
    amount = _amount(typed)
    if amount:
        matches += [Receipt.amount == amount, Receipt.unallocated_amount == amount]
    return or_(*matches)


def _amount(typed: str) -> Decimal | None:
    try:
        return parse_money(typed)
    except Invalid:
        return None
