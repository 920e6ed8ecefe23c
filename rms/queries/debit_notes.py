"""Debit notes and the invoices they stand against (CGST Act s.34(3))."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rms.db.session import current_tenant, db
from rms.models import Invoice


@dataclass(frozen=True)
class Original:
    """The invoice that a debit note raises."""

    id: UUID
    number: str
    date: dt.date
    is_cancelled: bool


def original_of(invoice: Invoice) -> Original | None:
    """None, without a statement, for what is no debit note; one statement, however often it is asked."""
    if invoice.against_invoice_id is None:
        return None
    row = db().get_one(Invoice, (current_tenant(), invoice.against_invoice_id))
    return Original(row.id, row.invoice_number, row.invoice_date, row.is_cancelled)


def supplied_on(invoice: Invoice) -> dt.date:
    """The day whose rates hold: a debit note changes the supply of its invoice (CGST Act s.34(3))."""
    original = original_of(invoice)
    return original.date if original else invoice.invoice_date


def debit_notes_against(invoice_id: UUID) -> list[Any]:
    """Drafts and cancelled ones included, in the order they were made."""
    statement = (
        select(Invoice.id, Invoice.invoice_number, Invoice.invoice_date, Invoice.status, Invoice.total)
        .where(Invoice.against_invoice_id == invoice_id)
        .order_by(Invoice.created_at, Invoice.id)
    )
    return list(db().execute(statement))


def is_debited(invoice_id: UUID) -> bool:
    """Whether an issued debit note stands against this invoice."""
    statement = select(Invoice.id).where(
        Invoice.against_invoice_id == invoice_id, Invoice.status.not_in(("draft", "cancelled"))
    )
    return db().scalar(statement.limit(1)) is not None
