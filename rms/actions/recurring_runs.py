"""One run of a schedule: an invoice of its lines, once for each period whatever fails on the way.

Run, invoice, number, mail and the schedule's next day are one transaction: a kill at any moment leaves all of
it or nothing. The schedule is locked, so that a second scheduler waits and finds the day gone; and a run is
unique by schedule and period, so that nothing else could make it twice either.

The invoice is dated the day it is made, also when its period has passed: numbers and dates of invoices go up
together (CGST Rule 46(b)), and its text names the period. Missed periods are all made, the oldest first;
those that are late by more than `DAYS_STILL_SENT` stay drafts, since nobody may expect them any more.

What stands against making an invoice (an archived customer, the plan) is kept on the schedule as a sentence,
mailed to its owner once, and tried again every hour. What stands against issuing or sending leaves a draft.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import select

from rms.actions import invoices, issuing, limits, mails, sending
from rms.actions.recurring import close
from rms.db.locks import begin_another_act, lock
from rms.db.session import db
from rms.domain import periods, recurrence
from rms.domain.errors import N_, DomainError, IllegalMove, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.models import Company, Invoice, RecurringInvoice, RecurringRun, RecurringSchedule
from rms.policy import Use
from rms.queries.customers import find_customer
from rms.queries.recurring import owner_of


def run_if_due(schedule_id: UUID, *, now: dt.datetime, today: dt.date) -> RecurringRun | None:
    """Make the run that is due; None when none is, or when something is in its way, which is then kept.

    Call it again until it gives None: each run is a transaction of its own.
    """
    schedule = lock(RecurringSchedule, schedule_id)
    if schedule.state != "active" or schedule.next_run > today:
        return None
    try:
        _refuse(schedule, now)
    except DomainError as error:
        _remember(schedule, error.sentence, now=now)
        return None
    run = _make(schedule, now=now, today=today)
    _move_on(schedule)
    db().flush()
    return run


def run_now(schedule_id: UUID, *, now: dt.datetime, today: dt.date) -> RecurringRun:
    """Make the next run although its day may not have come; raises what stands against it."""
    schedule = lock(RecurringSchedule, schedule_id)
    if schedule.state != "active":
        raise IllegalMove(N_("Resume this schedule first."))
    _refuse(schedule, now)
    run = _make(schedule, now=now, today=today)
    _move_on(schedule)
    db().flush()
    return run


def invoice_of(run: RecurringRun) -> Invoice:
    """The invoice that this run has just made."""
    statement = (
        select(Invoice)
        .join(
            RecurringInvoice,
            (RecurringInvoice.tenant_id == Invoice.tenant_id) & (RecurringInvoice.invoice_id == Invoice.id),
        )
        .where(RecurringInvoice.run_id == run.id)
    )
    return db().scalars(statement).one()


def _refuse(schedule: RecurringSchedule, now: dt.datetime) -> None:
    limits.require(Use.RECURRING, now=now)
    customer = find_customer(schedule.customer_id)
    if not customer.is_active:
        raise Invalid(N_("%(name)s is archived. Restore the customer or choose another."), name=customer.name)


def _make(schedule: RecurringSchedule, *, now: dt.datetime, today: dt.date) -> RecurringRun:
    period = schedule.next_run
    run = RecurringRun(schedule_id=schedule.id, period=period)
    db().add(run)
    db().flush()
    invoice = _draft(schedule, period, today)
    db().add(RecurringInvoice(run_id=run.id, invoice_id=invoice.id))
    schedule.problem = None
    db().flush()
    if schedule.sends:
        run.problem = _problem(_issue_and_send(schedule, invoice, period, now=now, today=today))
        if run.problem:
            _tell_owner(schedule, Sentence(**run.problem), now=now)
    return run


def _draft(schedule: RecurringSchedule, period: dt.date, today: dt.date) -> Invoice:
    """The invoice as the schedule says it for that period, priced as any draft."""
    plan, starts = schedule.plan, _year_starts()
    cells = [recurrence.fill_in_cells(line, plan, period, year_starts=starts) for line in schedule.lines]
    invoice = invoices.create_draft(
        customer_id=schedule.customer_id, today=today, created_by=schedule.created_by, lines=cells
    )
    invoice.payment_terms = schedule.payment_terms
    invoice.due_date = periods.due_date(today, schedule.payment_terms)
    invoice.reference_number = schedule.reference_number
    invoice.notes = recurrence.fill_in(schedule.notes or "", plan, period, year_starts=starts) or None
    db().flush()
    return invoice


def _year_starts() -> int:
    start = db().scalar(select(Company.financial_year_start).order_by(Company.created_at).limit(1))
    return start.month if start else 4


def _issue_and_send(
    schedule: RecurringSchedule, invoice: Invoice, period: dt.date, *, now: dt.datetime, today: dt.date
) -> Sentence | None:
    """Both or neither; what stands against it is given back, and the invoice stays a draft."""
    if (today - period).days > recurrence.DAYS_STILL_SENT:
        return say(
            N_("This invoice is late by %(days)s days, so it waits for you to look at it."),
            days=(today - period).days,
        )
    invoice_id = invoice.id
    try:
        with db().begin_nested():
            issued = issuing.issue(invoice_id, now=now, today=today)
            # Nobody else can reach the new invoice, so that it may be locked once more.
            begin_another_act()
            sending.send(issued, to_address=None, now=now, sender=_sender(schedule))
    except DomainError as error:
        db().expire(invoice)
        return _first_of(error)
    return None


def _first_of(error: DomainError) -> Sentence:
    """Of several problems the first, which is enough to know where to look."""
    if isinstance(error, Invalid):
        for several in error.errors.values():
            if several:
                return several[0]
    return error.sentence


def _sender(schedule: RecurringSchedule) -> str:
    owner = owner_of(schedule)
    return " ".join(filter(None, (owner.first_name, owner.last_name))) if owner else ""


def _move_on(schedule: RecurringSchedule) -> None:
    coming = next(schedule.plan.days(first=schedule.next_number + 1), None)
    if coming is None:
        close(schedule)
    else:
        schedule.next_number, schedule.next_run = coming


def _remember(schedule: RecurringSchedule, problem: Sentence, *, now: dt.datetime) -> None:
    """Keep the sentence; its owner hears of it once and not at every attempt."""
    told = _problem(problem)
    if schedule.problem == told:
        return
    schedule.problem = told
    _tell_owner(schedule, problem, now=now)
    db().flush()


def _problem(problem: Sentence | None) -> dict | None:
    if problem is None:
        return None
    params = {name: str(value) for name, value in problem.params.items()}
    return {"message": problem.message, "params": params}


def _tell_owner(schedule: RecurringSchedule, problem: Sentence, *, now: dt.datetime) -> None:
    owner = owner_of(schedule)
    if owner is None:
        return
    mails.post(
        "recurring_problem",
        to_address=owner.email,
        params={
            "first_name": owner.first_name or "",
            "customer": find_customer(schedule.customer_id).name,
            "period": schedule.next_run.isoformat(),
            "problem": _problem(problem),
            "is_draft": schedule.problem is None,
        },
        about=("recurring_schedules", schedule.id),
        now=now,
    )
