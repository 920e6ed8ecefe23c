"""Small sums in a cell: "4*1250", "(1200+300)/2". Decimals throughout; only + - * / and brackets."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from rms.domain.errors import N_, Invalid

LONGEST = 60
_ALIKE = str.maketrans("×xX÷−–", "***/--", "₹,=")
_TOKEN = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)|([-+*/()])")
_A_SUM = re.compile(r"[0-9.)\s][-+*/×÷xX−–][0-9.(\s+-]|^\s*=")
_AN_OLD_END = re.compile(r"/[-=]$")  # 500/- is how a price was written, and no sum
_BROKEN = N_("This sum cannot be worked out. Write it like 4*1250 or (1200+300)/2")


def is_sum(text: str) -> bool:
    """Whether somebody wrote a sum and not a number: an operator stands between two figures."""
    return len(text) <= LONGEST and bool(_A_SUM.search(_AN_OLD_END.sub("", _in_ascii(text).strip())))


def result(text: str, *, places: int, field: str | None = None) -> Decimal:
    """What the sum comes to, half up to `places`. Raises Invalid in words for anything that is no sum."""
    tokens = _tokens(text, field)
    with localcontext(prec=50):
        try:
            value = _added(tokens)
        except (ArithmeticError, StopIteration, IndexError, RecursionError):
            raise Invalid(_BROKEN, field=field) from None
        if tokens:
            raise Invalid(_BROKEN, field=field)
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _tokens(text: str, field: str | None) -> list[str]:
    """The last first, so that the next one is popped."""
    typed = _in_ascii(text[:LONGEST]).translate(_ALIKE)
    bare = "".join(typed.split())
    found = list(_split(bare))
    if "".join(found) != bare or len(text) > LONGEST:
        raise Invalid(_BROKEN, field=field)
    return found[::-1]


def _split(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        yield match[0]


def _in_ascii(text: str) -> str:
    return "".join(_ascii_digit(one) for one in text)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _added(tokens: list[str]) -> Decimal:
    value = _multiplied(tokens)
    while tokens and tokens[-1] in "+-":
        sign = tokens.pop()
        other = _multiplied(tokens)
        value = value + other if sign == "+" else value - other
    return value


def _multiplied(tokens: list[str]) -> Decimal:
    value = _single(tokens)
    while tokens and tokens[-1] in "*/":
        sign = tokens.pop()
        other = _single(tokens)
        value = value * other if sign == "*" else value / other
    return value


def _single(tokens: list[str]) -> Decimal:
    first = tokens.pop()
    if first in "+-":
        value = _single(tokens)
        return -value if first == "-" else value
    if first != "(":
        return Decimal(first)
    value = _added(tokens)
    if tokens.pop() != ")":
        raise ArithmeticError
    return value
