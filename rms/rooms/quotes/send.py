"""Mailing a quote: a form that is a page, and a dialog where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import quote_sending
from rms.domain import quoting
from rms.domain.errors import Invalid
from rms.domain.quoting import Verb
from rms.models import Quote
from rms.policy import P
from rms.queries.quotes import address_of_customer, find_quote, status_of
from rms.rooms.quotes import room
from rms.rooms.quotes.forms import SendForm
from rms.web.clock import now, today
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


@room.get("/c/<slug>/quotes/<uuid:quote_id>/send")
@requires(P.INVOICE_ISSUE)
def send_form(quote_id: UUID):
    quote = _to_send(quote_id)
    usual = quote_sending.message_for(quote, sender=current_user.name, translate=gettext)
    to_address = address_of_customer(quote.customer_id) or ""
    return _form(quote, SendForm(formdata=None, to_address=to_address, message=usual))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/send")
@requires(P.INVOICE_ISSUE)
@once
def send(quote_id: UUID):
    quote = _to_send(quote_id)
    form = SendForm()
    if form.validate():
        try:
            mail = quote_sending.send(
                quote_id,
                to_address=form.to_address.data,
                message=form.message.data or None,
                now=now(),
                sender=current_user.name,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("On its way to %(address)s", address=mail.to_address))
            return go(url_for("quotes.show", quote_id=quote_id))
    return _form(quote, form, status=422)


def _to_send(quote_id: UUID) -> Quote:
    """The quote, if it has its number and may be sent; a draft gets it in the editor."""
    quote = find_quote(quote_id)
    quoting.check(status_of(quote, today()), Verb.SHARE)
    return quote


def _form(quote: Quote, form: SendForm, status: int = 200):
    return page("quotes/send.html", piece="quotes/_send.html", status=status, quote=quote, form=form)
