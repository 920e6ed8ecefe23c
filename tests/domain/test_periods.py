"""Dates as people type them. Today is Sunday, 22 November 2026."""

from datetime import date

import pytest

from rms.domain import periods
from rms.domain.errors import Invalid
from rms.domain.periods import parse_date

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("22/11", date(2026, 11, 22)),
        ("22/11/2026", date(2026, 11, 22)),
        ("22-11-2026", date(2026, 11, 22)),
        ("22.11.2026", date(2026, 11, 22)),
        ("22/11/26", date(2026, 11, 22)),
        ("22 11 2026", date(2026, 11, 22)),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026/11/22", date(2026, 11, 22)),
        ("2026-11-22 00:00:00", date(2026, 11, 22)),
        ("22 nov", date(2026, 11, 22)),
        ("22 Nov 2026", date(2026, 11, 22)),
        ("22-Nov-26", date(2026, 11, 22)),
        ("22nd November, 2026", date(2026, 11, 22)),
        ("22nov", date(2026, 11, 22)),
        ("5 sept 2026", date(2026, 9, 5)),
        ("Nov 22, 2026", date(2026, 11, 22)),
        ("nov 5", date(2026, 11, 5)),
        ("  22/11 ", date(2026, 11, 22)),
        ("२२/११/२०२६", date(2026, 11, 22)),
        ("today", TODAY),
        ("Today", TODAY),
        ("yesterday", date(2026, 11, 21)),
        ("tomorrow", date(2026, 11, 23)),
        ("+30", date(2026, 12, 22)),
        ("+ 30 days", date(2026, 12, 22)),
        ("-3", date(2026, 11, 19)),
        ("\u22123", date(2026, 11, 19)),
        ("+0", TODAY),
        ("29/2/2028", date(2028, 2, 29)),
        ("1/7/2017", date(2017, 7, 1)),
        ("31/12/2099", date(2099, 12, 31)),
    ],
)
def test_a_date_is_read_however_it_is_written(typed, day):
    assert parse_date(typed, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "today", "day"),
    [
        ("22/11", date(2027, 1, 3), date(2026, 11, 22)),
        ("3/1", date(2026, 12, 28), date(2027, 1, 3)),
        ("1/4", date(2026, 11, 22), date(2027, 4, 1)),
        ("29 feb", date(2027, 6, 1), date(2028, 2, 29)),
    ],
)
def test_without_a_year_the_nearest_is_meant(typed, today, day):
    assert parse_date(typed, today) == day


def test_days_are_counted_from_the_invoice_date():
    assert parse_date("+15", TODAY, base=date(2026, 11, 1)) == date(2026, 11, 16)


NOT_A_DATE = "is not a date. Write it like 22/11/2026 or 22 Nov"
OUTSIDE = "Choose a date from 1 Jul 2017 to 31 Dec 2099"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a date, like 22/11/2026 or 22 Nov"),
        ("   ", "Enter a date, like 22/11/2026 or 22 Nov"),
        (None, "Enter a date, like 22/11/2026 or 22 Nov"),
        ("soon", f"soon {NOT_A_DATE}"),
        ("22 foo", f"22 foo {NOT_A_DATE}"),
        ("22", f"22 {NOT_A_DATE}"),
        ("22/11/2026 10:30", f"22/11/2026 10:30 {NOT_A_DATE}"),
        ("100%", f"100% {NOT_A_DATE}"),
        ("30/2/2027", "There is no 30 February in 2027"),
        ("30 feb", "There is no 30 February in 2026"),
        ("29/2/2026", "There is no 29 February in 2026"),
        ("31/11", "There is no 31 November in 2026"),
        ("0/11/2026", "There is no 0 November in 2026"),
        ("11/22/2026", "There is no month 22. Write the day first, like 22/11/2026"),
        ("2026-13-01", "There is no month 13. Write the day first, like 22/11/2026"),
        ("1/1/0001", OUTSIDE),
        ("0001-01-01", OUTSIDE),
        ("9999-12-31", OUTSIDE),
        ("0000-01-01", OUTSIDE),
        ("30/6/2017", OUTSIDE),
        ("1/1/2100", OUTSIDE),
        ("-9999", OUTSIDE),
    ],
)
def test_what_is_no_date_gets_one_plain_sentence(typed, sentence):
    with pytest.raises(Invalid) as refusal:
        parse_date(typed, TODAY, field="due_date")
    assert (str(refusal.value), refusal.value.field) == (sentence, "due_date")


def test_counting_beyond_the_calendar_is_refused():
    with pytest.raises(Invalid, match=OUTSIDE):
        parse_date("+9999", date(9999, 12, 1))


def test_a_pasted_essay_is_refused_without_repeating_it():
    with pytest.raises(Invalid) as refusal:
        parse_date("x" * 10_000, TODAY)
    assert len(str(refusal.value)) < 120


@pytest.mark.parametrize(
    ("terms", "due"), [(0, date(2026, 11, 22)), (30, date(2026, 12, 22)), (45, date(2027, 1, 6))]
)
def test_the_due_date_follows_the_terms(terms, due):
    assert periods.due_date(TODAY, terms) == due


@pytest.mark.parametrize("terms", [-1, 3651])
def test_terms_outside_reason_are_refused(terms):
    with pytest.raises(Invalid, match="Payment terms are 0 to 3,650 days"):
        periods.due_date(TODAY, terms)


def test_a_due_date_beyond_the_calendar_is_refused():
    with pytest.raises(Invalid, match=OUTSIDE):
        periods.due_date(date(2099, 12, 31), 1)


@pytest.mark.parametrize(
    ("due", "days", "words"),
    [
        (date(2026, 11, 13), 9, "9 days late"),
        (date(2026, 11, 21), 1, "1 day late"),
        (TODAY, 0, "Due today"),
        (date(2026, 11, 23), 0, "Due tomorrow"),
        (date(2026, 12, 22), 0, "Due in 30 days"),
    ],
)
def test_lateness_in_days_and_words(due, days, words):
    assert periods.days_late(due, TODAY) == days
    assert str(periods.lateness(due, TODAY)) == words


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 22), 26, date(2029, 1, 22)),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last(day, months, then):
    assert periods.add_months(day, months) == then


def test_spans():
    assert periods.month_range(date(2028, 2, 10)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert periods.same_day_last_month(date(2026, 3, 31)) == date(2026, 2, 28)
    assert periods.quarter_range(TODAY) == (date(2026, 10, 1), date(2026, 12, 31))
    assert periods.quarter_range(date(2027, 3, 31)) == (date(2027, 1, 1), date(2027, 3, 31))
    assert periods.last_months(date(2027, 1, 31), 3) == [
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 31)),
    ]


def test_dates_are_written_so_that_nobody_can_misread_them():
    assert periods.format_date(TODAY) == "22 Nov 2026"
    assert periods.format_date(date(2026, 5, 3)) == "3 May 2026"
