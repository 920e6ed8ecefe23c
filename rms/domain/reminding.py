"""Which reminder of an invoice goes out on a day.

A step is a number of days after the due date; before it, the number is negative. Of each step an invoice gets
one letter at most. A step is open on its day and for three days after it, so that a Sunday, a holiday or a
server that stood still delays a letter and nothing old is ever sent in bulk. Of two open steps the later one
is sent, and the earlier one is passed over. Steps before the day on which reminders were switched on, and
before the invoice was issued, never open.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rms.domain.errors import N_, Invalid
from rms.domain.errors import sentence as say

DAYS_OPEN = 3
MOST_STEPS = 6
FURTHEST = 365
HOURS = range(7, 20)
# 26 January, 15 August, 2 October: the national holidays, which are the same in every state.
HOLIDAYS = {(1, 26), (8, 15), (10, 2)}
SUNDAY = 6


class Wording(StrEnum):
    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"


@dataclass(frozen=True, order=True)
class Step:
    """`days` after the due date, negative before it."""

    days: int
    wording: Wording = Wording.FRIENDLY
    is_on: bool = True

    @property
    def key(self) -> str:
        """The name under which a sent step is remembered; it says the day and nothing of the wording."""
        return f"{self.days:+d}"


USUAL_STEPS = (
    Step(-3, Wording.FRIENDLY),
    Step(1, Wording.FRIENDLY),
    Step(7, Wording.FIRM),
    Step(21, Wording.FIRM),
    Step(45, Wording.FINAL, is_on=False),
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a company has chosen. `since` is the day on which it switched reminders on."""

    is_on: bool = False
    steps: tuple[Step, ...] = USUAL_STEPS
    hour: int = 10
    least: Decimal = Decimal("0.00")
    since: dt.date | None = None


def check_rules(rules: Rules) -> None:
    """Raises Invalid with the sentences of every field that does not fit."""
    errors = {}
    days = [step.days for step in rules.steps]
    for number, step in enumerate(rules.steps):
        if abs(step.days) > FURTHEST:
            errors[f"days_{number}"] = [say(N_("At most %(most)s days"), most=FURTHEST)]
        elif days.index(step.days) != number:
            errors[f"days_{number}"] = [say(N_("This day is there already"))]
    if rules.hour not in HOURS:
        errors["hour"] = [say(N_("Choose an hour between 7:00 and 19:00"))]
    if rules.least < 0:
        errors["least"] = [say(N_("An amount cannot be less than 0"))]
    if errors:
        raise Invalid(errors=errors)


def is_working_day(day: dt.date) -> bool:
    """Nobody is reminded on a Sunday or a national holiday."""
    return day.weekday() != SUNDAY and (day.month, day.day) not in HOLIDAYS


def due_dates_on(rules: Rules, today: dt.date) -> set[dt.date]:
    """The due dates of the invoices of which a step may be open today."""
    return {
        today - dt.timedelta(days=step.days + late)
        for step in rules.steps
        if step.is_on
        for late in range(DAYS_OPEN + 1)
    }


def step_on(
    rules: Rules, *, due: dt.date, issued_on: dt.date, sent: Collection[str], today: dt.date
) -> Step | None:
    """The step to send today; None when no step is open or the open one was sent or skipped."""
    is_open = [step for step in _opened(rules, due, issued_on) if 0 <= _late(step, due, today) <= DAYS_OPEN]
    latest = max(is_open, default=None, key=lambda step: step.days)
    if latest is None or any(_days_of(key) is not None and _days_of(key) >= latest.days for key in sent):
        return None
    return latest


def next_step(
    rules: Rules, *, due: dt.date, issued_on: dt.date, sent: Collection[str], today: dt.date
) -> tuple[dt.date, Step] | None:
    """The next step that will be sent and the working day on which it is, from today on."""
    coming = (
        (max(due + dt.timedelta(days=step.days), today), step)
        for step in sorted(_opened(rules, due, issued_on), key=lambda step: step.days)
        if step.key not in sent and _late(step, due, today) <= DAYS_OPEN
    )
    for day, step in coming:
        while not is_working_day(day):
            day += dt.timedelta(days=1)
        if step_on(rules, due=due, issued_on=issued_on, sent=sent, today=day) == step:
            return day, step
    return None


def _opened(rules: Rules, due: dt.date, issued_on: dt.date) -> Iterable[Step]:
    since = rules.since or dt.date.min
    for step in rules.steps:
        day = due + dt.timedelta(days=step.days)
        if step.is_on and day >= since and day > issued_on:
            yield step


def _late(step: Step, due: dt.date, today: dt.date) -> int:
    return (today - due).days - step.days


def _days_of(key: str) -> int | None:
    """The days of a step's key; None for a letter that was sent by hand."""
    try:
        return int(key)
    except ValueError:
        return None
