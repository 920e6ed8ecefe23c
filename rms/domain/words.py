"""Amounts in words, as invoices in India print them."""

from decimal import Decimal

from rms.domain.money import q2

_UNITS = (
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
    "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
)  # fmt: skip
_TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_SCALES = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))


def in_words(amount: Decimal) -> str:
    """ "Rupees One Lakh Forty One Thousand Six Hundred Only".

    Lakh and crore at any size (a lakh crore too), paise only when there are some, "Minus" in front of a
    negative, "Rupees" even for one, because that is what is customary on paper.
    """
    paise_in_all = int(abs(q2(amount)) * 100)
    whole, paise = divmod(paise_in_all, 100)
    minus = "Minus " if amount < 0 and paise_in_all else ""
    return f"{minus}Rupees {number_in_words(whole)}{_paise(paise)} Only"


def number_in_words(number: int) -> str:
    """A whole number of 0 or more in Title Case, without "and", commas or hyphens."""
    for size, name in _SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            return f"{number_in_words(count)} {name}" + (f" {number_in_words(rest)}" if rest else "")
    if number < 20:
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    return _TENS[tens] + (f" {_UNITS[unit]}" if unit else "")


def _paise(paise: int) -> str:
    if not paise:
        return ""
    return f" and {number_in_words(paise)} {'Paisa' if paise == 1 else 'Paise'}"
