"""Signing in and out: a row in `sessions` for each signed-in browser or program; any may be ended at once."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from rms.actions import mails, passes
from rms.crypto import passwords, session_token
from rms.crypto.session_token import SessionToken
from rms.db.audit import audit_event
from rms.db.locks import lock
from rms.db.session import current_tenant, db, scope
from rms.domain.errors import N_, DomainError
from rms.domain.rotation import Slots, Verdict, confirms, judge, replaced, rotated
from rms.models import Tenant, User, UserSession

MOST_PER_USER = 10


class CannotSignIn(DomainError):
    """The password was right, but the person may not come in: removed, switched off, or not yet confirmed."""


@dataclass(frozen=True)
class SignIn:
    """Who comes in after their password was checked.

    `checked` is the fingerprint of the hash it was checked against; `new_hash`, when given, takes its place.
    `device_hash` recognises the browser; `audience` is "web" or "api".
    """

    user_id: UUID
    checked: str
    remember: bool
    new_hash: str | None = None
    with_second_factor: bool = False
    device_hash: str | None = None
    audience: str = "web"


@dataclass(frozen=True)
class Terms:
    """How long a session lasts at most, and without being used."""

    lasts: dt.timedelta
    idle: dt.timedelta


@dataclass(frozen=True)
class Renewal:
    """What came of a refresh token. `user_id` is None when it opens nothing; `token` is given when it was
    exchanged for a new one, which lives until `expires_at`; `remember`: beyond the browser's own session.
    """

    user_id: UUID | None = None
    token: SessionToken | None = None
    expires_at: dt.datetime | None = None
    remember: bool = False


NOTHING = Renewal()


def begin(sign_in: SignIn, terms: Terms, *, now: dt.datetime) -> SessionToken:
    """Write the session and give its token, of which the row keeps only the SHA-256.

    The password was checked outside this transaction; if it was changed in between, CannotSignIn. Beyond ten
    sessions of one person the one that was used least recently ends.
    """
    user = lock(User, sign_in.user_id)
    if not _may_come_in(user) or passwords.fingerprint(user.password_hash) != sign_in.checked:
        raise CannotSignIn(N_("E-mail or password is not right"))
    user.last_login_at = now
    if sign_in.new_hash:
        user.password_hash = sign_in.new_hash
    token = session_token.issue(current_tenant(), uuid4())
    db().add(_row(token, sign_in, terms, now))
    db().flush()
    _end_oldest(user.id, now)
    return token


def refresh(token: SessionToken, *, audience: str, now: dt.datetime) -> Renewal:
    """Exchange a refresh token, or accept it for another while (domain/rotation.py), under its row's lock.

    A copy that is used after its successor ends the session for everybody: audited and mailed. For a
    transaction of its own, which must commit whatever becomes of the request.
    """
    row = _locked(token.session_id)
    if row is None or row.audience != audience or not _is_open(row, now):
        return NOTHING
    slots = _slots(row)
    verdict = judge(slots, token.digest, now)
    if verdict == Verdict.REUSE:
        _end_for_reuse(row, now)
        return NOTHING
    _mark_used(row, now)
    if verdict == Verdict.ACCEPT:
        row.confirmed = row.confirmed or confirms(slots, token.digest)
        return Renewal(row.user_id, None, row.expires_at, row.remember)
    new = session_token.issue(current_tenant(), row.id)
    _store(row, (rotated if verdict == Verdict.ROTATE else replaced)(slots, new.digest, now))
    return Renewal(row.user_id, new, row.expires_at, row.remember)


def touch(session_id: UUID, *, now: dt.datetime) -> None:
    """The session was used: its idle time begins anew, within its absolute end."""
    idle_end = func.least(
        UserSession.expires_at, now + func.make_interval(0, 0, 0, 0, 0, 0, UserSession.idle_seconds)
    )
    db().execute(_open(session_id).values(last_seen_at=now, idle_expires_at=idle_end))


def confirm_password(session_id: UUID, *, now: dt.datetime) -> None:
    """The password was given again: for fifteen minutes the dangerous things may be done."""
    db().execute(_open(session_id).values(authenticated_at=now))


def end(session_id: UUID, *, because: str, now: dt.datetime) -> bool:
    """End the session; False when it has ended already or is not there."""
    ended = db().execute(_open(session_id).values(**_ended(because, now)).returning(UserSession.id))
    return ended.first() is not None


def end_all_of(user_id: UUID, *, because: str, now: dt.datetime, but: UUID | None = None) -> int:
    """End every session of a person, but for one; says how many. Holds from the commit of this act on. Who
    has given a password and stands before the next question begins anew.
    """
    passes.end_all_of(user_id)
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    return db().execute(statement.values(**_ended(because, now))).rowcount


def _row(token: SessionToken, sign_in: SignIn, terms: Terms, now: dt.datetime) -> UserSession:
    return UserSession(
        id=token.session_id,
        user_id=sign_in.user_id,
        refresh_token=token.digest,
        rotated_at=now,
        expires_at=now + terms.lasts,
        idle_expires_at=now + min(terms.idle, terms.lasts),
        idle_seconds=int(terms.idle.total_seconds()),
        authenticated_at=now,
        last_seen_at=now,
        remember=sign_in.remember,
        audience=sign_in.audience,
        with_second_factor=sign_in.with_second_factor,
        device_hash=sign_in.device_hash,
        ip_address=scope().ip[:45] or None,
        user_agent=scope().user_agent[:500] or None,
    )


def _end_oldest(user_id: UUID, now: dt.datetime) -> None:
    surplus = (
        select(UserSession.id)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .where(UserSession.expires_at > now, UserSession.idle_expires_at > now)
        .order_by(UserSession.last_seen_at.desc().nulls_last(), UserSession.created_at.desc(), UserSession.id)
        .offset(MOST_PER_USER)
    )
    for session_id in db().scalars(surplus).all():
        end(session_id, because="too_many", now=now)


def _locked(session_id: UUID) -> UserSession | None:
    statement = (
        select(UserSession)
        .where(UserSession.id == session_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return db().scalars(statement).first()


def _is_open(row: UserSession, now: dt.datetime) -> bool:
    return row.is_active and row.revoked_at is None and now < row.expires_at and now < row.idle_expires_at


def _slots(row: UserSession) -> Slots:
    return Slots(
        row.refresh_token, row.previous_refresh_token, row.rotated_at or row.created_at, row.confirmed
    )


def _store(row: UserSession, slots: Slots) -> None:
    row.refresh_token, row.previous_refresh_token = slots.current, slots.previous
    row.rotated_at, row.confirmed = slots.rotated_at, slots.confirmed


def _mark_used(row: UserSession, now: dt.datetime) -> None:
    row.last_seen_at = now
    row.idle_expires_at = min(row.expires_at, now + dt.timedelta(seconds=row.idle_seconds))


def _end_for_reuse(row: UserSession, now: dt.datetime) -> None:
    """Somebody has a copy of this session's token: nobody may say which of the two is the person."""
    for column, value in _ended("reuse", now).items():
        setattr(row, column, value)
    audit_event("session_reuse", "users", row.user_id, {"session": str(row.id)})
    user = db().get(User, (current_tenant(), row.user_id))
    tenant = db().get(Tenant, current_tenant())
    mails.post(
        "session_reuse",
        to_address=user.email,
        params={
            "first_name": user.first_name or user.email,
            "company_name": tenant.name,
            "device": row.user_agent or "",
            "when": now.isoformat(),
        },
        about=("users", user.id),
        now=now,
    )


def _open(session_id: UUID):
    return update(UserSession).where(UserSession.id == session_id, UserSession.revoked_at.is_(None))


def _ended(because: str, now: dt.datetime) -> dict:
    return {"revoked_at": now, "is_active": False, "revoked_because": because}


def _may_come_in(user: User) -> bool:
    is_open = db().scalar(select(Tenant.is_active).where(Tenant.id == current_tenant()))
    return bool(is_open and user.is_active and user.email_verified and user.deleted_at is None)
