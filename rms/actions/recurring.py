"""Schedules of invoices: saved, paused, resumed, ended. Their runs are in `recurring_runs.py`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rms import queue
from rms.db.locks import lock
from rms.db.session import after_commit, current_tenant, db
from rms.domain import recurrence, typed_line
from rms.domain.errors import N_, IllegalMove, Invalid, Sentence, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.periods import LONGEST_TERMS
from rms.domain.recurrence import Plan
from rms.models import Customer, RecurringSchedule
from rms.queries.customers import find_customer
from rms.queries.recurring import find_schedule, last_period, read_lines

MOST_LINES = 100
LONGEST_NOTES = 4_000
KNOWN = ", ".join(f"{{{name}}}" for name in recurrence.PLACEHOLDERS)


@dataclass(frozen=True, kw_only=True)
class ScheduleDraft:
    """A schedule as its page shows it; `lines` are cells as typed, with placeholders."""

    customer_id: UUID | None
    plan: Plan
    payment_terms: int
    sends: bool
    reference_number: str | None
    notes: str | None
    lines: Sequence[Mapping[str, str]]


def add(draft: ScheduleDraft, *, today: dt.date, created_by: UUID) -> RecurringSchedule:
    """A new schedule; one that begins today runs at once. Raises Invalid with all that does not fit."""
    customer = _check(draft, today)
    schedule = RecurringSchedule(customer_id=customer.id, created_by=created_by)
    _store(schedule, draft)
    _aim(schedule, first=0, today=today)
    if schedule.next_run is None:
        raise Invalid(N_("Every day of this plan has passed"), field="starts_on")
    db().add(schedule)
    db().flush()
    _run_soon(schedule, today)
    return schedule


def change(schedule_id: UUID, draft: ScheduleDraft, *, version: int, today: dt.date) -> RecurringSchedule:
    """Store what was changed; runs that were made stay. Raises StaleVersion with the stored schedule."""
    schedule = lock(RecurringSchedule, schedule_id)
    if schedule.version != version:
        stored = find_schedule(schedule_id)
        raise StaleVersion(N_("This schedule was changed in the meantime."), theirs=stored)
    _refuse_ended(schedule)
    customer = _check(draft, today, stored=schedule)
    has_new_plan = draft.plan != schedule.plan
    schedule.customer_id = customer.id
    schedule.customer = customer
    _store(schedule, draft)
    schedule.problem = None
    schedule.version += 1
    if has_new_plan:
        _aim_anew(schedule, today)
    db().flush()
    _run_soon(schedule, today)
    return schedule


def pause(schedule_id: UUID) -> RecurringSchedule:
    """Nothing runs until it is resumed; pausing what is paused changes nothing."""
    schedule = lock(RecurringSchedule, schedule_id)
    _refuse_ended(schedule)
    if schedule.state != "paused":
        schedule.state = "paused"
        schedule.version += 1
    return schedule


def resume(schedule_id: UUID, *, today: dt.date) -> RecurringSchedule:
    """It goes on with its first day from today; what fell into the pause is left out."""
    schedule = lock(RecurringSchedule, schedule_id)
    _refuse_ended(schedule)
    if schedule.state == "paused":
        schedule.state = "active"
        schedule.version += 1
        _aim(schedule, first=schedule.next_number, today=today)
        db().flush()
        _run_soon(schedule, today)
    return schedule


def end(schedule_id: UUID) -> RecurringSchedule:
    """It makes no more invoices; those it made stay, and so does the schedule, to be looked at."""
    schedule = lock(RecurringSchedule, schedule_id)
    if schedule.state != "ended":
        close(schedule)
        schedule.version += 1
    return schedule


def close(schedule: RecurringSchedule) -> None:
    schedule.state, schedule.next_run, schedule.next_number, schedule.problem = "ended", None, None, None


def _refuse_ended(schedule: RecurringSchedule) -> None:
    if schedule.state == "ended":
        raise IllegalMove(N_("This schedule has ended. Make a new one."))


def _aim(schedule: RecurringSchedule, *, first: int, today: dt.date) -> None:
    """The next run is the first from `today` on; without one the schedule has ended."""
    coming = schedule.plan.first_from(today, first=first)
    if coming is None:
        close(schedule)
    else:
        schedule.next_number, schedule.next_run = coming


def _aim_anew(schedule: RecurringSchedule, today: dt.date) -> None:
    """A changed plan goes on behind the last run that was made, and never into days that have passed."""
    made = last_period(schedule.id)
    _aim(schedule, first=0, today=max(today, made + dt.timedelta(days=1)) if made else today)


def _store(schedule: RecurringSchedule, draft: ScheduleDraft) -> None:
    plan = draft.plan
    schedule.rhythm, schedule.every = plan.rhythm.value, plan.every
    schedule.starts_on, schedule.ends_on, schedule.most_runs = plan.starts_on, plan.ends_on, plan.most_runs
    schedule.payment_terms, schedule.sends = draft.payment_terms, draft.sends
    schedule.reference_number, schedule.notes = draft.reference_number, draft.notes
    schedule.lines = [dict(cells) for cells in _worth_keeping(draft.lines, draft.plan.starts_on)]


def _worth_keeping(lines: Sequence[Mapping[str, str]], day: dt.date) -> list[Mapping[str, str]]:
    typed = read_lines(lines, day)
    return [
        {name: text for name, text in line.raw.items() if name in typed_line.FIELDS}
        for line in typed
        if not line.is_blank
    ]


def _check(draft: ScheduleDraft, today: dt.date, stored: RecurringSchedule | None = None) -> Customer:
    """Everything at once, by field; lines as "lines-<place>-<cell>"."""
    errors: dict[str, list[Sentence]] = {}
    try:
        recurrence.check_plan(draft.plan)
    except Invalid as error:
        errors |= error.errors
    if draft.customer_id is None:
        errors["customer_id"] = [say(N_("Choose the customer."))]
    if not 0 <= draft.payment_terms <= LONGEST_TERMS:
        errors["payment_terms"] = [say(N_("Payment terms are 0 to 3,650 days"))]
    if len(draft.notes or "") > LONGEST_NOTES:
        errors["notes"] = [say(N_("This is longer than %(most)s characters."), most=LONGEST_NOTES)]
    if len(draft.reference_number or "") > 100:
        errors["reference_number"] = [say(N_("This is longer than %(most)s characters."), most=100)]
    errors |= _check_lines(draft)
    if errors:
        raise Invalid(errors=errors)
    customer = find_customer(draft.customer_id)
    is_new = stored is None or stored.customer_id != customer.id
    if is_new and not customer.is_active:
        raise Invalid(N_("%(name)s is archived."), field="customer_id", name=customer.name)
    return customer


def _check_lines(draft: ScheduleDraft) -> dict[str, list[Sentence]]:
    if len(draft.lines) > MOST_LINES:
        return {"": [say(N_("A schedule has at most %(most)s lines."), most=MOST_LINES)]}
    typed = read_lines(draft.lines, draft.plan.starts_on)
    if all(line.is_blank for line in typed):
        return {"lines-0-name": [say(N_("Add at least one line."))]}
    errors = {}
    for place, line in enumerate(typed):
        told = dict(line.errors)
        unknown = recurrence.unknown_placeholders(f"{line.name or ''} {line.description or ''}")
        if unknown:
            known = N_("%(name)s is not known. Use %(known)s")
            told.setdefault("name", say(known, name=unknown[0], known=KNOWN))
        if not line.is_blank and not line.name:
            told.setdefault("name", say(N_("Say what this line is for")))
        errors |= {f"lines-{place}-{cell}": [sentence] for cell, sentence in told.items()}
    return errors


def _run_soon(schedule: RecurringSchedule, today: dt.date) -> None:
    if schedule.state == "active" and schedule.next_run <= today:
        tenant_id = current_tenant()
        after_commit(lambda: queue.enqueue("run_schedules", tenant_id))
