"""Mailing a receipt: a form beside what it will become; a page, or a drawer where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import receipt_sending
from rms.actions.sending import reply_address
from rms.domain.errors import Invalid
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, Wording
from rms.mail import sender_of
from rms.models import Receipt
from rms.policy import P
from rms.queries.mails import sent_before
from rms.queries.receipts import find_receipt
from rms.rooms.receipts import room
from rms.web.clock import now
from rms.web.forms import Form, TextField, strip
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once


class SendForm(Form):
    """To whom, and what the letter says; an empty subject or message is the usual one."""

    to_address = TextField(_("To"), validators=[InputRequired(_("Say where to send it."))])
    cc = TextField(_("Cc"), validators=[Length(max=1_000)])
    subject = TextField(_("Subject"), validators=[Length(max=LONGEST_SUBJECT)])
    message = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=LONGEST_BODY)])


@room.get("/<uuid:receipt_id>/send")
@requires(P.RECEIPT_RECORD)
def send_form(receipt_id: UUID):
    """Proposes the customer's address, and copies to who gets their receipts."""
    receipt = _to_send(receipt_id)
    usual = _usual(receipt)
    form = SendForm(
        formdata=None,
        to_address=receipt.customer.email or "",
        cc=receipt_sending.copied(receipt),
        subject=usual.subject,
        message=usual.body,
    )
    return _form(receipt, form, usual)


@room.post("/<uuid:receipt_id>/_/letter")
@requires(P.RECEIPT_RECORD)
def letter(receipt_id: UUID):
    """The letter as it would arrive, while it is written; nothing is stored."""
    receipt, form = _to_send(receipt_id), SendForm()
    back = url_for("receipts.send_form", receipt_id=receipt_id)
    return swap("receipts/_letter.html", back=back, **_letter(receipt, form, _usual(receipt)))


@room.post("/<uuid:receipt_id>/send")
@requires(P.RECEIPT_RECORD)
@once
def send(receipt_id: UUID):
    form = SendForm()
    if form.validate():
        try:
            mail = receipt_sending.send(
                receipt_id,
                to_address=form.to_address.data,
                cc=form.cc.data or None,
                subject=form.subject.data or None,
                message=form.message.data or None,
                now=now(),
                sender=current_user.name,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("On its way to %(address)s", address=mail.to_address))
            return go(url_for("receipts.show", receipt_id=receipt_id))
    receipt = _to_send(receipt_id)
    return _form(receipt, form, _usual(receipt), status=422)


def _to_send(receipt_id: UUID) -> Receipt:
    receipt = find_receipt(receipt_id)
    receipt_sending.check_sendable(receipt)
    return receipt


def _usual(receipt: Receipt) -> Wording:
    return receipt_sending.letter_of(receipt, sender=current_user.name, translate=gettext)


def _form(receipt: Receipt, form: SendForm, usual: Wording, status: int = 200):
    return page(
        "receipts/send.html",
        piece="receipts/_send.html",
        status=status,
        form=form,
        last=sent_before("receipts", receipt.id),
        **_letter(receipt, form, usual),
    )


def _letter(receipt: Receipt, form: SendForm, usual: Wording) -> dict:
    """What the preview shows: who it is from, and the words as they stand in the form."""
    return {
        "receipt": receipt,
        "sender": sender_of(receipt_sending.company_name()),
        "reply_to": reply_address(),
        "subject": form.subject.data or usual.subject,
        "paragraphs": (form.message.data or usual.body).replace("\r\n", "\n").split("\n\n"),
    }
