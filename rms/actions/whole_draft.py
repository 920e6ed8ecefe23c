"""A draft saved in one act, head and lines together: what a browser without the script sends."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rms.actions import invoice_lines
from rms.actions.drafts import Draft, open_draft, read, write
from rms.actions.invoices import Head, store_head
from rms.domain.errors import NotFound
from rms.domain.typed_line import cells_of


@dataclass(frozen=True)
class TypedRow:
    """One line of the form: its cells, and the version it was drawn from."""

    line_id: UUID
    cells: Mapping[str, str]
    version: int


def save(
    invoice_id: UUID, head: Head, rows: Sequence[TypedRow], *, version: int, act: str, now: dt.datetime
) -> None:
    """Store everything that was typed, then do what its button says ("add", "up <line>", ...).

    Raises StaleVersion when any of it was changed elsewhere, with nothing stored.
    """
    draft = open_draft(invoice_id)
    store_head(draft, head, version=version)
    for row in rows:
        _store(draft, row)
    draft.reprice()
    _act(invoice_id, act, now)


def _store(draft: Draft, row: TypedRow) -> None:
    live = next((line for line in draft.lines if line.id == row.line_id), None)
    if live is not None and _as_stored(live) == dict(row.cells):
        return
    line = invoice_lines.line_to_change(draft, row.line_id, version=row.version)
    write(line, read(row.cells, draft.invoice))
    line.version += 1


def _as_stored(line) -> dict[str, str]:
    return cells_of(line) if line.is_valid else dict(line.raw_input)


def _act(invoice_id: UUID, act: str, now: dt.datetime) -> None:
    verb, _, named = act.partition(" ")
    if verb == "add":
        invoice_lines.add_line(invoice_id)
    elif verb == "last":
        invoice_lines.add_last_lines(invoice_id)
    elif verb in ("up", "down"):
        invoice_lines.shift_line(invoice_id, _id(named), -1 if verb == "up" else 1)
    elif verb == "copy":
        invoice_lines.copy_line(invoice_id, _id(named))
    elif verb == "delete":
        invoice_lines.delete_line(invoice_id, _id(named), now=now)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None
