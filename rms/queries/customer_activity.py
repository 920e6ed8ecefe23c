"""What happened between the company and one customer, newest first, read where it is written anyway."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    Boolean,
    Date,
    Integer,
    Numeric,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql import Select

from rms.db.session import db
from rms.models import (
    CreditNote,
    Customer,
    DocumentView,
    EmailMessage,
    Invoice,
    PayerAnswer,
    PublicLink,
    Quote,
    Receipt,
    ReceiptAllocation,
    Refund,
)

ONE_DAY = dt.timedelta(days=1)
A_MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Key:
    """Where an event stands: the latest first, and of one moment the later step on top."""

    at: dt.datetime
    rank: int
    id: UUID

    @classmethod
    def read(cls, values: Sequence[str]) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this list's."""
        at, rank, row_id = values
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 <= int(rank) <= 99:
            raise ValueError(at)
        return cls(moment, int(rank), UUID(row_id))


def activity_of(customer_id: UUID, *, zone: str, limit: int, after: Key | None = None) -> list[Any]:
    """One page, in one statement: (at, has_time, rank, kind, id, about_id, number, amount, day, words).

    `id` is the row that tells of it, `about_id` the document it is about. What was entered for an earlier day
    stands at that day's end in the company's `zone`, and `has_time` is false. Each kind gives at most one
    page to the union.
    """
    branches = [_page(branch, limit, after) for branch in _branches(customer_id, zone)]
    found = union_all(*branches).subquery("activity")
    order = (found.c.at.desc(), found.c.rank.desc(), found.c.id.desc())
    return list(db().execute(select(found).order_by(*order).limit(limit)))


def _page(branch: Select, limit: int, after: Key | None) -> Select:
    rows = branch.subquery()
    statement = select(rows)
    if after:
        place = tuple_(rows.c.at, rows.c.rank, rows.c.id)
        statement = statement.where(place < tuple_(literal(after.at), literal(after.rank), literal(after.id)))
    ordered = statement.order_by(rows.c.at.desc(), rows.c.id.desc()).limit(limit)
    return select(ordered.subquery())


def _branches(customer_id: UUID, zone: str) -> list[Select]:
    billed = Invoice.customer_id == customer_id
    return [
        _event(0, "added", Customer.created_at, Customer.id, Customer.id).where(Customer.id == customer_id),
        *_invoices(billed),
        *_quotes(customer_id),
        *_credit_notes(customer_id, zone),
        *_receipts(customer_id, zone),
        *_letters(customer_id, billed),
        _looks(billed),
        _answers(billed),
    ]


def _invoices(billed) -> list[Select]:
    """Drafts have not happened yet. Opening balances came in from elsewhere and were not issued here."""
    shown = {"number": Invoice.invoice_number, "amount": Invoice.total}
    is_opening = Invoice.kind == "opening"
    issued = {"day": Invoice.due_date, **shown}
    return [
        _event(10, "issued", Invoice.issued_at, Invoice.id, Invoice.id, **issued).where(
            billed, Invoice.issued_at.is_not(None), ~is_opening
        ),
        _event(11, "opening", Invoice.issued_at, Invoice.id, Invoice.id, **issued).where(
            billed, Invoice.issued_at.is_not(None), is_opening
        ),
        _event(
            19,
            "invoice_cancelled",
            Invoice.cancelled_at,
            Invoice.id,
            Invoice.id,
            words=Invoice.cancel_reason,
            **shown,
        ).where(billed, Invoice.cancelled_at.is_not(None)),
    ]


def _quotes(customer_id: UUID) -> list[Select]:
    shown = {"number": Quote.quote_number, "amount": Quote.total, "day": Quote.valid_until}
    of_them = Quote.customer_id == customer_id
    return [
        _event(5, "quote_sent", Quote.sent_at, Quote.id, Quote.id, **shown).where(
            of_them, Quote.sent_at.is_not(None)
        ),
        _event(6, "quote_answered", Quote.answered_at, Quote.id, Quote.id, words=Quote.answer, **shown).where(
            of_them, Quote.answered_at.is_not(None)
        ),
    ]


def _credit_notes(customer_id: UUID, zone: str) -> list[Select]:
    note, of_them = CreditNote, CreditNote.customer_id == customer_id
    shown = {"number": note.credit_note_number, "amount": note.total_credit, "words": note.reason}
    gone = {**shown, "words": note.cancel_reason}
    gone_at = _entered(note.updated_at, note.cancelled_on, zone)
    return [
        _event(20, "credited", note.issued_at, note.id, note.id, **shown).where(
            of_them, note.issued_at.is_not(None)
        ),
        _event(29, "credit_cancelled", *gone_at, note.id, note.id, **gone).where(
            of_them, note.cancelled_on.is_not(None)
        ),
    ]


