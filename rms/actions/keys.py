"""Changing keys: every sealed field sealed anew with the newest, and what each key still holds.

Company by company and in batches, each a transaction of its own, so that a run may be interrupted and
repeated, and nobody's work waits for it. Text from before fields were sealed is sealed now. Hashes of
passwords and of recovery codes cannot be made anew without what they are of: they go over when their owner
comes by.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from rms.crypto.fields import MARK, CannotOpen, kid_of, reseal
from rms.crypto.keys import ring
from rms.db.session import db, public_scope, tenant_scope
from rms.models import Company, Invoice, SecondFactor, User
from rms.queries import bank, second_factor
from rms.queries.seals import tenants_waiting
from rms.queries.settings import KEYS_CHANGED

BATCH = 200
NOTHING_YET = UUID(int=0)


@dataclass(frozen=True)
class Place:
    """Where sealed text stands: a row's column, or one key of its JSON; `sealed_for`: what it is bound to."""

    name: str
    model: type
    text: ColumnElement
    sealed_for: Callable[[UUID, UUID], dict]
    in_json: bool = False


def _for(table: str, column: str) -> Callable[[UUID, UUID], dict]:
    def place(tenant_id: UUID, row_id: UUID) -> dict:
        return {"tenant_id": tenant_id, "table": table, "column": column, "row_id": row_id}

    return place


PLACES = (
    Place(
        "companies.bank_account_number",
        Company,
        Company.bank_account_number,
        _for("companies", bank.COLUMN),
    ),
    Place(
        "invoices.seller_snapshot",
        Invoice,
        Invoice.seller_snapshot[bank.COLUMN].astext,
        _for("invoices", bank.SNAPSHOT_COLUMN),
        in_json=True,
    ),
    Place(
        "second_factors.secret",
        SecondFactor,
        SecondFactor.secret,
        _for(second_factor.TABLE, second_factor.COLUMN),
    ),
)


@dataclass
class Held:
    """How much each key holds; `fields` by (place, kid), `passwords` by kid. The kid "" is clear text."""

    fields: Counter = field(default_factory=Counter)
    passwords: Counter = field(default_factory=Counter)

    def of(self, kid: str) -> int:
        """Everything that needs this key."""
        return sum(n for (_, one), n in self.fields.items() if one == kid) + self.passwords[kid]


@dataclass
class Rotated:
    """What a run did: how many were sealed anew by place, and a sentence for each text that did not open."""

    changed: Counter = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def rotate() -> Rotated:
    """Seal everything with the newest key. Safe to repeat; what no key opens stays as it is and is told."""
    done = Rotated()
    for tenant_id in _tenants():
        for place in PLACES:
            last = NOTHING_YET
            while last is not None:
                last = _batch(tenant_id, place, last, done)
    return done


def held() -> Held:
    """What is under which key now, in every company."""
    found = Held()
    for tenant_id in _tenants():
        with tenant_scope(tenant_id):
            for place in PLACES:
                for (text,) in db().execute(_kept(place, place.text)):
                    found.fields[place.name, kid_of(text)] += 1
            kid = func.split_part(User.password_hash, "$", 1)
            for used, count in db().execute(select(kid, func.count()).group_by(kid)):
                found.passwords[used] += count
    return found


def _batch(tenant_id: UUID, place: Place, after: UUID, done: Rotated) -> UUID | None:
    """One transaction over the next rows that the newest key has not sealed; where to go on, or None."""
    newest = f"{MARK}{ring().newest}:"
    with tenant_scope(tenant_id, reason=KEYS_CHANGED):
        waiting = _kept(place, place.model.id, place.text)
        waiting = waiting.where(place.model.id > after, ~place.text.startswith(newest, autoescape=True))
        waiting = waiting.order_by(place.model.id).limit(BATCH).with_for_update(key_share=True)
        rows = db().execute(waiting).all()
        for row_id, text in rows:
            try:
                sealed = reseal(text, **place.sealed_for(tenant_id, row_id))
            except CannotOpen as trouble:
                done.broken.append(str(trouble))
                continue
            values = _values(place, sealed)
            db().execute(update(place.model).where(place.model.id == row_id).values(values))
            done.changed[place.name] += 1
    return rows[-1].id if len(rows) == BATCH else None


def _kept(place: Place, *columns):
    return select(*columns).where(place.text.is_not(None), place.text != "")


def _values(place: Place, sealed: str) -> dict:
    if not place.in_json:
        return {place.text.key: sealed}
    path = [bank.COLUMN]
    return {bank.SNAPSHOT: func.jsonb_set(Invoice.seller_snapshot, path, func.to_jsonb(sealed))}


def _tenants() -> Iterator[UUID]:
    with public_scope():
        found = sorted(tenants_waiting())
    yield from found
