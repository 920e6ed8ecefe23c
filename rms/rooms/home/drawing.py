"""Figures as coordinates: pages draw with SVG attributes alone, since styles in markup are not allowed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rms.domain.money import axis
from rms.queries.dashboard import Month

HEIGHT = 200
LINES = 4
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Columns:
    """The two columns of one month, as heights."""

    first: dt.date
    x: int
    billed: int
    received: int


@dataclass(frozen=True)
class Chart:
    """Labels of the axis from the top, and the columns."""

    labels: list[str]
    columns: list[Columns]


def chart_of(months: Sequence[Month]) -> Chart:
    top = LINES * _step(max(max(month.billed, month.received) for month in months))
    columns = [
        Columns(month.first, place * 100, _height(month.billed, top), _height(month.received, top))
        for place, month in enumerate(months)
    ]
    return Chart([axis(top * line / LINES) for line in range(LINES, 0, -1)], columns)


def _step(most: Decimal) -> Decimal:
    """The round distance of the lines with which the largest column still fits."""
    least = max(most / LINES, Decimal(1))
    power = Decimal(10) ** least.adjusted()
    return next(step * power for step in STEPS if step * power >= least)


def _height(amount: Decimal, top: Decimal) -> int:
    return int(amount * HEIGHT / top)
