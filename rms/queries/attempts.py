"""How often somebody has tried to get in, or had mails sent, as far as it decides whether they may again."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from rms.db.session import db
from rms.models import LoginAttempt


@dataclass(frozen=True)
class Failures:
    """How many there were, and when the last one was."""

    count: int
    last: dt.datetime | None


def failures_of(account: list[str], kind: str, since: dt.datetime) -> Failures:
    """Of one account since its last success; an attempt under way counts as failed until it has succeeded."""
    mine = (LoginAttempt.account_hash.in_(account), LoginAttempt.kind == kind)
    last_success = select(func.max(LoginAttempt.created_at)).where(*mine, LoginAttempt.succeeded)
    statement = select(func.count(), func.max(LoginAttempt.created_at)).where(
        *mine,
        ~LoginAttempt.succeeded,
        LoginAttempt.created_at > func.greatest(since, func.coalesce(last_success.scalar_subquery(), since)),
    )
    return Failures(*db().execute(statement).one())


def nth_failure_from(address: list[str], kind: str, since: dt.datetime, *, nth: int) -> dt.datetime | None:
    """When the nth failure from a network address was, counted back from now; None when there were fewer."""
    statement = select(LoginAttempt.created_at).where(
        LoginAttempt.address_hash.in_(address),
        LoginAttempt.kind == kind,
        ~LoginAttempt.succeeded,
        LoginAttempt.created_at > since,
    )
    return db().scalar(statement.order_by(LoginAttempt.created_at.desc()).offset(nth - 1).limit(1))


def mails_since(hashes: list[str], kind: str, since: dt.datetime, *, by_address: bool) -> list[dt.datetime]:
    """When mails were let through for an account, or from a network address; the newest first."""
    column = LoginAttempt.address_hash if by_address else LoginAttempt.account_hash
    statement = select(LoginAttempt.created_at).where(
        column.in_(hashes), LoginAttempt.kind == kind, LoginAttempt.created_at > since
    )
    return list(db().scalars(statement.order_by(LoginAttempt.created_at.desc())))


def failures_everywhere(since: dt.datetime, *, at_most: int) -> int:
    """Over all accounts and kinds; counts no further than `at_most`."""
    found = select(LoginAttempt.id).where(LoginAttempt.created_at > since, ~LoginAttempt.succeeded)
    return db().scalar(select(func.count()).select_from(found.limit(at_most).subquery()))
