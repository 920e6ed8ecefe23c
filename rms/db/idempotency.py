"""One form, one result: the key of a creating form is claimed in the same transaction as what it creates.

A second sending waits on the unique key until the first has committed, and is then told where that one went.
A rollback releases the claim with everything else.
"""

from sqlalchemy import text

from rms.db.session import db

_CLAIM = text(
    "INSERT INTO idempotency_keys (key, purpose) VALUES (:key, :purpose) ON CONFLICT DO NOTHING RETURNING key"
)
_LOCATION = text("SELECT location FROM idempotency_keys WHERE key = :key AND purpose = :purpose")
_RECORD = text("UPDATE idempotency_keys SET location = :location WHERE key = :key AND purpose = :purpose")


def claim(key: str, purpose: str) -> bool:
    """True for the first sender of this key; False for every later one."""
    return db().execute(_CLAIM, {"key": key, "purpose": purpose}).first() is not None


def location_of(key: str, purpose: str) -> str | None:
    """Where the first sending of this key led."""
    return db().execute(_LOCATION, {"key": key, "purpose": purpose}).scalar()


def record(key: str, purpose: str, location: str) -> None:
    db().execute(_RECORD, {"key": key, "purpose": purpose, "location": location})
