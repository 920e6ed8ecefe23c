"""Mailing a credit note: a form beside what it will become; a page, or a drawer where there is a script."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import credit_note_sending
from rms.actions.sending import reply_address
from rms.domain.errors import Invalid
from rms.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, Wording
from rms.mail import sender_of
from rms.models import CreditNote
from rms.policy import P
from rms.queries.credit_notes import find_credit_note
from rms.queries.mails import sent_before
from rms.rooms.credit_notes import room
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


@room.get("/<uuid:credit_note_id>/send")
@requires(P.INVOICE_ISSUE)
def send_form(credit_note_id: UUID):
    """Proposes the customer's address, and copies to who gets their invoices."""
    note = _to_send(credit_note_id)
    usual = _usual(note)
    form = SendForm(
        formdata=None,
        to_address=note.customer.email or "",
        cc=credit_note_sending.copied(note),
        subject=usual.subject,
        message=usual.body,
    )
    return _form(note, form, usual)


@room.post("/<uuid:credit_note_id>/_/letter")
@requires(P.INVOICE_ISSUE)
def letter(credit_note_id: UUID):
    """The letter as it would arrive, while it is written; nothing is stored."""
    note, form = _to_send(credit_note_id), SendForm()
    back = url_for("credit_notes.send_form", credit_note_id=credit_note_id)
    return swap("credit_notes/_letter.html", back=back, **_letter(note, form, _usual(note)))


@room.post("/<uuid:credit_note_id>/send")
@requires(P.INVOICE_ISSUE)
@once
def send(credit_note_id: UUID):
    form = SendForm()
    if form.validate():
        try:
            mail = credit_note_sending.send(
                credit_note_id,
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
            return go(url_for("credit_notes.show", credit_note_id=credit_note_id))
    note = _to_send(credit_note_id)
    return _form(note, form, _usual(note), status=422)


def _to_send(credit_note_id: UUID) -> CreditNote:
    note = find_credit_note(credit_note_id)
    credit_note_sending.check_sendable(note)
    return note


def _usual(note: CreditNote) -> Wording:
    return credit_note_sending.letter_of(note, sender=current_user.name, translate=gettext)


def _form(note: CreditNote, form: SendForm, usual: Wording, status: int = 200):
    return page(
        "credit_notes/send.html",
        piece="credit_notes/_send.html",
        status=status,
        form=form,
        last=sent_before("credit_notes", note.id),
        **_letter(note, form, usual),
    )


def _letter(note: CreditNote, form: SendForm, usual: Wording) -> dict:
    """What the preview shows: who it is from, and the words as they stand in the form."""
    return {
        "note": note,
        "sender": sender_of(credit_note_sending.company_name()),
        "reply_to": reply_address(),
        "subject": form.subject.data or usual.subject,
        "paragraphs": (form.message.data or usual.body).replace("\r\n", "\n").split("\n\n"),
    }
