"""Two invoices that repeat: one becomes a draft every month, one is sent by itself every quarter.

They run as the scheduler runs them, on their days. Somebody looked at the drafts of past months and issued
them; the newest one waits.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from rms.actions import issuing, recurring, recurring_runs, sending
from rms.demo import firm
from rms.demo.story import Story, act, cells_of, somebody_else
from rms.domain.periods import add_months
from rms.domain.recurrence import Plan, Rhythm
from rms.models import Customer, Invoice, RecurringSchedule, ServiceType

REASON = "schedule"


def runs(
    story: Story, buyers: Sequence[Customer], sold: Sequence[ServiceType]
) -> Iterator[tuple[dt.date, Callable[[], Invoice | None]]]:
    """Both schedules; then the day of every run up to today, and what makes it."""
    for plan, draft in _drafts(story, buyers, sold):
        schedule = act(recurring.add, draft, today=plan.starts_on, created_by=story.user_id)
        days = [day for _, day in plan.days() if day <= story.today]
        for day in days:
            yield day, lambda schedule=schedule, day=day, last=days[-1]: _run(story, schedule, day, last)


def _drafts(
    story: Story, buyers: Sequence[Customer], sold: Sequence[ServiceType]
) -> Iterator[tuple[Plan, recurring.ScheduleDraft]]:
    first = add_months(story.today.replace(day=1), -3)
    yield _draft(
        Plan(rhythm=Rhythm.MONTH, every=1, starts_on=first),
        buyers[2],
        [cells_of(sold[0], quantity="4", description="For {month-1}"), cells_of(sold[4], quantity="1")],
        notes="Crew of four and a supervisor, {month-1}.",
    )
    yield _draft(
        Plan(rhythm=Rhythm.QUARTER, every=1, starts_on=add_months(story.today, -5)),
        buyers[9],
        [cells_of(sold[1], quantity="2", description="Service period {period}")],
        sends=True,
    )


def _draft(
    plan: Plan, buyer: Customer, lines: list[dict], *, sends: bool = False, notes: str | None = None
) -> tuple[Plan, recurring.ScheduleDraft]:
    draft = recurring.ScheduleDraft(
        customer_id=buyer.id,
        plan=plan,
        payment_terms=buyer.payment_terms,
        sends=sends,
        reference_number=None,
        notes=notes,
        lines=[_as_text(cells) for cells in lines],
    )
    return plan, draft


def _as_text(cells: dict[str, str | UUID]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if isinstance(text, str)}


def _run(story: Story, schedule: RecurringSchedule, day: dt.date, last: dt.date) -> Invoice | None:
    """The invoice of that day; None for the draft that nobody has looked at yet."""
    at = story.morning_of(day)
    with somebody_else(reason=REASON):
        run = act(recurring_runs.run_if_due, schedule.id, now=at, today=day)
        invoice = recurring_runs.invoice_of(run)
    if schedule.sends:
        return invoice
    if day == last:
        return None
    issued = act(issuing.issue, invoice.id, now=at, today=story.today)
    act(sending.send, issued, to_address=None, now=at, sender=firm.PERSON)
    return issued
