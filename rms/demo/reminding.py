"""The money comes in and the firm reminds of what does not, day by day, so that each letter asks for what was
open on its day.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from rms.actions import reminders
from rms.demo.story import HOME, Event, Story, act, somebody_else
from rms.domain import reminding
from rms.domain.reminding import Rules, Step, Wording
from rms.models import Invoice

REASON = "reminder"
# Before the due date, on it and after it; the last one only when somebody switches it on.
STEPS = (
    Step(-3, Wording.FRIENDLY),
    Step(0, Wording.FRIENDLY),
    Step(7, Wording.FIRM),
    Step(21, Wording.FIRM),
    Step(45, Wording.FINAL, is_on=False),
)
SWITCHED_ON = 40


def tell(story: Story, issued: Sequence[Invoice], events: Iterable[Event]) -> None:
    """In the order of the days, so that numbers of receipts follow dates; money first, then letters."""
    since = story.today - dt.timedelta(days=SWITCHED_ON)
    rules = act(reminders.set_rules, Rules(is_on=True, steps=STEPS), seen=Rules(), today=since)
    acts = [*events]
    acts += [(day, 1, _letter(story, one, day)) for one in issued for day in _days(rules, one, story)]
    for _, _, do in sorted(acts, key=lambda one: one[:2]):
        do()


def _days(rules: Rules, invoice: Invoice, story: Story) -> Iterator[dt.date]:
    """Working days on which a step of this invoice may be due: those before its hour today are not over."""
    if invoice.is_cancelled:
        return
    here = story.now.astimezone(HOME)
    last = story.today if here.hour >= rules.hour else story.today - dt.timedelta(days=1)
    for step in rules.steps:
        day = invoice.due_date + dt.timedelta(days=step.days)
        while not reminding.is_working_day(day):
            day += dt.timedelta(days=1)
        if step.is_on and rules.since <= day <= last:
            yield day


def _letter(story: Story, invoice: Invoice, day: dt.date) -> Callable[[], None]:
    def remind() -> None:
        with somebody_else(reason=REASON):
            act(reminders.remind_if_due, invoice.id, now=story.morning_of(day), today=day, zone=HOME)

    return remind
