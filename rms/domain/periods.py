"""Dates as people write them, and the spans that bills and reports need. Nothing here knows what day it
is.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say

EARLIEST = date(2017, 7, 1)  # GST started
LATEST = date(2099, 12, 31)
LONGEST_TERMS = 3650

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_NEAR = {"today": 0, "yesterday": -1, "tomorrow": 1}

_RELATIVE = re.compile(r"([+-])\s*([0-9]{1,4})(?:\s*d(?:ays?)?)?")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[t ]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]+([0-9]{1,2})(?:[-/. ]+([0-9]{4}|[0-9]{2}))?")
_NAMED = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]*([a-z]{3,9})\.?(?:[-/., ]*'?([0-9]{4}|[0-9]{2}))?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?[-/ ]*([0-9]{1,2})(?:st|nd|rd|th)?(?:[-/, ]+([0-9]{4}))?")


def parse_date(text: str, today: date, *, base: date | None = None, field: str | None = "date") -> date:
    """The date a person typed: 22/11, 22/11/2026, 22-11-26, 2026-11-22, 22 nov, Nov 22 2026, today, +30.

    Day before month, always. Without a year it is the one nearest to `today`. "+30" and "-3" count from
    `base` (the invoice date, for a due date), else from today. Digits of any script. Raises Invalid with one
    sentence for text that is no date, days that do not exist, and dates outside 1 Jul 2017 to 31 Dec 2099.
    """
    typed = _plain(text) if isinstance(text, str) and len(text) <= 40 else ""
    found = _relative(typed, today, base or today, field)
    if found is None:
        found = _absolute(typed, text, today, field)
    return check_date(found, field=field)


def check_date(day: date, *, field: str | None = "date") -> date:
    """`day` itself, or Invalid when it is outside 1 Jul 2017 to 31 Dec 2099."""
    if not EARLIEST <= day <= LATEST:
        raise _outside(field)
    return day


def due_date(invoice_date: date, terms_days: int) -> date:
    """The day payment is due; 0 days means on the invoice date. Raises Invalid outside 0 to 3,650 days."""
    if not 0 <= terms_days <= LONGEST_TERMS:
        raise Invalid(N_("Payment terms are 0 to 3,650 days"), field="terms_days")
    return check_date(invoice_date + timedelta(days=terms_days), field="due_date")


def days_late(due: date, today: date) -> int:
    """Whole days past the due date; 0 on the day itself and before."""
    return max(0, (today - due).days)


def lateness(due: date, today: date) -> Sentence:
    """ "9 days late", "Due today", "Due in 3 days"."""
    days = (today - due).days
    if days == 0:
        return say(N_("Due today"))
    if days == 1:
        return say(N_("1 day late"))
    if days == -1:
        return say(N_("Due tomorrow"))
    return (
        say(N_("%(days)s days late"), days=days) if days > 0 else say(N_("Due in %(days)s days"), days=-days)
    )


def month_range(day: date) -> tuple[date, date]:
    """The first and the last day of the month that `day` is in."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months on (or back), or that month's last day: 31 Jan + 1 -> 28 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def same_day_last_month(day: date) -> date:
    """For "received so far, against the same day last month": 31 Mar -> 28 or 29 Feb."""
    return add_months(day, -1)


def last_months(today: date, count: int) -> list[tuple[date, date]]:
    """The month ranges of the last `count` months, the oldest first, the running one last."""
    return [month_range(add_months(today.replace(day=1), back)) for back in range(1 - count, 1)]


def quarter_range(day: date) -> tuple[date, date]:
    """The GST quarter (April to June and so on, the same as calendar quarters) that `day` is in."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first, month_range(add_months(first, 2))[1]


def format_date(day: date) -> str:
    """ "22 Nov 2026", unambiguous to everybody."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _plain(text: str) -> str:
    digits = (unicodedata.decimal(character, character) for character in text)
    return " ".join("".join(map(str, digits)).replace("\u2212", "-").lower().split())


def _relative(typed: str, today: date, base: date, field: str | None) -> date | None:
    if typed in _NEAR:
        return today + timedelta(days=_NEAR[typed])
    match = _RELATIVE.fullmatch(typed)
    if not match:
        return None
    days = int(match[2])
    try:
        return base + timedelta(days=days if match[1] == "+" else -days)
    except OverflowError:
        raise _outside(field) from None


def _absolute(typed: str, text: str, today: date, field: str | None) -> date:
    if match := _ISO.fullmatch(typed):
        return _on(match[3], match[2], match[1], today, field)
    if match := _DAY_FIRST.fullmatch(typed):
        return _on(match[1], match[2], match[3], today, field)
    if (match := _NAMED.fullmatch(typed)) and (month := _month(match[2])):
        return _on(match[1], month, match[3], today, field)
    if (match := _MONTH_FIRST.fullmatch(typed)) and (month := _month(match[1])):
        return _on(match[2], month, match[3], today, field)
    shown = text.strip()[:40] if isinstance(text, str) else ""
    if not shown:
        raise Invalid(N_("Enter a date, like 22/11/2026 or 22 Nov"), field=field)
    raise Invalid(N_("%(text)s is not a date. Write it like 22/11/2026 or 22 Nov"), field=field, text=shown)


def _month(word: str) -> int | None:
    """The month a word of at least three letters begins: nov, sept, november."""
    starts = (number for number, name in enumerate(MONTH_NAMES, 1) if name.lower().startswith(word))
    return next(starts, None)


def _on(day: str, month: str | int, year: str | None, today: date, field: str | None) -> date:
    if not 1 <= int(month) <= 12:
        raise Invalid(
            N_("There is no month %(month)s. Write the day first, like 22/11/2026"), field=field, month=month
        )
    if year is None:
        return _nearest(int(day), int(month), today, field)
    return _exactly(int(day), int(month), _full_year(year), field)


def _full_year(year: str) -> int:
    return 2000 + int(year) if len(year) == 2 else int(year)


def _nearest(day: int, month: int, today: date, field: str | None) -> date:
    """Typed in January, 22/11 is last November; typed in October it is next month."""
    around = (today.year - 1, today.year, today.year + 1)
    real = [date(year, month, day) for year in around if _exists(day, month, year)]
    if not real:
        raise _no_such_day(day, month, today.year, field)
    return min(real, key=lambda candidate: abs(candidate - today))


def _exactly(day: int, month: int, year: int, field: str | None) -> date:
    if not EARLIEST.year <= year <= LATEST.year:
        raise _outside(field)
    if not _exists(day, month, year):
        raise _no_such_day(day, month, year, field)
    return date(year, month, day)


def _exists(day: int, month: int, year: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]


def _no_such_day(day: int, month: int, year: int, field: str | None) -> Invalid:
    return Invalid(
        N_("There is no %(day)s %(month)s in %(year)s"),
        field=field,
        day=day,
        month=MONTH_NAMES[month - 1],
        year=year,
    )


def _outside(field: str | None) -> Invalid:
    return Invalid(N_("Choose a date from 1 Jul 2017 to 31 Dec 2099"), field=field)
