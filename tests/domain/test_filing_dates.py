"""The days to keep, worked out by hand from the rules named in rms/domain/filing_dates.py."""

from datetime import date

import pytest

from rms.domain.filing_dates import filing_dates, period_to_file


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (date(2026, 11, 22), date(2026, 11, 1)),
        (date(2026, 12, 20), date(2026, 11, 1)),
        (date(2026, 12, 21), date(2026, 12, 1)),
        (date(2027, 1, 5), date(2026, 12, 1)),
    ],
)
def test_the_month_that_is_being_filed(today, period):
    assert period_to_file(today) == period


@pytest.mark.parametrize(
    ("today", "days"),
    [
        # November: TDS 7, GSTR-1 11, third instalment 15, GSTR-3B 20 December.
        (
            date(2026, 11, 22),
            [(12, 7, "TDS you cut"), (12, 11, "GSTR-1"), (12, 15, "Advance tax"), (12, 20, "GSTR-3B")],
        ),
        (date(2026, 12, 12), [(12, 15, "Advance tax"), (12, 20, "GSTR-3B")]),
        (date(2026, 12, 20), [(12, 20, "GSTR-3B")]),
        # December: no instalment in January.
        (date(2026, 12, 31), [(1, 7, "TDS you cut"), (1, 11, "GSTR-1"), (1, 20, "GSTR-3B")]),
        # Tax deducted in March may be paid until 30 April.
        (date(2027, 3, 25), [(4, 11, "GSTR-1"), (4, 20, "GSTR-3B"), (4, 30, "TDS you cut")]),
    ],
)
def test_what_is_still_ahead_soonest_first(today, days):
    assert [(one.day.month, one.day.day, one.what) for one in filing_dates(today)] == days


def test_the_year_turns():
    assert filing_dates(date(2026, 12, 31))[0].day == date(2027, 1, 7)
