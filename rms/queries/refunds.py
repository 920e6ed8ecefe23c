"""Money paid back, as pages show it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import Refund


def refunds_of_receipt(receipt_id: UUID) -> Sequence[Refund]:
    """Live and cancelled, the oldest first."""
    statement = select(Refund).where(Refund.receipt_id == receipt_id)
    return db().scalars(statement.order_by(Refund.refund_date, Refund.created_at)).all()


def find_refund(refund_id: UUID) -> Refund:
    """With its customer and what it is paid out of, in one statement. Raises NotFound."""
    statement = (
        select(Refund)
        .where(Refund.id == refund_id)
        .options(joinedload(Refund.customer), joinedload(Refund.receipt), joinedload(Refund.credit_note))
    )
    refund = db().scalar(statement)
    if refund is None:
        raise NotFound()
    return refund
