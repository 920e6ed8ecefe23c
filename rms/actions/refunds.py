"""Money paid back to a customer: out of an advance (the refund voucher of CGST Rule 51), or a credit note.

What is paid back is under the same lock as what is laid on invoices, so the same money is never used twice.
"""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from uuid import UUID

from rms.actions import series
from rms.actions.numbers import take_number
from rms.actions.receipts import LONGEST_NOTE, LONGEST_REFERENCE, PAYMENT_METHODS
from rms.db.locks import lock
from rms.db.session import db
from rms.domain.contacts import Checks, one_line, several_lines
from rms.domain.errors import N_, IllegalMove
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import CreditNoteStatus, ReceiptStatus, Verb, move_credit_note, move_receipt
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import CreditNote, Receipt, Refund

LONGEST_REASON = 255


@dataclass(frozen=True)
class RefundDraft:
    """How much is paid back, when and how; `payment_method` is one of PAYMENT_METHODS."""

    amount: Decimal
    refund_date: dt.date
    payment_method: str
    reference: str | None = None
    notes: str | None = None


def pay_back_receipt(
    receipt_id: UUID, draft: RefundDraft, *, today: dt.date, created_by: UUID | None
) -> Refund:
    """A refund with its number, out of what is left of a receipt.

    Raises NotFound, IllegalMove for a receipt that bounced or was cancelled, and Invalid by field: more than
    is on account, a day before the receipt or one that has not come.
    """
    series.open_later("refund")
    receipt = lock(Receipt, receipt_id)
    move_receipt(ReceiptStatus(receipt.status), Verb.ALLOCATE)
    draft = _checked(draft, receipt.receipt_date, receipt.unallocated_amount, today)
    refund = _add(draft, receipt.customer_id, created_by, receipt_id=receipt.id)
    db().refresh(receipt)
    return refund


def pay_back_credit_note(
    credit_note_id: UUID, draft: RefundDraft, *, today: dt.date, created_by: UUID | None
) -> Refund:
    """The same out of what a credit note leaves; it is used up when nothing is left."""
    series.open_later("refund")
    note = lock(CreditNote, credit_note_id)
    move_credit_note(CreditNoteStatus(note.status), Verb.APPLY)
    draft = _checked(draft, note.credit_note_date, note.unapplied_amount, today)
    refund = _add(draft, note.customer_id, created_by, credit_note_id=note.id)
    _restate(note)
    return refund


def cancel(refund_id: UUID, *, on: dt.date, reason: str | None, today: dt.date) -> Refund:
    """As of that day the money was not paid back; it is on account, or in its credit note, again."""
    refund = lock(Refund, refund_id)
    if refund.cancelled_on:
        raise IllegalMove(N_("This refund is cancelled already"))
    _check_cancelling(refund, on, reason, today)
    note = lock(CreditNote, refund.credit_note_id) if refund.credit_note_id else None
    if refund.receipt_id:
        lock(Receipt, refund.receipt_id)
    refund.cancelled_on, refund.cancel_reason = on, one_line(reason, LONGEST_REASON)
    refund.version += 1
    db().flush()
    if note:
        _restate(note)
    return refund


def _checked(draft: RefundDraft, begins: dt.date, left: Decimal, today: dt.date) -> RefundDraft:
    checks = Checks()
    if draft.amount <= 0:
        checks.refuse("amount", say(N_("Enter what you pay back. It must be more than 0")))
    elif draft.amount > left:
        checks.refuse("amount", say(N_("Only %(left)s is left to pay back"), left=rupees(left)))
    if draft.refund_date > today:
        checks.refuse("refund_date", say(N_("This day has not come yet. Enter the day you paid")))
    elif draft.refund_date < begins:
        told = say(N_("The money came on %(day)s. It cannot be paid back before"), day=format_date(begins))
        checks.refuse("refund_date", told)
    if draft.payment_method not in PAYMENT_METHODS:
        checks.refuse("payment_method", say(N_("Choose how you paid")))
    reference = checks.clean("reference", one_line, draft.reference, LONGEST_REFERENCE)
    notes = checks.clean("notes", several_lines, draft.notes, LONGEST_NOTE)
    checks.finish()
    return replace(draft, reference=reference or None, notes=notes or None)


def _add(draft: RefundDraft, customer_id: UUID, created_by: UUID | None, **source: UUID) -> Refund:
    taken = take_number("refund", draft.refund_date)
    refund = Refund(
        **asdict(draft),
        **source,
        customer_id=customer_id,
        series_id=taken.series_id,
        refund_number=taken.text,
        created_by=created_by,
    )
    db().add(refund)
    db().flush()
    return refund


def _restate(note: CreditNote) -> None:
    """Its sums are kept by a trigger, so it is read again before its state follows."""
    db().refresh(note)
    note.restate()
    db().flush()


def _check_cancelling(refund: Refund, on: dt.date, reason: str | None, today: dt.date) -> None:
    checks = Checks()
    if not checks.clean("reason", one_line, reason, LONGEST_REASON) and "reason" not in checks.errors:
        checks.refuse("reason", say(N_("Say why, for the books")))
    if on > today:
        checks.refuse("on", say(N_("This day has not come yet")))
    if on < refund.refund_date:
        day = format_date(refund.refund_date)
        checks.refuse("on", say(N_("It was paid back on %(day)s, and cannot be cancelled before"), day=day))
    checks.finish()
