"""Paying money back: how much of what is left, when and how. Out of a receipt or a credit note."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from rms.actions import refunds
from rms.actions.receipts import PAYMENT_METHODS
from rms.actions.refunds import RefundDraft
from rms.domain.errors import N_, Invalid, NotFound
from rms.domain.lifecycle import (
    CreditNoteStatus,
    ReceiptStatus,
    Verb,
    move_credit_note,
    move_receipt,
)
from rms.policy import P
from rms.queries.credit_notes import find_credit_note
from rms.queries.receipts import find_receipt
from rms.rooms.refunds import room
from rms.web.clock import today
from rms.web.forms import DayField, Form, MoneyField, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

METHOD_WORDS = {
    "bank_transfer": _("Bank transfer"),
    "upi": _("UPI"),
    "cheque": _("Cheque"),
    "cash": _("Cash"),
    "card": _("Card"),
}


@dataclass(frozen=True)
class Source:
    """What the money is paid out of, and the page to go back to."""

    kind: str
    id: UUID
    number: str
    customer: Any
    left: Decimal
    url: str
    pay: Callable


class RefundForm(Form):
    receipt = HiddenField()
    credit_note = HiddenField()
    amount = MoneyField(_("Amount paid back"), validators=[InputRequired(_("Enter what you pay back."))])
    refund_date = DayField(_("Date"), validators=[InputRequired(_("Enter the day you paid."))])
    payment_method = SelectField(_("Mode"), choices=[(one, METHOD_WORDS[one]) for one in PAYMENT_METHODS])
    reference = TextField(_("Reference"))
    notes = TextField(_("Note"))

    def draft(self) -> RefundDraft:
        return RefundDraft(
            amount=self.amount.data,
            refund_date=self.refund_date.data,
            payment_method=self.payment_method.data,
            reference=self.reference.data or None,
            notes=self.notes.data or None,
        )


@room.get("/new")
@requires(P.RECEIPT_RECORD)
def new():
    """`?receipt=` or `?credit_note=` names what is paid back; all that is left of it is proposed.

    Without either, the list shows what there is to pay back."""
    if not {"receipt", "credit_note"} & set(request.args):
        return go(url_for("receipts.index", view="left"))
    source = _source(request.args)
    form = RefundForm(
        formdata=None, amount=source.left or None, refund_date=today(), **{source.kind: str(source.id)}
    )
    return page("refunds/new.html", form=form, source=source)


@room.post("")
@requires(P.RECEIPT_RECORD)
@once
def create():
    source, form = _source(request.form), RefundForm()
    if form.validate():
        try:
            refund = source.pay(source.id, form.draft(), today=today(), created_by=current_user.user_id)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("%(number)s is recorded.", number=refund.refund_number))
            return go(url_for("refunds.show", refund_id=refund.id))
    return page("refunds/new.html", form=form, source=_source(request.form), status=422)


def _source(named) -> Source:
    """Raises NotFound for what is not there, IllegalMove for what bounced or was cancelled, Invalid when
    nothing is named."""
    receipt_id, note_id = (_as_id(named.get(name)) for name in ("receipt", "credit_note"))
    if receipt_id:
        return _of_receipt(receipt_id)
    if note_id:
        return _of_credit_note(note_id)
    if named.get("receipt") or named.get("credit_note"):
        raise NotFound()
    raise Invalid(N_("Open the receipt or the credit note whose money you pay back."))


def _of_receipt(receipt_id: UUID) -> Source:
    receipt = find_receipt(receipt_id)
    move_receipt(ReceiptStatus(receipt.status), Verb.ALLOCATE)
    return Source(
        "receipt",
        receipt.id,
        receipt.receipt_number,
        receipt.customer,
        receipt.unallocated_amount,
        url_for("receipts.show", receipt_id=receipt.id),
        refunds.pay_back_receipt,
    )


def _of_credit_note(note_id: UUID) -> Source:
    note = find_credit_note(note_id)
    move_credit_note(CreditNoteStatus(note.status), Verb.APPLY)
    return Source(
        "credit_note",
        note.id,
        note.credit_note_number,
        note.customer,
        note.unapplied_amount,
        url_for("credit_notes.show", credit_note_id=note.id),
        refunds.pay_back_credit_note,
    )


def _as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
