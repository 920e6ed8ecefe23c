"""Whether the books agree with themselves: every stored sum, limit and status, worked out from the rows.

Rule, lock and constraint keep these true one act at a time. This looks from outside, over everything that a
company has, and finds what a restore, a repair by hand or a mistake of ours left behind.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Date,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from rms.db.session import db
from rms.domain.lifecycle import CreditNoteStatus, Status
from rms.models import (
    CreditNote,
    CreditNoteApplication,
    CreditNoteLineItem,
    Invoice,
    InvoiceLineItem,
    Receipt,
    ReceiptAllocation,
    Refund,
)

MOST_SHOWN = 20
NOTHING = Decimal("0.00")
PAPERS = ("opening",)  # kinds without lines: a balance that was brought along


@dataclass(frozen=True)
class Difference:
    """One row that does not agree: `stored` is what it says, `found` what follows from the others."""

    rule: str
    table: str
    id: UUID
    number: str
    stored: str
    found: str


def first_differences(today: dt.date, limit: int = MOST_SHOWN) -> list[Difference]:
    """Of this company, at most `limit` of each rule. One statement a rule, whatever there is."""
    found = []
    for rule, table, statement in _rules(today):
        for row in db().execute(statement.limit(limit)):
            number = row.number or ""
            found.append(Difference(rule, table, row.id, number, str(row.stored), str(row.found)))
    return found


def _rules(today: dt.date) -> list[tuple[str, str, Select]]:
    return [
        ("paid is the sum of what is laid on it", "invoices", _paid()),
        ("credited is the sum of what credit notes take off", "invoices", _credited()),
        ("settled is at most the total", "invoices", _settled_too_much()),
        ("the total is the sum of the lines", "invoices", _lines_of_invoices()),
        ("the status follows from the facts", "invoices", _status_of_invoices(today)),
        ("allocated is the sum of its allocations", "receipts", _allocated()),
        ("paid back is the sum of its refunds", "receipts", _refunded(Receipt, Refund.receipt_id)),
        ("allocated and paid back is at most the amount", "receipts", _used_too_much()),
        ("a bounced or cancelled receipt pays nothing", "receipts", _void_receipts()),
        ("money stays with its customer", "receipt_allocations", _strangers()),
        ("a draft or cancelled invoice is not paid", "receipt_allocations", _void_invoices()),
        ("applied is the sum of its applications", "credit_notes", _applied()),
        ("paid back is the sum of its refunds", "credit_notes", _refunded(CreditNote, Refund.credit_note_id)),
        ("applied and paid back is at most the credit", "credit_notes", _credited_too_much()),
        ("the credit is the sum of the lines", "credit_notes", _lines_of_credit_notes()),
        ("the status follows from the facts", "credit_notes", _status_of_credit_notes()),
        ("a credit stays with its customer", "credit_note_applications", _strange_credits()),
    ]


def status_by_facts(today: dt.date) -> ColumnElement[str]:
    """What `domain.lifecycle.status_of` says, in SQL, from the facts alone; a test holds the two together."""
    settled = Invoice.amount_paid + Invoice.amount_credited
    return case(
        (Invoice.cancelled_at.is_not(None), Status.CANCELLED.value),
        (Invoice.issued_at.is_(None), Status.DRAFT.value),
        (settled >= Invoice.total, Status.PAID.value),
        (Invoice.due_date < literal(today, Date), Status.OVERDUE.value),
        (settled > 0, Status.PARTIALLY_PAID.value),
        else_=Status.PENDING.value,
    )


def _status_of_invoices(today: dt.date) -> Select:
    """What fell due yesterday may still wait for the sweep of this morning; every list knows it already."""
    yesterday = today - dt.timedelta(days=1)
    wanted = status_by_facts(today)
    waits = and_(
        Invoice.due_date == yesterday,
        wanted == Status.OVERDUE.value,
        Invoice.status == status_by_facts(yesterday),
    )
    return _differing(Invoice, Invoice.invoice_number, Invoice.status, wanted).where(~waits)


def _status_of_credit_notes() -> Select:
    used = CreditNote.applied_amount + CreditNote.refunded_amount
    wanted = case(
        (CreditNote.cancelled_on.is_not(None), CreditNoteStatus.CANCELLED.value),
        (CreditNote.issued_at.is_(None), CreditNoteStatus.DRAFT.value),
        (used >= CreditNote.total_credit, CreditNoteStatus.APPLIED.value),
        else_=CreditNoteStatus.ISSUED.value,
    )
    return _differing(CreditNote, CreditNote.credit_note_number, CreditNote.status, wanted)


def _paid() -> Select:
    settled = (
        ReceiptAllocation.allocated_amount
        + ReceiptAllocation.tds_amount
        + ReceiptAllocation.gst_tds_amount
        + ReceiptAllocation.write_off_amount
    )
    found = _sum_per(ReceiptAllocation.invoice_id, settled, ReceiptAllocation.released_on.is_(None))
    return _against_sums(Invoice, Invoice.invoice_number, Invoice.amount_paid, found)


def _credited() -> Select:
    found = _sum_per(
        CreditNoteApplication.invoice_id,
        CreditNoteApplication.applied_amount,
        CreditNoteApplication.released_on.is_(None),
    )
    return _against_sums(Invoice, Invoice.invoice_number, Invoice.amount_credited, found)


def _allocated() -> Select:
    found = _sum_per(
        ReceiptAllocation.receipt_id,
        ReceiptAllocation.allocated_amount,
        ReceiptAllocation.released_on.is_(None),
    )
    return _against_sums(Receipt, Receipt.receipt_number, Receipt.allocated_amount, found)


def _applied() -> Select:
    found = _sum_per(
        CreditNoteApplication.credit_note_id,
        CreditNoteApplication.applied_amount,
        CreditNoteApplication.released_on.is_(None),
    )
    return _against_sums(CreditNote, CreditNote.credit_note_number, CreditNote.applied_amount, found)


def _refunded(source: type[Receipt] | type[CreditNote], key: InstrumentedAttribute) -> Select:
    number = Receipt.receipt_number if source is Receipt else CreditNote.credit_note_number
    found = _sum_per(key, Refund.amount, Refund.cancelled_on.is_(None) & key.is_not(None))
    return _against_sums(source, number, source.refunded_amount, found)


def _lines_of_invoices() -> Select:
    """Of issued ones: a draft is priced anew at every change, and a line that cannot be read counts for
    nothing."""
    lines = _sum_per(InvoiceLineItem.invoice_id, InvoiceLineItem.total, InvoiceLineItem.deleted_at.is_(None))
    statement = _against_sums(Invoice, Invoice.invoice_number, Invoice.total - Invoice.round_off, lines)
    return statement.where(Invoice.issued_at.is_not(None), Invoice.kind.not_in(PAPERS))


def _lines_of_credit_notes() -> Select:
    lines = _sum_per(CreditNoteLineItem.credit_note_id, CreditNoteLineItem.total, literal(True))
    stored = CreditNote.total_credit - CreditNote.round_off
    statement = _against_sums(CreditNote, CreditNote.credit_note_number, stored, lines)
    return statement.where(CreditNote.issued_at.is_not(None))


def _settled_too_much() -> Select:
    settled = Invoice.amount_paid + Invoice.amount_credited
    return _beyond(Invoice, Invoice.invoice_number, settled, Invoice.total)


def _used_too_much() -> Select:
    used = Receipt.allocated_amount + Receipt.refunded_amount
    return _beyond(Receipt, Receipt.receipt_number, used, Receipt.amount)


def _credited_too_much() -> Select:
    used = CreditNote.applied_amount + CreditNote.refunded_amount
    return _beyond(CreditNote, CreditNote.credit_note_number, used, CreditNote.total_credit)


def _void_receipts() -> Select:
    """By the rows, since the sums may be what is wrong."""
    return (
        select(Receipt.id, Receipt.receipt_number.label("number"), Receipt.status.label("stored"))
        .add_columns(func.sum(ReceiptAllocation.allocated_amount).label("found"))
        .select_from(ReceiptAllocation)
        .join(ReceiptAllocation.receipt)
        .where(Receipt.status.in_(("bounced", "cancelled")), ReceiptAllocation.released_on.is_(None))
        .group_by(Receipt.id, Receipt.receipt_number, Receipt.status)
    )


def _void_invoices() -> Select:
    return (
        select(ReceiptAllocation.id, Invoice.invoice_number.label("number"), Invoice.status.label("stored"))
        .add_columns(ReceiptAllocation.allocated_amount.label("found"))
        .select_from(ReceiptAllocation)
        .join(ReceiptAllocation.invoice)
        .where(Invoice.status.in_(("draft", "cancelled")), ReceiptAllocation.released_on.is_(None))
    )


def _strangers() -> Select:
    return (
        select(ReceiptAllocation.id, Receipt.receipt_number.label("number"))
        .add_columns(Invoice.customer_id.label("stored"), Receipt.customer_id.label("found"))
        .select_from(ReceiptAllocation)
        .join(ReceiptAllocation.receipt)
        .join(ReceiptAllocation.invoice)
        .where(ReceiptAllocation.released_on.is_(None), Invoice.customer_id != Receipt.customer_id)
    )


def _strange_credits() -> Select:
    return (
        select(CreditNoteApplication.id, CreditNote.credit_note_number.label("number"))
        .add_columns(Invoice.customer_id.label("stored"), CreditNote.customer_id.label("found"))
        .select_from(CreditNoteApplication)
        .join(CreditNoteApplication.credit_note)
        .join(CreditNoteApplication.invoice)
        .where(CreditNoteApplication.released_on.is_(None), Invoice.customer_id != CreditNote.customer_id)
    )


def _sum_per(
    key: InstrumentedAttribute, amount: ColumnElement, live: ColumnExpressionArgument[bool]
) -> Select:
    return select(key.label("owner_id"), func.sum(amount).label("amount")).where(live).group_by(key)


def _against_sums(model: type, number: InstrumentedAttribute, stored: ColumnElement, sums: Select) -> Select:
    """Rows whose stored sum is not the sum of its rows, grouped once for the whole company."""
    added = sums.subquery()
    found = func.coalesce(added.c.amount, NOTHING)
    return _differing(model, number, stored, found).outerjoin(added, added.c.owner_id == model.id)


def _differing(
    model: type, number: InstrumentedAttribute, stored: ColumnElement, found: ColumnElement
) -> Select:
    return (
        select(model.id, number.label("number"), stored.label("stored"), found.label("found"))
        .select_from(model)
        .where(or_(stored != found, stored.is_(None)))
        .order_by(model.id)
    )


def _beyond(model: type, number: InstrumentedAttribute, used: ColumnElement, most: ColumnElement) -> Select:
    return (
        select(model.id, number.label("number"), used.label("stored"), most.label("found"))
        .where(or_(used > most, used < 0))
        .order_by(model.id)
    )
