"""Mailing an invoice: a form beside what it will become; a page, or a drawer where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import reminders, sending
from rms.domain.errors import Invalid
from rms.domain.letters import LONGEST_SUBJECT, Wording
from rms.domain.lifecycle import Status, Verb, move
from rms.mail import sender_of
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.queries.mails import find_mail, sent_before
from rms.queries.public_links import seen
from rms.rooms.invoices import room
from rms.web.clock import now, today
from rms.web.forms import Form, TextField, strip
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once


class SendForm(Form):
    """To whom, and what the letter says; an empty subject or message is the usual one."""

    to_address = TextField(_("To"), validators=[InputRequired(_("Say where to send it."))])
    cc = TextField(_("Cc"), validators=[Length(max=1_000)])
    subject = TextField(_("Subject"), validators=[Length(max=LONGEST_SUBJECT)])
    message = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=sending.LONGEST_MESSAGE)])


@room.get("/<uuid:invoice_id>/send")
@requires(P.INVOICE_ISSUE)
def send_form(invoice_id: UUID):
    invoice = _to_send(invoice_id)
    usual = _usual(invoice)
    form = SendForm(
        formdata=None,
        to_address=invoice.customer.email or "",
        cc=sending.copied_to(invoice),
        subject=usual.subject,
        message=usual.body,
    )
    return _form(invoice, form, usual)


@room.post("/<uuid:invoice_id>/_/letter")
@requires(P.INVOICE_ISSUE)
def letter(invoice_id: UUID):
    """The letter as it would arrive, while it is written; nothing is stored. A long one fits no address."""
    invoice, form = _to_send(invoice_id), SendForm()
    back = url_for("invoices.send_form", invoice_id=invoice_id)
    return swap("invoices/_letter.html", back=back, **_letter(invoice, form, _usual(invoice)))


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
    return _form(invoice, form, _usual(invoice), status=422)


@room.post("/<uuid:invoice_id>/mails/<uuid:mail_id>/again")
@requires(P.INVOICE_ISSUE)
@once
def send_again(invoice_id: UUID, mail_id: UUID):
    """A mail that failed, once more: an invoice in its own words, a reminder with what is open now."""
    invoice = find_invoice(invoice_id)
    if find_mail(mail_id, about=("invoices", invoice_id)).kind == "reminder":
        mail = reminders.send_again(mail_id, invoice=invoice, now=now(), today=today(), translate=gettext)
    else:
        mail = sending.send_again(mail_id, invoice=invoice, now=now())
    flash(gettext("On its way to %(address)s", address=mail.to_address))
    return go(url_for("invoices.show", invoice_id=invoice_id))


def _to_send(invoice_id: UUID) -> Invoice:
    """The invoice, if it is in a state in which it may be sent."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.SEND, kind=invoice.kind)
    return invoice


def _send(invoice: Invoice, form: SendForm):
    return sending.send(
        invoice,
        to_address=form.to_address.data,
        cc=form.cc.data or "",
        subject=form.subject.data or None,
        message=form.message.data or None,
        now=now(),
        sender=current_user.name,
    )


def _usual(invoice: Invoice) -> Wording:
    """The company's own letter, or ours; one statement, so whoever needs it twice hands it on."""
    return sending.letter_of(invoice, sender=current_user.name, translate=gettext)


def _form(invoice: Invoice, form: SendForm, usual: Wording, status: int = 200):
    return page(
        "invoices/send.html",
        piece="invoices/_send.html",
        status=status,
        form=form,
        last=sent_before("invoices", invoice.id),
        seen=seen("invoices", invoice.id),
        **_letter(invoice, form, usual),
    )


def _letter(invoice: Invoice, form: SendForm, usual: Wording) -> dict:
    """What the preview shows: who it is from, and the words as they stand in the form."""
    return {
        "invoice": invoice,
        "company_name": sending.company_name(invoice),
        "sender": sender_of(sending.company_name(invoice)),
        "reply_to": sending.reply_address(),
        "subject": form.subject.data or usual.subject,
        "paragraphs": (form.message.data or usual.body).replace("\r\n", "\n").split("\n\n"),
    }
