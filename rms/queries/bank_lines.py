"""Statements that were read in: what is still to be recorded of them, and what is known about a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from rms.db.session import db
from rms.domain.allocation import OpenInvoice
from rms.domain.bank_matching import Book, Payer
from rms.domain.errors import NotFound
from rms.domain.lifecycle import Status
from rms.models import BankLine, Customer, ImportBatch, Invoice, Receipt, ReceiptAllocation
from rms.queries.invoice_lists import is_open
from rms.queries.receipts import counts_as_money
from rms.queries.tds import habit_of

MOST_BATCHES = 20
STATES = ("new", "recorded", "skipped")


@dataclass(frozen=True)
class Before:
    """The receipt that seems to be the same money."""

    receipt_id: UUID
    number: str


def find_batch(batch_id: UUID) -> ImportBatch:
    """Raises NotFound."""
    batch = db().scalar(select(ImportBatch).where(ImportBatch.id == batch_id))
    if batch is None:
        raise NotFound()
    return batch


def batches() -> Sequence[Any]:
    """The newest, each with how many of its lines are new and how many there are."""
    counted = (
        select(
            BankLine.batch_id,
            func.count().label("lines"),
            func.count().filter(BankLine.state == "new").label("new"),
        )
        .group_by(BankLine.batch_id)
        .subquery()
    )
    newest = (
        select(ImportBatch.id).order_by(ImportBatch.created_at.desc(), ImportBatch.id).limit(MOST_BATCHES)
    )
    statement = (
        select(
            ImportBatch.id,
            ImportBatch.name,
            ImportBatch.state,
            ImportBatch.created_at,
            func.coalesce(counted.c.lines, 0).label("lines"),
            func.coalesce(counted.c.new, 0).label("new"),
        )
        .outerjoin(counted, counted.c.batch_id == ImportBatch.id)
        .where(ImportBatch.id.in_(newest))
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id)
    )
    return db().execute(statement).all()


def counts_of(batch_id: UUID) -> dict[str, int]:
    """How many lines are in each state, and their sum as "all"."""
    statement = (
        select(BankLine.state, func.count()).where(BankLine.batch_id == batch_id).group_by(BankLine.state)
    )
    found = dict(db().execute(statement).all())
    return {state: found.get(state, 0) for state in STATES} | {"all": sum(found.values())}


def lines_of(batch_id: UUID, *, state: str | None, after: int, limit: int) -> Sequence[Any]:
    """Lines in the order of the file, from behind the position `after` on."""
    statement = _lines().where(BankLine.batch_id == batch_id, BankLine.position > after)
    if state:
        statement = statement.where(BankLine.state == state)
    return db().execute(statement.order_by(BankLine.position, BankLine.id).limit(limit)).all()


def find_line(line_id: UUID) -> Any:
    """One row as `lines_of` gives it; raises NotFound."""
    row = db().execute(_lines().where(BankLine.id == line_id)).first()
    if row is None:
        raise NotFound()
    return row


def _lines():
    return (
        select(
            BankLine.id,
            BankLine.batch_id,
            BankLine.position,
            BankLine.day,
            BankLine.amount,
            BankLine.description,
            BankLine.reference,
            BankLine.fingerprint,
            BankLine.state,
            BankLine.suggestion,
            BankLine.customer_id,
            BankLine.receipt_id,
            Customer.name.label("customer_name"),
            Receipt.receipt_number,
        )
        .outerjoin(
            Customer, and_(Customer.tenant_id == BankLine.tenant_id, Customer.id == BankLine.customer_id)
        )
        .outerjoin(Receipt, and_(Receipt.tenant_id == BankLine.tenant_id, Receipt.id == BankLine.receipt_id))
    )


def recorded_before(lines: Iterable[Any]) -> dict[UUID, Before]:
    """For lines that are new: the receipt made of the same line of another file, or one with the same amount
    and reference that was typed in. Receipts that bounced or were cancelled are no money."""
    new = [line for line in lines if line.state == "new"]
    if not new:
        return {}
    twin = aliased(BankLine)
    same_line = twin.fingerprint.in_([line.fingerprint for line in new])
    same_words = and_(
        Receipt.amount.in_([line.amount for line in new]),
        func.lower(Receipt.reference).in_([line.reference.lower() for line in new if line.reference]),
    )
    statement = (
        select(Receipt.id, Receipt.receipt_number, Receipt.amount, Receipt.reference, twin.fingerprint)
        .outerjoin(twin, and_(twin.tenant_id == Receipt.tenant_id, twin.receipt_id == Receipt.id))
        .where(counts_as_money(), or_(same_line, same_words))
    )
    by_line, by_words = {}, {}
    for row in db().execute(statement):
        by_line[row.fingerprint] = Before(row.id, row.receipt_number)
        by_words[row.amount, (row.reference or "").lower()] = Before(row.id, row.receipt_number)
    found = {
        line.id: by_line.get(line.fingerprint)
        or (by_words.get((line.amount, line.reference.lower())) if line.reference else None)
        for line in new
    }
    return {line_id: before for line_id, before in found.items() if before}


def twins_of(line_id: UUID) -> list[UUID]:
    """This line and the same one of every other file; empty when there is no such line."""
    wanted = select(BankLine.fingerprint).where(BankLine.id == line_id).scalar_subquery()
    return list(db().scalars(select(BankLine.id).where(BankLine.fingerprint == wanted)))


def recorded_as(line_ids: Sequence[UUID]) -> str | None:
    """The number of a receipt that one of these lines was recorded as, and that is still money."""
    statement = (
        select(Receipt.receipt_number)
        .join(BankLine, and_(BankLine.tenant_id == Receipt.tenant_id, BankLine.receipt_id == Receipt.id))
        .where(BankLine.id.in_(line_ids), counts_as_money())
        .limit(1)
    )
    return db().scalar(statement)


def still_open(invoice_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Number and balance of those of these invoices that are open."""
    statement = select(Invoice.id, Invoice.invoice_number, Invoice.balance).where(
        Invoice.id.in_(list(invoice_ids)), is_open(), Invoice.balance > 0
    )
    return {row.id: row for row in db().execute(statement)}


