"""Using what is left of a credit note: the open invoices of its customer, and how much goes to each.

The same table as for money that arrived (rooms/receipts): what is typed is judged with the rules of the
action, for showing; only the action decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import credit_notes
from rms.actions.credit_notes import USES, Use
from rms.domain import allocation
from rms.domain.allocation import OpenInvoice
from rms.domain.errors import DomainError, Invalid, Sentence
from rms.domain.lifecycle import CreditNoteStatus, Verb, move_credit_note
from rms.domain.money import ZERO, group_indian, parse_money
from rms.models import CreditNote
from rms.policy import P
from rms.queries.credit_notes import find_credit_note
from rms.queries.receipts import MOST_OPEN, invoices_to_pay
from rms.rooms.credit_notes import room
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.forms import Form
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

PREFIX = "use-"
BESIDE = ("credit_notes/_left.html", "credit_notes/_use_dock.html")

Typed = Mapping[UUID, str]


@dataclass(frozen=True)
class Row:
    """One open invoice. `amount` is what counts of the typed text: nothing while it cannot be read."""

    invoice: OpenInvoice
    typed: str = ""
    amount: Decimal = ZERO
    error: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.invoice.id}"

    @property
    def still_owed(self) -> Decimal:
        return self.invoice.balance - self.amount

    @property
    def excess(self) -> Decimal:
        return max(ZERO, -self.still_owed)

    @property
    def is_settled(self) -> bool:
        return bool(self.amount) and not self.still_owed


@dataclass(frozen=True)
class Table:
    """`over` is the sentence when more is used than there is; `elsewhere` names invoices not in the list."""

    note: CreditNote
    rows: list[Row] = field(default_factory=list)
    elsewhere: list[Use] = field(default_factory=list)
    over: str = ""
    is_cut: bool = False

    @property
    def uses(self) -> list[Use]:
        return [Use(row.invoice.id, row.amount) for row in self.rows if row.amount]

    @property
    def available(self) -> Decimal:
        return self.note.unapplied_amount

    @property
    def used(self) -> Decimal:
        return sum((use.amount for use in self.uses), ZERO)

    @property
    def left(self) -> Decimal:
        return self.available - self.used

    @property
    def share(self) -> int:
        return int(min(Decimal(1), self.used / self.available) * 1000) if self.available else 0

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.error]


@room.get("/<uuid:credit_note_id>/apply")
@requires(P.RECEIPT_RECORD)
def use_form(credit_note_id: UUID):
    """A credit note of which nothing is left is only shown."""
    note = find_credit_note(credit_note_id)
    if not note.unapplied_amount:
        return go(url_for("credit_notes.show", credit_note_id=credit_note_id))
    return _screen(note, {})


@room.post("/<uuid:credit_note_id>/_/use")
@requires(P.RECEIPT_RECORD)
def preview_use(credit_note_id: UUID):
    """The table with everything worked out; nothing is stored. `?use=<invoice>` settles that one, and
    `?mode=oldest` or `none` lays the credit on the longest due invoices or takes it off again."""
    note, typed = find_credit_note(credit_note_id), typed_in(request.form)
    use, mode = request.args.get("use", type=UUID), request.args.get("mode")
    if mode or use:
        found = invoices_to_pay(note.customer_id)[:MOST_OPEN]
        if mode:
            claims = allocation.fill_oldest_first(note.unapplied_amount, found) if mode == "oldest" else []
            typed = {claim.invoice_id: group_indian(claim.amount) for claim in claims}
        else:
            typed |= {one.id: group_indian(one.balance) for one in found if one.id == use}
    return _screen(note, typed)


@room.post("/<uuid:credit_note_id>/apply")
@requires(P.RECEIPT_RECORD)
@once
def use(credit_note_id: UUID):
    note, typed, form = find_credit_note(credit_note_id), typed_in(request.form), Form()
    table = _lay_out(note, typed)
    if form.validate() and not table.wrong:
        try:
            credit_notes.apply(credit_note_id, [*table.uses, *table.elsewhere], today=today())
        except DomainError as error:
            _refuse(form, table, error)
        else:
            flash(gettext("The credit is used."))
            return go(url_for("credit_notes.show", credit_note_id=credit_note_id))
    return page("credit_notes/use.html", status=422, refused=True, note=note, table=table, form=form)


def typed_in(form: Mapping[str, str]) -> dict[UUID, str]:
    """What stands beside each invoice; fields of other names are left alone."""
    typed = {}
    for name, text in form.items():
        if name.startswith(PREFIX) and text.strip():
            try:
                typed[UUID(name.removeprefix(PREFIX))] = text.replace("\x00", "").strip()
            except ValueError:
                continue
    return typed


def _screen(note: CreditNote, typed: Typed):
    table = _lay_out(note, typed)
    is_mending = "refused" in request.form
    also = (*BESIDE, "credit_notes/_use_problems.html") if is_mending else BESIDE
    return page(
        "credit_notes/use.html",
        piece="credit_notes/_uses.html",
        also=also,
        note=note,
        table=table,
        form=Form(formdata=None),
        mending=is_mending,
    )


def _lay_out(note: CreditNote, typed: Typed) -> Table:
    move_credit_note(CreditNoteStatus(note.status), Verb.APPLY)
    found = invoices_to_pay(note.customer_id)
    rows = [_read(invoice, typed.get(invoice.id, "")) for invoice in found[:MOST_OPEN]]
    uses = [Use(row.invoice.id, row.amount) for row in rows if row.amount]
    told = credit_notes.problems_with(
        note.unapplied_amount, uses, [row.invoice for row in rows], note.customer_id
    )
    strangers = sorted(typed.keys() - {row.invoice.id for row in rows})
    return Table(
        note,
        [_with_problem(row, told.get(str(row.invoice.id))) for row in rows],
        [Use(one, _amount_of(typed[one])) for one in strangers],
        over=_words(told.get(USES)),
        is_cut=len(found) > MOST_OPEN,
    )


def _read(invoice: OpenInvoice, text: str) -> Row:
    if not text:
        return Row(invoice)
    try:
        amount = parse_money(text)
    except Invalid as error:
        return Row(invoice, text, error=sentence(error))
    return Row(invoice, group_indian(amount) if amount else "", amount)


def _amount_of(text: str) -> Decimal:
    try:
        return parse_money(text)
    except Invalid:
        return ZERO


def _with_problem(row: Row, told: list[Sentence] | None) -> Row:
    return row if row.error or not told else Row(row.invoice, row.typed, row.amount, _words(told))


def _words(told: list[Sentence] | None) -> str:
    return sentence(Invalid(told[0].message, **told[0].params)) if told else ""


def _refuse(form: Form, table: Table, error: DomainError) -> None:
    """Sentences that stand beside a row or the figure stay there; all others go above the form."""
    beside = {str(row.invoice.id) for row in table.wrong} | ({USES} if table.over else set())
    if not isinstance(error, Invalid) or not error.errors:
        form.refuse(error)
        return
    others = {name: told for name, told in error.errors.items() if name not in beside}
    if others:
        form.refuse(Invalid(errors=others))
