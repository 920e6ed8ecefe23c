"""Cancelling an issued invoice, with the reason that the books want."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired, Length

from rms.actions.issuing import cancel as cancel_invoice
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status, Verb, move
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.rooms.invoices import room
from rms.web.clock import now, today
from rms.web.forms import Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class CancelForm(Form):
    """Why; it is kept with the invoice and in the audit trail."""

    reason = TextField(_("Reason"), validators=[InputRequired(_("Say why, for the books.")), Length(max=255)])


@room.get("/<uuid:invoice_id>/cancel")
@requires(P.INVOICE_CANCEL)
def cancel_form(invoice_id: UUID):
    """What it does, before it is done; raises IllegalMove for what cannot be cancelled."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.CANCEL)
    return _asked(invoice, CancelForm(formdata=None))


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
    return _asked(find_invoice(invoice_id), form, status=422)


def _asked(invoice: Invoice, form: CancelForm, *, status: int = 200):
    return page(
        "invoices/cancel.html", piece="invoices/_cancel.html", status=status, invoice=invoice, form=form
    )
