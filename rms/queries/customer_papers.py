"""Receipts and credit notes of one customer in one list: all that takes off what they owe."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql import Select

from rms.db.session import db
from rms.models import CreditNote, CreditNoteApplication, Invoice, Receipt, ReceiptAllocation


@dataclass(frozen=True)
class Key:
    """Where a row stands: the newest date first."""

    day: dt.date
    id: UUID

    @classmethod
    def read(cls, values: Sequence[str]) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this list's."""
        day, row_id = values
        return cls(dt.date.fromisoformat(day), UUID(row_id))


def papers_of(customer_id: UUID, *, limit: int, after: Key | None = None) -> list[Any]:
    """One page in one statement; receipts give method and tds, credit notes their reason as reference.

    `numbers` are the invoices on which it lies, None when it lies on none; `left` is not used yet.
    """
    branches = [_page(branch, limit, after) for branch in (_receipts(customer_id), _notes(customer_id))]
    rows = union_all(*branches).subquery("papers")
    return list(db().execute(select(rows).order_by(rows.c.day.desc(), rows.c.id.desc()).limit(limit)))


def _page(branch: Select, limit: int, after: Key | None) -> Select:
    day, row_id = branch.selected_columns.day, branch.selected_columns.id
    if after:
        branch = branch.where(tuple_(day, row_id) < tuple_(literal(after.day), literal(after.id)))
    return select(branch.order_by(day.desc(), row_id.desc()).limit(limit).subquery())


def _receipts(customer_id: UUID) -> Select:
    allocation = ReceiptAllocation
    live = (
        (allocation.tenant_id == Receipt.tenant_id)
        & (allocation.receipt_id == Receipt.id)
        & allocation.released_on.is_(None)
    )
    withheld = func.coalesce(func.sum(allocation.tds_amount + allocation.gst_tds_amount), 0)
    return select(
        literal("receipt", Text).label("kind"),
        Receipt.receipt_date.label("day"),
        Receipt.id,
        cast(Receipt.receipt_number, Text).label("number"),
        cast(Receipt.payment_method, Text).label("method"),
        cast(Receipt.reference, Text).label("reference"),
        cast(Receipt.status, Text).label("status"),
        Receipt.amount,
        Receipt.unallocated_amount.label("left"),
        select(withheld).where(live).correlate(Receipt).scalar_subquery().label("tds"),
        _numbers(allocation, live).correlate(Receipt).scalar_subquery().label("numbers"),
    ).where(Receipt.customer_id == customer_id)


def _notes(customer_id: UUID) -> Select:
    row = CreditNoteApplication
    live = (
        (row.tenant_id == CreditNote.tenant_id)
        & (row.credit_note_id == CreditNote.id)
        & row.released_on.is_(None)
    )
    return select(
        literal("credit_note", Text).label("kind"),
        CreditNote.credit_note_date.label("day"),
        CreditNote.id,
        cast(CreditNote.credit_note_number, Text).label("number"),
        cast(null(), Text).label("method"),
        cast(CreditNote.reason, Text).label("reference"),
        cast(CreditNote.status, Text).label("status"),
        CreditNote.total_credit.label("amount"),
        CreditNote.unapplied_amount.label("left"),
        literal(0).label("tds"),
        _numbers(row, live).correlate(CreditNote).scalar_subquery().label("numbers"),
    ).where(CreditNote.customer_id == customer_id)


def _numbers(laid, live) -> Select:
    numbers = func.array_agg(
        aggregate_order_by(cast(Invoice.invoice_number, Text), Invoice.due_date, Invoice.id),
        type_=ARRAY(Text),
    )
    return select(numbers).select_from(laid).join(laid.invoice).where(live)
