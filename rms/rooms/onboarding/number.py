"""How numbers will look: the first and the 99,999th, in the 16 boxes GST allows."""

from dataclasses import dataclass

from rms.actions.series import check
from rms.domain import numbering
from rms.domain.errors import DomainError, Invalid
from rms.domain.numbering import LONGEST, Series
from rms.queries.series import other_series
from rms.rooms.onboarding.forms import LookForm
from rms.rooms.onboarding.so_far import SoFar
from rms.web.errors import sentence


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


def shown(form: LookForm, known: SoFar) -> Shown:
    """The preview for what the form holds, whether it fits or not."""
    draft = form.series()
    year = numbering.financial_year(known.day)
    preview = numbering.preview(draft.series, year, draft.next_value or 1)
    ends = numbering.financial_year_bounds(known.day)[1]
    after = numbering.financial_year(ends.replace(year=ends.year + 1))
    next_year = numbering.preview(draft.series, after).first if draft.series.resets else ""
    return Shown(preview.first, preview.far, next_year, _problem(draft, known))


def _problem(draft, known: SoFar) -> str:
    others = [Series(row.pattern, row.prefix, resets=row.resets_yearly) for row in other_series(known.series)]
    try:
        check(draft, other_series=others, today=known.day)
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
