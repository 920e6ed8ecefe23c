"""What may still be credited of an invoice, and what crediting a part of it comes to.

A credit note takes back a share of what was billed: the tax is a share of the line's stored tax, never worked
out again, so rates and heads are those of the invoice however the customer or the law has changed since
(CGST Act, s. 34(1); Rule 53(1A)). Each share is taken of what is *left* of the line, so the last one is
exactly the remainder, and an invoice that is credited in any number of steps is credited to the paisa.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.money import ZERO, q0, q2, rupees
from rms.domain.numbering import financial_year_bounds

NO_QUANTITY = Decimal("0.000")


class Reason(StrEnum):
    """Why something is credited; the words are those of s. 34(1)."""

    RETURN = "return"
    PRICE = "price"
    DEFICIENCY = "deficiency"
    DISCOUNT = "discount"
    OTHER = "other"


REASON_WORDS: dict[Reason, str] = {
    Reason.RETURN: N_("Goods returned"),
    Reason.PRICE: N_("Charged too much"),
    Reason.DEFICIENCY: N_("Service not given or deficient"),
    Reason.DISCOUNT: N_("Discount after sale"),
    Reason.OTHER: N_("Other"),
}


@dataclass(frozen=True)
class Part:
    """A part of one line: how much of it, what that is worth without tax, and its tax by head."""

    quantity: Decimal = NO_QUANTITY
    taxable: Decimal = ZERO
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO

    @property
    def tax(self) -> Decimal:
        return self.cgst + self.sgst + self.igst + self.cess

    @property
    def total(self) -> Decimal:
        return self.taxable + self.tax

    def __add__(self, other: "Part") -> "Part":
        return Part(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Part)))

    def __sub__(self, other: "Part") -> "Part":
        return Part(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(Part)))


@dataclass(frozen=True)
class BilledLine:
    """A line of an invoice, and what issued credit notes have taken back of it."""

    id: UUID
    billed: Part
    credited: Part = Part()
    unit: str = ""

    @property
    def left(self) -> Part:
        return self.billed - self.credited


@dataclass(frozen=True)
class Ask:
    """What is to be credited of one line: by quantity, or by an amount without tax; never both.

    By amount nothing comes back (the price is lowered), so its quantity stays open to be credited.
    """

    line_id: UUID
    quantity: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Billed:
    """What rounding has to know of the invoice: its sums, and those of its issued credit notes.

    `before_round` is without round-off, `rounds` says whether the invoice's total is in whole rupees.
    """

    before_round: Decimal
    total: Decimal
    rounds: bool
    credited_before_round: Decimal = ZERO
    credited_total: Decimal = ZERO


def last_day_for_gst(invoice_date: dt.date) -> dt.date:
    """The last day on which a credit note may reduce the GST of a supply: 30 November after the end of the
    financial year (1 April to 31 March) in which it was made. CGST Act, s. 34(2).

    The annual return, where it is filed earlier, ends it earlier; of that nothing is known here.
    """
    _, end = financial_year_bounds(invoice_date, 4)
    return dt.date(end.year, 11, 30)


def share_of(left: Part, ask: Ask, *, with_tax: bool = True) -> Part:
    """What `ask` comes to; it must pass `problem_with`. A financial credit note (`with_tax` false) takes
    back no tax: it is paid to the government already."""
    if ask.quantity is not None:
        quantity, taxable = ask.quantity, q2(left.taxable * ask.quantity / left.quantity)
    else:
        quantity, taxable = NO_QUANTITY, q2(ask.amount)
    if not with_tax or not left.taxable:
        return Part(quantity, taxable)
    heads = (left.cgst, left.sgst, left.igst, left.cess)
    return Part(quantity, taxable, *(q2(head * taxable / left.taxable) for head in heads))


def as_if_taxed(billed: Part, part: Part) -> Part:
    """What a credit without GST uses up of a line: the tax that went with it stays paid to the government,
    and may not be taken back with what is left either."""
    if not billed.taxable:
        return part
    heads = (billed.cgst, billed.sgst, billed.igst, billed.cess)
    share = (q2(head * part.taxable / billed.taxable) for head in heads)
    return Part(part.quantity, part.taxable, *share)


def problem_with(line: BilledLine | None, ask: Ask) -> Sentence | None:
    """Why this cannot be credited of the line, or None."""
    if line is None:
        return say(N_("This line is not one of the invoice"))
    if ask.quantity is not None and ask.amount is not None:
        return say(N_("Give a quantity or an amount, not both"))
    asked, left = (
        (ask.quantity, line.left.quantity) if ask.amount is None else (ask.amount, line.left.taxable)
    )
    if asked is None or asked <= 0:
        return say(N_("Enter more than 0, or leave this line out"))
    if line.left.taxable <= 0:
        return say(N_("Nothing is left to credit on this line"))
    if asked > left:
        return _too_much(line, by_quantity=ask.amount is None)
    return None


def problems(lines: Iterable[BilledLine], asks: Sequence[Ask]) -> dict[str, list[Sentence]]:
    """What stands against the asks, by str(line id)."""
    by_id = {line.id: line for line in lines}
    errors: dict[str, list[Sentence]] = {}
    seen: set[UUID] = set()
    for ask in asks:
        told = problem_with(by_id.get(ask.line_id), ask)
        if ask.line_id in seen:
            told = say(N_("This line is in the list twice"))
        seen.add(ask.line_id)
        if told:
            errors[str(ask.line_id)] = [told]
    return errors


def credit(lines: Sequence[BilledLine], asks: Sequence[Ask], *, with_tax: bool = True) -> dict[UUID, Part]:
    """The parts by line, or Invalid with every sentence of `problems`."""
    errors = problems(lines, asks)
    if errors:
        raise Invalid(N_("More than is left cannot be credited"), errors=errors)
    by_id = {line.id: line.left for line in lines}
    return {ask.line_id: share_of(by_id[ask.line_id], ask, with_tax=with_tax) for ask in asks}


def round_off(parts: Iterable[Part], billed: Billed) -> Decimal:
    """What rounds this credit note. The *sum* of an invoice's credit notes is in whole rupees, not each
    share by itself: rounding up each of several halves would take back more than was billed."""
    before = sum((part.total for part in parts), ZERO)
    so_far = billed.credited_before_round + before
    if so_far == billed.before_round:
        total = billed.total - billed.credited_total
    elif billed.rounds:
        total = q0(so_far) - billed.credited_total
    else:
        total = before
    return max(ZERO, min(total, billed.total - billed.credited_total)) - before


def everything_left(lines: Iterable[BilledLine]) -> list[Ask]:
    """The asks that credit all that is left, by quantity where there is one."""
    return [
        Ask(line.id, quantity=line.left.quantity)
        if line.left.quantity > 0
        else Ask(line.id, amount=line.left.taxable)
        for line in lines
        if line.left.taxable > 0
    ]


def summed(parts: Iterable[Part]) -> Part:
    return sum(parts, Part())


def by_line(rows: Iterable[tuple[UUID, Part]]) -> Mapping[UUID, Part]:
    """Parts added up by line."""
    added: dict[UUID, Part] = {}
    for line_id, part in rows:
        added[line_id] = added.get(line_id, Part()) + part
    return added


def _too_much(line: BilledLine, *, by_quantity: bool) -> Sentence:
    amount = rupees(line.left.taxable)
    if not by_quantity:
        return say(N_("%(amount)s is left to credit on this line"), amount=amount)
    quantity = f"{line.left.quantity.normalize():f} {line.unit}".strip()
    return say(
        N_("%(quantity)s (%(amount)s) is left to credit on this line"), quantity=quantity, amount=amount
    )
