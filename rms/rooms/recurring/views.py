"""The list of schedules, a new one, the page of one; and what follows from it while it is typed."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import recurring
from rms.domain.errors import DomainError, Sentence, StaleVersion
from rms.domain.periods import format_date
from rms.domain.typed_line import cells_of
from rms.models import RecurringSchedule
from rms.policy import P
from rms.queries import recurring as queries
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice, lines_of
from rms.queries.last_saved import last_saved
from rms.rooms.recurring import room
from rms.rooms.recurring.forms import Cells, ScheduleForm, lines_in
from rms.rooms.recurring.sheet import fresh_line, lay_out
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

PIECES = ("recurring/_calendar.html", "recurring/_what.html")


@room.get("")
@requires(P.COMPANY_READ)
def index():
    return page("recurring/index.html", schedules=queries.list_schedules(), told=told)


@room.get("/new")
@requires(P.INVOICE_ISSUE)
def new():
    """`?invoice=` repeats that invoice with its lines; `?customer=` begins with the customer."""
    invoice_id = request.args.get("invoice", type=UUID)
    invoice = find_invoice(invoice_id) if invoice_id else None
    customer_id = invoice.customer_id if invoice else request.args.get("customer", type=UUID)
    customer = find_customer(customer_id) if customer_id else None
    terms = invoice.payment_terms if invoice else customer.payment_terms if customer else 30
    form = ScheduleForm(
        formdata=None,
        customer_id=str(customer.id) if customer else "",
        every=1,
        rhythm="month",
        starts_on=today(),
        ends="never",
        payment_terms=terms,
        sends="0",
        reference_number=invoice.reference_number if invoice else None,
        notes=invoice.notes if invoice else None,
    )
    return _page(form, [cells_of(line) for line in lines_of(invoice.id)] if invoice else [fresh_line()])


@room.post("")
@requires(P.INVOICE_ISSUE)
@once
def create():
    form, lines = ScheduleForm(), lines_in(request.form)
    if form.validate():
        try:
            draft = form.draft(lines)
            schedule = recurring.add(draft, today=today(), created_by=current_user.user_id)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. The first invoice is made on %(day)s.", day=_day(schedule)))
            return go(url_for("recurring.show", schedule_id=schedule.id))
    return _page(form, lines, status=422)


@room.post("/_/look")
@requires(P.INVOICE_ISSUE)
def look():
    """What follows from what is typed; nothing is stored. `act` adds a line or takes one away."""
    lines = lines_in(request.form)
    act = request.args.get("act", "")
    if act == "add":
        lines.append(fresh_line())
    elif act.startswith("drop-") and act[5:].isdigit() and int(act[5:]) < len(lines):
        lines.pop(int(act[5:]))
    stored_id = request.args.get("schedule", type=UUID)
    stored = queries.find_schedule(stored_id) if stored_id else None
    return _page(ScheduleForm(), lines, stored, piece="recurring/_outlook.html", also=PIECES)


@room.get("/<uuid:schedule_id>")
@requires(P.COMPANY_READ)
def show(schedule_id: UUID):
    schedule = queries.find_schedule(schedule_id)
    return _page(ScheduleForm.of(schedule), list(schedule.lines), schedule)


@room.post("/<uuid:schedule_id>/save")
@requires(P.INVOICE_ISSUE)
def save(schedule_id: UUID):
    stored = queries.find_schedule(schedule_id)
    form, lines = ScheduleForm(), lines_in(request.form)
    if form.validate():
        try:
            draft = form.draft(lines)
            recurring.change(schedule_id, draft, version=form.row_version, today=today())
        except StaleVersion as error:
            form.refuse(error)
            who = last_saved("recurring_schedules", schedule_id)
            return _page(form, lines, error.theirs, status=409, theirs=_in_words(error.theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."))
            return go(url_for("recurring.show", schedule_id=schedule_id))
    return _page(form, lines, stored, status=422)


def _page(form: ScheduleForm, lines: list[Cells], stored: RecurringSchedule | None = None, **manner):
    """The whole page of a schedule, or its pieces."""
    return page(
        "recurring/edit.html",
        form=form,
        sheet=lay_out(form, lines, stored),
        schedule=stored,
        runs=queries.runs_of(stored.id) if stored else [],
        told=told,
        day=today(),
        **({"theirs": None, "who": None} | manner),
    )


def told(problem: dict) -> str:
    """A stored sentence in the reader's language."""
    return sentence(Sentence(**problem))


def _day(schedule: RecurringSchedule) -> str:
    return format_date(schedule.next_run)


def _in_words(schedule: RecurringSchedule) -> dict[str, str]:
    """What is stored now, for whoever typed meanwhile."""
    form = ScheduleForm.of(schedule)
    lines = ", ".join(line.get("name", "") for line in schedule.lines)
    shown = ("every", "starts_on", "payment_terms", "reference_number", "notes")
    words = {str(form[name].label.text): form[name]._value() or gettext("none") for name in shown}
    return {gettext("Customer"): schedule.customer.name, **words, gettext("Lines"): lines}
