"""The tax that is within money paid in advance for services: CGST Act s.12-13, Rule 50.

Only services: on advances for goods no tax is due (Notification 66/2017-Central Tax).
"""

from dataclasses import dataclass
from decimal import Decimal

from rms.domain.money import q2
from rms.domain.place_of_supply import TaxMode

HUNDRED = Decimal(100)
# Rule 50, its first proviso: where the rate cannot be told when the money comes.
RATE_IF_UNKNOWN = Decimal(18)
HEADS = {
    TaxMode.CGST_SGST: ("CGST", "SGST"),
    TaxMode.CGST_UTGST: ("CGST", "UTGST"),
    TaxMode.IGST: ("IGST",),
}


@dataclass(frozen=True)
class TaxWithin:
    """`value` and the taxes make up the advance to the paisa; each head is (name, rate, amount)."""

    value: Decimal
    heads: tuple[tuple[str, Decimal, Decimal], ...]

    @property
    def tax(self) -> Decimal:
        return sum((amount for *_, amount in self.heads), Decimal("0.00"))


def tax_within(advance: Decimal, mode: TaxMode, rate: Decimal = RATE_IF_UNKNOWN) -> TaxWithin | None:
    """None where no tax is charged. Both halves of a tax within a state are equal; the value is the rest."""
    names = HEADS.get(mode)
    if not names or advance <= 0:
        return None
    each = rate / len(names)
    amount = q2(advance * each / (HUNDRED + rate))
    return TaxWithin(advance - amount * len(names), tuple((name, each, amount) for name in names))
