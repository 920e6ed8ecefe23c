"""The account of a customer as of any day: what moved the balance, from the dates of its rows alone.

An invoice moves it on its date and on the day it was cancelled; a receipt on its date and on the day it
bounced or was cancelled; what was deducted or written off on the day it was laid down, and on the one it was
taken off; credit notes and refunds likewise. queries/ageing.py says what was open on a day, by those dates.
"""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from rms.db.session import db
from rms.domain import ledger
from rms.domain.ledger import Account, Entry, Kind
from rms.models import CreditNote, Invoice, Receipt, ReceiptAllocation, Refund
from rms.queries.as_of import cancelled_on
from rms.queries.mails import home_zone

NOTHING = Decimal("0.00")


def account_of(customer_id: UUID, since: dt.date | None, until: dt.date) -> Account:
    """All entries from `since` to `until`, both included, with opening and closing; two statements more than
    the company's zone asks."""
    moves = _movements(customer_id).subquery()
    opening = NOTHING
    if since:
        before = select(func.coalesce(func.sum(moves.c.debit - moves.c.credit), NOTHING))
        opening = db().scalar(before.where(moves.c.day < since))
    wanted = (
        select(moves)
        .where(moves.c.day <= until)
        .order_by(moves.c.day, moves.c.at, moves.c.rank, moves.c.number, moves.c.kind, moves.c.about)
    )
    if since:
        wanted = wanted.where(moves.c.day >= since)
    entries = [_entry(row) for row in db().execute(wanted)]
    return ledger.account(entries, opening=opening, since=since, until=until)


def balance_on(customer_id: UUID, day: dt.date) -> Decimal:
    """What the customer owes at the end of that day; negative when money or credit of theirs is left."""
    moves = _movements(customer_id).subquery()
    owed = select(func.coalesce(func.sum(moves.c.debit - moves.c.credit), NOTHING))
    return db().scalar(owed.where(moves.c.day <= day))


def _movements(customer_id: UUID) -> CompoundSelect:
    """Every day on which the customer's balance moved: day, at, rank, kind, number, document_id, debit,
    credit, about."""
    return union_all(
        *_bills(customer_id),
        *_money(customer_id),
        _without_cash_moves(
            customer_id, Kind.TDS, ReceiptAllocation.tds_amount + ReceiptAllocation.gst_tds_amount
        ),
        _without_cash_moves(customer_id, Kind.WRITE_OFF, ReceiptAllocation.write_off_amount),
        *_credits(customer_id),
        *_refunds(customer_id),
    )


def _move(day, at, rank: int, kind, number, document, *, debit=None, credit=None, about=None) -> Select:
    return select(
        day.label("day"),
        at.label("at"),
        literal(rank).label("rank"),
        (literal(kind.value) if isinstance(kind, Kind) else kind).label("kind"),
        number.label("number"),
        document.label("document_id"),
        (literal(NOTHING) if debit is None else debit).label("debit"),
        (literal(NOTHING) if credit is None else credit).label("credit"),
        cast(literal("") if about is None else func.coalesce(about, ""), Text).label("about"),
    )


def _bills(customer_id: UUID) -> list[Select]:
    number, document, total = Invoice.invoice_number, Invoice.id, Invoice.total
    kind = case(
        (Invoice.kind == "debit_note", Kind.DEBIT_NOTE.value),
        (Invoice.kind == "opening", Kind.OPENING.value),
        else_=Kind.INVOICE.value,
    )
    about, own = Invoice.reference_number, Invoice.customer_id == customer_id
    made = _move(Invoice.invoice_date, Invoice.issued_at, 0, kind, number, document, debit=total, about=about)
    void = _move(
        cancelled_on(home_zone()),
        Invoice.cancelled_at,
        9,
        Kind.INVOICE_REVERSED,
        number,
        document,
        credit=total,
        about=Invoice.cancel_reason,
    )
    return [
        made.where(own, Invoice.issued_at.is_not(None)),
        void.where(own, Invoice.issued_at.is_not(None), Invoice.cancelled_at.is_not(None)),
    ]


