"""What is done to a schedule besides saving it: paused, resumed, run before its day, ended."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext

from rms.actions import recurring, recurring_runs
from rms.policy import P
from rms.rooms.recurring import room
from rms.rooms.recurring.views import told
from rms.web.clock import now, today
from rms.web.fragments import go
from rms.web.guard import requires
from rms.web.once import once


@room.post("/<uuid:schedule_id>/pause")
@requires(P.INVOICE_ISSUE)
def pause(schedule_id: UUID):
    recurring.pause(schedule_id)
    flash(gettext("Paused. Nothing is made until you resume it."))
    return _back(schedule_id)


@room.post("/<uuid:schedule_id>/resume")
@requires(P.INVOICE_ISSUE)
def resume(schedule_id: UUID):
    recurring.resume(schedule_id, today=today())
    flash(gettext("It goes on. What fell into the pause is left out."))
    return _back(schedule_id)


@room.post("/<uuid:schedule_id>/end")
@requires(P.INVOICE_ISSUE)
def end(schedule_id: UUID):
    recurring.end(schedule_id)
    flash(gettext("Ended. The invoices it made stay."))
    return _back(schedule_id)


@room.post("/<uuid:schedule_id>/run")
@requires(P.INVOICE_ISSUE)
@once
def run(schedule_id: UUID):
    """The next run at once; its period is then done."""
    done = recurring_runs.run_now(schedule_id, now=now(), today=today())
    invoice = recurring_runs.invoice_of(done)
    if done.problem:
        flash(gettext("It stays a draft: %(problem)s", problem=told(done.problem)))
    elif invoice.is_draft:
        flash(gettext("The draft is made."))
    else:
        flash(gettext("%(number)s is issued and on its way.", number=invoice.invoice_number))
    return go(url_for("invoices.show", invoice_id=invoice.id))


def _back(schedule_id: UUID):
    return go(url_for("recurring.show", schedule_id=schedule_id))
