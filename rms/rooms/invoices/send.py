"""Mailing an invoice: a form that is a page, and a dialog where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import sending
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status, Verb, move
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.rooms.invoices import room
from rms.web.clock import now
from rms.web.forms import Form, TextField, strip
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class SendForm(Form):
    """To whom, and what the letter says; an empty message is the usual one."""

    to_address = TextField(_("To"), validators=[InputRequired(_("Say where to send it."))])
    message = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=sending.LONGEST_MESSAGE)])


@room.get("/<uuid:invoice_id>/send")
@requires(P.INVOICE_ISSUE)
def send_form(invoice_id: UUID):
    invoice = _to_send(invoice_id)
    usual = sending.message_for(invoice, sender=current_user.name, translate=gettext)
    form = SendForm(formdata=None, to_address=invoice.customer.email or "", message=usual)
    return _form(invoice, form)


@room.post("/<uuid:invoice_id>/send")
@requires(P.INVOICE_ISSUE)
@once
def send(invoice_id: UUID):
    invoice = _to_send(invoice_id)
    form = SendForm()
    if form.validate():
        try:
            mail = _send(invoice, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("On its way to %(address)s", address=mail.to_address))
            return go(url_for("invoices.show", invoice_id=invoice_id))
    return _form(invoice, form, status=422)


def _to_send(invoice_id: UUID) -> Invoice:
    """The invoice, if it is in a state in which it may be sent."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.SEND)
    return invoice


def _send(invoice: Invoice, form: SendForm):
    return sending.send(
        invoice,
        to_address=form.to_address.data,
        message=form.message.data or None,
        now=now(),
        sender=current_user.name,
    )


def _form(invoice: Invoice, form: SendForm, status: int = 200):
    return page("invoices/send.html", piece="invoices/_send.html", status=status, invoice=invoice, form=form)
