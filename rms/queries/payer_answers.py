"""What customers answered, for those who deal with it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.models import Invoice, PayerAnswer, User

MOST_SHOWN = 100


def open_answers() -> list[Any]:
    """What waits for somebody, the oldest first, with the invoice's number and the customer's name."""
    statement = (
        select(PayerAnswer, Invoice.invoice_number, Invoice.buyer_snapshot["name"].astext.label("customer"))
        .join(Invoice, (Invoice.tenant_id == PayerAnswer.tenant_id) & (Invoice.id == PayerAnswer.invoice_id))
        .where(PayerAnswer.handled_at.is_(None))
        .order_by(PayerAnswer.created_at, PayerAnswer.id)
        .limit(MOST_SHOWN)
    )
    return list(db().execute(statement))


def answers_to(invoice_id: UUID) -> list[Any]:
    """Every answer to an invoice, with the name of who dealt with it."""
    statement = (
        select(PayerAnswer, User.first_name.label("handled_by"))
        .outerjoin(User, (User.tenant_id == PayerAnswer.tenant_id) & (User.id == PayerAnswer.handled_by))
        .where(PayerAnswer.invoice_id == invoice_id)
        .order_by(PayerAnswer.created_at)
        .limit(MOST_SHOWN)
    )
    return list(db().execute(statement))
