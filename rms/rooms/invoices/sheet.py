"""What the fragments of the editor show: cells as typed or stored, sentences beside them, totals in words."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from rms.actions.invoices import Draft
from rms.actions.pricing import context_of
from rms.domain import typed_line
from rms.domain.errors import Sentence
from rms.domain.tax import rate_label
from rms.models import Invoice, InvoiceLineItem
from rms.queries.invoices import find_invoice, lines_of, terms_for
from rms.queries.numbers import next_number
from rms.queries.tax_rows import tax_rows
from rms.rooms.invoices.forms import HeadForm
from rms.web.clock import at_home, now
from rms.web.errors import sentence
from rms.web.formats import quantity, unit_price


@dataclass(frozen=True)
class Row:
    """One line as the editor draws it. `theirs` are the stored cells when somebody else saved in between."""

    line: InvoiceLineItem
    number: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] | None = None

    @property
    def id(self) -> UUID:
        return self.line.id

    def name(self, cell: str) -> str:
        """The name of an input, unique on the page, since htmx posts whole forms."""
        return f"lines-{self.line.id}-{cell}"


def stored_row(line: InvoiceLineItem, number: int, invoice: Invoice) -> Row:
    """A line as it is stored: in fair copy when valid, else as it was typed, with what is wrong."""
    if line.is_valid:
        return Row(line, number, fair_cells(line))
    typed = typed_line.read(line.raw_input, invoice.invoice_date)
    return Row(line, number, typed.raw, told(typed.errors))


def fair_cells(line: InvoiceLineItem) -> dict[str, str]:
    is_untouched = not (line.name or line.rate)
    return {
        "name": line.name or "",
        "description": line.description or "",
        "hsn_sac": line.hsn_sac or "",
        "quantity": quantity(line.quantity),
        "unit": line.unit or "",
        "rate": "" if is_untouched else unit_price(line.rate),
        "discount": quantity(line.discount_percent) if line.discount_percent else "",
        "tax": _tax(line),
    }


def _tax(line: InvoiceLineItem) -> str:
    if line.tax_treatment == "taxable":
        return rate_label(line.tax_rate)
    return line.tax_treatment.replace("_", "-")


def told(errors: dict[str, Sentence]) -> dict[str, str]:
    return {name: sentence(error) for name, error in errors.items()}


def cells_from(form, line_id: UUID) -> dict[str, str]:
    """The cells of one line out of a posted form."""
    return {name: form.get(f"lines-{line_id}-{name}", "") for name in typed_line.FIELDS}


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
        "left_out": sum(not line.is_valid for line in draft.lines),
        "before_discount": sum((line.amount for line in draft.lines if line.is_valid), start=0),
        "saved_at": at_home(now()).strftime("%H:%M"),
    }


def head_of(draft: Draft, form: HeadForm | None = None) -> dict:
    """What `_head.html` needs; a refused form shows what was typed."""
    return {
        "form": form or HeadForm.of(draft.invoice),
        "customer": draft.terms.customer,
        "next_number": next_number(draft.invoice, draft.terms),
        **totals_of(draft),
    }


def page_of(draft: Draft) -> dict:
    """What the whole editor needs."""
    rows = [stored_row(line, number, draft.invoice) for number, line in enumerate(draft.lines, start=1)]
    return {"rows": rows, "title": _title(draft), **head_of(draft)}


def _title(draft: Draft) -> str:
    customer = draft.terms.customer
    return gettext("Draft for %(name)s", name=customer.name) if customer else gettext("New invoice")
