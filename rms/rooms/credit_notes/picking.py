"""Picking lines of an invoice: a quantity or an amount beside each, and which of the two was meant.

Both boxes are filled once one of them is: the amount follows from the quantity. What stood there before
travels along in `was-<line>`, so that the box that changed is the one that counts, also without a script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.domain import crediting
from rms.domain.crediting import Ask, Part
from rms.domain.errors import Invalid
from rms.domain.money import group_indian, parse_money, parse_quantity
from rms.models import CreditNoteLineItem
from rms.queries.credit_notes import Creditable
from rms.web.errors import sentence

QUANTITY, AMOUNT, WAS = "qty-", "amt-", "was-"
NOUGHT = ("", "0", "0.00")


@dataclass(frozen=True)
class Cells:
    """The two boxes of one line, and what stood in them when the page was drawn."""

    quantity: str = ""
    amount: str = ""
    was: str = "|"

    @property
    def is_empty(self) -> bool:
        return self.quantity in NOUGHT and self.amount in NOUGHT

    @property
    def _before(self) -> tuple[str, str]:
        quantity, _, amount = self.was.partition("|")
        return _plain(quantity), _plain(amount)

    def ask(self, line_id: UUID) -> Ask | None:
        """What is meant, or None for nothing; raises Invalid for what is no number."""
        quantity, amount = _plain(self.quantity), _plain(self.amount)
        was_quantity, was_amount = self._before
        changed = (quantity != was_quantity, amount != was_amount)
        if not quantity and changed[0] and not changed[1]:
            return None  # the quantity was taken out, and the amount beside it only followed from it
        if quantity and amount and all(changed):
            return Ask(line_id, parse_quantity(quantity), parse_money(amount))
        if quantity and not (amount and changed[1]):
            return Ask(line_id, quantity=parse_quantity(quantity))
        return Ask(line_id, amount=parse_money(amount)) if amount else None


Typed = Mapping[UUID, Cells]


@dataclass(frozen=True)
class Row:
    """One line of the invoice on the screen. `part` is what is credited of it, None for nothing."""

    of: Creditable
    cells: Cells = Cells()
    part: Part | None = None
    error: str = ""

    @property
    def id(self) -> UUID:
        return self.of.line.id

    @property
    def is_open(self) -> bool:
        return self.of.left.taxable > 0

    @property
    def share(self) -> int:
        """How much of the line is credited already, in thousandths, for a drawing."""
        billed = self.of.billed.billed.taxable
        return int(self.of.billed.credited.taxable * 1000 / billed) if billed else 0

    @property
    def quantity_left(self) -> str:
        return written(self.of.left.quantity)


@dataclass(frozen=True)
class Picked:
    """All lines; `asks` can be credited, `elsewhere` names lines that are not of this invoice."""

    rows: Sequence[Row]
    asks: Sequence[Ask]
    elsewhere: Sequence[Ask] = ()

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.error]


def _plain(text: str) -> str:
    return "" if text in NOUGHT else text


def written(quantity: Decimal) -> str:
    return group_indian(quantity, max(0, -quantity.normalize().as_tuple().exponent))


def typed_in(form: Mapping[str, str]) -> dict[UUID, Cells]:
    """What stands beside each line, out of a posted form; fields of other names are left alone."""
    typed = {}
    for name in form:
        if not name.startswith((QUANTITY, AMOUNT)):
            continue
        try:
            line_id = UUID(name[len(QUANTITY) :])
        except ValueError:
            continue
        texts = (form.get(f"{kind}{line_id}", "").replace("\x00", "").strip() for kind in (QUANTITY, AMOUNT))
        typed[line_id] = Cells(*texts, form.get(f"{WAS}{line_id}", "|"))
    return {line_id: cells for line_id, cells in typed.items() if not cells.is_empty}


def stored(lines: Sequence[CreditNoteLineItem]) -> dict[UUID, Cells]:
    """The boxes of a draft as it is stored."""
    return {
        line.invoice_line_id: Cells(quantity=written(line.quantity))
        if line.quantity
        else Cells(amount=group_indian(line.taxable_amount))
        for line in lines
        if line.invoice_line_id
    }


def all_that_fits(rows: Sequence[Creditable], line_id: UUID) -> dict[UUID, Cells]:
    """What is typed to credit the rest of one line."""
    left = {row.line.id: row.left for row in rows}.get(line_id)
    if left is None or left.taxable <= 0:
        return {}
    if left.quantity > 0:
        return {line_id: Cells(quantity=written(left.quantity))}
    return {line_id: Cells(amount=group_indian(left.taxable))}


def everything(rows: Sequence[Creditable]) -> dict[UUID, Cells]:
    """What is typed to credit all that is left of the invoice."""
    return {line_id: cells for row in rows for line_id, cells in all_that_fits(rows, row.line.id).items()}


def read(rows: Sequence[Creditable], typed: Typed, *, is_financial: bool) -> Picked:
    """The lines with what was typed beside them, each judged as the action does."""
    shown = [_row(row, typed.get(row.line.id, Cells()), is_financial) for row in rows]
    strangers = sorted(typed.keys() - {row.id for row, _ in shown})
    return Picked(
        [row for row, _ in shown],
        [ask for row, ask in shown if ask and not row.error],
        [Ask(line_id, quantity=Decimal(1)) for line_id in strangers],
    )


def _row(of: Creditable, cells: Cells, is_financial: bool) -> tuple[Row, Ask | None]:
    try:
        ask = cells.ask(of.line.id)
    except Invalid as error:
        return Row(of, cells, error=sentence(error)), None
    if ask is None:
        return Row(of), None
    problem = crediting.problem_with(of.billed, ask)
    if problem:
        return Row(of, cells, error=sentence(Invalid(problem.message, **problem.params))), ask
    part = crediting.share_of(of.left, ask, with_tax=not is_financial)
    quantity = written(part.quantity) if part.quantity else ""
    amount = group_indian(part.taxable)
    return Row(of, Cells(quantity, amount, f"{quantity}|{amount}"), part), ask
