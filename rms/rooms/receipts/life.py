"""A cheque clears or bounces, a receipt is cancelled, money is taken off an invoice: each asked for first.

Each question is a page, and a dialog over the receipt where there is a script. It says which invoices are
owed again, and by how much, before anything is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired, Length

from rms.actions import receipt_life
from rms.domain.errors import IllegalMove, Invalid
from rms.domain.lifecycle import ReceiptStatus, Verb, move_receipt
from rms.models import Receipt
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.queries.receipts import allocations_of, find_receipt
from rms.rooms.receipts import room
from rms.rooms.receipts.forms import METHOD_WORDS
from rms.web.clock import now, today
from rms.web.forms import DayField, Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class DayForm(Form):
    """The day of the account on which it happened."""

    on = DayField(_("On"), validators=[InputRequired(_("Enter the day."))])


class ReasonForm(DayForm):
    """And why; `receipt_life` says when the reason is needed."""

    reason = TextField(_("Reason"), validators=[Length(max=receipt_life.LONGEST_REASON)])


class CancelForm(ReasonForm):
    reason = TextField(_("Reason"), validators=[InputRequired(_("Say why, for the books.")), Length(max=255)])


class NothingForm(Form):
    """Only asks whether to."""


@dataclass(frozen=True)
class Turn:
    """One thing that may become of a receipt: its form, and what to say once it is done."""

    verb: Verb
    form: type[Form]
    do: Callable[[UUID, Form], Any]
    done: Callable[[str], str]


CLEAR = Turn(
    Verb.CLEAR,
    DayForm,
    lambda receipt_id, form: receipt_life.clear(receipt_id, on=form.on.data, now=now(), today=today()),
    lambda number: gettext("%(number)s has cleared.", number=number),
)
BOUNCE = Turn(
    Verb.BOUNCE,
    ReasonForm,
    lambda receipt_id, form: receipt_life.bounce(
        receipt_id, on=form.on.data, reason=form.reason.data, now=now(), today=today()
    ),
    lambda number: gettext("%(number)s bounced. What it had settled is owed again.", number=number),
)
CANCEL = Turn(
    Verb.CANCEL,
    CancelForm,
    lambda receipt_id, form: receipt_life.cancel(
        receipt_id, on=form.on.data, reason=form.reason.data, now=now(), today=today()
    ),
    lambda number: gettext("%(number)s is cancelled.", number=number),
)


@room.get("/<uuid:receipt_id>/clear")
@requires(P.RECEIPT_RECORD)
def clear_form(receipt_id: UUID):
    return _asked(CLEAR, receipt_id)


@room.post("/<uuid:receipt_id>/clear")
@requires(P.RECEIPT_RECORD)
@once
def clear(receipt_id: UUID):
    return _done(CLEAR, receipt_id)


@room.get("/<uuid:receipt_id>/bounce")
@requires(P.RECEIPT_RECORD)
def bounce_form(receipt_id: UUID):
    return _asked(BOUNCE, receipt_id)


@room.post("/<uuid:receipt_id>/bounce")
@requires(P.RECEIPT_RECORD)
@once
def bounce(receipt_id: UUID):
    return _done(BOUNCE, receipt_id)


@room.get("/<uuid:receipt_id>/cancel")
@requires(P.RECEIPT_RECORD)
def cancel_form(receipt_id: UUID):
    return _asked(CANCEL, receipt_id)


@room.post("/<uuid:receipt_id>/cancel")
@requires(P.RECEIPT_RECORD)
@once
def cancel(receipt_id: UUID):
    return _done(CANCEL, receipt_id)


@room.get("/<uuid:receipt_id>/invoices/<uuid:invoice_id>/release")
@requires(P.RECEIPT_RECORD)
def release_form(receipt_id: UUID, invoice_id: UUID):
    """What is laid on this invoice, about to be taken off; raises IllegalMove when there is nothing."""
    receipt = find_receipt(receipt_id)
    rows = [row for row in _live(receipt_id) if row.invoice_id == invoice_id]
    if not rows:
        find_invoice(invoice_id)
        raise IllegalMove(receipt_life.NOT_LAID)
    return page(
        "receipts/life.html",
        piece="receipts/_release.html",
        asks="receipts/_release.html",
        receipt=receipt,
        row=rows[0],
        today=today(),
        form=NothingForm(formdata=None),
    )


@room.post("/<uuid:receipt_id>/invoices/<uuid:invoice_id>/release")
@requires(P.RECEIPT_RECORD)
@once
def release(receipt_id: UUID, invoice_id: UUID):
    receipt_life.release(receipt_id, invoice_id, today=today())
    flash(gettext("Taken back. The money is on account again."))
    return go(url_for("receipts.show", receipt_id=receipt_id))


def _live(receipt_id: UUID) -> list[Any]:
    return [row for row in allocations_of(receipt_id) if row.released_on is None]


def _asked(turn: Turn, receipt_id: UUID):
    """Raises IllegalMove for what cannot become of it."""
    receipt = find_receipt(receipt_id)
    move_receipt(ReceiptStatus(receipt.status), turn.verb)
    return _page(turn, receipt, turn.form(formdata=None, on=today()))


def _done(turn: Turn, receipt_id: UUID):
    form = turn.form()
    if form.validate():
        try:
            receipt = turn.do(receipt_id, form)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(turn.done(receipt.receipt_number))
            return go(url_for("receipts.show", receipt_id=receipt_id))
    return _page(turn, find_receipt(receipt_id), form, status=422)


def _page(turn: Turn, receipt: Receipt, form: Form, *, status: int = 200):
    return page(
        "receipts/life.html",
        piece="receipts/_turn.html",
        status=status,
        asks="receipts/_turn.html",
        receipt=receipt,
        turn=str(turn.verb),
        reopened=_live(receipt.id) if turn.verb is not Verb.CLEAR else [],
        method_words=METHOD_WORDS,
        form=form,
    )
