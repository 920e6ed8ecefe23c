"""What is done to the lines of a draft: added, typed, moved, copied, pasted, taken from the last invoice,
deleted and put back. Every function locks the invoice first and ends with all figures right.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from rms.actions.drafts import Draft, append, open_draft, read, write
from rms.db.session import db
from rms.domain import pasted
from rms.domain.errors import N_, DomainError, NotFound, StaleVersion
from rms.domain.typed_line import TypedLine, cells_of
from rms.models import InvoiceLineItem
from rms.queries.debit_notes import supplied_on
from rms.queries.invoices import (
    cells_of_service,
    deleted_or_live_line,
    last_lines_of_customer,
    services_named,
)

# What a copy takes over: everything that was typed, also what could not be read.
TYPED = (
    "service_type_id",
    "name",
    "description",
    "hsn_sac",
    "unit",
    "quantity",
    "rate",
    "discount_percent",
    "discount_amount",
    "tax_treatment",
    "tax_rate",
    "cess_rate",
    "raw_input",
    "is_valid",
)


def add_line(
    invoice_id: UUID, *, cells: Mapping[str, str] | None = None, after: UUID | None = None
) -> tuple[Draft, InvoiceLineItem]:
    """A new line at the end or after another, empty or with the given cells."""
    draft = open_draft(invoice_id)
    (line,) = append(draft, [cells or {}])
    if after:
        _place(draft, line, before=_following(draft, after))
    return (draft.reprice() if cells else _flushed(draft)), line


def change_line(
    invoice_id: UUID,
    line_id: UUID,
    cells: Mapping[str, str],
    *,
    version: int,
    service_id: UUID | None = None,
) -> tuple[Draft, InvoiceLineItem, TypedLine]:
    """Store what was typed in one line and retotal. Text that cannot be read is kept beside the line.

    A picked service fills name, SAC, unit, rate and GST. Raises StaleVersion with the stored line as
    `theirs`, also when it was deleted meanwhile; the same text sent with the version of that one brings it
    back.
    """
    draft = open_draft(invoice_id)
    line = line_to_change(draft, line_id, version=version)
    if service_id:
        cells = {**cells, **cells_of_service(service_id, supplied_on(draft.invoice))}
        line.service_type_id = service_id
    typed = read(cells, draft.invoice)
    write(line, typed)
    line.version += 1
    return draft.reprice(), line, typed


def line_to_change(draft: Draft, line_id: UUID, *, version: int) -> InvoiceLineItem:
    """The line if nobody changed it since; deleting counts as a change, and writing after it puts it back."""
    live = next((line for line in draft.lines if line.id == line_id), None)
    line = live or deleted_or_live_line(draft.invoice.id, line_id)
    if line.version != version:
        told = (
            N_("This line was changed in another tab.")
            if live
            else N_("This line was deleted in another tab.")
        )
        raise StaleVersion(told, theirs=line)
    if live is None:
        line.deleted_at = None
        draft.lines.append(line)
        draft.lines.sort(key=lambda one: (one.position, one.id))
    return line


def delete_line(invoice_id: UUID, line_id: UUID, *, now: dt.datetime) -> tuple[Draft, InvoiceLineItem]:
    """Take a line out of the draft; it can be put back for 24 hours."""
    draft = open_draft(invoice_id)
    line = draft.line(line_id)
    take_out(draft, line, now=now)
    return draft.reprice(), line


def take_out(draft: Draft, line: InvoiceLineItem, *, now: dt.datetime) -> None:
    """The version rises, so that a save from another tab does not bring the line back unnoticed."""
    line.deleted_at = now
    line.version += 1
    draft.lines.remove(line)


def restore_line(invoice_id: UUID, line_id: UUID) -> tuple[Draft, InvoiceLineItem]:
    """Put a deleted line back where it was; putting back a line that is there changes nothing."""
    draft = open_draft(invoice_id)
    line = deleted_or_live_line(invoice_id, line_id)
    if line not in draft.lines:
        line.deleted_at = None
        draft.lines.append(line)
        draft.lines.sort(key=lambda one: (one.position, one.id))
    return draft.reprice(), line


def move_line(invoice_id: UUID, line_id: UUID, *, before: UUID | None) -> tuple[Draft, InvoiceLineItem]:
    """Put a line before another, or at the end. What was typed stays, so its version stays."""
    draft = open_draft(invoice_id)
    line = draft.line(line_id)
    _place(draft, line, before=draft.line(before) if before else None)
    return _flushed(draft), line


def shift_line(invoice_id: UUID, line_id: UUID, step: int) -> tuple[Draft, InvoiceLineItem]:
    """One up (-1) or one down (1); at the edge it stays."""
    draft = open_draft(invoice_id)
    line = draft.line(line_id)
    at = draft.lines.index(line) + step
    if 0 <= at < len(draft.lines):
        draft.lines.remove(line)
        draft.lines.insert(at, line)
        _number(draft)
    return _flushed(draft), line


def copy_line(invoice_id: UUID, line_id: UUID) -> tuple[Draft, InvoiceLineItem]:
    """The same once more, below it."""
    draft = open_draft(invoice_id)
    source = draft.line(line_id)
    (twin,) = append(draft, [{}])
    for name in TYPED:
        setattr(twin, name, getattr(source, name))
    _place(draft, twin, before=_following(draft, line_id))
    return draft.reprice(), twin


def paste_lines(
    invoice_id: UUID, text: str, *, after: UUID | None = None
) -> tuple[Draft, list[InvoiceLineItem]]:
    """Rows out of a spreadsheet or a CSV file, below a line (in its place when that line is blank).

    A row that cannot be read comes in all the same, marked. An item that is called like one of our services
    takes from it what the row does not say.
    """
    rows = pasted.read(text)
    if not rows:
        raise DomainError(N_("There was no line in what you pasted."))
    draft = open_draft(invoice_id)
    return _insert(draft, _completed(rows, draft), after=after)


def add_last_lines(invoice_id: UUID) -> tuple[Draft, list[InvoiceLineItem]]:
    """The lines of this customer's last invoice, at the end. Raises DomainError when there is none."""
    draft = open_draft(invoice_id)
    if draft.invoice.customer_id is None:
        raise DomainError(N_("Choose the customer first, then their last invoice can be taken over."))
    last = last_lines_of_customer(draft.invoice.customer_id)
    if not last:
        raise DomainError(N_("There is no earlier invoice for this customer."))
    rows = [{**cells_of(line), "service": line.service_type_id} for line in last]
    return _insert(draft, rows, after=draft.lines[-1].id if draft.lines else None)


