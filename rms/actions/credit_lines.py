"""What a credit note comes to: lines and sums worked out, by which screens show and the action stores."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rms.db.session import db
from rms.domain import crediting, invoicing, tax, typed_line
from rms.domain.amounts import LineAmounts, PricingContext, Taxes
from rms.domain.crediting import Ask, Billed, Part
from rms.domain.errors import N_, Invalid
from rms.domain.money import ZERO, q0
from rms.domain.place_of_supply import SupplyKind
from rms.domain.tax import Treatment
from rms.domain.typed_line import TypedLine
from rms.models import CreditNote, CreditNoteLineItem, Invoice
from rms.queries.credit_notes import HEADS, Creditable
from rms.queries.invoices import Terms

MOST_LINES = 200
LUMP = "lot"  # the unit of a line whose price is lowered: nothing comes back
PLACES = Decimal("0.0001")
COPIED = ("name", "description", "hsn_sac", "unit", "tax_treatment", "tax_rate", "cess_rate")


@dataclass(frozen=True)
class Worked:
    """Columns of the lines, each under the key by which its row is found again, and those of the note."""

    lines: Mapping[Any, dict] = field(default_factory=dict)
    sums: dict = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return self.sums["total_credit"]


def of_invoice(
    invoice: Invoice, rows: Sequence[Creditable], billed: Billed, asks: Sequence[Ask], *, is_financial: bool
) -> Worked:
    """The asked shares of the lines of an invoice. Raises Invalid by str(line id)."""
    by_id = {row.line.id: row for row in rows}
    parts = crediting.credit([row.billed for row in rows], asks, with_tax=not is_financial)
    lines = {}
    for line_id, part in sorted(parts.items(), key=lambda one: by_id[one[0]].line.position):
        lines[line_id] = _line_of_invoice(by_id[line_id], part, len(lines), is_financial)
    sums = _sums(list(parts.values()), crediting.round_off(parts.values(), billed))
    decided = {
        "place_of_supply": invoice.place_of_supply,
        "supply_type": invoice.supply_type,
        "tax_mode": invoice.tax_mode,
        "reverse_charge": invoice.reverse_charge,
    }
    return Worked(lines, sums | decided)


def of_typed(terms: Terms, typed: Sequence[TypedLine], *, is_financial: bool) -> Worked:
    """Lines that name no invoice, priced for the place of supply of the customer as it is today."""
    drafts = [one.draft for one in typed]
    priced = invoicing.price(drafts, _context(terms, typed))
    lines, parts = {}, []
    for number, (one, amounts) in enumerate(zip(typed, priced.lines, strict=True)):
        taxes = Taxes() if is_financial else amounts.charged
        part = Part(one.draft.quantity, amounts.taxable, taxes.cgst, taxes.sgst, taxes.igst, taxes.cess)
        lines[number] = _typed_line(one, amounts, part, number, is_financial)
        parts.append(part)
    before = sum((part.total for part in parts), ZERO)
    sums = _sums(parts, q0(before) - before if terms.rounds_off else ZERO)
    decided = {
        "place_of_supply": priced.supply.place_of_supply,
        "supply_type": priced.supply.supply_type.value,
        "tax_mode": priced.tax_mode.value,
        "reverse_charge": False,
    }
    return Worked(lines, sums | decided)


def read_line(cells: Mapping[str, str], day: dt.date) -> TypedLine:
    """A typed line. A rate that was in force earlier stands too: a credit note keeps the rate of the supply
    that it corrects, and which supply that was is not known here."""
    typed = typed_line.read(cells, day)
    if "tax" not in typed.errors:
        return typed
    earlier = (typed_line.read(cells, period.starts) for period in tax.RATE_TABLE)
    return next((one for one in earlier if "tax" not in one.errors), typed)


def read_lines(all_cells: Sequence[Mapping[str, str]], day: dt.date) -> list[TypedLine]:
    """Those that are not blank. Raises Invalid by "lines.0.rate"."""
    typed = {number: read_line(cells, day) for number, cells in enumerate(all_cells)}
    errors = {
        f"lines.{number}.{name}": [told] for number, one in typed.items() for name, told in one.errors.items()
    }
    if errors:
        raise Invalid(N_("These lines are not right yet"), errors=errors)
    kept = [one for one in typed.values() if not one.is_blank]
    if len(kept) > MOST_LINES:
        raise Invalid(N_("A credit note has at most %(most)s lines"), most=MOST_LINES)
    return kept


def asks_of(lines: Sequence[CreditNoteLineItem]) -> list[Ask]:
    """What the stored lines of a draft ask for: by amount where nothing comes back."""
    return [
        Ask(line.invoice_line_id, quantity=line.quantity)
        if line.quantity
        else Ask(line.invoice_line_id, amount=line.taxable_amount)
        for line in lines
    ]


def cells_of(line: CreditNoteLineItem) -> dict[str, str]:
    """A stored line that names no invoice, as its cells show it."""
    return typed_line.cells_of(_WithoutDiscount(line))


def store(note: CreditNote, stored: Sequence[CreditNoteLineItem], worked: Worked) -> None:
    """Bring lines and sums in line with what was worked out; rows that stay keep their ids, for the trail."""
    by_key = {line.invoice_line_id or line.position: line for line in stored}
    for key, columns in worked.lines.items():
        line = by_key.pop(key, None)
        if line is None:
            db().add(CreditNoteLineItem(credit_note_id=note.id, **columns))
        else:
            _set(line, columns)
    for line in by_key.values():
        db().delete(line)
    _set(note, worked.sums)


class _WithoutDiscount:
    """Cells ask for discounts, which a line of a credit note has none of: its amounts are after all."""

    discount_percent = None
    discount_amount = None

    def __init__(self, line: CreditNoteLineItem) -> None:
        self._line = line

    def __getattr__(self, name: str):
        return getattr(self._line, name)


def _context(terms: Terms, typed: Sequence[TypedLine]) -> PricingContext:
    codes = [one.draft.hsn_sac for one in typed if one.draft.hsn_sac]
    is_goods = any(not tax.is_service_code(code) for code in codes)
    return PricingContext(
        seller=terms.seller,
        customer=terms.buyer,
        supply_kind=SupplyKind.GOODS if is_goods else SupplyKind.SERVICE,
        round_off=terms.rounds_off,
    )


def _line_of_invoice(row: Creditable, part: Part, position: int, is_financial: bool) -> dict:
    """The rate that is printed is what one of it is credited at, after discounts; of a lowered price there is
    no quantity, so its rate is the whole."""
    copied = {name: getattr(row.line, name) for name in COPIED}
    if is_financial:
        copied |= {"tax_rate": Decimal(0), "cess_rate": Decimal(0)}
    if not part.quantity:
        copied["unit"] = LUMP
    rate = (part.taxable / part.quantity).quantize(PLACES) if part.quantity else part.taxable
    return {"invoice_line_id": row.line.id, "rate": rate, **copied, **_amounts(part, position)}


def _typed_line(one: TypedLine, amounts: LineAmounts, part: Part, position: int, is_financial: bool) -> dict:
    rates = {"tax_rate": amounts.tax_rate, "cess_rate": amounts.cess_rate}
    return {
        "invoice_line_id": None,
        "name": one.name,
        "description": one.description,
        "hsn_sac": one.draft.hsn_sac,
        "unit": one.draft.unit,
        "rate": one.draft.rate,
        "tax_treatment": Treatment(amounts.treatment).value,
        **(dict.fromkeys(rates, Decimal(0)) if is_financial else rates),
        **_amounts(part, position),
    }


def _amounts(part: Part, position: int) -> dict:
    heads = {f"{head}_amount": getattr(part, head) for head in HEADS}
    return {
        "position": position,
        "quantity": part.quantity,
        "taxable_amount": part.taxable,
        **heads,
        "tax_amount": part.tax,
        "total": part.total,
    }


def _sums(parts: Sequence[Part], round_off: Decimal) -> dict:
    whole = crediting.summed(parts)
    return {
        "amount": whole.taxable,
        **{f"{head}_amount": getattr(whole, head) for head in HEADS},
        "gst_amount": whole.tax,
        "round_off": round_off,
        "total_credit": whole.total + round_off,
    }


def _set(row: Any, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
