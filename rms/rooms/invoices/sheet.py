"""What the fragments of the editor show: cells as typed or stored, sentences beside them, totals in words."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from rms.actions.drafts import Draft
from rms.actions.pricing import context_of, invoice_discount_waits
from rms.actions.whole_draft import TypedRow
from rms.domain import typed_line
from rms.domain.errors import Sentence
from rms.domain.place_of_supply import ZeroRating
from rms.domain.tax import common_rates_on, rate_label
from rms.domain.typed_line import TREATMENT_WORDS
from rms.models import Invoice, InvoiceLineItem
from rms.queries.customers import owed_by
from rms.queries.debit_notes import original_of, supplied_on
from rms.queries.invoices import find_invoice, lines_of, terms_for
from rms.queries.numbers import next_number
from rms.queries.tax_rows import tax_rows
from rms.rooms.invoices.forms import HeadForm
from rms.web.clock import at_home, now, today
from rms.web.errors import sentence

LINE_VERSION = re.compile(r"lines-([0-9a-f-]{36})-version")


@dataclass(frozen=True)
class Row:
    """One line as the editor draws it. `theirs` are the stored cells when somebody else saved in between."""

    line: InvoiceLineItem
    number: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] | None = None

    def differs(self, cell: str) -> bool:
        """Whether what is stored in this cell is something else than what was typed here."""
        return self.theirs is not None and self.theirs.get(cell, "") != self.cells.get(cell, "")

    @property
    def id(self) -> UUID:
        return self.line.id

    def name(self, cell: str) -> str:
        """The name of an input, unique on the page, since htmx posts whole forms."""
        return f"lines-{self.line.id}-{cell}"


def stored_row(line: InvoiceLineItem, number: int, invoice: Invoice) -> Row:
    """A line as it is stored: in fair copy when valid, else as it was typed, with what is wrong."""
    if line.is_valid:
        return Row(line, number, typed_line.cells_of(line))
    typed = typed_line.read(line.raw_input, supplied_on(invoice))
    return Row(line, number, typed.raw, told(typed.errors))


def told(errors: dict[str, Sentence]) -> dict[str, str]:
    return {name: sentence(error) for name, error in errors.items()}


def cells_from(form, line_id: UUID | str) -> dict[str, str]:
    """The cells of one line out of a posted form."""
    return {name: form.get(f"lines-{line_id}-{name}", "") for name in typed_line.FIELDS}


def typed_lines(form) -> list[TypedRow]:
    """Every line of a posted form, in the order of the page."""
    found = dict.fromkeys(match[1] for name in form if (match := LINE_VERSION.fullmatch(name)))
    return [
        TypedRow(UUID(line), cells_from(form, line), form.get(f"lines-{line}-version", default=0, type=int))
        for line in found
    ]


def rows_as_typed(draft: Draft, typed: list[TypedRow]) -> list[Row]:
    """The lines of a form that was refused: as typed, and beside it what is stored where that is newer."""
    shown = {row.line_id: row for row in typed}
    rows = []
    for number, line in enumerate(draft.lines, start=1):
        row = shown.get(line.id)
        stored = stored_row(line, number, draft.invoice)
        if row is None:
            rows.append(stored)
        elif row.version == line.version or row.cells == stored.cells:
            errors = told(typed_line.read(row.cells, supplied_on(draft.invoice)).errors)
            rows.append(Row(line, number, row.cells, errors))
        else:
            both = {"name": gettext("This line was changed in another tab.")}
            rows.append(Row(line, number, row.cells, both, theirs=stored.cells))
    return rows


def draft_to_show(invoice_id: UUID) -> Draft:
    """The draft with its lines and terms, read without a lock."""
    invoice = find_invoice(invoice_id)
    return Draft(invoice, lines_of(invoice_id), terms_for(invoice.customer_id))


def row_of(draft: Draft, line: InvoiceLineItem) -> Row:
    return stored_row(line, draft.lines.index(line) + 1, draft.invoice)


def totals_of(draft: Draft) -> dict:
    """What `_totals.html`, `_dock.html` and `_save_state.html` need."""
    supply = context_of(draft.invoice, draft.lines, draft.terms).supply
    return {
        "invoice": draft.invoice,
        "tax_rows": tax_rows(draft.invoice, draft.lines),
        "tax_reason": sentence(supply.reason),
        "discount_waits": invoice_discount_waits(draft.invoice, draft.lines),
        "left_out": sum(not line.is_valid for line in draft.lines),
        "before_discount": sum((line.amount for line in draft.lines if line.is_valid), start=0),
        "saved_at": at_home(now()).strftime("%H:%M"),
    }


def head_of(draft: Draft, form: HeadForm | None = None) -> dict:
    """What `_head.html` needs; a refused form shows what was typed."""
    return {
        "form": form or HeadForm.of(draft.invoice),
        "customer": draft.terms.customer,
        "gst_rates": [*map(rate_label, common_rates_on(supplied_on(draft.invoice))), *TREATMENT_WORDS],
        "zero_rated": context_of(draft.invoice, draft.lines, draft.terms).supply.zero_rating != ZeroRating.NO,
        "owed": owed_by(draft.terms.customer.id, today()) if draft.terms.customer else None,
        "next_number": next_number(draft.invoice, draft.terms),
        "original": original_of(draft.invoice),
        **totals_of(draft),
    }


def page_of(draft: Draft) -> dict:
    """What the whole editor needs."""
    rows = [stored_row(line, number, draft.invoice) for number, line in enumerate(draft.lines, start=1)]
    return {"rows": rows, "title": _title(draft), **head_of(draft)}


def _title(draft: Draft) -> str:
    customer = draft.terms.customer
    if draft.invoice.against_invoice_id:
        return gettext("Debit note for %(name)s", name=customer.name)
    return gettext("Draft for %(name)s", name=customer.name) if customer else gettext("New invoice")
