"""Reminding of one invoice: now, not at all, or one step left out."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import reminders
from rms.policy import P
from rms.rooms.invoices import room
from rms.web.clock import now, today
from rms.web.fragments import go
from rms.web.guard import can, requires


@room.post("/<uuid:invoice_id>/remind")
@requires(P.INVOICE_ISSUE)
def remind(invoice_id: UUID):
    """Once a day at most; the action says so."""
    mail = reminders.remind_now(invoice_id, now=now(), today=today(), translate=gettext)
    flash(gettext("A reminder is on its way to %(address)s", address=mail.to_address))
    return _back(invoice_id)


@room.post("/<uuid:invoice_id>/reminders")
@requires(P.INVOICE_ISSUE)
def set_reminding(invoice_id: UUID):
    """`on=1` reminds again, anything else stops."""
    if request.form.get("on") == "1":
        reminders.resume_invoice(invoice_id)
        flash(gettext("This invoice is reminded of again."))
    else:
        reminders.stop_invoice(invoice_id)
        flash(gettext("Nobody is reminded of this invoice any more."))
    return _back(invoice_id)


@room.post("/<uuid:invoice_id>/skip-reminder")
@requires(P.INVOICE_ISSUE)
def skip_reminder(invoice_id: UUID):
    reminders.skip(invoice_id, request.form.get("step", ""), today=today())
    flash(gettext("This reminder is left out. The next one goes as planned."))
    to_settings = can(P.SETTINGS_EDIT)
    return go(url_for("settings.reminders")) if to_settings else _back(invoice_id)


def _back(invoice_id: UUID):
    return go(url_for("invoices.show", invoice_id=invoice_id))
