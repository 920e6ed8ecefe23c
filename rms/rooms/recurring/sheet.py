"""What the page of a schedule shows beside its form: coming runs, calendar, what it comes to each time."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from rms.domain.errors import DomainError
from rms.domain.invoicing import Priced
from rms.domain.numbering import financial_year
from rms.domain.periods import MONTH_NAMES, add_months, due_date
from rms.domain.recurrence import Plan, check_plan, fill_in
from rms.domain.tax import rate_label
from rms.models import Customer, RecurringSchedule
from rms.queries.invoices import terms_for
from rms.queries.recurring import price_lines, read_lines
from rms.rooms.recurring.forms import Cells, ScheduleForm
from rms.web.clock import today

RUNS_AHEAD = 6
MONTHS_AHEAD = 4
MOST_IN_CALENDAR = 40


@dataclass(frozen=True)
class Run:
    """A run to come; `is_short` when its month lacks the day, `new_year` the year it is first of."""

    day: dt.date
    is_short: bool
    new_year: str | None


@dataclass(frozen=True)
class Month:
    """One month of the calendar: weeks of days, None outside the month."""

    name: str
    weeks: list[list[dt.date | None]]


@dataclass(frozen=True)
class Line:
    """A line as it is drawn: its cells, what it comes to, and the sentences beside it."""

    number: int
    cells: Cells
    amount: Decimal | None

    def name(self, cell: str) -> str:
        return f"lines-{self.number}-{cell}"


@dataclass(frozen=True)
class Sheet:
    runs: list[Run]
    months: list[Month]
    run_days: set[dt.date]
    lines: list[Line]
    priced: Priced | None
    customer: Customer | None
    due: dt.date | None
    example: str

    @property
    def total(self) -> Decimal | None:
        return self.priced.totals.total if self.priced else None


def lay_out(form: ScheduleForm, lines: list[Cells], stored: RecurringSchedule | None = None) -> Sheet:
    """Everything that follows from what is typed; what cannot be read yet is left out and never raises."""
    plan = _plan(form)
    coming = _coming(plan, stored) if plan and not (stored and stored.state == "ended") else []
    runs = _runs(plan, coming[:RUNS_AHEAD])
    first = coming[0][1] if coming else today()
    terms = _terms(form)
    typed = read_lines(lines, first)
    priced = price_lines(typed, terms) if terms else None
    return Sheet(
        runs=runs,
        months=[
            _month(add_months(min(first, today()).replace(day=1), ahead)) for ahead in range(MONTHS_AHEAD)
        ],
        run_days={day for _, day in coming},
        lines=_drawn(lines, typed, priced),
        priced=priced,
        customer=terms.customer if terms else None,
        due=_due(first, form.payment_terms.data) if runs else None,
        example=fill_in("{month}", plan, first) if plan else "",
    )


def fresh_line() -> Cells:
    """An empty line with the company's usual GST rate, as the editor of invoices begins one."""
    return {"tax": rate_label(terms_for(None).default_rate)}


def _plan(form: ScheduleForm) -> Plan | None:
    if form.starts_on.data is None:
        return None
    try:
        check_plan(form.plan)
    except DomainError:
        return None
    return form.plan


def _coming(plan: Plan, stored: RecurringSchedule | None) -> list[tuple[int, dt.date]]:
    """From the next run on: as stored while the plan is as stored, else from today."""
    if stored is not None and stored.next_run and stored.plan == plan:
        return list(islice(plan.days(first=stored.next_number), MOST_IN_CALENDAR))
    first = plan.first_from(today())
    return list(islice(plan.days(first=first[0]), MOST_IN_CALENDAR)) if first else []


def _runs(plan: Plan | None, coming: list[tuple[int, dt.date]]) -> list[Run]:
    runs, before = [], None
    for number, day in coming:
        year = financial_year(day)
        is_new = before is not None and year != before
        runs.append(Run(day, plan.is_shortened(number), year if is_new else None))
        before = year
    return runs


def _terms(form: ScheduleForm) -> Any:
    try:
        return terms_for(form.chosen)
    except DomainError:
        return None


def _due(first: dt.date, days: int | None) -> dt.date | None:
    try:
        return due_date(first, days or 0)
    except DomainError:
        return None


def _drawn(lines: list[Cells], typed: list, priced: Priced | None) -> list[Line]:
    counted = iter(priced.lines if priced else ())
    drawn = []
    for number, (cells, line) in enumerate(zip(lines, typed, strict=True)):
        counts = priced is not None and line.is_valid and not line.is_blank
        drawn.append(Line(number, cells, next(counted).amount if counts else None))
    return drawn or [Line(0, {}, None)]


def _month(first: dt.date) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        f"{MONTH_NAMES[first.month - 1]} {first.year}",
        [[day if day.month == first.month else None for day in week] for week in weeks],
    )
