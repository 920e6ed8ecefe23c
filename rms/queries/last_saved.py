"""Who saved a row last, and when: read from the audit trail."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.models import AuditLog, User


@dataclass(frozen=True)
class LastSaved:
    """`name` is empty when a job or a command saved it."""

    name: str
    at: dt.datetime


def last_saved(table: str, row_id: UUID) -> LastSaved | None:
    """The last change of that row, or None when the trail does not reach back to it."""
    statement = (
        select(AuditLog.created_at, User.first_name, User.email)
        .outerjoin(User, (User.tenant_id == AuditLog.tenant_id) & (User.id == AuditLog.user_id))
        .where(AuditLog.entity_type == table, AuditLog.entity_id == row_id)
        .order_by(AuditLog.created_at.desc())
        .limit(1)
    )
    row = db().execute(statement).first()
    return LastSaved(row.first_name or row.email or "", row.created_at) if row else None
