"""Receipts that are not finished."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import Customer, ReceiptDraft, User

MOST_LISTED = 100


def find_receipt_draft(draft_id: UUID) -> ReceiptDraft:
    found = db().scalar(
        select(ReceiptDraft).where(ReceiptDraft.id == draft_id).options(joinedload(ReceiptDraft.customer))
    )
    if found is None:
        raise NotFound()
    return found


def list_receipt_drafts() -> list[Any]:
    """(id, typed, updated_at, customer_name, who), the one saved last first."""
    statement = (
        select(
            ReceiptDraft.id,
            ReceiptDraft.typed,
            ReceiptDraft.updated_at,
            Customer.name.label("customer_name"),
            User.first_name.label("who"),
        )
        .outerjoin(
            Customer,
            (Customer.tenant_id == ReceiptDraft.tenant_id) & (Customer.id == ReceiptDraft.customer_id),
        )
        .outerjoin(User, (User.tenant_id == ReceiptDraft.tenant_id) & (User.id == ReceiptDraft.created_by))
        .order_by(ReceiptDraft.updated_at.desc(), ReceiptDraft.id)
        .limit(MOST_LISTED)
    )
    return list(db().execute(statement))