def link_service(invoice_id: UUID, line_id: UUID, service_id: UUID) -> tuple[Draft, InvoiceLineItem]:
    """The line belongs to a service that was made of it; nothing in it changes."""
    draft = open_draft(invoice_id)
    line = draft.line(line_id)
    line.service_type_id = service_id
    return _flushed(draft), line


def is_blank(line: InvoiceLineItem) -> bool:
    """Nothing was typed in it yet."""
    return line.is_valid and not (line.name or line.description or line.rate)


def _insert(
    draft: Draft, rows: Sequence[Mapping[str, str]], *, after: UUID | None
) -> tuple[Draft, list[InvoiceLineItem]]:
    """After a line; a blank line there makes room."""
    at = next((line for line in draft.lines if line.id == after), None)
    if after and at is None:
        raise NotFound()
    added = append(draft, rows)
    others = [line for line in draft.lines if line not in added]
    index = others.index(at) + 1 if at else len(others)
    if at is not None and is_blank(at):
        index -= 1
        others.remove(at)
        db().delete(at)
    draft.lines[:] = [*others[:index], *added, *others[index:]]
    _number(draft)
    return draft.reprice(), added


def _completed(rows: Sequence[Mapping[str, str]], draft: Draft) -> list[dict]:
    """What a row leaves open comes from the service of its name."""
    services = services_named({row["name"] for row in rows if row.get("name")}, draft.invoice.invoice_date)
    completed = []
    for row in rows:
        known = services.get(row.get("name", "").casefold(), {})
        completed.append({**known, **{name: text for name, text in row.items() if text}})
    return completed


def _following(draft: Draft, line_id: UUID) -> InvoiceLineItem | None:
    at = draft.lines.index(draft.line(line_id)) + 1
    return draft.lines[at] if at < len(draft.lines) else None


def _place(draft: Draft, line: InvoiceLineItem, *, before: InvoiceLineItem | None) -> None:
    if before is line:
        return
    draft.lines.remove(line)
    draft.lines.insert(draft.lines.index(before) if before else len(draft.lines), line)
    _number(draft)


def _number(draft: Draft) -> None:
    for position, line in enumerate(draft.lines, start=1):
        line.position = position


def _flushed(draft: Draft) -> Draft:
    db().flush()
    return draft