def _receipts(customer_id: UUID, zone: str) -> list[Select]:
    receipt, of_them = Receipt, Receipt.customer_id == customer_id
    withheld = (
        select(func.nullif(func.sum(ReceiptAllocation.tds_amount), 0))
        .where(
            ReceiptAllocation.tenant_id == receipt.tenant_id,
            ReceiptAllocation.receipt_id == receipt.id,
            ReceiptAllocation.released_on.is_(None),
        )
        .correlate(receipt)
        .scalar_subquery()
    )
    shown = {"number": receipt.receipt_number, "amount": receipt.amount, "method": receipt.payment_method}
    came = _entered(receipt.created_at, receipt.receipt_date, zone)
    went = _entered(func.coalesce(receipt.bounced_at, receipt.cancelled_at), receipt.reversed_on, zone)
    paid_back = _entered(Refund.created_at, Refund.refund_date, zone)
    about = func.coalesce(Refund.receipt_id, Refund.credit_note_id)
    return [
        _event(30, "received", *came, receipt.id, receipt.id, tds=withheld, **shown).where(
            of_them, receipt.kind == "payment"
        ),
        _event(31, "written_off", *came, receipt.id, receipt.id, **shown).where(
            of_them, receipt.kind == "write_off"
        ),
        _event(38, "bounced", *went, receipt.id, receipt.id, words=receipt.cancel_reason, **shown).where(
            of_them, receipt.status == "bounced"
        ),
        _event(
            39, "receipt_cancelled", *went, receipt.id, receipt.id, words=receipt.cancel_reason, **shown
        ).where(of_them, receipt.status == "cancelled"),
        _event(
            37,
            "refunded",
            *paid_back,
            Refund.id,
            about,
            number=Refund.refund_number,
            amount=Refund.amount,
            method=Refund.payment_method,
        ).where(Refund.customer_id == customer_id, Refund.cancelled_on.is_(None)),
    ]


def _letters(customer_id: UUID, billed) -> list[Select]:
    mail = EmailMessage
    about = {
        "invoices": select(Invoice.id, Invoice.invoice_number.label("number")).where(billed),
        "receipts": select(Receipt.id, Receipt.receipt_number.label("number")).where(
            Receipt.customer_id == customer_id
        ),
        "credit_notes": select(CreditNote.id, CreditNote.credit_note_number.label("number")).where(
            CreditNote.customer_id == customer_id
        ),
        "customers": select(Customer.id, null().label("number")).where(Customer.id == customer_id),
    }
    branches = []
    for table, documents in about.items():
        found = documents.subquery()
        told = {"number": found.c.number, "words": mail.to_address, "method": mail.state, "detail": mail.kind}
        branch = _event(40, f"mailed_{table}", mail.created_at, mail.id, found.c.id, **told)
        branches.append(
            branch.select_from(mail)
            .join(found, found.c.id == mail.entity_id)
            .where(mail.entity_type == table)
        )
    return branches


def _looks(billed) -> Select:
    """Each visitor and day is one row of its own; the last time they looked that day counts."""
    view, link = DocumentView, PublicLink
    times = cast(view.count, Numeric)
    return (
        _event(50, "looked", view.last_at, view.id, Invoice.id, number=Invoice.invoice_number, amount=times)
        .select_from(Invoice)
        .join(link, (link.entity_type == "invoices") & (link.entity_id == Invoice.id))
        .join(view, view.link_id == link.id)
        .where(billed)
    )


def _answers(billed) -> Select:
    answer = PayerAnswer
    told = {
        "number": Invoice.invoice_number,
        "day": answer.on_date,
        "words": func.coalesce(answer.note, answer.reference),
        "method": answer.kind,
    }
    return (
        _event(51, "answered", answer.created_at, answer.id, Invoice.id, **told)
        .select_from(Invoice)
        .join(answer, answer.invoice_id == Invoice.id)
        .where(billed)
    )


def _event(rank: int, kind: str, at, *more, **columns) -> Select:
    """`more` is (has_time, id, about) or (id, about). Every kind has the same columns, NULL where empty."""
    has_time, row_id, about = more if len(more) == 3 else (literal(True), *more)
    return select(
        at.label("at"),
        cast(has_time, Boolean).label("has_time"),
        literal(rank, Integer).label("rank"),
        literal(kind, Text).label("kind"),
        row_id.label("id"),
        about.label("about_id"),
        cast(columns.get("number", null()), Text).label("number"),
        cast(columns.get("amount", null()), Numeric).label("amount"),
        cast(columns.get("tds", null()), Numeric).label("tds"),
        cast(columns.get("day", null()), Date).label("day"),
        cast(columns.get("words", null()), Text).label("words"),
        cast(columns.get("method", null()), Text).label("method"),
        cast(columns.get("detail", null()), Text).label("detail"),
    )


def _entered(written, day, zone: str) -> tuple:
    """When it was written down, unless that was after its day: then the end of the day, without a time."""
    midnight = func.timezone(zone, cast(day, TIMESTAMP) + ONE_DAY)
    end = midnight - A_MOMENT
    return func.least(written, end), written <= end
