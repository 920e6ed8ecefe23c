"""The tax rates a tenant starts with: one row per category, in force since the law brought its rate in.

A category keeps its name when the law changes its rate: the new rate is a new row with a later day, and
documents of earlier days keep what they had. Categories follow the schedules of notification 9/2025 Central
Tax (Rate).
"""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from rms.db.session import db
from rms.domain import tax
from rms.domain.errors import N_
from rms.models import TaxRate

STANDARD = "standard"

# rate -> (category, what it is for); the words are translated where they are shown
CATEGORIES: dict[Decimal, tuple[str, str]] = {
    Decimal("18"): (STANDARD, N_("Standard rate: most services and goods")),
    Decimal("5"): ("merit", N_("Merit rate: food, transport, essentials")),
    Decimal("40"): ("demerit", N_("Special rate: luxury and sin goods")),
    Decimal("3"): ("precious_metals", N_("Gold, silver and jewellery")),
    Decimal("0.25"): ("rough_stones", N_("Rough diamonds and precious stones")),
    Decimal("1.5"): ("diamond_job_work", N_("Cut diamonds, job work on diamonds")),
    Decimal("0.1"): ("merchant_export", N_("Goods sold to a merchant exporter")),
    Decimal("1"): ("affordable_housing", N_("Affordable housing")),
    Decimal("6"): ("bricks", N_("Bricks, without input credit")),
    Decimal("7.5"): ("commercial_real_estate", N_("Real estate, other than affordable housing")),
}


def seed(gst_setting_id: UUID, today: dt.date) -> list[TaxRate]:
    """Give the tenant every rate above nil that is in force today, each from the day it came into force."""
    rates = [rate for rate in tax.rates_on(today) if rate]
    rows = [_row(gst_setting_id, rate, today) for rate in rates]
    db().add_all(rows)
    return rows


def _row(gst_setting_id: UUID, rate: Decimal, today: dt.date) -> TaxRate:
    category, description = CATEGORIES.get(rate, (f"rate_{tax.rate_label(rate)}", None))
    return TaxRate(
        gst_setting_id=gst_setting_id,
        category=category,
        rate=rate,
        effective_from=in_force_since(rate, today),
        description=description,
    )


def in_force_since(rate: Decimal, today: dt.date) -> dt.date:
    """The first day of the unbroken time up to today in which the law knew this rate."""
    since = today
    for period in reversed([period for period in tax.RATE_TABLE if period.starts <= today]):
        if rate not in period.common + period.special:
            break
        since = period.starts
    return since