def _money(customer_id: UUID) -> list[Select]:
    number, document, amount = Receipt.receipt_number, Receipt.id, Receipt.amount
    own = and_(Receipt.customer_id == customer_id, Receipt.amount > 0)
    came = _move(
        Receipt.receipt_date,
        Receipt.created_at,
        2,
        Kind.RECEIPT,
        number,
        document,
        credit=amount,
        about=Receipt.reference,
    )
    went = _move(
        Receipt.reversed_on,
        func.coalesce(Receipt.bounced_at, Receipt.cancelled_at),
        9,
        Kind.RECEIPT_REVERSED,
        number,
        document,
        debit=amount,
        about=Receipt.cancel_reason,
    )
    return [came.where(own), went.where(own, Receipt.reversed_on.is_not(None))]


def _without_cash_moves(customer_id: UUID, kind: Kind, amount: ColumnElement[Decimal]) -> Select:
    """Laid down and taken off, a row for each receipt, invoice and day: what was only moved about is none."""
    begins = func.greatest(ReceiptAllocation.allocated_on, Invoice.invoice_date)
    ends = ReceiptAllocation.released_on
    rows = (
        select(ReceiptAllocation.receipt_id, ReceiptAllocation.invoice_id, ReceiptAllocation.created_at)
        .join(ReceiptAllocation.receipt)
        .join(ReceiptAllocation.invoice)
        .where(Receipt.customer_id == customer_id, amount > 0, or_(ends.is_(None), ends > begins))
    )
    laid = rows.add_columns(begins.label("day"), amount.label("amount"))
    taken = rows.add_columns(ends.label("day"), (-amount).label("amount")).where(ends.is_not(None))
    both = union_all(laid, taken).subquery()
    net = func.sum(both.c.amount)
    return (
        _move(
            both.c.day,
            func.max(both.c.created_at),
            3,
            case((net > 0, kind.value), else_=Kind(f"{kind.value}_reversed").value),
            Receipt.receipt_number,
            Receipt.id,
            debit=func.greatest(-net, NOTHING),
            credit=func.greatest(net, NOTHING),
            about=Invoice.invoice_number,
        )
        .select_from(both)
        .join(Receipt, Receipt.id == both.c.receipt_id)
        .join(Invoice, Invoice.id == both.c.invoice_id)
        .group_by(both.c.day, Receipt.receipt_number, Receipt.id, Invoice.invoice_number)
        .having(net != 0)
    )


def _credits(customer_id: UUID) -> list[Select]:
    number, document, amount = CreditNote.credit_note_number, CreditNote.id, CreditNote.total_credit
    own = and_(CreditNote.customer_id == customer_id, CreditNote.issued_at.is_not(None))
    made = _move(
        CreditNote.credit_note_date,
        CreditNote.issued_at,
        1,
        Kind.CREDIT_NOTE,
        number,
        document,
        credit=amount,
        about=CreditNote.reason,
    )
    void = _move(
        CreditNote.cancelled_on,
        CreditNote.issued_at,
        9,
        Kind.CREDIT_NOTE_REVERSED,
        number,
        document,
        debit=amount,
        about=CreditNote.cancel_reason,
    )
    return [made.where(own), void.where(own, CreditNote.cancelled_on.is_not(None))]


def _refunds(customer_id: UUID) -> list[Select]:
    number, document, amount = Refund.refund_number, Refund.id, Refund.amount
    own = Refund.customer_id == customer_id
    paid = _move(
        Refund.refund_date,
        Refund.created_at,
        4,
        Kind.REFUND,
        number,
        document,
        debit=amount,
        about=Refund.reference,
    )
    void = _move(
        Refund.cancelled_on,
        Refund.created_at,
        9,
        Kind.REFUND_REVERSED,
        number,
        document,
        credit=amount,
        about=Refund.cancel_reason,
    )
    return [paid.where(own), void.where(own, Refund.cancelled_on.is_not(None))]


def _entry(row: Any) -> Entry:
    return Entry(row.day, Kind(row.kind), row.number, row.document_id, row.debit, row.credit, row.about)
