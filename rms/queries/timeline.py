"""What happened to an invoice, as it is written anyway: in columns, mails, allocations, the audit trail."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from rms.db.session import db
from rms.models import AuditLog, EmailMessage, Invoice, Receipt, ReceiptAllocation, User
from rms.queries.credit_notes import applications_to
from rms.queries.payer_answers import answers_to
from rms.queries.public_links import Seen, seen

MOST_MAILS = 100
# A mail that waits is looked at again for so long; after it the worker's pauses are longer than a glance.
WATCHED = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Event:
    """One thing that happened. `kind` is created, issued, mailed, viewed, answered, part_paid, paid,
    released, bounced, undone (its receipt was cancelled), credited, uncredited or cancelled.

    `about` is the row behind it: the mail, the allocation, the use of a credit note, who looked, the answer,
    or None. Of what was entered for another day only the day is known (`has_time` is false), and it stands at
    that day's end.
    """

    kind: str
    at: dt.datetime
    who: str | None = None
    about: Any = None
    has_time: bool = True


@dataclass(frozen=True)
class Story:
    """Newest first. `allocations` and `credits` are the live ones, the oldest first."""

    events: Sequence[Event]
    allocations: Sequence[Any]
    credits: Sequence[Any]
    mails: Sequence[Any]
    seen: Seen

    def is_under_way(self, now: dt.datetime) -> bool:
        """Whether a mail was posted so lately that its delivery may be seen by waiting."""
        return any(mail.state == "queued" and now - mail.created_at < WATCHED for mail in self.mails)

    def is_last_to(self, mail: Any) -> bool:
        """Whether no later mail went to the same address."""
        return not any(
            other.to_address == mail.to_address and other.created_at > mail.created_at for other in self.mails
        )


def story_of(invoice: Invoice, zone: dt.tzinfo) -> Story:
    """Six statements, whatever happened; `zone` is the company's, in which its days end."""
    names = _milestones(invoice.id)
    mails = _mails_about(invoice.id)
    allocations = allocations_to(invoice.id)
    credits = applications_to(invoice.id)
    looks = seen("invoices", invoice.id)
    events = [
        Event("created", _started(invoice), names.get("created")),
        *([Event("issued", invoice.issued_at, names.get("issued"))] if invoice.issued_at else []),
        *(Event("mailed", mail.created_at, mail.who, mail) for mail in mails),
        *([Event("viewed", looks.last_at, about=looks)] if looks.times else []),
        *(Event("answered", row.PayerAnswer.created_at, about=row) for row in answers_to(invoice.id)),
        *_payments(allocations, credits, invoice.total, zone),
        *([Event("cancelled", invoice.cancelled_at, names.get("cancelled"))] if invoice.cancelled_at else []),
    ]
    live, credited = ([row for row in rows if row.released_on is None] for rows in (allocations, credits))
    # Turned round after sorting, so that of two things at one moment the later step stands on top.
    return Story(sorted(events, key=lambda event: event.at)[::-1], live, credited, mails, looks)


def _started(invoice: Invoice) -> dt.datetime:
    """Never after it was issued: a row that was brought in later is older than its own timestamp."""
    return min(invoice.created_at, invoice.issued_at or invoice.created_at)


def _payments(
    allocations: Sequence[Any], credits: Sequence[Any], total: Decimal, zone: dt.tzinfo
) -> list[Event]:
    """Each payment and credit and each one taken back, in order; the payment that completed the total reads
    as paid."""
    moves = [
        *_moves(allocations, "settled", ("part_paid", "released"), zone),
        *_moves(credits, "applied_amount", ("credited", "uncredited"), zone),
    ]
    events, settled = [], Decimal(0)
    for at, has_time, amount, kind, row in sorted(moves, key=lambda move: move[0]):
        settled += amount
        if kind == "part_paid":
            kind = "paid" if settled >= total else kind
            events.append(Event(kind, at, row.who, row, has_time))
        else:
            events.append(Event(kind, at, about=row, has_time=has_time))
    return events


