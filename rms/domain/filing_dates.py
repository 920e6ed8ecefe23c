"""The days of a month on which a small business files and pays, for one that files every month."""

from dataclasses import dataclass
from datetime import date

from rms.domain.errors import N_
from rms.domain.periods import add_months

LAST_FILING_DAY = 20
# Instalments of advance tax: section 211 of the Income-tax Act, 1961, and its successor of 2025.
ADVANCE_TAX = {
    6: N_("First instalment"),
    9: N_("Second instalment"),
    12: N_("Third instalment"),
    3: N_("Last instalment"),
}


@dataclass(frozen=True)
class FilingDate:
    """One day to keep; `what` and `note` are marked messages without parameters."""

    day: date
    what: str
    note: str


def period_to_file(today: date) -> date:
    """The first day of the month that is being filed: last month until the 20th, then this one."""
    first = today.replace(day=1)
    return add_months(first, -1) if today.day <= LAST_FILING_DAY else first


def filing_dates(today: date) -> list[FilingDate]:
    """What is still ahead for the month being filed, soonest first.

    GSTR-1 on the 11th (rule 59 CGST Rules), GSTR-3B on the 20th (rule 61), tax deducted at source on the
    7th, but by 30 April for March (rule 30 Income-tax Rules).
    """
    period = period_to_file(today)
    month = add_months(period, 1)
    tds = month.replace(day=30) if period.month == 3 else month.replace(day=7)
    dates = [
        FilingDate(tds, N_("TDS you cut"), N_("Pay it in")),
        FilingDate(month.replace(day=11), N_("GSTR-1"), N_("Invoices and credit notes you issued")),
        FilingDate(month.replace(day=20), N_("GSTR-3B"), N_("Summary and payment")),
    ]
    if month.month in ADVANCE_TAX:
        dates.append(FilingDate(month.replace(day=15), N_("Advance tax"), ADVANCE_TAX[month.month]))
    return sorted((one for one in dates if one.day >= today), key=lambda one: one.day)
