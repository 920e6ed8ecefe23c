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
from rms.models import AuditLog, Customer, Invoice, Receipt, ReceiptAllocation, User
from rms.queries.invoice_lists import is_open

LONGEST_SEARCH = 100
MOST_OPEN = 500  # rows of one allocation; more would make a page nobody can read
NOTHING = Decimal("0.00")


class View(StrEnum):
    """The tabs of the list.

    `left` holds receipts of which something is still on account, `clearing` cheques that wait, `void` what
    bounced or was cancelled, `refund` what is left over and shall be paid back.
    """

    ALL = "all"
    LEFT = "left"
    CLEARING = "clearing"
    VOID = "void"
    REFUND = "refund"


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


def is_to_refund() -> ColumnElement[bool]:
    return is_left_over() & (Receipt.keep_as == "refund")


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
            *(func.count().filter(_in_view(view)) for view in View),
        )
        .select_from(Receipt)
        .join(Receipt.customer)
        .where(*_conditions(wanted))
    )
    amounts, counts = (row := tuple(db().execute(statement).one()))[:4], row[4:]
    return Sums(*amounts, tabs=dict(zip(View, counts, strict=True)))


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
            (ReceiptAllocation.tds_amount + ReceiptAllocation.gst_tds_amount).label("tds"),
            ReceiptAllocation.tds_section,
            ReceiptAllocation.write_off_amount,
            ReceiptAllocation.write_off_reason,
            ReceiptAllocation.allocated_on,
            ReceiptAllocation.released_on,
            ReceiptAllocation.created_at,
            ReceiptAllocation.updated_at,
            _settled().label("settled"),
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.due_date,
            Invoice.total,
            Invoice.balance,
            Invoice.status,
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
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.due_date,
            Invoice.balance,
            Invoice.status,
            Invoice.subtotal,
            Invoice.total,
        )
        .where(Invoice.customer_id == customer_id, is_open(), Invoice.balance > 0)
        .order_by(Invoice.due_date, Invoice.invoice_number)
        .limit(MOST_OPEN + 1)
    )
    return in_order(
        OpenInvoice(
            row.id,
            row.invoice_number,
            row.due_date,
            row.balance,
            customer_id,
            Status(row.status),
            row.subtotal,
            row.total,
        )
        for row in db().execute(statement)
    )


def who_changed(receipt_id: UUID) -> dict[str, str]:
    """Who cleared, bounced or cancelled it, by the name of the moment's column."""
    columns = ("cleared_at", "bounced_at", "cancelled_at")
    statement = (
        select(
            func.coalesce(User.first_name, User.email).label("who"),
            *(AuditLog.new_values.has_key(column).label(column) for column in columns),
        )
        .join(User, (User.tenant_id == AuditLog.tenant_id) & (User.id == AuditLog.user_id))
        .where(
            AuditLog.entity_type == Receipt.__tablename__,
            AuditLog.entity_id == receipt_id,
            AuditLog.action == "update",
            or_(*(AuditLog.new_values.has_key(column) for column in columns)),
        )
    )
    rows = list(db().execute(statement))
    return {column: row.who for row in rows for column in columns if getattr(row, column)}


def _settled() -> ColumnElement[Decimal]:
    one = ReceiptAllocation
    return one.allocated_amount + one.tds_amount + one.gst_tds_amount + one.write_off_amount


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
    views = {
        View.LEFT: is_left_over(),
        View.CLEARING: Receipt.status == "pending",
        View.VOID: ~counts_as_money(),
        View.REFUND: is_to_refund(),
    }
    return views.get(view, true())


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
