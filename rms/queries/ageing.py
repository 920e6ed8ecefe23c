"""How old what customers owe is, at the end of any day, with money and credit that lie on no invoice apart.

Read from the dates of rows (queries/as_of.py), so that a report for an earlier day stays what it was.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from rms.db.session import db
from rms.domain.ledger import BUCKETS, Aged
from rms.models import (
    CreditNote,
    CreditNoteApplication,
    Customer,
    Invoice,
    Receipt,
    ReceiptAllocation,
    Refund,
)
from rms.queries.as_of import invoice_counts, is_live
from rms.queries.mails import home_zone

NOTHING = Decimal("0.00")
BY = {"due": Invoice.due_date, "invoice": Invoice.invoice_date}


@dataclass(frozen=True)
class Open:
    """An invoice with what is owed of it on the day."""

    id: UUID
    number: str
    kind: str
    invoice_date: dt.date
    due_date: dt.date
    total: Decimal
    balance: Decimal
    days_late: int


@dataclass(frozen=True)
class Ageing:
    """One page of customers by name, and the whole company added up."""

    day: dt.date
    rows: list[Aged]
    total: Aged
    customers: int


def open_on(customer_id: UUID, day: dt.date, *, by: str = "due") -> list[Open]:
    """The invoices of one customer that were open at the end of that day, the longest due first."""
    opened = _open_invoices(day, customer_id)
    begins = BY[by]
    statement = (
        select(
            Invoice.id,
            Invoice.invoice_number.label("number"),
            Invoice.kind,
            Invoice.invoice_date,
            Invoice.due_date,
            Invoice.total,
            opened.c.balance,
            (literal(day, Date) - begins).label("days_late"),
        )
        .join(opened, opened.c.id == Invoice.id)
        .order_by(Invoice.due_date, Invoice.invoice_date, Invoice.id)
    )
    return [Open(**row._mapping) for row in db().execute(statement)]


def advances_on(customer_id: UUID, day: dt.date) -> Decimal:
    """Money and credit of this customer that lay on no invoice at the end of that day."""
    left = _advances(day, customer_id).subquery()
    return db().scalar(select(func.coalesce(func.sum(left.c.advances), NOTHING)))


def ageing(
    day: dt.date, *, by: str = "due", after: tuple[str, UUID] | None = None, limit: int | None = None
) -> Ageing:
    """What every customer owed at the end of that day, by age; `after` is name and id of the last row seen.

    `by` counts days from the "due" date or from that of the "invoice". One statement.
    """
    owed = _aged(day, by).cte("owed")
    sums = [func.sum(owed.c[name]).label(name) for name in _names()]
    total = select(*sums, func.count().label("customers")).select_from(owed).subquery()
    statement = (
        select(owed.c.customer_id, Customer.name, *(owed.c[name] for name in _names()))
        .add_columns(*(total.c[name].label(f"all_{name}") for name in (*_names(), "customers")))
        .select_from(owed.join(Customer, Customer.id == owed.c.customer_id).join(total, literal(True)))
        .order_by(Customer.name, Customer.id)
        .limit(limit)
    )
    if after:
        name, row_id = after
        statement = statement.where(
            or_(Customer.name > name, and_(Customer.name == name, Customer.id > row_id))
        )
    rows = list(db().execute(statement))
    if not rows and after:
        return ageing(day, by=by, limit=limit)
    return Ageing(
        day, [_aged_row(row) for row in rows], _total_of(rows), rows[0].all_customers if rows else 0
    )


def aged_of(customer_id: UUID, day: dt.date, *, by: str = "due") -> Aged:
    """The same for one customer."""
    row = db().execute(select(_aged(day, by, customer_id).subquery())).first()
    if row is None:
        return Aged(customer_id, "")
    return Aged(customer_id, "", tuple(row[1 : len(BUCKETS) + 2]), row.advances)


def _aged(day: dt.date, by: str, customer_id: UUID | None = None) -> Select:
    """Per customer with anything open or left: the six buckets and the advances."""
    opened = _open_invoices(day, customer_id)
    late = literal(day, Date) - BY[by]
    buckets = [
        case((_in_bucket(late, place), opened.c.balance), else_=NOTHING).label(name)
        for place, name in enumerate(_names()[:-1])
    ]
    invoices = (
        select(Invoice.customer_id, *buckets, literal(NOTHING).label("advances"))
        .select_from(Invoice)
        .join(opened, opened.c.id == Invoice.id)
    )
    left = _advances(day, customer_id).subquery()
    nothing = [literal(NOTHING).label(name) for name in _names()[:-1]]
    advances = select(left.c.customer_id, *nothing, left.c.advances)
    both = union_all(invoices, advances).subquery()
    sums = [func.sum(both.c[name]).label(name) for name in _names()]
    is_anything = or_(*(func.sum(both.c[name]) != 0 for name in _names()))
    return select(both.c.customer_id, *sums).group_by(both.c.customer_id).having(is_anything)


def _names() -> tuple[str, ...]:
    return (*(f"bucket_{place}" for place in range(len(BUCKETS) + 1)), "advances")


def _in_bucket(late: ColumnElement[int], place: int) -> ColumnElement[bool]:
    """The twin of `ledger.bucket_of`; a test holds the two together."""
    least = BUCKETS[place - 1] if place else None
    most = BUCKETS[place] if place < len(BUCKETS) else None
    bounds = [late > least] if least is not None else []
    bounds += [late <= most] if most is not None else []
    return and_(*bounds)


def _aged_row(row: Any) -> Aged:
    buckets = tuple(getattr(row, name) for name in _names()[:-1])
    return Aged(row.customer_id, row.name, buckets, row.advances)


def _total_of(rows: list[Any]) -> Aged:
    if not rows:
        return Aged(None, "")
    first = rows[0]
    buckets = tuple(getattr(first, f"all_{name}") for name in _names()[:-1])
    return Aged(None, "", buckets, first.all_advances)


def _open_invoices(day: dt.date, customer_id: UUID | None) -> Subquery:
    """Id and balance of every invoice with something owed at the end of that day."""
    settled, credited = _settled_on(day).subquery(), _credited_on(day).subquery()
    balance = (
        Invoice.total - func.coalesce(settled.c.amount, NOTHING) - func.coalesce(credited.c.amount, NOTHING)
    )
    statement = (
        select(Invoice.id, balance.label("balance"))
        .outerjoin(settled, settled.c.invoice_id == Invoice.id)
        .outerjoin(credited, credited.c.invoice_id == Invoice.id)
        .where(invoice_counts(day, home_zone()), balance != 0)
    )
    return _of(statement, Invoice.customer_id, customer_id).subquery()


def _settled_on(day: dt.date) -> Select:
    settled = (
        ReceiptAllocation.allocated_amount
        + ReceiptAllocation.tds_amount
        + ReceiptAllocation.gst_tds_amount
        + ReceiptAllocation.write_off_amount
    )
    live = is_live(ReceiptAllocation.allocated_on, ReceiptAllocation.released_on, day)
    return (
        select(ReceiptAllocation.invoice_id, func.sum(settled).label("amount"))
        .where(live)
        .group_by(ReceiptAllocation.invoice_id)
    )


def _credited_on(day: dt.date) -> Select:
    live = is_live(CreditNoteApplication.applied_on, CreditNoteApplication.released_on, day)
    return (
        select(
            CreditNoteApplication.invoice_id, func.sum(CreditNoteApplication.applied_amount).label("amount")
        )
        .where(live)
        .group_by(CreditNoteApplication.invoice_id)
    )


def _advances(day: dt.date, customer_id: UUID | None) -> CompoundSelect:
    """What came and was credited, less what lay on invoices and was paid back; several rows a customer."""
    received = select(Receipt.customer_id, Receipt.amount.label("advances")).where(
        is_live(Receipt.receipt_date, Receipt.reversed_on, day), Receipt.amount > 0
    )
    laid = (
        select(Receipt.customer_id, -ReceiptAllocation.allocated_amount)
        .select_from(ReceiptAllocation)
        .join(ReceiptAllocation.receipt)
        .join(ReceiptAllocation.invoice)
        .where(
            is_live(ReceiptAllocation.allocated_on, ReceiptAllocation.released_on, day),
            Invoice.invoice_date <= day,
        )
    )
    credited = select(CreditNote.customer_id, CreditNote.total_credit).where(
        CreditNote.issued_at.is_not(None), is_live(CreditNote.credit_note_date, CreditNote.cancelled_on, day)
    )
    applied = (
        select(CreditNote.customer_id, -CreditNoteApplication.applied_amount)
        .select_from(CreditNoteApplication)
        .join(CreditNoteApplication.credit_note)
        .join(CreditNoteApplication.invoice)
        .where(
            is_live(CreditNoteApplication.applied_on, CreditNoteApplication.released_on, day),
            Invoice.invoice_date <= day,
        )
    )
    refunded = select(Refund.customer_id, -Refund.amount).where(
        is_live(Refund.refund_date, Refund.cancelled_on, day)
    )
    return union_all(
        _of(received, Receipt.customer_id, customer_id),
        _of(laid, Receipt.customer_id, customer_id),
        _of(credited, CreditNote.customer_id, customer_id),
        _of(applied, CreditNote.customer_id, customer_id),
        _of(refunded, Refund.customer_id, customer_id),
    )


def _of(statement: Select, column: ColumnElement, customer_id: UUID | None) -> Select:
    return statement if customer_id is None else statement.where(column == customer_id)
