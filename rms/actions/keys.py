"""Changing keys: every sealed field is sealed anew with the newest.

Company by company and in batches, each a transaction of its own, so that a run may be interrupted and
repeated, and nobody's work waits for it. Text from before fields were sealed is sealed now. Hashes of
passwords and of recovery codes cannot be made anew without what they are of: they go over when their owner
comes by.

The row triggers write an entry for each row, as for every change: no door leads past the trail, not even for
this. The entries show "(hidden)" and say why, and one more sums up the company's.
"""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, update

from rms.crypto.fields import MARK, CannotOpen, reseal
from rms.crypto.keys import ring
from rms.db.audit import audit_event
from rms.db.session import db, tenant_scope
from rms.models import Invoice
from rms.queries import bank
from rms.queries.keys import PLACES, Place, every_tenant
from rms.queries.settings import KEYS_CHANGED

BATCH = 500
NOTHING_YET = UUID(int=0)


@dataclass
class Rotated:
    """What a run did: how many were sealed anew by place, and a sentence for each text that did not open."""

    changed: Counter = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def rotate() -> Rotated:
    """Seal everything with the newest key. Safe to repeat; what no key opens stays as it is and is told."""
    done = Rotated()
    for tenant_id in every_tenant():
        of_one = _rotate_one(tenant_id)
        done.changed += of_one.changed
        done.broken += of_one.broken
    return done


def _rotate_one(tenant_id: UUID) -> Rotated:
    done = Rotated()
    try:
        for place in PLACES:
            last = NOTHING_YET
            while last is not None:
                last = _batch(tenant_id, place, last, done)
    finally:
        _note(tenant_id, done)
    return done


def _note(tenant_id: UUID, done: Rotated) -> None:
    """Also of a run that was interrupted: what was committed until then."""
    if not done.changed:
        return
    with tenant_scope(tenant_id, reason=KEYS_CHANGED):
        audit_event("keys_rotated", "tenants", tenant_id, {"key": ring().newest, **done.changed})


def _batch(tenant_id: UUID, place: Place, after: UUID, done: Rotated) -> UUID | None:
    """One transaction over the next rows that the newest key has not sealed; where to go on, or None."""
    newest, of_batch = f"{MARK}{ring().newest}:", Rotated()
    with tenant_scope(tenant_id, reason=KEYS_CHANGED):
        waiting = place.kept(place.model.id, place.text)
        waiting = waiting.where(place.model.id > after, ~place.text.startswith(newest, autoescape=True))
        waiting = waiting.order_by(place.model.id).limit(BATCH).with_for_update(key_share=True)
        rows = db().execute(waiting).all()
        for row_id, text in rows:
            _seal_anew(tenant_id, place, row_id, text, of_batch)
    done.changed += of_batch.changed
    done.broken += of_batch.broken
    return rows[-1].id if len(rows) == BATCH else None


def _seal_anew(tenant_id: UUID, place: Place, row_id: UUID, text: str, done: Rotated) -> None:
    try:
        sealed = reseal(text, **place.sealed_for(tenant_id, row_id))
    except CannotOpen as trouble:
        done.broken.append(str(trouble))
        return
    db().execute(update(place.model).where(place.model.id == row_id).values(_values(place, sealed)))
    done.changed[place.name] += 1


def _values(place: Place, sealed: str) -> dict:
    if not place.in_json:
        return {place.text.key: sealed}
    path = [bank.COLUMN]
    return {bank.SNAPSHOT: func.jsonb_set(Invoice.seller_snapshot, path, func.to_jsonb(sealed))}
