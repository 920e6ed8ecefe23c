"""A customer's account: entries in their order, a running balance, and how old what is open is.

Debit is what the customer owes more, credit what they owe less; a positive balance is owed to the company.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from rms.domain.errors import N_
from rms.domain.money import ZERO


class Kind(StrEnum):
    """What an entry says happened; the ones that take back end in `_reversed`."""

    INVOICE = "invoice"
    DEBIT_NOTE = "debit_note"
    OPENING = "opening"
    INVOICE_REVERSED = "invoice_reversed"
    RECEIPT = "receipt"
    RECEIPT_REVERSED = "receipt_reversed"
    TDS = "tds"
    TDS_REVERSED = "tds_reversed"
    WRITE_OFF = "write_off"
    WRITE_OFF_REVERSED = "write_off_reversed"
    CREDIT_NOTE = "credit_note"
    CREDIT_NOTE_REVERSED = "credit_note_reversed"
    REFUND = "refund"
    REFUND_REVERSED = "refund_reversed"


WORDS: dict[Kind, str] = {
    Kind.INVOICE: N_("Invoice"),
    Kind.DEBIT_NOTE: N_("Debit note"),
    Kind.OPENING: N_("Opening balance"),
    Kind.INVOICE_REVERSED: N_("Invoice cancelled"),
    Kind.RECEIPT: N_("Receipt"),
    Kind.RECEIPT_REVERSED: N_("Receipt taken back"),
    Kind.TDS: N_("TDS deducted"),
    Kind.TDS_REVERSED: N_("TDS taken back"),
    Kind.WRITE_OFF: N_("Written off"),
    Kind.WRITE_OFF_REVERSED: N_("Write-off taken back"),
    Kind.CREDIT_NOTE: N_("Credit note"),
    Kind.CREDIT_NOTE_REVERSED: N_("Credit note cancelled"),
    Kind.REFUND: N_("Refund"),
    Kind.REFUND_REVERSED: N_("Refund cancelled"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the account. `document_id` is what its number leads to, `balance` the balance after it."""

    day: dt.date
    kind: Kind
    number: str
    document_id: UUID
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    about: str = ""
    balance: Decimal = ZERO


@dataclass(frozen=True)
class Account:
    """The entries of a span of days, both ends included, between its opening and its closing balance."""

    since: dt.date | None
    until: dt.date
    opening: Decimal
    entries: Sequence[Entry]

    @property
    def closing(self) -> Decimal:
        return self.entries[-1].balance if self.entries else self.opening

    @property
    def debits(self) -> Decimal:
        return sum((one.debit for one in self.entries), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((one.credit for one in self.entries), ZERO)


def account(entries: Iterable[Entry], *, opening: Decimal, since: dt.date | None, until: dt.date) -> Account:
    """With the running balance. What was made and taken back inside the span is left out, if it is a bill:
    a cancelled invoice was never one, but money that came and went is told."""
    kept, balance = [], opening
    for one in _without_void_bills(list(entries)):
        balance += one.debit - one.credit
        kept.append(_with_balance(one, balance))
    return Account(since, until, opening, kept)


def _without_void_bills(entries: list[Entry]) -> list[Entry]:
    undone = {Kind.INVOICE_REVERSED, Kind.CREDIT_NOTE_REVERSED}
    made = {Kind.INVOICE, Kind.DEBIT_NOTE, Kind.OPENING, Kind.CREDIT_NOTE}
    void = {one.document_id for one in entries if one.kind in undone}
    void &= {one.document_id for one in entries if one.kind in made}
    return [one for one in entries if one.document_id not in void or one.kind not in undone | made]


def _with_balance(one: Entry, balance: Decimal) -> Entry:
    return Entry(one.day, one.kind, one.number, one.document_id, one.debit, one.credit, one.about, balance)


# How old what is open is: the most days past due of each bucket; what is not due yet is the first.
BUCKETS = (0, 30, 60, 90, 180)
BUCKET_WORDS = (
    N_("Not due"),
    N_("1-30 days"),
    N_("31-60 days"),
    N_("61-90 days"),
    N_("91-180 days"),
    N_("Over 180 days"),
)


def bucket_of(days_late: int) -> int:
    """Which of the six buckets: 0 for what is not due, 1 for 1 to 30 days, ... 5 for more than 180."""
    return next((place for place, most in enumerate(BUCKETS) if days_late <= most), len(BUCKETS))


@dataclass(frozen=True)
class Aged:
    """What one customer owes, by age; `advances` is money and credit that is not laid on any invoice. It is
    never taken off a bucket: balance = sum of buckets - advances."""

    customer_id: UUID | None
    name: str
    buckets: tuple[Decimal, ...] = field(default=(ZERO,) * (len(BUCKETS) + 1))
    advances: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return sum(self.buckets, ZERO)

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets[1:], ZERO)

    @property
    def balance(self) -> Decimal:
        return self.open - self.advances
