"""Which state a document is in, and what may be done with it from there.

The state of an invoice is never set by hand: it follows from facts, through `status_of`, in every transaction
that touches money or dates. The tables below only say which acts are open in which state.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from rms.domain.errors import N_, IllegalMove


class Status(StrEnum):
    """The six stored states of an invoice."""

    DRAFT = "draft"
    PENDING = "pending"
    PARTIALLY_PAID = "partially_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    CANCELLED = "cancelled"


class ReceiptStatus(StrEnum):
    """A cheque is pending until it clears; all else is cleared at once."""

    PENDING = "pending"
    CLEARED = "cleared"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


class CreditNoteStatus(StrEnum):
    """Applied means that nothing of it is left to use."""

    DRAFT = "draft"
    ISSUED = "issued"
    APPLIED = "applied"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    ISSUE = "issue"
    SEND = "send"
    REMIND = "remind"
    RECORD_PAYMENT = "record_payment"
    CREDIT = "credit"
    DEBIT = "debit"
    SHARE = "share"
    CHANGE_NOTES = "change_notes"
    CANCEL = "cancel"
    CLEAR = "clear"
    BOUNCE = "bounce"
    ALLOCATE = "allocate"
    APPLY = "apply"


WORDS: dict[Status, str] = {
    Status.DRAFT: N_("Draft"),
    Status.PENDING: N_("Awaiting payment"),
    Status.PARTIALLY_PAID: N_("Part paid"),
    Status.OVERDUE: N_("Overdue"),
    Status.PAID: N_("Paid"),
    Status.CANCELLED: N_("Cancelled"),
}
RECEIPT_WORDS: dict[ReceiptStatus, str] = {
    ReceiptStatus.PENDING: N_("Subject to clearance"),
    ReceiptStatus.CLEARED: N_("Received"),
    ReceiptStatus.BOUNCED: N_("Bounced"),
    ReceiptStatus.CANCELLED: N_("Cancelled"),
}
CREDIT_NOTE_WORDS: dict[CreditNoteStatus, str] = {
    CreditNoteStatus.DRAFT: N_("Draft"),
    CreditNoteStatus.ISSUED: N_("Issued"),
    CreditNoteStatus.APPLIED: N_("Used up"),
    CreditNoteStatus.CANCELLED: N_("Cancelled"),
}

OPEN = frozenset({Status.PENDING, Status.PARTIALLY_PAID, Status.OVERDUE})
ISSUED = OPEN | {Status.PAID}


def status_of(
    *, issued: bool, cancelled: bool, total: Decimal, settled: Decimal, due_date: date | None, today: date
) -> Status:
    """The state that follows from the facts. `settled` is everything paid, withheld, written off and
    credited.

    Past due with anything open is overdue, also when part of it is paid; an issued invoice over nothing is
    paid.
    """
    if cancelled:
        return Status.CANCELLED
    if not issued:
        return Status.DRAFT
    if settled >= total:
        return Status.PAID
    if due_date is not None and due_date < today:
        return Status.OVERDUE
    return Status.PARTIALLY_PAID if settled > 0 else Status.PENDING


def credit_note_status_of(
    *, issued: bool, cancelled: bool, total: Decimal, used: Decimal
) -> CreditNoteStatus:
    """`used` is what was applied to invoices or refunded."""
    if cancelled:
        return CreditNoteStatus.CANCELLED
    if not issued:
        return CreditNoteStatus.DRAFT
    return CreditNoteStatus.APPLIED if used >= total else CreditNoteStatus.ISSUED


# The state after each act that is open in a state. Where money moves, the facts decide
# afterwards (`status_of`), so payment and credit leave the state as it is here.
_OPEN_TO_ALL_ISSUED = (Verb.SEND, Verb.SHARE, Verb.CREDIT, Verb.DEBIT, Verb.CHANGE_NOTES)

MOVES: dict[tuple[Status, Verb], Status] = {
    (Status.DRAFT, Verb.EDIT): Status.DRAFT,
    (Status.DRAFT, Verb.CHANGE_NOTES): Status.DRAFT,
    (Status.DRAFT, Verb.DELETE): Status.DRAFT,
    (Status.DRAFT, Verb.ISSUE): Status.PENDING,
    **{(status, verb): status for status in ISSUED for verb in _OPEN_TO_ALL_ISSUED},
    **{(status, verb): status for status in OPEN for verb in (Verb.RECORD_PAYMENT, Verb.REMIND)},
    **{(status, Verb.CANCEL): Status.CANCELLED for status in ISSUED},
}
RECEIPT_MOVES: dict[tuple[ReceiptStatus, Verb], ReceiptStatus] = {
    (ReceiptStatus.PENDING, Verb.ALLOCATE): ReceiptStatus.PENDING,
    (ReceiptStatus.PENDING, Verb.CLEAR): ReceiptStatus.CLEARED,
    (ReceiptStatus.PENDING, Verb.BOUNCE): ReceiptStatus.BOUNCED,
    (ReceiptStatus.PENDING, Verb.CANCEL): ReceiptStatus.CANCELLED,
    (ReceiptStatus.CLEARED, Verb.ALLOCATE): ReceiptStatus.CLEARED,
    # Banks take a credited cheque back, too.
    (ReceiptStatus.CLEARED, Verb.BOUNCE): ReceiptStatus.BOUNCED,
    (ReceiptStatus.CLEARED, Verb.CANCEL): ReceiptStatus.CANCELLED,
}
CREDIT_NOTE_MOVES: dict[tuple[CreditNoteStatus, Verb], CreditNoteStatus] = {
    (CreditNoteStatus.DRAFT, Verb.EDIT): CreditNoteStatus.DRAFT,
    (CreditNoteStatus.DRAFT, Verb.DELETE): CreditNoteStatus.DRAFT,
    (CreditNoteStatus.DRAFT, Verb.ISSUE): CreditNoteStatus.ISSUED,
    (CreditNoteStatus.ISSUED, Verb.APPLY): CreditNoteStatus.ISSUED,
    (CreditNoteStatus.ISSUED, Verb.SEND): CreditNoteStatus.ISSUED,
    (CreditNoteStatus.ISSUED, Verb.CANCEL): CreditNoteStatus.CANCELLED,
    (CreditNoteStatus.APPLIED, Verb.SEND): CreditNoteStatus.APPLIED,
}
_REFUSALS: dict[tuple[Status, Verb], str] = {
    (Status.DRAFT, Verb.SEND): N_("This is a draft. Issue it before you send it"),
    (Status.DRAFT, Verb.SHARE): N_("This is a draft. Issue it before you share it"),
    (Status.DRAFT, Verb.REMIND): N_("This is a draft. Issue it before you remind anybody"),
    (Status.DRAFT, Verb.RECORD_PAYMENT): N_("This is a draft. Issue it before you record a payment"),
    (Status.DRAFT, Verb.CREDIT): N_("This is a draft. Change it instead of crediting it"),
    (Status.DRAFT, Verb.DEBIT): N_("This is a draft. Change it instead of adding to it"),
    (Status.DRAFT, Verb.CANCEL): N_("This is a draft. Delete it instead of cancelling it"),
    (Status.PAID, Verb.RECORD_PAYMENT): N_("This invoice is paid. Keep the money on account instead"),
    (Status.PAID, Verb.REMIND): N_("This invoice is paid. There is nothing to remind of"),
}
_BY_VERB: dict[Verb, str] = {
    Verb.EDIT: N_("This invoice is issued and its amounts are fixed. Correct it with a credit note"),
    Verb.DELETE: N_("This invoice is issued and its number is used. Cancel it instead"),
    Verb.ISSUE: N_("This invoice is already issued"),
}
# What was written elsewhere has no paper here, no lines and no tax: there is nothing to send or to credit.
_OF_OPENING: dict[Verb, str] = {
    Verb.SEND: N_("This is an opening balance. Its invoice was written elsewhere: there is none to send"),
    Verb.SHARE: N_("This is an opening balance. Its invoice was written elsewhere: there is none to share"),
    Verb.REMIND: N_("This is an opening balance. Send a statement of account instead of a reminder"),
    Verb.CREDIT: N_("This is an opening balance without lines or tax. Credit it with a note of its own"),
    Verb.DEBIT: N_("This is an opening balance without lines or tax. There is nothing to add to"),
}
_OF_DEBIT_NOTE: dict[Verb, str] = {
    Verb.DEBIT: N_("This is a debit note itself. Add to the invoice it is against"),
}
_BY_KIND = {"opening": _OF_OPENING, "debit_note": _OF_DEBIT_NOTE}
_CANCELLED = N_("This invoice is cancelled. Nothing more can be done with it")
_RECEIPT_REFUSALS: dict[ReceiptStatus, str] = {
    ReceiptStatus.PENDING: N_("This receipt is not cleared yet"),
    ReceiptStatus.CLEARED: N_("This receipt is already cleared"),
    ReceiptStatus.BOUNCED: N_("This receipt has bounced. Record the new payment as a new receipt"),
    ReceiptStatus.CANCELLED: N_("This receipt is cancelled. Nothing more can be done with it"),
}
_CREDIT_NOTE_REFUSALS: dict[CreditNoteStatus, str] = {
    CreditNoteStatus.DRAFT: N_("This credit note is a draft. Issue it first"),
    CreditNoteStatus.ISSUED: N_("This credit note is issued and its amounts are fixed"),
    CreditNoteStatus.APPLIED: N_("This credit note is used up. Take it off its invoices first"),
    CreditNoteStatus.CANCELLED: N_("This credit note is cancelled. Nothing more can be done with it"),
}


def can(status: Status, verb: Verb, *, kind: str = "") -> bool:
    """Whether an invoice in this state is open to this act; opening balances and debit notes are to fewer."""
    return (status, verb) in MOVES and verb not in _BY_KIND.get(kind, {})


def move(status: Status, verb: Verb, *, kind: str = "") -> Status:
    """The state after `verb`, or IllegalMove with what to do instead."""
    if can(status, verb, kind=kind):
        return MOVES[status, verb]
    if verb in _BY_KIND.get(kind, {}):
        raise IllegalMove(_BY_KIND[kind][verb])
    if status is Status.CANCELLED:
        raise IllegalMove(_CANCELLED)
    raise IllegalMove(_REFUSALS.get((status, verb)) or _BY_VERB[verb])


def move_receipt(status: ReceiptStatus, verb: Verb) -> ReceiptStatus:
    """The state after `verb`, or IllegalMove."""
    if (status, verb) not in RECEIPT_MOVES:
        raise IllegalMove(_RECEIPT_REFUSALS[status])
    return RECEIPT_MOVES[status, verb]


def move_credit_note(status: CreditNoteStatus, verb: Verb) -> CreditNoteStatus:
    """The state after `verb`, or IllegalMove. Applying ends where `credit_note_status_of` says."""
    if (status, verb) not in CREDIT_NOTE_MOVES:
        raise IllegalMove(_CREDIT_NOTE_REFUSALS[status])
    return CREDIT_NOTE_MOVES[status, verb]


def is_editable(status: Status) -> bool:
    """Whether money, lines and dates may still change."""
    return status is Status.DRAFT
