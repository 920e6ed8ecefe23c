"""Cancelling an issued credit note, with the reason that the books want."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext

from rms.actions import credit_notes
from rms.domain.errors import Invalid
from rms.domain.lifecycle import CreditNoteStatus, Verb, move_credit_note
from rms.models import CreditNote
from rms.policy import P
from rms.queries.credit_notes import find_credit_note
from rms.rooms.credit_notes import room
from rms.rooms.credit_notes.forms import CancelForm
from rms.web.clock import today
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


@room.get("/<uuid:credit_note_id>/cancel")
@requires(P.INVOICE_ISSUE)
def cancel_form(credit_note_id: UUID):
    """What it does, before it is done; raises IllegalMove for what cannot be cancelled."""
    note = find_credit_note(credit_note_id)
    if note.status != CreditNoteStatus.APPLIED:
        move_credit_note(CreditNoteStatus(note.status), Verb.CANCEL)
    return _asked(note, CancelForm(formdata=None))


@room.post("/<uuid:credit_note_id>/cancel")
@requires(P.INVOICE_ISSUE)
@once
def cancel(credit_note_id: UUID):
    form = CancelForm()
    if form.validate():
        try:
            note = credit_notes.cancel(credit_note_id, reason=form.reason.data, today=today())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("%(number)s is cancelled", number=note.credit_note_number))
            return go(url_for("credit_notes.show", credit_note_id=credit_note_id))
    return _asked(find_credit_note(credit_note_id), form, status=422)


def _asked(note: CreditNote, form: CancelForm, *, status: int = 200):
    return page(
        "credit_notes/cancel.html", piece="credit_notes/_cancel.html", status=status, note=note, form=form
    )
