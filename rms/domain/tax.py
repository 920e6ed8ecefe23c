"""GST rates with the dates they are in force, and how a supply is treated.

Sources: rate notifications 1/2017, 9/2025 (from 22 September 2025) and 19/2025 (from 1 February 2026),
Central Tax (Rate); special rates for merchant exports (0.1), job work on diamonds (1.5), real estate (1,
7.5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from rms.domain.errors import N_, Invalid


class Treatment(StrEnum):
    """What the law says of one line. Nil is 0% in the tariff, exempt is by notification, non-GST is outside
    the law altogether (petrol, diesel, ATF, alcohol for drinking). Zero-rated is no treatment of a line: it
    is the whole supply that is an export or goes to an SEZ (`place_of_supply.ZeroRating`)."""

    TAXABLE = "taxable"
    NIL = "nil"
    EXEMPT = "exempt"
    NON_GST = "non_gst"


@dataclass(frozen=True)
class RatePeriod:
    """The total rates (CGST + SGST, or IGST) in force from `starts`, until the next period starts.

    `common` are the ones a form offers first, `special` those only a few trades may use.
    """

    starts: date
    common: tuple[Decimal, ...]
    special: tuple[Decimal, ...]


def _rates(text: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(rate) for rate in text.split())


GST_STARTED = date(2017, 7, 1)
CESS_ENDED = date(2026, 2, 1)  # for tobacco; for everything else it ended on 22 September 2025

RATE_TABLE = (
    RatePeriod(GST_STARTED, _rates("0 5 12 18 28"), _rates("0.1 0.25 1 1.5 3 6 7.5")),
    # 12 is gone; 28 stays for tobacco and pan masala alone.
    RatePeriod(date(2025, 9, 22), _rates("0 5 18 40"), _rates("0.1 0.25 1 1.5 3 6 7.5 28")),
    RatePeriod(date(2026, 2, 1), _rates("0 5 18 40"), _rates("0.1 0.25 1 1.5 3 6 7.5")),
)


def period_on(day: date) -> RatePeriod:
    """The rate period in force on `day`. Raises Invalid for a day before GST."""
    for period in reversed(RATE_TABLE):
        if period.starts <= day:
            return period
    raise Invalid(N_("GST started on 1 Jul 2017. Choose a later date"), field="invoice_date")


def rates_on(day: date) -> tuple[Decimal, ...]:
    """Every rate that may stand on a document of that day, ascending."""
    period = period_on(day)
    return tuple(sorted(period.common + period.special))


def common_rates_on(day: date) -> tuple[Decimal, ...]:
    """The rates a form offers first, ascending."""
    return period_on(day).common


def check_rate(rate: Decimal, day: date, *, field: str = "tax_rate") -> None:
    """Raise Invalid when no GST rate of that size is in force on `day`.

    A credit note is checked with the date of the supply it corrects, since it keeps that rate.
    """
    if rate not in rates_on(day):
        offered = ", ".join(rate_label(rate) for rate in common_rates_on(day))
        raise Invalid(
            N_("%(rate)s%% is not a GST rate on this date. The usual ones are %(rates)s"),
            field=field,
            rate=rate_label(rate),
            rates=offered,
        )


class HasEffectiveFrom(Protocol):
    """What `rate_in_force` needs to know of a row."""

    effective_from: date


Row = TypeVar("Row", bound=HasEffectiveFrom)


def rate_in_force(rows: Iterable[Row], day: date) -> Row | None:
    """Of the rows of one tax category (anything with `effective_from`), the one that holds on `day`, or
    None.
    """
    started = [row for row in rows if row.effective_from <= day]
    return max(started, key=lambda row: row.effective_from, default=None)


def rate_label(rate: Decimal) -> str:
    """ "18", "0.25", "7.5": the rate without trailing zeros or an exponent."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_hsn_sac(text: str | None) -> bool:
    """4, 6 or 8 digits. It stays text: codes may start with a zero. Services start with 99."""
    return bool(text) and text.isascii() and text.isdigit() and len(text) in (4, 6, 8)


def is_service_code(text: str | None) -> bool:
    """Whether the code is a SAC (chapter 99), which makes the unit in GSTR-1 "NA"."""
    return is_hsn_sac(text) and text.startswith("99")
