"""Signing in and out: a row in `sessions` for each signed-in browser, which may be ended at any time."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select, update

from rms.crypto import passwords, session_token
from rms.crypto.session_token import SessionToken
from rms.db.locks import lock
from rms.db.session import current_tenant, db, scope
from rms.domain.errors import N_, DomainError
from rms.models import Tenant, User, UserSession


class CannotSignIn(DomainError):
    """The password was right, but the person may not come in: removed, switched off, or not yet confirmed."""


@dataclass(frozen=True)
class SignIn:
    """Who comes in after their password was checked.

    `checked` is the fingerprint of the hash it was checked against; `new_hash`, when given, takes its place.
    """

    user_id: UUID
    checked: str
    remember: bool
    new_hash: str | None = None


def begin(sign_in: SignIn, *, lasts: dt.timedelta, now: dt.datetime) -> SessionToken:
    """Write the session and give its token, of which the row keeps only the SHA-256.

    The password was checked outside this transaction; if it was changed in between, CannotSignIn.
    """
    user = lock(User, sign_in.user_id)
    if not _may_come_in(user) or passwords.fingerprint(user.password_hash) != sign_in.checked:
        raise CannotSignIn(N_("E-mail or password is not right"))
    user.last_login_at = now
    if sign_in.new_hash:
        user.password_hash = sign_in.new_hash
    token = session_token.issue(current_tenant(), uuid4())
    db().add(
        UserSession(
            id=token.session_id,
            user_id=user.id,
            refresh_token=token.digest,
            expires_at=now + lasts,
            idle_expires_at=now + lasts,
            last_seen_at=now,
            remember=sign_in.remember,
            ip_address=scope().ip[:45] or None,
            user_agent=scope().user_agent[:500] or None,
        )
    )
    return token


def end(token: SessionToken, *, now: dt.datetime) -> None:
    """End the session; nothing when it has ended already."""
    db().execute(
        update(UserSession)
        .where(UserSession.id == token.session_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now, is_active=False)
    )


def _may_come_in(user: User) -> bool:
    is_open = db().scalar(select(Tenant.is_active).where(Tenant.id == current_tenant()))
    return bool(is_open and user.is_active and user.email_verified and user.deleted_at is None)
