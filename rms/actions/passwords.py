"""A password takes the place of another: what else that ends."""

import datetime as dt
from uuid import UUID

from sqlalchemy import update

from rms.actions import mails, sessions
from rms.crypto.passwords import fingerprint
from rms.db.audit import audit_event
from rms.db.locks import lock
from rms.db.session import db, scope
from rms.models import PasswordReset, User
from rms.queries.sign_in import company_name

# What the audit trail calls it, by the reason the sessions end for.
EVENTS = {"password": "password_changed", "reset": "password_reset"}  # nosec B105 # no password


def change(user_id: UUID, new_hash: str, *, because: str, now: dt.datetime, but: UUID | None) -> User:
    """Store the hash. Links to reset it die, every session but `but` ends, and the person is told by mail.

    `because` is "password" (by themselves, signed in) or "reset" (by a mailed link).
    """
    user = lock(User, user_id)
    user.password_hash, user.last_password_change = new_hash, now
    supersede_resets(user_id, now)
    sessions.end_all_of(user_id, because=because, now=now, but=but)
    audit_event(EVENTS[because], "users", user_id)
    _tell(user, because, now)
    return user


def renew_hash(user_id: UUID, new_hash: str, *, checked: str) -> bool:
    """Store a stronger hash of the same password, unless the password was changed since it was checked."""
    user = lock(User, user_id)
    if fingerprint(user.password_hash) != checked:
        return False
    user.password_hash = new_hash
    return True


def supersede_resets(user_id: UUID, now: dt.datetime) -> None:
    """No link that was mailed before resets this person's password any more."""
    still_open = (PasswordReset.used_at.is_(None), PasswordReset.superseded_at.is_(None))
    statement = update(PasswordReset).where(PasswordReset.user_id == user_id, *still_open)
    db().execute(statement.values(superseded_at=now))


def _tell(user: User, because: str, now: dt.datetime) -> None:
    params = {
        "first_name": user.first_name or user.email,
        "company_name": company_name(),
        "because": because,
        "when": now.isoformat(),
        "device": scope().user_agent,
        "ip": scope().ip,
    }
    mails.post("password_changed", to_address=user.email, params=params, about=("users", user.id), now=now)