def _moves(rows: Sequence[Any], amount: str, kinds: tuple[str, str], zone: dt.tzinfo) -> Iterator[tuple]:
    """When, whether the time is known, how much it settles, what it is called, and the row."""
    for row in rows:
        day = row.allocated_on if kinds[0] == "part_paid" else row.applied_on
        yield (*_moment(row.created_at, day, zone), getattr(row, amount), kinds[0], row)
        if row.released_on is not None:
            kind = _why_released(row) if kinds[0] == "part_paid" else kinds[1]
            yield (*_moment(row.updated_at, row.released_on, zone), -getattr(row, amount), kind, row)


def _why_released(row: Any) -> str:
    """Somebody took it off, or the receipt bounced or was cancelled with this still on the invoice."""
    if row.reversed_on is None or row.released_on != max(row.reversed_on, row.allocated_on):
        return "released"
    return "bounced" if row.receipt_status == "bounced" else "undone"


def _moment(written: dt.datetime, day: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, bool]:
    if written.astimezone(zone).date() == day:
        return written, True
    return dt.datetime.combine(day, dt.time.max, tzinfo=zone), False


def _milestones(invoice_id: UUID) -> dict[str, str | None]:
    """Who created, issued and cancelled it. The trail holds what changed, so the rows are few."""
    entry = AuditLog
    marks = {"created": entry.action == "create"}
    marks |= {kind: entry.new_values.has_key(f"{kind}_at") for kind in ("issued", "cancelled")}
    statement = (
        select(_who(), *(mark.label(kind) for kind, mark in marks.items()))
        .outerjoin(User, (User.tenant_id == entry.tenant_id) & (User.id == entry.user_id))
        .where(
            entry.entity_type == Invoice.__tablename__,
            entry.entity_id == invoice_id,
            or_(*marks.values()),
        )
        .order_by(entry.created_at)
    )
    rows = list(db().execute(statement))
    return {kind: row.who for row in rows for kind in marks if getattr(row, kind)}


def _mails_about(invoice_id: UUID) -> list[Any]:
    mail = EmailMessage
    statement = (
        select(
            mail.id,
            mail.kind,
            mail.to_address,
            mail.state,
            mail.attempts,
            mail.last_error,
            mail.created_at,
            mail.sent_at,
            mail.params["message"].astext.label("message"),
            _who(),
        )
        .outerjoin(User, (User.tenant_id == mail.tenant_id) & (User.id == mail.created_by))
        .where(mail.entity_type == Invoice.__tablename__, mail.entity_id == invoice_id)
        .order_by(mail.created_at.desc(), mail.id)
        .limit(MOST_MAILS)
    )
    return list(db().execute(statement))


def allocations_to(invoice_id: UUID) -> list[Any]:
    """Live and released, in the order they were made."""
    allocation = ReceiptAllocation
    settled = (
        allocation.allocated_amount
        + allocation.tds_amount
        + allocation.gst_tds_amount
        + allocation.write_off_amount
    )
    statement = (
        select(
            allocation.receipt_id,
            allocation.allocated_on,
            allocation.released_on,
            allocation.created_at,
            allocation.updated_at,
            settled.label("settled"),
            Receipt.receipt_number,
            Receipt.payment_method,
            Receipt.reference,
            Receipt.status.label("receipt_status"),
            Receipt.reversed_on,
            Receipt.cancel_reason,
            _who(),
        )
        .join(allocation.receipt)
        .outerjoin(User, (User.tenant_id == Receipt.tenant_id) & (User.id == Receipt.created_by))
        .where(allocation.invoice_id == invoice_id)
        .order_by(allocation.created_at, allocation.id)
    )
    return list(db().execute(statement))


def _who():
    """The first name, as a timeline says it; nothing for what the product did by itself."""
    return func.coalesce(User.first_name, User.email).label("who")
