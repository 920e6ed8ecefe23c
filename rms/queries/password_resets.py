"""What a mailed link to choose a new password is about."""

import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.crypto.links import Link
from rms.db.session import db
from rms.models import PasswordReset, Tenant, User


@dataclass(frozen=True)
class Reset:
    """A link with the account it belongs to."""

    user_id: UUID
    email: str
    company_name: str
    sent_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    superseded_at: dt.datetime | None

    def state(self, now: dt.datetime) -> str:
        """ "open", or why the link opens nothing any more: "used", "replaced" or "expired"."""
        if self.used_at:
            return "used"
        if self.superseded_at:
            return "replaced"
        return "open" if now < self.expires_at else "expired"


def reset_behind(link: Link) -> Reset | None:
    """None when its row is gone, the person or the company is, or the key that made it is no longer used."""
    statement = (
        select(
            User.id,
            PasswordReset.email,
            Tenant.name,
            PasswordReset.created_at,
            PasswordReset.expires_at,
            PasswordReset.used_at,
            PasswordReset.superseded_at,
            PasswordReset.token,
        )
        .join(User, (User.tenant_id == PasswordReset.tenant_id) & (User.id == PasswordReset.user_id))
        .join(Tenant, Tenant.id == PasswordReset.tenant_id)
        .where(PasswordReset.id == link.row_id, User.is_active, User.deleted_at.is_(None), Tenant.is_active)
    )
    row = db().execute(statement).first()
    if row is None or not hmac.compare_digest(row.token, link.digest):
        return None
    return Reset(*row[:-1])


def find_reset(reset_id: UUID) -> PasswordReset | None:
    return db().scalars(select(PasswordReset).where(PasswordReset.id == reset_id)).first()
