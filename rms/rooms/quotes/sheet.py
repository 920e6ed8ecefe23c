"""What the fragments of the editor show: cells as typed or stored, sentences beside them, totals in words."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from rms.actions.pricing import context_of
from rms.actions.quotes import Draft
from rms.domain import typed_line
from rms.domain.tax import rate_label
from rms.models import QuoteLine
from rms.queries.invoices import terms_for
from rms.queries.quotes import find_quote, lines_of
from rms.queries.tax_rows import tax_rows
from rms.rooms.quotes.forms import HeadForm
from rms.web.clock import at_home, now
from rms.web.errors import sentence
from rms.web.formats import quantity, unit_price


@dataclass(frozen=True)
class Row:
    """One line as the editor draws it. `theirs` are the stored cells when somebody else saved in between."""

    line: QuoteLine
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


def cells_from(form, line_id: UUID) -> dict[str, str]:
    """The cells of one line out of a posted form."""
    return {name: form.get(f"lines-{line_id}-{name}", "") for name in typed_line.FIELDS}


def draft_to_show(quote_id: UUID) -> Draft:
    """The draft with its lines and terms, read without a lock."""
    quote = find_quote(quote_id)
    return Draft(quote, lines_of(quote_id), terms_for(quote.customer_id))


def row_of(draft: Draft, line: QuoteLine) -> Row:
    """A line as it is stored: in fair copy when valid, else as it was typed, with what is wrong."""
    number = draft.lines.index(line) + 1
    if line.is_valid:
        return Row(line, number, fair_cells(line))
    typed = typed_line.read(line.raw_input, draft.quote.quote_date)
    return Row(line, number, typed.raw, {name: sentence(error) for name, error in typed.errors.items()})


def fair_cells(line: QuoteLine) -> dict[str, str]:
    is_untouched = not (line.name or line.rate)
    is_taxable = line.tax_treatment == "taxable"
    return {
        "name": line.name or "",
        "description": line.description or "",
        "hsn_sac": line.hsn_sac or "",
        "quantity": quantity(line.quantity),
        "unit": line.unit or "",
        "rate": "" if is_untouched else unit_price(line.rate),
        "discount": quantity(line.discount_percent) if line.discount_percent else "",
        "tax": rate_label(line.tax_rate) if is_taxable else line.tax_treatment.replace("_", "-"),
    }


def totals_of(draft: Draft) -> dict:
    """What the totals, the dock and the saved state need."""
    supply = context_of(draft.quote, draft.lines, draft.terms).supply
    return {
        "quote": draft.quote,
        "tax_rows": tax_rows(draft.quote, draft.lines),
        "tax_reason": sentence(supply.reason),
        "left_out": sum(not line.is_valid for line in draft.lines),
        "before_discount": sum((line.amount for line in draft.lines if line.is_valid), start=0),
        "saved_at": at_home(now()).strftime("%H:%M"),
    }


def head_of(draft: Draft, form: HeadForm | None = None) -> dict:
    """What `_head.html` needs; a refused form shows what was typed."""
    return {
        "form": form or HeadForm.of(draft.quote),
        "customer": draft.terms.customer,
        **totals_of(draft),
    }


def page_of(draft: Draft, **more) -> dict:
    """What the whole editor needs."""
    customer = draft.terms.customer
    title = gettext("Quote for %(name)s", name=customer.name) if customer else gettext("New quote")
    rows = [row_of(draft, line) for line in draft.lines]
    return {"rows": rows, "title": title, **head_of(draft), **more}
