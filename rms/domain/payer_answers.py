"""What a customer answers to an invoice: that it is paid, when it will be, or what is wrong with it."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rms.domain.contacts import Checks, ascii_digits, one_line, several_lines
from rms.domain.errors import N_, Invalid

LONGEST_NOTE = 1_000
LONGEST_NAME = 120
OLDEST_PAYMENT = dt.timedelta(days=730)
LATEST_PROMISE = dt.timedelta(days=365)
# NEFT, RTGS and IMPS references have 12 to 22 letters and digits, UPI references 12 digits.
_REFERENCE = re.compile(r"[A-Z0-9]{12,22}")


class AnswerKind(StrEnum):
    PAID = "paid"
    WILL_PAY = "will_pay"
    MISTAKE = "mistake"


@dataclass(frozen=True)
class Answer:
    """As it is stored. `on_date` is the day of paying, done or promised."""

    kind: AnswerKind
    reference: str | None = None
    amount: Decimal | None = None
    on_date: dt.date | None = None
    note: str | None = None
    name: str | None = None


def checked(answer: Answer, *, today: dt.date) -> Answer:
    """The same answer, cleaned. Raises Invalid with everything that is wrong with it, at its fields."""
    checks = Checks()
    name = checks.clean("name", _line, answer.name)
    if answer.kind is AnswerKind.PAID:
        found = Answer(
            answer.kind,
            reference=checks.clean("reference", reference, answer.reference),
            amount=checks.clean("amount", _amount, answer.amount),
            on_date=checks.clean("on_date", _paid_on, answer.on_date, today),
            name=name,
        )
    elif answer.kind is AnswerKind.WILL_PAY:
        day = checks.clean("on_date", _promised_for, answer.on_date, today)
        found = Answer(answer.kind, on_date=day, name=name)
    else:
        found = Answer(answer.kind, note=checks.clean("note", _note, answer.note), name=name)
    checks.finish()
    return found


def reference(text: str | None) -> str:
    """A UTR or UPI reference without the spaces and hyphens of a bank's message."""
    plain = re.sub(r"[\s-]+", "", ascii_digits(text or "")).upper()
    if not _REFERENCE.fullmatch(plain):
        raise Invalid(N_("A UTR or UPI reference has 12 to 22 letters and digits"))
    return plain


def _amount(amount: Decimal | None) -> Decimal | None:
    if amount is not None and amount <= 0:
        raise Invalid(N_("Give the amount that you paid"))
    return amount


def _paid_on(day: dt.date | None, today: dt.date) -> dt.date:
    if day is None:
        raise Invalid(N_("Say on which day you paid"))
    if day > today:
        raise Invalid(N_("This day is still to come. Use “I will pay on a date”"))
    if today - day > OLDEST_PAYMENT:
        raise Invalid(N_("This day is more than two years ago"))
    return day


def _promised_for(day: dt.date | None, today: dt.date) -> dt.date:
    if day is None:
        raise Invalid(N_("Say on which day you will pay"))
    if day < today:
        raise Invalid(N_("This day is gone. Choose today or a later day"))
    if day - today > LATEST_PROMISE:
        raise Invalid(N_("Choose a day within a year"))
    return day


def _note(text: str | None) -> str:
    note = several_lines(_left_to_right(text), LONGEST_NOTE)
    if not note:
        raise Invalid(N_("Say what is wrong"))
    return note


def _line(text: str | None) -> str | None:
    return one_line(_left_to_right(text), LONGEST_NAME)


def _left_to_right(text: str | None) -> str:
    """Without the signs that turn the direction of writing: they could make a note read as another."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text or "")
