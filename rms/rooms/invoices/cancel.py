"""Cancelling an issued invoice, with the reason that the books want."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext

from rms.actions.issuing import cancel as cancel_invoice
from rms.domain.errors import Invalid
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.rooms.invoices import room
from rms.rooms.invoices.show import CancelForm, view_of
from rms.web.clock import now, today
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


@room.post("/<uuid:invoice_id>/cancel")
@requires(P.INVOICE_CANCEL)
@once
def cancel(invoice_id: UUID):
    form = CancelForm()
    if form.validate():
        try:
            invoice = cancel_invoice(invoice_id, reason=form.reason.data, now=now(), today=today())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("%(number)s is cancelled", number=invoice.invoice_number))
            return go(url_for("invoices.show", invoice_id=invoice_id))
    return page("invoices/show.html", status=422, **view_of(find_invoice(invoice_id), cancel_form=form))
