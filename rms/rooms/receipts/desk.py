"""The table of one allocation: open invoices, what is typed beside each, what fits and what is left.

It judges what was typed with the same rules as the action, for showing; only the action decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from flask import request
from flask_babel import gettext

from rms.domain import allocation
from rms.domain.allocation import RECEIPT, Claim, OpenInvoice
from rms.domain.errors import DomainError, Invalid, Sentence
from rms.domain.money import ZERO, group_indian, parse_money
from rms.models import Customer
from rms.queries.write_offs import own_limit, written_off
from rms.rooms.receipts import book as parts
from rms.rooms.receipts.book import AMOUNTS, CASH, GST_TDS, MORE, REASON, SECTION, TDS, WRITE_OFF, Book, Typed
from rms.web.errors import sentence
from rms.web.forms import Form


@dataclass(frozen=True)
class Row:
    """One open invoice with what is typed beside it, and `claim`, which is what counts of that: nothing of a
    cell that cannot be read. `errors` are sentences by cell; only the first is shown."""

    invoice: OpenInvoice
    claim: Claim
    cells: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def name(self, part: str = CASH) -> str:
        return f"{part}-{self.invoice.id}"

    def text(self, part: str) -> str:
        return self.cells.get(part, "")

    def counts(self, part: str) -> bool:
        """Whether the cell holds an amount that may stand."""
        return bool(self.text(part)) and part not in self.errors

    @property
    def error(self) -> str:
        return next(iter(self.errors.values()), "")

    @property
    def wrong_name(self) -> str:
        """The id of the first cell that is wrong."""
        return self.name(next(iter(self.errors), CASH))

    @property
    def amount(self) -> Decimal:
        return self.claim.amount

    @property
    def still_owed(self) -> Decimal:
        return self.invoice.balance - self.claim.settled

    @property
    def excess(self) -> Decimal:
        """How much more than is owed was typed."""
        return max(ZERO, -self.still_owed)

    @property
    def fits(self) -> Decimal:
        """The cash that settles it exactly; less than nothing when the rest alone is too much."""
        return self.invoice.balance - self.claim.without_cash

    @property
    def can_be_fixed(self) -> bool:
        return bool(self.excess) and self.fits >= 0 and self.amount > 0

    @property
    def is_settled(self) -> bool:
        return bool(self.claim.settled) and not self.still_owed

    @property
    def is_more(self) -> bool:
        """Whether the cells that few need are shown."""
        return any(self.text(part) for part in (MORE, GST_TDS, SECTION))


@dataclass(frozen=True)
class Match:
    """Invoices that add up to the money; `place` says which of the solutions it is."""

    place: int
    words: str


@dataclass(frozen=True)
class Desk:
    """Everything on the screen that depends on amounts.

    `in_bank` and `charges` together are `available`. `elsewhere` was typed for invoices that are not in the
    list: paid by somebody in the meantime, or another customer's. `over` is the sentence when more is laid on
    invoices than there is.
    """

    book: Book
    available: Decimal
    charges: Decimal = ZERO
    rows: list[Row] = field(default_factory=list)
    elsewhere: list[Claim] = field(default_factory=list)
    over: str = ""

    @property
    def customer(self) -> Customer | None:
        return self.book.customer

    @property
    def is_cut(self) -> bool:
        return self.book.is_cut

    @property
    def in_bank(self) -> Decimal:
        return self.available - self.charges

    @cached_property
    def claims(self) -> list[Claim]:
        return [row.claim for row in self.rows if row.claim.settled]

    @property
    def allocated(self) -> Decimal:
        return self.available - self.left

    @property
    def left(self) -> Decimal:
        return allocation.left_over(self.available, self.claims)

    @property
    def tds(self) -> Decimal:
        return sum((claim.tds_amount for claim in self.claims), ZERO)

    @property
    def gst_tds(self) -> Decimal:
        return sum((claim.gst_tds_amount for claim in self.claims), ZERO)

    @property
    def written_off(self) -> Decimal:
        return sum((claim.write_off_amount for claim in self.claims), ZERO)

    @property
    def share(self) -> int:
        """How much of the money is allocated, in thousandths, for a drawing."""
        if not self.available:
            return 0
        return int(min(Decimal(1), self.allocated / self.available) * 1000)

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.errors]

    @cached_property
    def matches(self) -> list[Match]:
        """Looked for while nothing is typed beside an invoice."""
        if self.available <= 0 or any(row.text(part) for row in self.rows for part in AMOUNTS):
            return []
        return [
            Match(place, self._names(found)) for place, found in enumerate(self.book.matches(self.available))
        ]

    def _names(self, found) -> str:
        numbers = {row.invoice.id: row.invoice.number for row in self.rows}
        plain = [numbers[part.invoice_id] for part in found if not part.tds]
        less = [numbers[part.invoice_id] for part in found if part.tds]
        told = [gettext("%(numbers)s less TDS", numbers=", ".join(less))] if less else []
        return ", ".join([*plain, *told])


def lay_out(book: Book, available: Decimal, typed: Typed, *, charges=ZERO, saving: bool = False) -> Desk:
    """The table for this customer with what was typed. `saving`: what is still missing is told as well."""
    rows = [_read(invoice, typed.get(invoice.id, {}), book) for invoice in book.invoices]
    told = _told(rows, available)
    known = {row.invoice.id for row in rows}
    elsewhere = [_read_elsewhere(one, typed[one], book) for one in sorted(typed.keys() - known)]
    return Desk(
        book,
        available,
        charges,
        [_with_problem(row, told.get(str(row.invoice.id)), saving) for row in rows],
        [claim for claim in elsewhere if claim.settled],
        over=sentence(told[RECEIPT][0]) if RECEIPT in told else "",
    )


def kept_back(desk: Desk) -> dict[UUID, Claim]:
    """What settles without cash, by invoice."""
    return {claim.invoice_id: claim for claim in desk.claims if claim.without_cash}


def with_cells(typed: Typed, invoice_id: UUID, cells: Mapping[str, str]) -> dict[UUID, dict[str, str]]:
    return {**typed, invoice_id: {**typed.get(invoice_id, {}), **cells}}


def changed(desk: Desk, typed: Typed, asked: Mapping[str, str]) -> Typed | None:
    """What stands in the cells after one press: `use` and `settle` pay an invoice in full, `tds` suggests its
    TDS, `more` shows what few need, `match` fills a solution. None when nothing of that was pressed."""
    for name, change in CHANGES.items():
        if asked.get(name):
            return change(desk, typed, asked[name])
    return None


def _settled(desk: Desk, typed: Typed, pressed: str) -> Typed:
    row = _row(desk, pressed)
    return with_cells(typed, row.invoice.id, desk.book.in_full(row.invoice.id, row.claim)) if row else typed


def _suggested(desk: Desk, typed: Typed, pressed: str) -> Typed:
    row = _row(desk, pressed)
    if row is None:
        return typed
    cells = typed.get(row.invoice.id, {})
    kept = desk.book.kept_back(row.invoice, row.amount, desk.book.section_of(cells))
    if kept is None:
        return with_cells(typed, row.invoice.id, {MORE: "1"})
    return with_cells(typed, row.invoice.id, {TDS: group_indian(kept) if kept else ""})


def _opened(desk: Desk, typed: Typed, pressed: str) -> Typed:
    row = _row(desk, pressed)
    return with_cells(typed, row.invoice.id, {MORE: "1"}) if row else typed


def _matched(desk: Desk, typed: Typed, pressed: str) -> Typed:
    """The first solution is 1."""
    found = desk.book.matches(desk.available)
    place = int(pressed) - 1 if pressed.isascii() and pressed.isdecimal() and len(pressed) < 3 else -1
    return parts.matched(found[place]) if 0 <= place < len(found) else typed


CHANGES = {"use": _settled, "settle": _settled, "suggest": _suggested, "more": _opened, "match": _matched}


def _row(desk: Desk, invoice_id: str) -> Row | None:
    return next((row for row in desk.rows if str(row.invoice.id) == invoice_id), None)


def refuse(form: Form, desk: Desk, error: DomainError) -> None:
    """Sentences that stand beside a row or the figure stay there; all others go above the form."""
    if not isinstance(error, Invalid):
        form.refuse(error)
        return
    beside = {str(row.invoice.id) for row in desk.wrong} | ({RECEIPT} if desk.over else set())
    others = {name: told for name, told in error.errors.items() if name not in beside}
    if others:
        form.refuse(Invalid(errors=others))


COLUMN_OF = {
    CASH: "amount",
    TDS: "tds_amount",
    WRITE_OFF: "write_off_amount",
    GST_TDS: "gst_tds_amount",
}


def _read(invoice: OpenInvoice, typed: Mapping[str, str], book: Book) -> Row:
    """In fair copy what can be read; the rest stays as it was typed, with a sentence."""
    cells, errors = {**typed}, {}
    amounts = {}
    for part in AMOUNTS:
        try:
            amount = parse_money(cells[part]) if part in cells else ZERO
        except Invalid as error:
            errors[part] = sentence(error)
        else:
            amounts[COLUMN_OF[part]] = amount
            cells[part] = group_indian(amount) if amount else ""
    claim = Claim(
        invoice.id, ZERO, write_off_reason=cells.get(REASON), tds_section=book.section_of(cells) or None
    )
    return Row(invoice, replace(claim, **amounts), cells, errors)


def _read_elsewhere(invoice_id: UUID, typed: Mapping[str, str], book: Book) -> Claim:
    nowhere = OpenInvoice(invoice_id, "", None, ZERO, None, None)
    return _read(nowhere, typed, book).claim


def _told(rows: list[Row], available: Decimal) -> dict[str, list[Sentence]]:
    """What the action would refuse these amounts with."""
    claims = [row.claim for row in rows if row.claim.settled]
    if not claims:
        return {}
    invoices = [row.invoice for row in rows]
    written = [claim.invoice_id for claim in claims if claim.write_off_amount]
    limit = own_limit() if written else None
    beyond = {} if limit is None else allocation.beyond_limit(claims, limit, written_off(written))
    return beyond | allocation.problems(available, claims, invoices, invoices[0].customer_id)


def _with_problem(row: Row, sentences: list[Sentence] | None, saving: bool) -> Row:
    if row.errors or not sentences:
        return row
    place = _place(row)
    if place == REASON and not (saving or "refused" in request.form):
        return row  # it is being typed: the box that asks is there
    return replace(row, errors={place: sentence(sentences[0])})


def _place(row: Row) -> str:
    """The cell at which a sentence about this row stands."""
    if row.excess:
        return CASH if row.can_be_fixed else TDS if row.claim.tds_amount else WRITE_OFF
    if row.claim.write_off_amount:
        lacks = not row.claim.write_off_reason or len(row.claim.write_off_reason) > allocation.LONGEST_REASON
        return REASON if lacks else WRITE_OFF
    return CASH


def mending(also: tuple, context: dict) -> tuple[tuple, dict]:
    """After a refusal each preview also says what still stands against saving (`_problems.html`)."""
    if "refused" not in request.form:
        return also, context
    return (*also, "receipts/_problems.html"), {**context, "mending": True}
