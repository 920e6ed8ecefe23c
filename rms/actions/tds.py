"""A company's own rates of TDS: a certificate of lower deduction, or a section that few firms meet.

A new rate is a new row from its first day on, and allocations keep the section and rate they were made with.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.actions.codes import stored
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import tds
from rms.domain.contacts import Checks, one_line
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.periods import add_months
from rms.models import TdsRate

LONGEST_NAME = 100
FIRST_DAY = min(section.effective_from for section in tds.STATUTORY)
MONTHS_AHEAD = 24


@dataclass(frozen=True, kw_only=True)
class RateDraft:
    """`section` and `effective_from` are what a rate is for, and stay once it is added."""

    section: str = ""
    name: str = ""
    rate: Decimal | None = None
    effective_from: dt.date | None = None
    is_active: bool = True


def add(draft: RateDraft, *, today: dt.date) -> TdsRate:
    """A rate from a day on; raises Invalid with sentences at "section", "name", "rate", "effective_from"."""
    checks = Checks()
    day = checks.clean("effective_from", _first_day, draft.effective_from, today)
    section = checks.clean("section", _section, draft.section, day or today)
    row = _filled(TdsRate(section=section or "", effective_from=day), draft, checks)
    checks.finish()
    if not stored(row, "uq_tds_rates_tenant_id_section_effective_from"):
        raise Invalid(
            N_("%(section)s has a rate from this day already. Change that one"),
            field="effective_from",
            section=row.section,
        )
    return row


def change(rate_id: UUID, draft: RateDraft, *, version: int) -> TdsRate:
    """Another name or rate, or no longer offered; raises StaleVersion when it was changed in between."""
    row = lock(TdsRate, rate_id)
    if row.version != version:
        raise StaleVersion(N_("The rate was changed in the meantime."), theirs=row)
    checks = Checks()
    _filled(row, draft, checks)
    checks.finish()
    row.is_active, row.version = draft.is_active, row.version + 1
    db().flush()
    return row


def _filled(row: TdsRate, draft: RateDraft, checks: Checks) -> TdsRate:
    name = checks.clean("name", _name, draft.name, row.section)
    rate = checks.clean("rate", _rate, draft.rate)
    if not checks.errors:
        row.name, row.rate = name, rate
    return row


def _first_day(day: dt.date | None, today: dt.date) -> dt.date:
    if day is None:
        raise Invalid(N_("Enter the first day of the rate"))
    if not FIRST_DAY <= day <= add_months(today, MONTHS_AHEAD):
        raise Invalid(N_("Choose a day from 1 April 2021 to two years ahead"))
    return day


def _section(text: str, day: dt.date) -> str:
    """The code as it is stored: 194C of a day after the Act of 1961 is what follows it."""
    code = one_line(text, tds.LONGEST_CODE)
    if not code:
        raise Invalid(N_("Enter the section, like 194J(b) or 393(1)-6i"))
    known = {one.code.casefold(): one.code for one in tds.STATUTORY}
    return tds.today_for(known.get(code.casefold(), code), day)


def _name(text: str, section: str) -> str:
    statutory = tds.section_of(section)
    name = one_line(text, LONGEST_NAME) or (statutory.name if statutory else None)
    if not name:
        raise Invalid(N_("Enter what it is deducted from, like rent or royalty"))
    return name


def _rate(rate: Decimal | None) -> Decimal:
    if rate is None:
        raise Invalid(N_("Enter the rate in percent"))
    if not 0 <= rate <= 100:
        raise Invalid(N_("A rate is between 0 and 100 percent"))
    return rate
