"""Where a person is signed in: one row for each browser or program whose session is still open."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from rms.db.session import db
from rms.domain.devices import Device, device_of
from rms.models import UserSession


@dataclass(frozen=True)
class SignedIn:
    """One open session. `ends_at` is when it ends by itself unless it is used again; `keeps_days` is how long
    it was asked to keep the person in, 0 when it ends with the browser.
    """

    id: UUID
    device: Device
    is_program: bool
    is_this: bool
    ip: str
    signed_in_at: dt.datetime
    last_seen_at: dt.datetime
    ends_at: dt.datetime
    keeps_days: int
    with_code: bool


def devices_of(user_id: UUID, *, this: UUID | None, now: dt.datetime) -> list[SignedIn]:
    """The one that asks comes first, then the one that was used last."""
    statement = select(UserSession).where(*_open_sessions(user_id, now))
    rows = db().scalars(statement.order_by(UserSession.last_seen_at.desc().nulls_last(), UserSession.id))
    found = [_signed_in(row, this) for row in rows]
    return sorted(found, key=lambda one: not one.is_this)


def count_devices(user_id: UUID, *, now: dt.datetime) -> int:
    return db().scalar(select(func.count()).select_from(UserSession).where(*_open_sessions(user_id, now)))


def owns(user_id: UUID, session_id: UUID) -> bool:
    """Whether the session is, or was, this person's."""
    statement = select(UserSession.id).where(UserSession.id == session_id, UserSession.user_id == user_id)
    return db().scalar(statement) is not None


def _open_sessions(user_id: UUID, now: dt.datetime) -> tuple:
    return (
        UserSession.user_id == user_id,
        UserSession.is_active,
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > now,
        UserSession.idle_expires_at > now,
    )


def _signed_in(row: UserSession, this: UUID | None) -> SignedIn:
    return SignedIn(
        id=row.id,
        device=device_of(row.user_agent),
        is_program=row.audience == "api",
        is_this=row.id == this,
        ip=row.ip_address or "",
        signed_in_at=row.created_at,
        last_seen_at=row.last_seen_at or row.created_at,
        ends_at=min(row.expires_at, row.idle_expires_at),
        keeps_days=round((row.expires_at - row.created_at).total_seconds() / 86_400) if row.remember else 0,
        with_code=row.with_second_factor,
    )
