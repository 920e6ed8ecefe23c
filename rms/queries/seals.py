"""The chain of seals recomputed from the entries, and what differs. Set-based, in short statements."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from rms.db.seals import ENTRY_HASH, order_of, seal_hash
from rms.db.session import db
from rms.models import AuditSeal

SEALS_AT_ONCE = 20
HASH_BYTES = 32


@dataclass(frozen=True)
class Difference:
    """What is wrong with a chain, first of all; `entry` names the entry as far as it can be told."""

    sequence: int
    what: str
    entry: str = ""


@dataclass(frozen=True)
class Waiting:
    """Entries that no seal covers yet."""

    rows: int
    oldest: dt.datetime | None


_TENANTS = text("SELECT tenant_id, is_waiting FROM public.audited_tenants()")

# Each seal covers what lies behind the end of the one before it, so that an entry slipped in between two
# seals is counted by the later one.
# nosemgrep: sql-made-of-values
_RECOMPUTED = text(f"""
    WITH chain AS (
        SELECT s.*, lag(s.hash) OVER w AS hash_before, lag(s.sequence) OVER w AS sequence_before,
               lag(s.epoch) OVER w AS after_epoch, lag(s.to_xid) OVER w AS after_xid,
               lag(s.to_created_at) OVER w AS after_at, lag(s.to_id) OVER w AS after_id
        FROM audit_seals s WHERE s.sequence >= :first - 1 WINDOW w AS (ORDER BY s.sequence)
        ORDER BY s.sequence LIMIT :limit + 1
    )
    SELECT c.sequence, c.sequence_before, c.row_count, coalesce(f.rows, 0) AS rows,
           c.previous_hash = coalesce(c.hash_before, ''::bytea) AS is_chained,
           c.entries = f.entries AS is_same, c.hash = {seal_hash("c", "c.entries")} AS is_hashed
    FROM chain c CROSS JOIN LATERAL (
        SELECT count(*) AS rows, string_agg({ENTRY_HASH}, ''::bytea ORDER BY {order_of("a")}) AS entries
        FROM audit_logs a
        WHERE a.tenant_id = c.tenant_id
          AND ({order_of("a")}) <= (c.epoch, c.to_xid, c.to_created_at, c.to_id)
          AND (c.after_id IS NULL
               OR ({order_of("a")}) > (c.after_epoch, c.after_xid, c.after_at, c.after_id))
    ) f
    WHERE c.sequence >= :first ORDER BY c.sequence
""")  # nosec B608 # names of our own, no input

# nosemgrep: sql-made-of-values
_ENTRIES_OF = text(f"""
    WITH seal AS (SELECT * FROM audit_seals WHERE sequence = :sequence),
    before AS (SELECT * FROM audit_seals WHERE sequence < :sequence ORDER BY sequence DESC LIMIT 1)
    SELECT a.id, a.created_at, {ENTRY_HASH} AS hash
    FROM audit_logs a JOIN seal s ON a.tenant_id = s.tenant_id LEFT JOIN before b ON true
    WHERE ({order_of("a")}) <= (s.epoch, s.to_xid, s.to_created_at, s.to_id)
      AND (b.to_id IS NULL OR ({order_of("a")}) > (b.epoch, b.to_xid, b.to_created_at, b.to_id))
    ORDER BY {order_of("a")}
""")  # nosec B608 # names of our own, no input

# nosemgrep: sql-made-of-values
_WAITING = text(f"""
    SELECT count(*) AS rows, min(a.created_at) AS oldest FROM audit_logs a
    LEFT JOIN (SELECT * FROM audit_seals ORDER BY sequence DESC LIMIT 1) s ON s.tenant_id = a.tenant_id
    WHERE s.sequence IS NULL OR ({order_of("a")}) > (s.epoch, s.to_xid, s.to_created_at, s.to_id)
""")  # nosec B608 # names of our own, no input


def tenants_waiting() -> dict[UUID, bool]:
    """Every company there is or was, and whether it has entries to seal; asked without a tenant."""
    return {row.tenant_id: row.is_waiting for row in db().execute(_TENANTS)}


def head() -> AuditSeal | None:
    """The last seal of this company."""
    return db().scalars(select(AuditSeal).order_by(AuditSeal.sequence.desc()).limit(1)).first()


def sealed_rows() -> int:
    return db().scalar(select(func.coalesce(func.sum(AuditSeal.row_count), 0)))


def waiting() -> Waiting:
    row = db().execute(_WAITING).one()
    return Waiting(row.rows, row.oldest)


def recomputed(first: int) -> list[Any]:
    """Some seals from `first` on, each beside what its entries make today; empty behind the last."""
    return list(db().execute(_RECOMPUTED, {"first": first, "limit": SEALS_AT_ONCE}))


def first_difference(seals: Iterable[Any], expected: int) -> Difference | None:
    """The first of these seals that does not hold; `expected` is the number the first must have."""
    for seal in seals:
        if seal.sequence != expected:
            return Difference(expected, "the seal is missing")
        if not seal.is_hashed:
            return Difference(seal.sequence, "the seal itself was changed")
        if not seal.is_chained:
            return Difference(seal.sequence, "the seal does not follow the one before it")
        if not seal.is_same:
            return _difference_in(seal)
        expected += 1
    return None


def _difference_in(seal: Any) -> Difference:
    stored = db().scalar(select(AuditSeal.entries).where(AuditSeal.sequence == seal.sequence))
    sealed = [stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)]
    rows = list(db().execute(_ENTRIES_OF, {"sequence": seal.sequence}))
    place = next(
        (at for at, (row, known) in enumerate(zip(rows, sealed, strict=False)) if row.hash != known),
        min(len(rows), len(sealed)),
    )
    entry = f"{rows[place].id} of {rows[place].created_at.isoformat()}" if place < len(rows) else ""
    if len(rows) < len(sealed):
        missing = len(sealed) - len(rows)
        told = f"{missing} of its entries are missing, the first is number {place + 1}"
        return Difference(seal.sequence, told, entry and f"before {entry}")
    if len(rows) > len(sealed):
        return Difference(seal.sequence, f"{len(rows) - len(sealed)} entries were added", entry)
    return Difference(seal.sequence, f"entry number {place + 1} was changed", entry)


def read_anchors(file: Path) -> Iterator[dict]:
    """The heads that were written outside the database, the oldest first; nothing when there is no file.

    Raises ValueError when a line cannot be read: a file that somebody damaged proves nothing.
    """
    if not file.exists():
        return
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        try:
            head = json.loads(line)
            yield {
                "tenant": UUID(head["tenant"]),
                "sequence": int(head["sequence"]),
                "hash": bytes.fromhex(head["hash"]),
                "at": head["at"],
            }
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"line {number} of {file} cannot be read") from None


def lost_anchor(heads: Iterable[dict]) -> Difference | None:
    """The first of this company's recorded heads that is no longer in its chain."""
    wanted = {head["sequence"]: head for head in heads}
    statement = select(AuditSeal.sequence, AuditSeal.hash).where(AuditSeal.sequence.in_(wanted))
    stored = {row.sequence: row.hash for row in db().execute(statement)}
    for sequence, head in sorted(wanted.items()):
        if stored.get(sequence) != head["hash"]:
            return Difference(sequence, f"the head recorded at {head['at']} is no longer in the chain")
    return None
