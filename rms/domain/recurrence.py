"""When an invoice that repeats is due, and what its text says of the period it is for.

The days of a schedule are counted from its first day and never from the one before: a schedule that begins on
31 January runs on 28 February and on 31 March.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rms.domain.errors import N_, Invalid
from rms.domain.numbering import financial_year
from rms.domain.periods import LATEST, MONTH_NAMES, add_months

MOST_EVERY = 60
# A run this late was forgotten by nobody but our servers; later ones are drafts, for somebody to look at.
DAYS_STILL_SENT = 10
# Between midnight and this hour of the company's day nothing is issued by itself.
HOUR_OF_RUNS = 9


class Rhythm(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.YEAR: 12}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every `every` weeks, months, quarters or years from `starts_on` on, until a last day or for so many."""

    rhythm: Rhythm
    every: int
    starts_on: date
    ends_on: date | None = None
    most_runs: int | None = None

    def day(self, number: int) -> date:
        """The day of the run with this number, counted from 0."""
        if self.rhythm is Rhythm.WEEK:
            return self.starts_on + timedelta(weeks=number * self.every)
        return add_months(self.starts_on, number * self.every * _MONTHS[self.rhythm])

    def days(self, *, first: int = 0) -> Iterator[tuple[int, date]]:
        """(number, day) of every run from number `first` on; ends with the plan, or with 2099."""
        number = first
        while self.most_runs is None or number < self.most_runs:
            day = self._reachable(number)
            if day is None or (self.ends_on is not None and day > self.ends_on):
                return
            yield number, day
            number += 1

    def _reachable(self, number: int) -> date | None:
        try:
            day = self.day(number)
        except (ValueError, OverflowError):
            return None
        return day if day <= LATEST else None

    def first_from(self, day: date, *, first: int = 0) -> tuple[int, date] | None:
        """The first run on that day or later; None when the plan has ended before."""
        return next(((number, due) for number, due in self.days(first=first) if due >= day), None)

    def is_shortened(self, number: int) -> bool:
        """Whether the month of that run is too short for the day the plan began on."""
        return self.rhythm is not Rhythm.WEEK and self.day(number).day < self.starts_on.day


def check_plan(plan: Plan) -> None:
    """Raises Invalid with a sentence for each field that does not fit."""
    if not 1 <= plan.every <= MOST_EVERY:
        raise Invalid(N_("Repeat every 1 to %(most)s"), field="every", most=MOST_EVERY)
    if plan.most_runs is not None and not 1 <= plan.most_runs <= 999:
        raise Invalid(N_("Choose 1 to 999 invoices"), field="most_runs")
    if plan.ends_on is not None and plan.ends_on < plan.starts_on:
        raise Invalid(N_("The last day is before the first"), field="ends_on")


# Placeholders in the text of lines and notes

PLACEHOLDERS = ("month", "period", "year", "fy")
_PLACEHOLDER = re.compile(r"\{\s*([A-Za-z_ ]{1,20}?)\s*([+-]\s*[0-9]{1,2})?\s*\}")


def fill_in(text: str, plan: Plan, day: date, *, year_starts: int = 4) -> str:
    """The text of the run of that day: {month} is "November 2026", {month-1} the month before it, {month+1}
    the one after; {period} the span until the next run, {year} "2026", {fy} "2026-27". Steps of {period} are
    whole periods, of {year} and {fy} years. What is no placeholder stays as it was typed.
    """

    def words(match: re.Match) -> str:
        name, step = match[1].lower(), int((match[2] or "0").replace(" ", ""))
        if name not in PLACEHOLDERS:
            return match[0]
        return _WORDS[name](plan, day, step, year_starts)

    return _PLACEHOLDER.sub(words, text)


def fill_in_cells(cells: Mapping[str, str], plan: Plan, day: date, *, year_starts: int = 4) -> dict[str, str]:
    """The cells of a line for the run of that day; only name and description hold placeholders."""
    told = {
        name: fill_in(cells.get(name, ""), plan, day, year_starts=year_starts)
        for name in ("name", "description")
    }
    return {**cells, **told}


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and means nothing, as it was typed."""
    return [match[0] for match in _PLACEHOLDER.finditer(text) if match[1].lower() not in PLACEHOLDERS]


def _month_words(plan: Plan, day: date, step: int, year_starts: int) -> str:
    month = add_months(day.replace(day=1), step)
    return f"{MONTH_NAMES[month.month - 1]} {month.year}"


def _period_words(plan: Plan, day: date, step: int, year_starts: int) -> str:
    """A whole month by its name when the run is on its first day, else from day to day."""
    starts = _shifted(plan, day, step)
    ends = _shifted(plan, day, step + 1) - timedelta(days=1)
    if starts.day == 1 and ends.day == monthrange(ends.year, ends.month)[1]:
        first, last = (f"{MONTH_NAMES[one.month - 1]} {one.year}" for one in (starts, ends))
        return first if first == last else f"{first} to {last}"
    return f"{_short(starts)} to {_short(ends)}"


def _shifted(plan: Plan, day: date, step: int) -> date:
    """The day of the run so many after the one of `day`: by number, so that a short month bends nothing."""
    if plan.rhythm is Rhythm.WEEK:
        return day + timedelta(weeks=step * plan.every)
    moved = add_months(day.replace(day=1), step * plan.every * _MONTHS[plan.rhythm])
    last = monthrange(moved.year, moved.month)[1]
    return moved.replace(day=min(max(plan.starts_on.day, day.day), last))


def _short(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _year_words(plan: Plan, day: date, step: int, year_starts: int) -> str:
    return str(day.year + step)


def _fy_words(plan: Plan, day: date, step: int, year_starts: int) -> str:
    return financial_year(day.replace(year=day.year + step, day=1), year_starts)


_WORDS = {"month": _month_words, "period": _period_words, "year": _year_words, "fy": _fy_words}
