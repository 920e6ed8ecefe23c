"""What happened to an invoice, as it is written anyway: in columns, mails, allocations, the audit trail."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from rms.db.session import db
from rms.models import AuditLog, EmailMessage, Invoice, Receipt, ReceiptAllocation, User

MOST_MAILS = 100
# A mail that waits is looked at again for so long; after it the worker's pauses are longer than a glance.
WATCHED = dt.timedelta(minutes=2)


@dataclass(frozen=True)
class Event:
    """One thing that happened. `kind` is created, issued, mailed, part_paid, paid, released or cancelled.

    `about` is the row behind it: the mail, the allocation, or None.
    """

    kind: str
    at: dt.datetime
    who: str | None = None
    about: Any = None


@dataclass(frozen=True)
class Story:
    """Newest first. `allocations` are the live ones, the oldest first."""

    events: Sequence[Event]
    allocations: Sequence[Any]
    mails: Sequence[Any]

    def is_under_way(self, now: dt.datetime) -> bool:
        """Whether a mail was posted so lately that its delivery may be seen by waiting."""
        return any(mail.state == "queued" and now - mail.created_at < WATCHED for mail in self.mails)

    def is_last_to(self, mail: Any) -> bool:
        """Whether no later mail went to the same address."""
        return not any(
            other.to_address == mail.to_address and other.created_at > mail.created_at for other in self.mails
        )


def story_of(invoice: Invoice) -> Story:
    """Three statements, whatever happened."""
    names = _milestones(invoice.id)
    mails = _mails_about(invoice.id)
    allocations = _allocations_to(invoice.id)
    events = [
        Event("created", invoice.created_at, names.get("created")),
        *([Event("issued", invoice.issued_at, names.get("issued"))] if invoice.issued_at else []),
        *(Event("mailed", mail.created_at, mail.who, mail) for mail in mails),
        *_payments(allocations, invoice.total),
        *([Event("cancelled", invoice.cancelled_at, names.get("cancelled"))] if invoice.cancelled_at else []),
    ]
    live = [row for row in allocations if row.released_on is None]
    return Story(sorted(events, key=lambda event: event.at, reverse=True), live, mails)


def _payments(allocations: Sequence[Any], total: Decimal) -> list[Event]:
    """Each payment and each one taken back, in order; the one that completed the total reads as paid."""
    moves = [(row.created_at, row.settled, row) for row in allocations]
    moves += [(row.updated_at, -row.settled, row) for row in allocations if row.released_on is not None]
    events, settled = [], Decimal(0)
    for at, amount, row in sorted(moves, key=lambda move: move[0]):
        settled += amount
        taken = "paid" if settled >= total else "part_paid"
        events.append(Event(taken if amount > 0 else "released", at, row.who if amount > 0 else None, row))
    return events


def _milestones(invoice_id: UUID) -> dict[str, str | None]:
    """Who created, issued and cancelled it. The trail holds what changed, so the rows are few."""
    entry = AuditLog
    statement = (
        select(entry.action, entry.new_values, _who())
        .outerjoin(User, (User.tenant_id == entry.tenant_id) & (User.id == entry.user_id))
        .where(
            entry.entity_type == Invoice.__tablename__,
            entry.entity_id == invoice_id,
            or_(entry.action == "create", entry.new_values.has_any(["issued_at", "cancelled_at"])),
        )
        .order_by(entry.created_at)
    )
    names: dict[str, str | None] = {}
    for action, values, who in db().execute(statement):
        for kind in ("issued", "cancelled"):
            if (values or {}).get(f"{kind}_at"):
                names[kind] = who
        if action == "create":
            names["created"] = who
    return names


def _mails_about(invoice_id: UUID) -> list[Any]:
    mail = EmailMessage
    statement = (
        select(
            mail.id,
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


def _allocations_to(invoice_id: UUID) -> list[Any]:
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
