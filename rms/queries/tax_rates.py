"""Which tax rates a tenant charges on a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from rms.db.session import db
from rms.models import TaxRate

USUAL = (Decimal(5), Decimal(18), Decimal(40))


@dataclass(frozen=True)
class RateInForce:
    """The rate of one category on the day that was asked for."""

    category: str
    rate: Decimal
    description: str | None

    @property
    def is_usual(self) -> bool:
        """One of the rates of the main schedules, which most businesses need."""
        return self.rate in USUAL


def tax_rates_on(day: dt.date) -> list[RateInForce]:
    """One rate per category, the latest that started by `day`; the usual ones first, by size."""
    statement = (
        select(TaxRate.category, TaxRate.rate, TaxRate.description)
        .where(TaxRate.effective_from <= day)
        .ext(distinct_on(TaxRate.category))
        .order_by(TaxRate.category, TaxRate.effective_from.desc())
    )
    rates = [RateInForce(*row) for row in db().execute(statement)]
    return sorted(rates, key=lambda one: (not one.is_usual, one.rate))


def rate_of(category: str, rates: Sequence[RateInForce]) -> RateInForce | None:
    """The rate of a category among those in force, or None when the category has none on that day."""
    return next((one for one in rates if one.category == category), None)


def category_of_rate(rate: Decimal, day: dt.date) -> str | None:
    """The category that has this rate on the day; None when no category has it."""
    return next((one.category for one in tax_rates_on(day) if one.rate == rate), None)
