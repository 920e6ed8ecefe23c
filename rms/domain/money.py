"""Rupees: rounding, reading what people type, and writing it the Indian way.

Every rounding is half away from zero (0.005 -> 0.01, -0.005 -> -0.01), so a credit note mirrors its invoice;
PostgreSQL's round(numeric) does the same, Python's round() and the default decimal context do not.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rms.domain.errors import N_, Invalid

ZERO = Decimal("0.00")
MAX_MONEY = Decimal("9999999999999.99")  # NUMERIC(15,2)
MAX_RATE = Decimal("99999999999.9999")  # NUMERIC(15,4)
MAX_QUANTITY = Decimal("999999999.999")  # NUMERIC(12,3)
MAX_PERCENT = Decimal("100")

_PAISA = Decimal("0.01")
_RUPEE = Decimal("1")
_LAKH = Decimal("100000")
_CRORE = Decimal("10000000")
_LONGEST_TYPED = 60


def q2(amount: Decimal | int | str) -> Decimal:
    """`amount` to the paisa, half away from zero. Refuses floats: they are wrong before they arrive."""
    return _exact(amount).quantize(_PAISA, rounding=ROUND_HALF_UP)


def q0(amount: Decimal | int | str) -> Decimal:
    """`amount` to the rupee, half away from zero, still with two decimals ("119.00")."""
    return _exact(amount).quantize(_RUPEE, rounding=ROUND_HALF_UP).quantize(_PAISA)


def _exact(amount: Decimal | int | str) -> Decimal:
    if isinstance(amount, float):
        raise TypeError("money is Decimal, never float")
    return Decimal(amount)


# Reading


@dataclass(frozen=True)
class _Voice:
    """The sentences of one kind of number. Whole sentences: a translator cannot work with glued parts."""

    not_a_number: str
    too_precise: str
    too_large: str
    too_small: str


_NUMBER = _Voice(
    N_("This must be a number, like 2 or 1.5"),
    N_("This has more than %(places)s decimals"),
    N_("This is too large. The most that fits is %(maximum)s"),
    N_("This is too small. The least that fits is %(minimum)s"),
)
_MONEY = _Voice(
    N_("The amount must be a number, like 500 or 1,250.50"),
    N_("An amount has at most %(places)s decimals"),
    N_("This amount is too large. The most that fits is %(maximum)s"),
    N_("This amount is too small. The least that fits is %(minimum)s"),
)
_RATE = _Voice(
    N_("The rate must be a number, like 500 or 62.35"),
    N_("A rate has at most %(places)s decimals"),
    N_("This rate is too large. The most that fits is %(maximum)s"),
    N_("The rate is too small. The least that fits is %(minimum)s"),
)
_QUANTITY = _Voice(
    N_("Quantity must be a number, like 2 or 1.5"),
    N_("Quantity has at most %(places)s decimals"),
    N_("This quantity is too large. The most that fits is %(maximum)s"),
    N_("Quantity must be more than 0"),
)
_PERCENT = _Voice(
    N_("The percentage must be a number, like 5 or 12.5"),
    N_("A percentage has at most %(places)s decimals"),
    N_("A percentage is at most %(maximum)s"),
    N_("A percentage is at least %(minimum)s"),
)
_COMMA_FOR_POINT = N_("Write decimals with a full stop, like 1.5")

_NOISE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff'\u2019_]+")
_CURRENCY = re.compile(r"^([+-]?)(?:₹|rs\.?|inr)([+-]?)|/[-=]$", re.IGNORECASE)
_ALIKE = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-", "٫": ".", "٬": ","})
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]+(?:,[0-9]{2,})*,[0-9]{3,}(?:\.[0-9]*)?")
_COMMA_DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}")


def parse_decimal(
    text: str,
    places: int,
    *,
    maximum: Decimal,
    minimum: Decimal,
    field: str | None = None,
    voice: _Voice = _NUMBER,
) -> Decimal:
    """The number a person typed or pasted, as a Decimal with exactly `places` decimals.

    Takes any digit grouping, the rupee sign, Rs, spaces of every kind, U+2212 and the decimal digits of every
    script. Raises Invalid with one plain sentence for anything else: NaN, infinity, exponents, words, a comma
    used as the decimal point (1,5), more than `places` decimals, or a value outside minimum..maximum.
    """
    value = _read(text, field, voice)
    if -_exponent(value) > places:
        raise Invalid(voice.too_precise, field=field, places=places)
    if value > maximum:
        raise Invalid(voice.too_large, field=field, maximum=_plain(maximum))
    if value < minimum:
        raise Invalid(voice.too_small, field=field, minimum=_plain(minimum))
    # + 0 turns -0 into 0; the comparison with maximum above keeps quantize within its precision.
    return value.quantize(Decimal(1).scaleb(-places)) + 0


def parse_money(
    text: str, *, maximum: Decimal = MAX_MONEY, minimum: Decimal = Decimal(0), field: str | None = "amount"
) -> Decimal:
    """Rupees and paise, 0.00 to 99,99,99,99,99,999.99 unless told otherwise."""
    return parse_decimal(text, 2, maximum=maximum, minimum=minimum, field=field, voice=_MONEY)


def parse_rate(text: str, *, field: str | None = "rate") -> Decimal:
    """A unit price, 4 decimals, never negative."""
    return parse_decimal(text, 4, maximum=MAX_RATE, minimum=Decimal(0), field=field, voice=_RATE)


def parse_quantity(text: str, *, field: str | None = "quantity") -> Decimal:
    """A quantity, 3 decimals, more than nothing."""
    least = Decimal("0.001")
    return parse_decimal(text, 3, maximum=MAX_QUANTITY, minimum=least, field=field, voice=_QUANTITY)


def parse_percent(
    text: str, *, maximum: Decimal = MAX_PERCENT, field: str | None = "discount_percent"
) -> Decimal:
    """A percentage, 3 decimals, 0 to 100; a percent sign after it is fine."""
    bare = text.strip().removesuffix("%") if isinstance(text, str) else text
    return parse_decimal(bare, 3, maximum=maximum, minimum=Decimal(0), field=field, voice=_PERCENT)


def _read(text: str, field: str | None, voice: _Voice) -> Decimal:
    typed = _ascii_number(text) if isinstance(text, str) and len(text) <= _LONGEST_TYPED else ""
    if _COMMA_DECIMAL.fullmatch(typed):
        raise Invalid(_COMMA_FOR_POINT, field=field)
    if not (_PLAIN.fullmatch(typed) or _GROUPED.fullmatch(typed)):
        raise Invalid(voice.not_a_number, field=field)
    return Decimal(typed.replace(",", ""))


def _ascii_number(text: str) -> str:
    digits = "".join(_ascii_digit(character) for character in text).translate(_ALIKE)
    bare = _NOISE.sub("", digits)
    return _CURRENCY.sub(lambda match: (match[1] or "") + (match[2] or ""), bare)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _exponent(value: Decimal) -> int:
    """The exponent without trailing zeros, so that 1.5000 counts as one decimal."""
    digits, exponent = value.as_tuple().digits, value.as_tuple().exponent
    while exponent < 0 and digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return exponent if digits else 0


def _plain(bound: Decimal) -> str:
    return group_indian(bound, max(0, -_exponent(bound)))


# Writing

MINUS = "\u2212"


def group_indian(amount: Decimal, places: int = 2) -> str:
    """ "12,34,567.89": the last three digits, then pairs; half up to `places`; U+2212 before a negative."""
    rounded = _exact(amount).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    grouped = ",".join([*pairs, tail]) + (f".{fraction}" if fraction else "")
    return (MINUS if rounded < 0 else "") + grouped


def rupees(amount: Decimal) -> str:
    """ "₹1,23,45,678.50"; the minus stands before the rupee sign."""
    return _with_sign(group_indian(amount))


def rupees_short(amount: Decimal) -> str:
    """For summary screens: whole rupees, half up, from ₹1,000 on; smaller figures keep their paise."""
    return _with_sign(group_indian(amount, 0)) if abs(amount) >= 1000 else rupees(amount)


def axis(amount: Decimal) -> str:
    """A label for a chart's axis: "₹50,000", "₹10 L", "₹1.2 Cr" (at most one decimal)."""
    size = abs(amount)
    if size >= _CRORE:
        return _with_sign(_one_decimal(amount / _CRORE)) + " Cr"
    if size >= _LAKH:
        return _with_sign(_one_decimal(amount / _LAKH)) + " L"
    return _with_sign(group_indian(amount, 0))


def _one_decimal(amount: Decimal) -> str:
    return group_indian(amount, 1).removesuffix(".0")


def _with_sign(grouped: str) -> str:
    return f"{MINUS}₹{grouped[1:]}" if grouped.startswith(MINUS) else f"₹{grouped}"
