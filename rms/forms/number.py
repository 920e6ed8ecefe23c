"""How numbers will look, in set-up and in settings: the first and the 99,999th, in the 16 boxes of GST."""

import datetime as dt
import re
from dataclasses import dataclass

from flask_babel import gettext

from rms.actions.series import SeriesDraft, check
from rms.domain import numbering
from rms.domain.errors import DomainError, Invalid
from rms.domain.numbering import LONGEST, Series
from rms.models import NumberSeries
from rms.queries.series import other_series
from rms.web.clock import today
from rms.web.errors import sentence


def year_choices() -> list[tuple[str, str]]:
    """How this financial year can look in a number."""
    year = numbering.short_fy(numbering.financial_year(today()))
    return [("FY", year), ("FYFY", year.replace("-", "")), ("none", gettext("Leave out"))]


def tidy_prefix(text: str | None) -> str:
    """Capital letters without spaces, as printed; a slash or hyphen at the end is the pattern's own."""
    return re.sub(r"\s+", "", text or "").upper().rstrip("/-")


def tidy_pattern(text: str | None) -> str:
    """Tokens are read in any case and with spaces in them: {fy} is {FY}; {n:4} is {NNNN}."""
    compact = re.sub(r"\s+", "", text or "")
    return re.sub(r"\{([^{}]*)\}", lambda token: "{" + _token(token[1]) + "}", compact)


def _token(name: str) -> str:
    counted = re.fullmatch(r"[nN]:?([1-8])", name)
    return "N" * int(counted[1]) if counted else name.upper()


@dataclass(frozen=True)
class Box:
    """One of the 16 boxes; `look`: "sep" for a separator, "run" for the running number, "free" when empty."""

    character: str
    look: str


@dataclass(frozen=True)
class Shown:
    """Both numbers with their boxes, the first number of next year, and what stands against the series."""

    first: str
    far: str
    next_year: str
    problem: str

    @property
    def combs(self) -> list[tuple[str, list[Box]]]:
        return [(number, _boxes(number)) for number in (self.first, self.far) if number]


def shown(draft: SeriesDraft, row: NumberSeries | None, day: dt.date) -> Shown:
    """The preview for what is typed for that series, or for a new one, whether it fits or not."""
    year = numbering.financial_year(day)
    preview = numbering.preview(draft.series, year, draft.next_value or 1)
    ends = numbering.financial_year_bounds(day)[1]
    after = numbering.financial_year(ends.replace(year=ends.year + 1))
    next_year = numbering.preview(draft.series, after).first if draft.series.resets else ""
    return Shown(preview.first, preview.far, next_year, _problem(draft, row, day))


def _problem(draft: SeriesDraft, row: NumberSeries | None, day: dt.date) -> str:
    others = [Series(one.pattern, one.prefix, resets=one.resets_yearly) for one in other_series(row)]
    try:
        check(draft, other_series=others, today=day)
    except Invalid as error:
        first = next(iter(error.errors.values()))[0]
        return sentence(first)
    except DomainError as error:
        return sentence(error)
    return ""


def _boxes(number: str) -> list[Box]:
    running = len(number) - len(number.rstrip("0123456789"))
    boxes = []
    for place in range(LONGEST):
        if place >= len(number):
            boxes.append(Box("", "free"))
            continue
        look = "sep" if number[place] in "/-" else "run" if place >= len(number) - running else ""
        boxes.append(Box(number[place], look))
    return boxes
