"""The days on which an invoice repeats, and what its text says of its period."""

import datetime as dt
from itertools import islice

import pytest

from rms.domain.errors import Invalid
from rms.domain.recurrence import Plan, Rhythm, check_plan, fill_in, unknown_placeholders

D = dt.date


def plan(starts_on: dt.date, rhythm: str = "month", every: int = 1, **more) -> Plan:
    return Plan(rhythm=Rhythm(rhythm), every=every, starts_on=starts_on, **more)


def days(one: Plan, count: int) -> list[str]:
    return [day.isoformat() for _, day in islice(one.days(), count)]


def test_a_month_that_is_too_short_bends_only_itself():
    assert days(plan(D(2027, 1, 31)), 5) == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31",
    ]  # fmt: skip
    assert days(plan(D(2027, 11, 30)), 5)[3] == "2028-02-29"
    shortened = [number for number in range(5) if plan(D(2027, 1, 31)).is_shortened(number)]
    assert shortened == [1, 3]


def test_the_29th_of_february_comes_back_in_the_next_leap_year():
    yearly = plan(D(2024, 2, 29), "year")
    assert days(yearly, 5) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("rhythm", "every", "second", "third"),
    [
        ("week", 1, "2026-11-30", "2026-12-07"),
        ("week", 2, "2026-12-07", "2026-12-21"),
        ("month", 2, "2027-01-23", "2027-03-23"),
        ("quarter", 1, "2027-02-23", "2027-05-23"),
        ("year", 1, "2027-11-23", "2028-11-23"),
    ],
)
def test_every_rhythm(rhythm, every, second, third):
    assert days(plan(D(2026, 11, 23), rhythm, every), 3) == ["2026-11-23", second, third]


def test_it_ends_by_day_by_count_and_with_the_century():
    assert len(days(plan(D(2026, 1, 1), most_runs=3), 99)) == 3
    assert days(plan(D(2026, 1, 31), ends_on=D(2026, 3, 30)), 99) == ["2026-01-31", "2026-02-28"]
    assert days(plan(D(2097, 6, 1), "year"), 99) == ["2097-06-01", "2098-06-01", "2099-06-01"]


def test_the_first_run_from_a_day_keeps_its_number():
    monthly = plan(D(2026, 1, 31), most_runs=12)
    assert monthly.first_from(D(2026, 2, 28)) == (1, D(2026, 2, 28))
    assert monthly.first_from(D(2026, 3, 1), first=1) == (2, D(2026, 3, 31))
    assert monthly.first_from(D(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"every": 0}, "every"),
        ({"every": 61}, "every"),
        ({"most_runs": 0}, "most_runs"),
        ({"ends_on": D(2026, 1, 1)}, "ends_on"),
    ],
)
def test_plans_that_do_not_fit_are_refused_at_their_field(wrong, field):
    with pytest.raises(Invalid) as caught:
        check_plan(plan(D(2026, 5, 1), **wrong))
    assert list(caught.value.errors) == [field]


@pytest.mark.parametrize(
    ("text", "day", "told"),
    [
        ("Rent for {month}", D(2026, 11, 30), "Rent for November 2026"),
        ("Rent for {month-1} and {month+1}", D(2027, 1, 31), "Rent for December 2026 and February 2027"),
        ("Year {fy}, before {fy-1}", D(2027, 3, 31), "Year 2026-27, before 2025-26"),
        ("Year {fy}", D(2027, 4, 1), "Year 2027-28"),
        ("{year} {YEAR + 1}", D(2026, 12, 1), "2026 2027"),
        ("{period}", D(2026, 11, 1), "November 2026"),
        ("{period-1}", D(2026, 11, 15), "15 Oct 2026 to 14 Nov 2026"),
        ("{nothing} {month} {}", D(2026, 11, 1), "{nothing} November 2026 {}"),
    ],
)
def test_placeholders_of_a_monthly_invoice(text, day, told):
    assert fill_in(text, plan(D(2026, 1, day.day)), day) == told


def test_the_period_of_other_rhythms():
    assert fill_in("{period}", plan(D(2026, 4, 1), "quarter"), D(2026, 7, 1)) == "July 2026 to September 2026"
    assert fill_in("{period}", plan(D(2026, 11, 23), "week"), D(2026, 11, 30)) == "30 Nov 2026 to 6 Dec 2026"
    on_29_february = plan(D(2024, 2, 29), "year")
    assert fill_in("{fy}, {year+1}", on_29_february, D(2028, 2, 29)) == "2027-28, 2029"


def test_periods_of_the_31st_leave_no_day_out():
    monthly = plan(D(2027, 1, 31))
    told = [fill_in("{period}", monthly, day) for _, day in islice(monthly.days(), 3)]
    assert told == ["31 Jan 2027 to 27 Feb 2027", "28 Feb 2027 to 30 Mar 2027", "31 Mar 2027 to 29 Apr 2027"]


def test_words_in_braces_that_mean_nothing_are_named():
    assert unknown_placeholders("{month} {monat} {fy-1} {q}") == ["{monat}", "{q}"]
