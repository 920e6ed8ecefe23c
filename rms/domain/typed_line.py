"""One invoice line as it was typed: text in, a draft or sentences out. What cannot be read is kept as
typed.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rms.domain import discounts, money, sums, tax
from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.invoicing import LineDraft, check_line
from rms.domain.tax import Treatment

FIELDS = ("name", "description", "hsn_sac", "quantity", "unit", "rate", "discount", "tax")
LENGTHS = {"name": 255, "description": 10_000, "hsn_sac": 8, "unit": 20}
TREATMENT_WORDS = {
    "nil": Treatment.NIL,
    "exempt": Treatment.EXEMPT,
    "non-gst": Treatment.NON_GST,
    "non gst": Treatment.NON_GST,
}


@dataclass(frozen=True)
class TypedLine:
    """`draft` holds the fields that could be read; `errors` says by field what could not."""

    raw: dict[str, str]
    name: str | None
    description: str | None
    draft: LineDraft
    errors: dict[str, Sentence] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not self.errors

    @property
    def is_blank(self) -> bool:
        """Nothing worth keeping was typed yet; a blank line is dropped at issue."""
        return not (self.name or self.description or self.errors or self.draft.rate)


def read(raw: Mapping[str, str], day: dt.date) -> TypedLine:
    """Read the cells of one line of a document dated `day`; missing cells count as empty."""
    cells = {name: raw.get(name, "").replace("\x00", "").strip() for name in FIELDS}
    errors: dict[str, Sentence] = {}

    def take(name: str, parse: Callable, default):
        if not cells[name]:
            return default
        try:
            return parse(cells[name])
        except Invalid as error:
            errors[name] = error.sentence
            return default

    discount = take("discount", discounts.parse_discount, discounts.NONE)
    nothing = (Decimal(0), Decimal(0), Treatment.TAXABLE)
    rate, cess, treatment = take("tax", lambda text: _tax(text, day), nothing)
    draft = LineDraft(
        description=cells["name"],
        quantity=take("quantity", _quantity, Decimal(1)),
        rate=take("rate", _rate, Decimal(0)),
        discount_percent=discount.percent,
        discount_amount=discount.amount,
        tax_rate=rate,
        cess_rate=cess,
        treatment=treatment,
        hsn_sac=take("hsn_sac", _hsn_sac, None),
        unit=cells["unit"] or None,
    )
    for name, sentences in ({} if errors else check_line(draft)).items():
        errors["discount" if name.startswith("discount") else name] = sentences[0]
    errors |= {name: _too_long(name) for name, limit in LENGTHS.items() if len(cells[name]) > limit}
    return TypedLine(cells, cells["name"] or None, cells["description"] or None, draft, errors)


def cells_of(line: Any) -> dict[str, str]:
    """A stored line (anything with its columns) as its cells show it, in fair copy: read again, it is the
    same line.
    """
    is_untouched = not (line.name or line.rate)
    discount = discounts.Discount(
        line.discount_percent, None if line.discount_percent else line.discount_amount
    )
    return {
        "name": line.name or "",
        "description": line.description or "",
        "hsn_sac": line.hsn_sac or "",
        "quantity": _written(line.quantity, 0),
        "unit": line.unit or "",
        "rate": "" if is_untouched else _written(line.rate, 2),
        "discount": discount.text,
        "tax": _tax_written(line),
    }


def _written(value: Decimal, places: int) -> str:
    return money.group_indian(value, max(places, -value.normalize().as_tuple().exponent))


def _tax_written(line: Any) -> str:
    if line.tax_treatment == Treatment.TAXABLE:
        cess = f"+{tax.rate_label(line.cess_rate)}" if line.cess_rate else ""
        return tax.rate_label(line.tax_rate) + cess
    return line.tax_treatment.replace("_", "-")


def _quantity(text: str) -> Decimal:
    return money.parse_quantity(_worked_out(text, 3, "quantity"))


def _rate(text: str) -> Decimal:
    return money.parse_rate(_worked_out(text, 4, "rate"))


def _worked_out(text: str, places: int, field: str) -> str:
    """A sum becomes what it comes to; anything else stays for the parser of numbers to judge."""
    return format(sums.result(text, places=places, field=field), "f") if sums.is_sum(text) else text


def _tax(text: str, day: dt.date) -> tuple[Decimal, Decimal, Treatment]:
    """A GST rate in force on the day, with the compensation cess of that time after a plus ("28+12"), or one
    of the words for a line without tax.
    """
    treatment = TREATMENT_WORDS.get(text.lower())
    if treatment:
        return Decimal(0), Decimal(0), treatment
    gst, _, extra = text.partition("+")
    rate = money.parse_percent(gst.strip().rstrip("%"))
    tax.check_rate(rate, day, field="tax")
    cess = money.parse_percent(extra.strip().rstrip("%")) if extra.strip() else Decimal(0)
    if cess and day >= tax.CESS_ENDED:
        raise Invalid(N_("Compensation cess ended on 1 Feb 2026"), field="tax")
    return rate, cess, Treatment.TAXABLE


def _hsn_sac(text: str) -> str:
    digits = text.replace(" ", "")
    if not tax.is_hsn_sac(digits):
        raise Invalid(N_("SAC or HSN has 4, 6 or 8 digits"), field="hsn_sac")
    return digits


def _too_long(name: str) -> Sentence:
    return say(N_("This is too long. At most %(limit)s characters fit"), limit=LENGTHS[name])
