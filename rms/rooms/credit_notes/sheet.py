"""What the editor shows: head, lines, and what they come to. Worked out with the rules of the action."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask import request, url_for

from rms.actions import credit_lines
from rms.actions.credit_lines import Worked
from rms.domain import typed_line
from rms.domain.crediting import last_day_for_gst
from rms.domain.errors import DomainError, Invalid
from rms.domain.money import ZERO
from rms.models import CreditNote, Customer, Invoice
from rms.queries.credit_notes import billed_of, creditable, lines_of_credit_note, next_credit_note_number
from rms.queries.invoices import find_invoice, terms_for
from rms.rooms.credit_notes import picking
from rms.rooms.credit_notes.forms import KEEP, REDUCE, HeadForm
from rms.rooms.credit_notes.picking import Picked, Typed
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.forms import Form

LINE = re.compile(r"lines-([0-9]{1,3})-([a-z_]+)")
CELLS = ("name", "hsn_sac", "quantity", "unit", "rate", "tax")
SPARE = 2  # empty rows under what is typed

AllCells = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Line:
    """One typed line of a credit note that names no invoice."""

    number: int
    cells: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    worked: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Sheet:
    """`picked` where it is against an invoice, else `lines`; `worked` counts what is right alone."""

    form: HeadForm
    worked: Worked
    number: str
    note: CreditNote | None = None
    invoice: Invoice | None = None
    customer: Customer | None = None
    picked: Picked | None = None
    lines: Sequence[Line] = ()
    whole: Sequence[str] = ()

    @property
    def day(self) -> dt.date:
        return self.form.credit_note_date.data or today()

    @property
    def last_day(self) -> dt.date | None:
        return last_day_for_gst(self.invoice.invoice_date) if self.invoice else None

    @property
    def is_late(self) -> bool:
        """Whether GST may no longer be credited (CGST Act, s. 34(2))."""
        return self.last_day is not None and self.day > self.last_day

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) of each line that does not count."""
        if self.picked:
            return [(f"{picking.QUANTITY}{row.id}", row.error) for row in self.picked.wrong]
        return [
            (f"lines-{line.number}-{name}", told) for line in self.lines for name, told in line.errors.items()
        ]

    @property
    def total(self) -> Decimal:
        return self.worked.total if self.worked.sums else ZERO

    @property
    def sums(self) -> Mapping[str, Decimal]:
        return self.worked.sums

    @property
    def balance_after(self) -> Decimal:
        return max(ZERO, self.invoice.balance - self.total)

    @property
    def then(self) -> str:
        """What is chosen; an invoice on which nothing is owed cannot be reduced."""
        chosen = self.form.then.data or REDUCE
        may_reduce = self.invoice is not None and self.invoice.balance > 0
        return KEEP if chosen == REDUCE and not may_reduce else chosen

    @property
    def url(self) -> dict[str, str]:
        """Where the buttons of this sheet post to."""
        if self.note is None:
            return {"save": url_for("credit_notes.create"), "preview": url_for("credit_notes.preview")}
        where = {"credit_note_id": self.note.id}
        return {
            "save": url_for("credit_notes.save", **where),
            "issue": url_for("credit_notes.issue", **where),
            "preview": url_for("credit_notes.preview_draft", **where),
            "delete": url_for("credit_notes.delete", **where),
        }


def against(invoice: Invoice, form: HeadForm, typed: Typed, note: CreditNote | None = None) -> Sheet:
    """The sheet of an invoice. `?use=<line>` and `?all=1` fill in what is left."""
    terms, rows = terms_for(invoice.customer_id), creditable(invoice.id)
    use = request.args.get("use")
    if request.args.get("all"):
        typed = picking.everything(rows)
    elif use:
        typed = {**typed, **{k: v for row in rows if str(row.line.id) == use for k, v in _rest(rows, row)}}
    is_financial = bool(form.is_financial.data)
    picked = picking.read(rows, typed, is_financial=is_financial)
    worked = credit_lines.of_invoice(
        invoice, rows, billed_of(invoice, terms), picked.asks, is_financial=is_financial
    )
    number = next_credit_note_number(form.credit_note_date.data or today(), terms)
    return Sheet(form, worked, number, note, invoice, invoice.customer, picked)


def alone(form: HeadForm, cells: AllCells, note: CreditNote | None = None) -> Sheet:
    """The sheet of a credit note that names no invoice."""
    terms = terms_for(form.buyer.id if form.buyer else None)
    day = form.credit_note_date.data or today()
    typed = [credit_lines.read_line(one, day) for one in cells]
    right = [one for one in typed if one.is_valid and not one.is_blank]
    worked, whole = Worked(), []
    try:
        worked = credit_lines.of_typed(terms, right, is_financial=bool(form.is_financial.data))
    except Invalid as error:
        whole = [sentence(error)]
    by_line = {id(one): worked.lines.get(number) for number, one in enumerate(right)}
    lines = [
        Line(number, one.raw, {name: _told(told) for name, told in one.errors.items()}, by_line.get(id(one)))
        for number, one in enumerate(typed)
    ]
    number = next_credit_note_number(day, terms)
    return Sheet(form, worked, number, note, customer=form.buyer, lines=lines, whole=whole)


def of_draft(note: CreditNote) -> Sheet:
    """A draft as it is stored."""
    form, lines = HeadForm.of(note), lines_of_credit_note(note.id)
    if note.invoice_id:
        return against(find_invoice(note.invoice_id), form, picking.stored(lines), note)
    return alone(form, with_spare([credit_lines.cells_of(line) for line in lines]), note)


def posted(form: HeadForm, note: CreditNote | None = None) -> Sheet:
    """What was sent, worked out again."""
    invoice_id = note.invoice_id if note else form.against()
    if invoice_id:
        return against(find_invoice(invoice_id), form, picking.typed_in(request.form), note)
    if note:
        form.buyer = note.customer
    else:
        form.find_buyer()
    return alone(form, with_spare(typed_cells()), note)


def typed_cells() -> list[dict[str, str]]:
    """The lines of a posted form that are not blank, in their order."""
    found: dict[int, dict[str, str]] = {}
    for name, text in request.form.items():
        match = LINE.fullmatch(name)
        if match and match[2] in typed_line.FIELDS:
            found.setdefault(int(match[1]), {})[match[2]] = text
    return [found[number] for number in sorted(found) if any(text.strip() for text in found[number].values())]


def with_spare(cells: AllCells) -> list[Mapping[str, str]]:
    return [*cells, *({} for _ in range(SPARE))]


def refuse(form: Form, sheet: Sheet, error: DomainError) -> None:
    """Sentences that stand beside a line stay there; all others go above the form or to their field."""
    if not isinstance(error, Invalid) or not error.errors:
        form.refuse(error)
        return
    beside = {str(row.id) for row in sheet.picked.wrong} if sheet.picked else set()
    beside |= {f"lines.{line.number}.{name}" for line in sheet.lines for name in line.errors}
    others = {name: told for name, told in error.errors.items() if name not in beside}
    if others:
        form.refuse(Invalid(errors=others))


def _rest(rows, row):
    return picking.all_that_fits(rows, row.line.id).items()


def _told(told) -> str:
    return sentence(Invalid(told.message, **told.params))
