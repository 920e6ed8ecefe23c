"""One refund, and taking it back when it was recorded by mistake or never reached the customer."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired, Length

from rms.actions import refunds
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.models import Refund
from rms.policy import P
from rms.queries.refunds import find_refund
from rms.rooms.refunds import room
from rms.rooms.refunds.new import METHOD_WORDS
from rms.web.clock import today
from rms.web.forms import DayField, Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class CancelForm(Form):
    """From which day it counts as not paid back, and why."""

    on = DayField(_("On"), validators=[InputRequired(_("Enter the day."))])
    reason = TextField(_("Reason"), validators=[InputRequired(_("Say why, for the books.")), Length(max=255)])


@room.get("/<uuid:refund_id>")
@requires(P.COMPANY_READ)
def show(refund_id: UUID):
    refund = find_refund(refund_id)
    return page("refunds/show.html", refund=refund, back_url=_back(refund), method_words=METHOD_WORDS)


@room.get("/<uuid:refund_id>/cancel")
@requires(P.RECEIPT_RECORD)
def cancel_form(refund_id: UUID):
    """What it does, before it is done."""
    refund = find_refund(refund_id)
    if refund.cancelled_on:
        raise IllegalMove(N_("This refund is cancelled already"))
    return _asked(refund, CancelForm(formdata=None, on=today()))


@room.post("/<uuid:refund_id>/cancel")
@requires(P.RECEIPT_RECORD)
@once
def cancel(refund_id: UUID):
    form = CancelForm()
    if form.validate():
        try:
            refund = refunds.cancel(refund_id, on=form.on.data, reason=form.reason.data, today=today())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("%(number)s is cancelled.", number=refund.refund_number))
            return go(url_for("refunds.show", refund_id=refund_id))
    return _asked(find_refund(refund_id), form, status=422)


def _asked(refund: Refund, form: CancelForm, *, status: int = 200):
    return page("refunds/cancel.html", piece="refunds/_cancel.html", status=status, refund=refund, form=form)


def _back(refund: Refund) -> str:
    """To what it was paid out of."""
    if refund.receipt_id:
        return url_for("receipts.show", receipt_id=refund.receipt_id)
    return url_for("credit_notes.show", credit_note_id=refund.credit_note_id)
