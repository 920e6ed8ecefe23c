"""Days of a bank statement: whether 03/04 is in March or April is decided by the whole column."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from rms.domain.errors import N_, Invalid

_EXCEL_BEGINS = date(1899, 12, 30)
_TIME = re.compile(r"[\sT,]+\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?$", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_FIGURES = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})[-/. ]*([a-z]{3,9})[-/., ]*(\d{4}|\d{2})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})[-/. ]*(\d{1,2})[-/., ]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"([3-6]\d{4})(\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class NotADay(Invalid):
    """A cell that is no day."""


class Order(StrEnum):
    """What stands first where a day is written in figures."""

    DAY = "day"
    MONTH = "month"


def order_of(cells: Iterable[str]) -> Order:
    """The order of the whole column: the day first, as in India, unless a figure above 12 says otherwise.

    Raises Invalid when both orders are there, and when a spreadsheet has taken some days for months: then the
    days up to the 12th have become dates, and the others stayed text.
    """
    texts = [_plain(cell) for cell in cells]
    figures = [match for match in map(_FIGURES.fullmatch, texts) if match]
    day_first = [match[0] for match in figures if int(match[1]) > 12]
    month_first = [match[0] for match in figures if int(match[2]) > 12]
    if day_first and month_first:
        raise Invalid(
            N_(
                "In %(one)s the day stands first and in %(other)s the month, so no date of this file can be"
                " relied on. Download the statement again, and do not save it from a spreadsheet"
            ),
            field="file",
            one=day_first[0],
            other=month_first[0],
        )
    dates = [match for match in map(_ISO.fullmatch, texts) if match]
    _refuse_half_converted(figures, dates, day_first)
    return Order.MONTH if month_first else Order.DAY


def _refuse_half_converted(figures: list, dates: list, day_first: list[str]) -> None:
    if not dates or not day_first or len(day_first) < len(figures):
        return
    if all(int(match[3]) <= 12 for match in dates):
        raise Invalid(
            N_(
                "A spreadsheet has read some dates as days and left others, like %(one)s, as text: day and"
                " month may be exchanged. Download the statement again, and send it as it comes from the bank"
            ),
            field="file",
            one=day_first[0],
        )


def read_day(cell: str, order: Order = Order.DAY) -> date:
    """The day in a cell, in the order that `order_of` found; raises NotADay with a sentence."""
    text = _plain(cell)
    parts = _parts(text, order)
    try:
        if parts is None and _SERIAL.fullmatch(text):
            return _EXCEL_BEGINS + timedelta(days=int(float(text)))
        if parts is not None:
            return date(*parts)
    except ValueError:
        pass
    if not text:
        raise NotADay(N_("The date is missing"))
    raise NotADay(N_("“%(text)s” is not a date"), text=cell.strip()[:30])


def _parts(text: str, order: Order) -> tuple[int, int, int] | None:
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _FIGURES.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        day, month = (first, second) if order is Order.DAY else (second, first)
        return _year(match[3]), month, day
    if match := _DAY_MONTH.fullmatch(text):
        return _year(match[3]), _month(match[2]), int(match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _year(match[3]), _month(match[1]), int(match[2])
    return None


def _plain(cell: str) -> str:
    """Digits of every script as ASCII ones, without the time of day."""
    text = "".join(str(unicodedata.decimal(one, one)) for one in cell[:40]).strip(" '\t\n\r")
    return re.sub(r"\s+", " ", _TIME.sub("", text)).casefold()


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(word: str) -> int:
    """0, which is no month, for a word that is none."""
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0
