"""A discount as it is typed: a share in percent, or an amount in rupees when it says so."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rms.domain.money import group_indian, parse_money, parse_percent

_RUPEES = re.compile(r"₹|^\s*(?:rs|inr)\b|\brs\.?\s*$|/[-=]\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Discount:
    """At most one of the two."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    @property
    def text(self) -> str:
        """As a field shows it: "5" or "₹500.00"."""
        if self.percent:
            return group_indian(self.percent, max(0, -self.percent.normalize().as_tuple().exponent))
        return f"₹{group_indian(self.amount)}" if self.amount else ""


NONE = Discount()


def parse_discount(text: str, *, field: str = "discount") -> Discount:
    """ "5" and "5%" are percent; "₹500", "Rs 500" and "500/-" are rupees. Raises Invalid."""
    if not text.strip():
        return NONE
    if _RUPEES.search(text):
        return Discount(amount=parse_money(text, field=field) or None)
    return Discount(percent=parse_percent(text, field=field) or None)
