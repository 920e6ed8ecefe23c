"""Somebody's second factor: off, being set up, or on."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from rms.crypto.fields import open_sealed
from rms.db.session import db
from rms.models import RecoveryCode, SecondFactor

TABLE, COLUMN = "second_factors", "secret"


@dataclass(frozen=True)
class Factor:
    """`secret` is given while it is being set up, and asks nobody yet; once it is on nobody sees it again.
    `codes_left` are unused recovery codes.
    """

    secret: str = field(default="", repr=False)
    on_since: dt.datetime | None = None
    codes_left: int = 0

    @property
    def is_on(self) -> bool:
        return self.on_since is not None


def factor_of(user_id: UUID) -> Factor:
    """One statement, whatever there is."""
    left = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.tenant_id == SecondFactor.tenant_id)
        .where(RecoveryCode.user_id == SecondFactor.user_id, RecoveryCode.used_at.is_(None))
        .correlate(SecondFactor)
        .scalar_subquery()
    )
    found = db().execute(select(SecondFactor, left).where(SecondFactor.user_id == user_id)).first()
    if found is None:
        return Factor()
    row, count = found
    return Factor("" if row.confirmed_at else secret_of(row), row.confirmed_at, count)


def is_on(user_id: UUID) -> bool:
    """Whether a code is asked of this person."""
    statement = select(SecondFactor.id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return db().scalar(statement) is not None


def row_of(user_id: UUID) -> SecondFactor | None:
    """As it is stored now, also when an older copy is at hand."""
    statement = select(SecondFactor).where(SecondFactor.user_id == user_id)
    return db().scalars(statement.execution_options(populate_existing=True)).first()


def secret_of(row: SecondFactor) -> str:
    """What the authenticator app knows."""
    return open_sealed(row.secret, **place_of(row))


def place_of(row: SecondFactor) -> dict:
    """Where the secret is sealed for."""
    return {"tenant_id": row.tenant_id, "table": TABLE, "column": COLUMN, "row_id": row.id}


def codes_left(user_id: UUID) -> int:
    statement = select(func.count()).select_from(RecoveryCode)
    return db().scalar(statement.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)))
