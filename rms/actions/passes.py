"""What a right password allows next, before there is a session: choosing the company, giving the code.

The browser keeps what it is about in a signed cookie, of which anybody may have a copy; a pass is the row
that makes it good once. Passes that were given together end together: by being used, by sign-out, or when
all sessions of one of their people end. A pass stands among the attempts, as one that succeeded.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from rms.crypto.keys import ring
from rms.db.session import db
from rms.models import LoginAttempt

PURPOSE = "passes"
KIND = "pass"
LASTS = dt.timedelta(minutes=5)


def give(user_ids: list[UUID], *, now: dt.datetime) -> list[UUID]:
    """One pass for each of them, in their order, good until any of them is used."""
    together, passes = uuid4().hex, [uuid4() for _ in user_ids]
    for pass_id, user_id in zip(passes, user_ids, strict=True):
        row = LoginAttempt(
            id=pass_id,
            kind=KIND,
            account_hash=ring().mac(PURPOSE, str(user_id)),
            address_hash=together,
            succeeded=True,
            created_at=now,
        )
        db().add(row)
    return passes


def good_of(passes: Iterable[UUID], *, now: dt.datetime) -> set[UUID]:
    """Those that may still be used."""
    return set(db().scalars(select(LoginAttempt.id).where(*_these(passes, now))))


def use_up(passes: Iterable[UUID], *, now: dt.datetime) -> set[UUID]:
    """Those that were good until now, and are no longer: of many who bring the same at once, one gets it."""
    return set(db().scalars(delete(LoginAttempt).where(*_these(passes, now)).returning(LoginAttempt.id)))


def end_all_of(user_id: UUID) -> None:
    """End every pass of this person, with those given together with it."""
    mine = select(LoginAttempt.address_hash).where(
        LoginAttempt.account_hash.in_(ring().macs(PURPOSE, str(user_id))), LoginAttempt.kind == KIND
    )
    db().execute(delete(LoginAttempt).where(LoginAttempt.address_hash.in_(mine), LoginAttempt.kind == KIND))


def _these(passes: Iterable[UUID], now: dt.datetime) -> tuple:
    is_named = LoginAttempt.id.in_(list(passes))
    return is_named, LoginAttempt.kind == KIND, LoginAttempt.created_at > now - LASTS
