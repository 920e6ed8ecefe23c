"""Addresses, phone numbers and bank details as people type them: cleaned, or refused in one sentence.

Every function takes what was typed and gives None for nothing, so that an optional field needs no case of its
own. Digits of every script are read as ASCII ones: the results go onto tax documents and into bank forms.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from rms.domain import states
from rms.domain.errors import N_, Invalid, Sentence

INDIA = "IN"

_SPACES = re.compile(r"\s+")
_PIN = re.compile(r"[1-9][0-9]{5}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,18}[0-9]")
_EMAIL = re.compile(r"[^\s@<>(),;:\"\\\[\]]{1,64}@(?:[^\s@<>(),;:\"\\\[\].]+\.)+[^\s@<>(),;:\"\\\[\].]{2,}")
_IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
_ACCOUNT = re.compile(r"[A-Z0-9]{5,34}")
_UPI = re.compile(r"[A-Za-z0-9._-]{2,200}@[A-Za-z][A-Za-z0-9]{1,50}")


@dataclass(frozen=True)
class Address:
    """The parts of an address, each possibly missing."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    pin_code: str | None = None
    state_code: str | None = None

    @property
    def lines(self) -> list[str]:
        """The address as it is printed, one entry a line; nothing for parts that are not known."""
        place = " ".join(part for part in (self.city, self.pin_code) if part)
        last = ", ".join(part for part in (place, states.name_of(self.state_code)) if part)
        return [part for part in (self.line1, self.line2, last) if part]

    @property
    def printed(self) -> str | None:
        return "\n".join(self.lines) or None


class Checks:
    """Cleans the fields of one form and gathers every refusal, so that all are told at once."""

    def __init__(self) -> None:
        self.errors: dict[str, list[Sentence]] = {}

    def clean(self, field: str, how: Callable, *arguments):
        """What `how(*arguments)` gives; its refusal is kept for `field`, and None comes back."""
        try:
            return how(*arguments)
        except Invalid as error:
            self.refuse(field, error.sentence)
            return None

    def refuse(self, field: str, sentence: Sentence) -> None:
        self.errors.setdefault(field, []).append(sentence)

    def finish(self) -> None:
        """Raise Invalid with everything that was refused."""
        if self.errors:
            raise Invalid(errors=self.errors)


def one_line(text: str | None, longest: int) -> str | None:
    """One line without control characters, at most `longest` characters."""
    return _fitting(_SPACES.sub(" ", _without_controls(text, keep="")).strip(), longest)


def several_lines(text: str | None, longest: int) -> str | None:
    """Text that may go over several lines."""
    return _fitting(_without_controls((text or "").replace("\r\n", "\n"), keep="\n").strip(), longest)


def pin_code(text: str | None) -> str | None:
    """An Indian PIN code: six digits, the first not 0."""
    digits = _compact(text)
    if re.fullmatch("0[0-9]{5}", digits):
        raise Invalid(N_("No PIN code begins with 0"))
    if digits and not _PIN.fullmatch(digits):
        raise Invalid(N_("Enter all 6 digits"))
    return digits or None


def postal_code(text: str | None) -> str | None:
    """A postal code of another country."""
    return one_line(text, 10)


def phone(text: str | None) -> str | None:
    """A phone number as it is dialled; spaces, brackets and hyphens between the digits stay."""
    typed = _SPACES.sub(" ", ascii_digits(text or "")).strip()
    if typed and not _PHONE.fullmatch(typed):
        raise Invalid(N_("A phone number has 6 to 20 digits, like +91 98450 12345"))
    return typed or None


def email(text: str | None) -> str | None:
    typed = (text or "").strip()
    if typed and (len(typed) > 255 or not _EMAIL.fullmatch(typed) or not typed.isprintable()):
        raise Invalid(N_("An e-mail address looks like name@company.in"))
    return typed or None


def ifsc(text: str | None) -> str | None:
    code = _compact(text).upper()
    if code and not _IFSC.fullmatch(code):
        raise Invalid(N_("An IFSC has 4 letters, a 0 and 6 more characters, like ABCD0123456"))
    return code or None


def account_number(text: str | None) -> str | None:
    """A bank account number without the spaces and hyphens people put into it."""
    number = _compact(text).replace("-", "").upper()
    if number and not _ACCOUNT.fullmatch(number):
        raise Invalid(N_("An account number has 5 to 34 digits or letters"))
    return number or None


def upi_id(text: str | None) -> str | None:
    typed = _compact(text)
    if typed and not _UPI.fullmatch(typed):
        raise Invalid(N_("A UPI ID looks like name@bank"))
    return typed or None


def ascii_digits(text: str) -> str:
    """The same text with the decimal digits of every script as 0 to 9."""
    return "".join(_ascii_digit(character) for character in text)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _compact(text: str | None) -> str:
    return _SPACES.sub("", ascii_digits(text or ""))


def _without_controls(text: str | None, keep: str) -> str:
    """Control characters become spaces; joiners stay, Indic scripts need them."""
    return "".join(
        character if character in keep or unicodedata.category(character) != "Cc" else " "
        for character in text or ""
    )


def _fitting(text: str, longest: int) -> str | None:
    if len(text) > longest:
        raise Invalid(
            N_("Use at most %(longest)s characters. This has %(length)s"), longest=longest, length=len(text)
        )
    return text or None
