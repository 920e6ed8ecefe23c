"""Financial years, patterns and series that must not meet."""

from datetime import date

import pytest

from rms.domain import numbering
from rms.domain.errors import Invalid
from rms.domain.numbering import Series, check_pattern, may_collide, preview, render


@pytest.mark.parametrize(
    ("day", "start_month", "year"),
    [
        (date(2026, 11, 22), 4, "2026-27"),
        (date(2027, 3, 31), 4, "2026-27"),
        (date(2027, 4, 1), 4, "2027-28"),
        (date(2099, 12, 31), 4, "2099-00"),
        (date(2026, 11, 22), 1, "2026"),
        (date(2026, 6, 30), 7, "2025-26"),
    ],
)
def test_the_financial_year_of_a_date(day, start_month, year):
    assert numbering.financial_year(day, start_month) == year


def test_the_bounds_of_a_financial_year():
    assert numbering.financial_year_bounds(date(2027, 1, 1)) == (date(2026, 4, 1), date(2027, 3, 31))
    assert numbering.financial_year_bounds(date(2026, 1, 1), 1) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_short_year():
    assert (numbering.short_fy("2026-27"), numbering.short_fy("2026")) == ("26-27", "26")


@pytest.mark.parametrize(
    ("pattern", "value", "number"),
    [
        ("{PREFIX}/{FY}/{NNNN}", 1, "NFS/26-27/0001"),
        ("{PREFIX}/{FY}/{NNNN}", 99999, "NFS/26-27/99999"),
        ("{PREFIX}{FYFY}{NNN}", 7, "NFS2627007"),
        ("{FYYYY}-{N}", 12, "2026-27-12"),
        ("{NNNNN}", 12, "00012"),
    ],
)
def test_a_number_is_rendered(pattern, value, number):
    assert render(pattern, "NFS", "2026-27", value) == number


@pytest.mark.parametrize(
    "series",
    [
        Series(),
        Series("{PREFIX}/{FY}/{NNNN}", "NFS"),
        Series("{PREFIX}-{NNNNN}", "A1", resets=False),
        Series("{PREFIX}{FYFY}{NNNN}", "inv"),
        Series("{PREFIX}/{FY}/{NNNN}", "INVO"),  # INVO/26-27/99999: 16
    ],
)
def test_a_fit_series_passes(series):
    check_pattern(series)
    assert preview(series, "2026-27").problems == ()


@pytest.mark.parametrize(
    ("series", "sentences"),
    [
        (
            Series("{PREFIX}/{FYYYY}/{NNNN}", "INV"),
            ["INV/2026-27/99999 has 17 characters. A GST invoice number has at most 16"],
        ),
        (
            Series("{PREFIX}/{NNNN}", "INV"),
            ["Numbers that start again each year need the year in them, as {FY}"],
        ),
        (Series("{PREFIX}/{FY}", "INV"), ["The pattern needs the running number once, as {NNNN}"]),
        (Series("{FY}/{NN}{NN}", ""), ["The pattern needs the running number once, as {NNNN}"]),
        (Series("{FY}/{YEAR}/{NN}", ""), ["{YEAR} is not known. Use {PREFIX}, {FY} and {NNNN}"]),
        (Series("{PREFIX}_{FY}/{NN}", "A"), ["A number may hold only letters A to Z, digits, - and /"]),
        (Series("{PREFIX}/{FY}/{NN}", "ÄB"), ["A number may hold only letters A to Z, digits, - and /"]),
        (Series("{PREFIX}/{FY}/{NN}", "A B"), ["A number may hold only letters A to Z, digits, - and /"]),
        (Series("{PREFIX}{FY}/{NN", "A"), ["The pattern needs the running number once, as {NNNN}"]),
        (Series("{PREFIX}/{FY}/{NN}", ""), ["A number starts with a letter or a digit"]),
        (Series("{NNNN}", "", resets=False), ["A number cannot start with 0. Put a prefix before it"]),
        (
            Series("{PREFIX}/{FY}/{NNNN}", "-INVOICE"),
            [
                "A number starts with a letter or a digit",
                "-INVOICE/26-27/99999 has 20 characters. A GST invoice number has at most 16",
            ],
        ),
    ],
)
def test_an_unfit_series_says_everything_that_is_wrong(series, sentences):
    with pytest.raises(Invalid) as refusal:
        check_pattern(series)
    assert [str(each) for each in refusal.value.errors["pattern"]] == sentences


def test_the_preview_shows_the_first_and_the_far_number():
    shown = preview(Series(prefix="NFS"), "2026-27", start=149)
    assert (shown.first, shown.far, shown.length) == ("NFS/26-27/0149", "NFS/26-27/99999", 15)


def test_the_preview_of_half_a_pattern_is_empty_and_says_why():
    shown = preview(Series("{PREFIX}/{F"), "2026-27")
    assert (shown.first, shown.far) == ("", "")
    assert shown.problems


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Series(prefix="INV"), Series(prefix="CN"), False),
        (Series(prefix="INV"), Series(prefix="inv"), True),  # the portal ignores case
        (Series("{PREFIX}/{FY}/{NNNN}"), Series("{PREFIX}/{FY}/{NNNNN}"), True),  # 10000 looks alike
        (Series("A{FY}-{NN}"), Series("A{FY}/{NN}"), False),
        # A26-27-01 with prefix A, and the same text written out by hand
        (Series("{PREFIX}{FY}-{NN}", "A"), Series("A26-27-{NN}", "", resets=False), True),
        (Series("{PREFIX}{FY}-{NN}", "A"), Series("A26-28-{NN}", "", resets=False), False),  # no such year
        # INV1 + 001 = INV + 1001
        (
            Series("{PREFIX}{NNN}", "INV1", resets=False),
            Series("{PREFIX}{NNN}", "INV", resets=False),
            True,
        ),
        # INV0 + 001 = INV + 0001, which {NNN} never writes: more than three digits have no leading zero
        (
            Series("{PREFIX}{NNN}", "INV0", resets=False),
            Series("{PREFIX}{NNN}", "INV", resets=False),
            False,
        ),
        # 2627 + 0001 = 26270001
        (Series("B{FYFY}{NNNN}"), Series("B{NNNN}", resets=False), True),
        (Series("{PREFIX}/{FY}/{NNNN}", "A"), Series("{PREFIX}/{NNNN}", "A", resets=False), False),
        (Series("{FYYYY}/{N}"), Series("20{FY}/{N}"), True),
    ],
)
def test_two_series_can_meet_or_not(one, other, meet):
    assert may_collide(one, other) is meet
    assert may_collide(other, one) is meet


def test_a_series_always_meets_itself():
    assert may_collide(Series(), Series())
    assert may_collide(Series(), Series(), start_month=1)
