"""Bars as coordinates: pages draw with SVG attributes alone, since styles in markup are not allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

BAR = 1000


@dataclass(frozen=True)
class Part:
    """One part of the ageing bar."""

    age: int
    x: int
    width: int


def ageing_bar(ages: Sequence[Decimal]) -> list[Part]:
    """Parts beside each other that fill the bar; one that has money is never too thin to be seen."""
    total = sum(ages)
    parts, x = [], 0
    for age, amount in enumerate(ages):
        if amount > 0:
            width = max(4, int(amount * BAR / total))
            parts.append(Part(age, x, width))
            x += width
    if parts:
        last = parts[-1]
        parts[-1] = Part(last.age, last.x, max(4, BAR - last.x))
    return parts
