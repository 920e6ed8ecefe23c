"""An entry as the page shows it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext

from rms.domain.devices import Device, device_of
from rms.queries import audit as queries
from rms.queries.audit import Head
from rms.queries.people import full_name, initials_of
from rms.rooms.audit.words import field, sentence
from rms.web.clock import at_home

LONGEST_VALUE = 300


@dataclass(frozen=True)
class Shown:
    """One entry in words. `at` is in the zone of the page."""

    id: UUID
    at: dt.datetime
    who: str
    initials: str
    words: str
    is_sealed: bool
    row: Any

    @property
    def device(self) -> Device | None:
        return device_of(self.row.user_agent) if self.row.user_agent else None


@dataclass(frozen=True)
class Difference:
    """A field before and after, as text; None where there was nothing."""

    name: str
    was: str | None
    now: str | None


def shown(rows: list[Any], sealed: Head | None) -> list[Shown]:
    names = queries.names_of(rows)
    return [_shown(row, names.get((row.entity_type, row.entity_id), ""), sealed) for row in rows]


def differences(row: Any) -> list[Difference]:
    """Field by field; of what was made or deleted, the fields that held something."""
    old, new = row.old_values or {}, row.new_values or {}
    return [
        Difference(field(name), _text(old.get(name)), _text(new.get(name))) for name in sorted({*old, *new})
    ]


def _shown(row: Any, subject: str, sealed: Head | None) -> Shown:
    who = full_name(row) if row.email else gettext("The system")
    return Shown(
        row.id,
        at_home(row.created_at),
        who,
        initials_of(who) if row.email else "",
        sentence(row, who=who, subject=subject),
        queries.is_sealed(row, sealed),
        row,
    )


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if value is True:
        return gettext("yes")
    if value is False:
        return gettext("no")
    return str(value)[:LONGEST_VALUE]
