"""GSTIN, UIN and PAN, judged offline: shape, state and check character.

Source: the patterns and the check character of the GST portal's offline tool. A right check character shows
that a number was typed as it was given; it does not show that the registration is active.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from rms.domain import states
from rms.domain.errors import N_, Sentence
from rms.domain.errors import sentence as say


class Reason(StrEnum):
    OK = "OK"
    EMPTY = "EMPTY"
    LENGTH = "LENGTH"
    CHARSET = "CHARSET"
    STATE_CODE = "STATE_CODE"
    FORMAT = "FORMAT"
    CHECKSUM = "CHECKSUM"


@dataclass(frozen=True)
class Judgement:
    """What a typed GSTIN turned out to be. `kind`, `state_code`, `pan` are set only when it is valid.

    `pan` is None for kinds whose body is no PAN (UIN, TDS deductor, non-resident, OIDAR, government).
    `expected_check_character` is set when only the last character is wrong.
    """

    valid: bool
    reason: Reason
    normalized: str
    kind: str | None = None
    state_code: str | None = None
    pan: str | None = None
    usable_as_b2b_recipient: bool = False
    warnings: tuple[str, ...] = ()
    expected_check_character: str | None = None


_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Tried in this order: the 14th letters C and D would also fit the regular pattern.
_KINDS = (
    ("tds", re.compile(r"[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]")),
    ("tcs", re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]")),
    ("regular", re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9A-J][0-9A-Z]")),
    ("uin", re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]")),
    ("oidar", re.compile(r"99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]")),
    ("nrtp", re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]")),
    ("government", re.compile(r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9]")),
)
_HOLDING_A_PAN = ("regular", "tcs")
_HOLDER_TYPES = "ABCFGHJKLPT"
_SEPARATORS = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u2010-\u2015\u2212-]+")
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_SHAPE = "DDLLLLLDDDDL"  # state and PAN: where a digit and where a letter belongs


def judge(text: str | None) -> Judgement:
    """Judge what was typed: spaces and hyphens dropped, upper-cased, then checked from the outside in.

    Full-width and other non-ASCII digits are refused, not silently turned into ASCII: the number is copied to
    the tax portal, which would refuse it there.
    """
    number = normalize(text)
    reason = _first_fault(number)
    if reason is not Reason.OK:
        expected = check_character(number[:14]) if reason is Reason.CHECKSUM else None
        return Judgement(False, reason, number, expected_check_character=expected)
    kind = _kind(number)
    return Judgement(
        True,
        Reason.OK,
        number,
        kind=kind,
        state_code=number[:2],
        pan=number[2:12] if kind in _HOLDING_A_PAN else None,
        usable_as_b2b_recipient=kind != "oidar",
        warnings=tuple(_warnings(number, kind)),
    )


def normalize(text: str | None) -> str:
    """Without spaces and hyphens, ASCII letters upper-cased; other characters stay for the judge to
    refuse.
    """
    bare = _SEPARATORS.sub("", text or "")
    # str.upper() would turn the dotless i and the long s into I and S.
    return "".join(character.upper() if character.isascii() else character for character in bare)


def check_character(first14: str) -> str:
    """The 15th character for 14 upper-case ones: Luhn modulo 36, weights 1, 2, 1, 2 from the left.

    27AAPFU0939F1Z: the products' digits add up to 221, 221 mod 36 = 5, 36 - 5 = 31 -> V.
    """
    total = 0
    for position, character in enumerate(first14):
        product = _ALPHABET.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


def is_pan(text: str | None) -> bool:
    """Whether `text`, upper-cased and without spaces, has the shape of a PAN."""
    return bool(_PAN.fullmatch(normalize(text)))


def sentence(judgement: Judgement) -> Sentence | None:
    """What to tell the person who typed it, or None when there is nothing to tell."""
    number = judgement.normalized
    match judgement.reason:
        case Reason.OK:
            return None
        case Reason.EMPTY:
            return say(N_("Enter the GSTIN, 15 characters like 27AAPFU0939F1ZV"))
        case Reason.LENGTH if len(number) == 1:
            return say(N_("This GSTIN has 1 character. It needs 15."))
        case Reason.LENGTH:
            return say(N_("This GSTIN has %(length)s characters. It needs 15."), length=len(number))
        case Reason.CHARSET:
            found = next(character for character in number if character not in _ALPHABET)
            return say(N_("A GSTIN has only the letters A to Z and digits. Take out %(found)s"), found=found)
        case Reason.STATE_CODE:
            return say(
                N_("No state has the code %(code)s. A GSTIN starts with two digits for the state, like 27"),
                code=number[:2],
            )
        case Reason.FORMAT:
            return _sentence_about_shape(number)
    return say(N_("The last character does not match. Check for 0 and O"))


def _first_fault(number: str) -> Reason:
    if not number:
        return Reason.EMPTY
    if len(number) != 15:
        return Reason.LENGTH
    if any(character not in _ALPHABET for character in number):
        return Reason.CHARSET
    if number[:2] not in states.GSTIN_PREFIXES:
        return Reason.STATE_CODE
    if _kind(number) is None:
        return Reason.FORMAT
    return Reason.OK if check_character(number[:14]) == number[14] else Reason.CHECKSUM


def _kind(number: str) -> str | None:
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(number)), None)


def _warnings(number: str, kind: str | None):
    if number[:2] in states.LEGACY:
        yield "LEGACY_STATE_CODE"
    if kind not in _HOLDING_A_PAN:
        return
    if number[7:11] == "0000":
        yield "PAN_SERIAL_0000"
    if number[5] not in _HOLDER_TYPES:
        yield "PAN_HOLDER_TYPE"
    if kind == "regular" and number[13] != "Z":
        yield "FOURTEENTH_NOT_Z"


def _sentence_about_shape(number: str) -> Sentence:
    """Name the first character that cannot be where it is, when the rest looks like an ordinary GSTIN."""
    wrong = [place for place, kind in enumerate(_SHAPE) if number[place].isdigit() != (kind == "D")]
    if len(wrong) > 2:
        return say(N_("This does not look like a GSTIN. One looks like 27AAPFU0939F1ZV"))
    if not wrong:
        return say(N_("Characters 13 and 14 do not fit. They are usually a digit and Z, like 1Z"))
    place = wrong[0]
    message = (
        N_("Character %(position)s is %(found)s, but a digit belongs there")
        if _SHAPE[place] == "D"
        else N_("Character %(position)s is %(found)s, but a letter belongs there")
    )
    return say(message, position=place + 1, found=number[place])
