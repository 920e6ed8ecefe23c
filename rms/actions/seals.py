"""Sealing the audit trail, erasing values from it, and keeping the heads of its chains elsewhere."""

import datetime as dt
import json
import os
from pathlib import Path
from uuid import UUID

from psycopg.sql import SQL
from sqlalchemy import Engine, text

from rms.db.seals import MOST_ROWS
from rms.db.session import current_tenant, db
from rms.queries import seals as found

ANCHOR_FILE = "audit-heads.jsonl"

_SEAL = text("SELECT public.seal_audit_logs()")
_ERASE = text("SELECT public.erase_audit_values(:entity_type, :entity_id, :reason)")


def seal() -> int:
    """Seal the next batch of entries; says how many.

    One batch in each short transaction, until it says less than `MOST_ROWS`. Nothing while another process
    seals for this company.
    """
    return db().scalar(_SEAL) or 0


def is_more_waiting(sealed: int) -> bool:
    """Whether another batch may follow one of `sealed` entries."""
    return sealed >= MOST_ROWS


def erase_values(entity_type: str, entity_id: UUID, *, reason: str) -> int:
    """Empty the old and new values of every entry about a row, for good; the chain holds. Says how many."""
    given = {"entity_type": entity_type, "entity_id": entity_id, "reason": reason}
    return db().execute(_ERASE, given).scalar_one()


def write_anchor(folder: Path, *, now: dt.datetime) -> None:
    """Add the head of this company's chain to the file of heads; on disk when it returns."""
    head = found.head()
    if head is None:
        return
    line = {
        "tenant": str(current_tenant()),
        "sequence": head.sequence,
        "hash": head.hash.hex(),
        "at": now.isoformat(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / ANCHOR_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # One write: lines of several workers do not mix.
        os.write(file, (json.dumps(line, sort_keys=True) + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)


def begin_epoch(owner: Engine, *, reason: str) -> int:
    """After a logical restore, before anybody works: later entries are ordered after everything restored.

    `owner` connects as the role that owns the tables. The reason becomes the comment of the column.
    """
    if not reason.strip():
        raise ValueError("a new epoch needs a reason")
    with owner.begin() as connection:
        connection.execute(text("LOCK TABLE audit_logs IN ACCESS EXCLUSIVE MODE"))
        newest = int(connection.scalar(text(_DEFAULT_EPOCH)) or 1) + 1
        driver = connection.connection.driver_connection
        driver.execute(SQL("ALTER TABLE audit_logs ALTER COLUMN epoch SET DEFAULT {}").format(newest))
        driver.execute(SQL("COMMENT ON COLUMN audit_logs.epoch IS {}").format(reason))
    return newest


_DEFAULT_EPOCH = """
    SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE d.adrelid = 'public.audit_logs'::regclass AND a.attname = 'epoch'
"""