def whole_book() -> Book:
    """All customers and everything open, for matching a whole statement: not for a request."""
    invoices = [_open_invoice(row) for row in db().execute(_open_invoices())]
    keeping_back = set(db().scalars(_who_keeps_back()))
    names = db().execute(select(Customer.id, Customer.name)).all()
    return Book(
        [Payer(row.id, row.name, _rate(row.id) if row.id in keeping_back else None) for row in names],
        invoices,
    )


def book_of(customer_id: UUID) -> Book:
    """One customer and what they owe."""
    statement = _open_invoices().where(Invoice.customer_id == customer_id)
    return Book(
        [Payer(customer_id, "", _rate(customer_id))], [_open_invoice(row) for row in db().execute(statement)]
    )


def _rate(customer_id: UUID) -> Decimal | None:
    habit = habit_of(customer_id)
    return habit.rate if habit else None


def _who_keeps_back():
    return (
        select(Receipt.customer_id)
        .join(ReceiptAllocation, ReceiptAllocation.receipt_id == Receipt.id)
        .where(ReceiptAllocation.tds_amount > 0, ReceiptAllocation.released_on.is_(None))
        .distinct()
    )


def _open_invoices():
    return select(
        Invoice.id,
        Invoice.invoice_number,
        Invoice.due_date,
        Invoice.balance,
        Invoice.customer_id,
        Invoice.status,
        Invoice.subtotal,
        Invoice.total,
    ).where(is_open(), Invoice.balance > 0)


def _open_invoice(row: Any) -> OpenInvoice:
    return OpenInvoice(
        row.id,
        row.invoice_number,
        row.due_date,
        row.balance,
        row.customer_id,
        Status(row.status),
        row.subtotal,
        row.total,
    )
