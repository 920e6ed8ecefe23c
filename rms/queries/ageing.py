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
    """Id and balance of every invoice with something owed at the end of that day: what is stored, less what
    the rows of later days changed of it."""
    settled = _change(ReceiptAllocation, _settled(), day, customer_id).subquery()
    credited = _change(
        CreditNoteApplication, CreditNoteApplication.applied_amount, day, customer_id
    ).subquery()
    balance = (
        Invoice.balance - func.coalesce(settled.c.amount, NOTHING) - func.coalesce(credited.c.amount, NOTHING)
    )
    statement = (
        select(Invoice.id, balance.label("balance"))
        .outerjoin(settled, settled.c.invoice_id == Invoice.id)
        .outerjoin(credited, credited.c.invoice_id == Invoice.id)
        .where(invoice_counts(day, home_zone()), balance != 0)
    )
    return _of(statement, Invoice.customer_id, customer_id).subquery()


def _settled() -> ColumnElement[Decimal]:
    return (
        ReceiptAllocation.allocated_amount
        + ReceiptAllocation.tds_amount
        + ReceiptAllocation.gst_tds_amount
        + ReceiptAllocation.write_off_amount
    )


def _change(
    row: type[ReceiptAllocation] | type[CreditNoteApplication],
    amount: ColumnElement[Decimal],
    day: dt.date,
    customer_id: UUID | None,
) -> Select:
    """By invoice, what its stored sum lacks of what lay on it at the end of that day, or has too much."""
    statement = (
        select(row.invoice_id, func.sum(_lacking(row, amount, day)).label("amount"))
        .where(_changed_since(row, day))
        .group_by(row.invoice_id)
    )
    return (
        statement
        if customer_id is None
        else _of(statement.join(row.invoice), Invoice.customer_id, customer_id)
    )


def _lacking(row: Any, amount: ColumnElement[Decimal], day: dt.date) -> ColumnElement[Decimal]:
    return case((_begins(row) > day, -amount), else_=amount)


def _changed_since(row: Any, day: dt.date) -> ColumnElement[bool]:
    """In the stored sum and not there on the day, or there on the day and not in the sum any more."""
    begins, ends = _begins(row), row.released_on
    return or_(and_(begins > day, ends.is_(None)), and_(begins <= day, ends > day))


def _begins(row: Any) -> ColumnElement[dt.date]:
    return row.allocated_on if row is ReceiptAllocation else row.applied_on


def _advances(day: dt.date, customer_id: UUID | None) -> CompoundSelect:
    """What came and was credited, less what lay on invoices and was paid back; several rows a customer.

    Of each source first by the stored sums, then what later days changed of them."""
    received = select(
        Receipt.customer_id, (Receipt.amount - Receipt.allocated_amount).label("advances")
    ).where(
        is_live(Receipt.receipt_date, Receipt.reversed_on, day), Receipt.amount != Receipt.allocated_amount
    )
    credited = select(CreditNote.customer_id, CreditNote.total_credit - CreditNote.applied_amount).where(
        CreditNote.issued_at.is_not(None),
        is_live(CreditNote.credit_note_date, CreditNote.cancelled_on, day),
        CreditNote.total_credit != CreditNote.applied_amount,
    )
    refunded = select(Refund.customer_id, -Refund.amount).where(
        is_live(Refund.refund_date, Refund.cancelled_on, day)
    )
    return union_all(
        _of(received, Receipt.customer_id, customer_id),
        _of(credited, CreditNote.customer_id, customer_id),
        _of(refunded, Refund.customer_id, customer_id),
        *(
            _of(statement, source.customer_id, customer_id)
            for row, source, amount, since in (
                (ReceiptAllocation, Receipt, ReceiptAllocation.allocated_amount, Receipt.receipt_date),
                (
                    CreditNoteApplication,
                    CreditNote,
                    CreditNoteApplication.applied_amount,
                    CreditNote.credit_note_date,
                ),
            )
            for statement in _not_laid_then(row, source, amount, since, day)
        ),
    )


def _not_laid_then(
    row: Any, source: Any, amount: ColumnElement[Decimal], since: ColumnElement[dt.date], day: dt.date
) -> tuple[Select, Select]:
    """What later days changed of the sums; and what lies on invoices that are dated later still, since such
    an invoice does not count yet and what lies on it is on no invoice."""
    of_source = row.receipt if source is Receipt else row.credit_note
    changed = (
        select(source.customer_id, -_lacking(row, amount, day))
        .select_from(row)
        .join(of_source)
        .where(_changed_since(row, day), since <= day)
    )
    ahead = (
        select(source.customer_id, amount)
        .select_from(row)
        .join(of_source)
        .join(row.invoice)
        .where(is_live(_begins(row), row.released_on, day), Invoice.invoice_date > day)
    )
    return changed, ahead


def _of(statement: Select, column: ColumnElement, customer_id: UUID | None) -> Select:
    return statement if customer_id is None else statement.where(column == customer_id)
