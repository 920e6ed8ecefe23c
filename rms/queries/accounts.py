"""One's own account: what the forms show, a change of address, and all that is held about a person."""

import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.crypto.links import Link
from rms.db.session import db
from rms.domain.errors import N_, NotFound
from rms.models import AuditLog, EmailChange, SecondFactor, Tenant, User, UserInvitation, UserSession

OWN_ENTRIES_OF = dt.timedelta(days=90)
MOST_OWN_ENTRIES = 1_000


@dataclass(frozen=True)
class Change:
    """A change of address, as the pages behind its two links show it."""

    user_id: UUID
    first_name: str | None
    company_name: str
    old_email: str
    new_email: str
    asked_at: dt.datetime
    expires_at: dt.datetime
    confirmed_at: dt.datetime | None
    undo_until: dt.datetime | None
    undone_at: dt.datetime | None
    superseded_at: dt.datetime | None

    def state(self, now: dt.datetime) -> str:
        """The confirming link: "open", or why it opens nothing any more: "used", "replaced", "expired"."""
        if self.confirmed_at:
            return "used"
        if self.superseded_at:
            return "replaced"
        return "open" if now < self.expires_at else "expired"

    def undo_state(self, now: dt.datetime) -> str:
        """The other link: "open" (may be undone), "asked" (may be stopped before it is confirmed), or why it
        does nothing any more: "undone", "stopped", "expired".
        """
        if self.undone_at:
            return "undone"
        if self.superseded_at:
            return "stopped"
        if self.confirmed_at is None:
            return "asked" if now < self.expires_at else "stopped"
        return "open" if self.undo_until and now < self.undo_until else "expired"


_CHANGES = (
    select(
        EmailChange.user_id,
        User.first_name,
        Tenant.name,
        EmailChange.old_email,
        EmailChange.new_email,
        EmailChange.created_at,
        EmailChange.expires_at,
        EmailChange.confirmed_at,
        EmailChange.undo_until,
        EmailChange.undone_at,
        EmailChange.superseded_at,
    )
    .join(User, (User.tenant_id == EmailChange.tenant_id) & (User.id == EmailChange.user_id))
    .join(Tenant, Tenant.id == EmailChange.tenant_id)
    .where(User.deleted_at.is_(None), Tenant.is_active)
)


def change_behind(link: Link, *, undo: bool = False) -> Change | None:
    """What the link is about; None when its row is gone or it was made with a key that is no longer used."""
    digest = EmailChange.undo_token if undo else EmailChange.token
    row = db().execute(_CHANGES.add_columns(digest).where(EmailChange.id == link.row_id)).first()
    if row is None or not hmac.compare_digest(row[-1], link.digest):
        return None
    return Change(*row[:-1])


def change_under_way(user_id: UUID, now: dt.datetime) -> Change | None:
    """The change that waits for the new address to confirm it."""
    statement = _CHANGES.where(
        EmailChange.user_id == user_id,
        EmailChange.confirmed_at.is_(None),
        EmailChange.superseded_at.is_(None),
        EmailChange.expires_at > now,
    )
    row = db().execute(statement.order_by(EmailChange.created_at.desc()).limit(1)).first()
    return Change(*row) if row else None


def changes_since(user_id: UUID, since: dt.datetime) -> list[dt.datetime]:
    """When this person asked for a change of address, the newest first."""
    statement = select(EmailChange.created_at).where(
        EmailChange.user_id == user_id, EmailChange.created_at > since
    )
    return list(db().scalars(statement.order_by(EmailChange.created_at.desc())))


def find_change(change_id: UUID) -> EmailChange | None:
    return db().scalars(select(EmailChange).where(EmailChange.id == change_id)).first()


def find_user(user_id: UUID) -> User:
    """The stored row of a person of the running company."""
    user = db().scalars(select(User).where(User.id == user_id)).first()
    if user is None:
        raise NotFound(N_("Nothing here."))
    return user


def is_needed(user_id: UUID) -> bool:
    """Whether the company would have no admin without this person."""
    others = select(User.id).where(
        User.role == "admin",
        User.id != user_id,
        User.is_active,
        User.email_verified,
        User.deleted_at.is_(None),
    )
    return db().scalar(others.limit(1)) is None


def own_data(user_id: UUID, *, now: dt.datetime) -> dict[str, object]:
    """All that is held about a person, without what would open their account: hashes and tokens stay here."""
    user = find_user(user_id)
    company = db().scalar(select(Tenant.name).where(Tenant.id == user.tenant_id))
    return {
        "company": company,
        "person": _fields(user, without=("password_hash",)),
        "sessions": _rows_of(
            UserSession,
            UserSession.user_id == user_id,
            without=("refresh_token", "previous_refresh_token", "access_token", "device_hash", "confirmed"),
        ),
        "second_factor": _rows_of(
            SecondFactor, SecondFactor.user_id == user_id, without=("secret", "last_step")
        ),
        "invitations": _rows_of(
            UserInvitation, UserInvitation.email_norm == user.email.lower(), without=("token",)
        ),
        "email_changes": _rows_of(
            EmailChange, EmailChange.user_id == user_id, without=("token", "undo_token")
        ),
        "audit_entries": _audit_entries(user_id, now),
    }


def _audit_entries(user_id: UUID, now: dt.datetime) -> list[dict]:
    statement = (
        select(AuditLog)
        .where(AuditLog.user_id == user_id, AuditLog.created_at > now - OWN_ENTRIES_OF)
        .order_by(AuditLog.created_at.desc())
        .limit(MOST_OWN_ENTRIES)
    )
    return [_fields(entry) for entry in db().scalars(statement)]


def _rows_of(model, belongs, *, without: tuple[str, ...]) -> list[dict]:
    rows = db().scalars(select(model).where(belongs).order_by(model.created_at.desc()))
    return [_fields(row, without=without) for row in rows]


def _fields(row, *, without: tuple[str, ...] = ()) -> dict:
    """Every column by name, so that a new one is told without being thought of."""
    hidden = {"email_norm", *without}
    return {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs if one.key not in hidden}
