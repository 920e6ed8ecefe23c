"""What may be written off: the limit of a role, and what was written off of an invoice before."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from rms.db.session import current_tenant, db, scope
from rms.models import ReceiptAllocation, Tenant, User
from rms.queries.house_rules import write_off_limit_in


def own_limit() -> Decimal | None:
    """How much of an invoice the acting person may write off; None is without limit: an Admin, or a job that
    acts for no person."""
    acting = scope().user_id
    if acting is None:
        return None
    statement = select(User.role, Tenant.settings).join(Tenant, Tenant.id == User.tenant_id)
    row = db().execute(statement.where(User.id == acting, Tenant.id == current_tenant())).one()
    return None if row.role == "admin" else write_off_limit_in(row.settings)


def written_off(invoice_ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What live allocations write off of each of these invoices; an invoice without any is not named."""
    row = ReceiptAllocation
    statement = (
        select(row.invoice_id, func.sum(row.write_off_amount))
        .where(row.invoice_id.in_(invoice_ids), row.released_on.is_(None), row.write_off_amount > 0)
        .group_by(row.invoice_id)
    )
    return dict(db().execute(statement).all())
