"""Document numbers: financial years, patterns, and whether two series could ever print the same number.

Source: CGST Rule 46(b): at most 16 characters of A-Z a-z 0-9 - /, unique within a financial year. The portal
compares numbers without regard to case and refuses those whose value is 0.

A pattern is text with these tokens: {PREFIX}; {FY} (26-27), {FYYYY} (2026-27), {FYFY} (2627); and exactly one
number, {N} to {NNNNNNNN}, padded with zeros to as many digits as it has letters and growing beyond them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say

LONGEST = 16
FAR_NUMBER = 99_999
DEFAULT_PATTERN = "{PREFIX}/{FY}/{NNNN}"

_TOKEN = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"N{1,8}")
_ALLOWED = re.compile(r"[A-Za-z0-9/-]*")
_PREFIX = "PREFIX"
_YEARS = ("FY", "FYYYY", "FYFY")
_FIRST_YEAR, _LAST_YEAR = 2017, 2099


@dataclass(frozen=True)
class Series:
    """One number series. `resets` says that counting starts again each financial year."""

    pattern: str = DEFAULT_PATTERN
    prefix: str = "INV"
    resets: bool = True


@dataclass(frozen=True)
class Preview:
    """What a series will print this year; `problems` are what stands against it (empty: fit to use)."""

    first: str
    far: str
    length: int
    problems: tuple[Sentence, ...]


def financial_year(day: date, start_month: int = 4) -> str:
    """ "2026-27" for 22 Nov 2026; "2026" where the year starts in January."""
    first = day.year if day.month >= start_month else day.year - 1
    return _year_label(first, start_month)


def financial_year_bounds(day: date, start_month: int = 4) -> tuple[date, date]:
    """The first and the last day of the financial year that `day` is in."""
    first = day.year if day.month >= start_month else day.year - 1
    starts = date(first, start_month, 1)
    return starts, date.fromordinal(date(first + 1, start_month, 1).toordinal() - 1)


def short_fy(year: str) -> str:
    """ "26-27" for "2026-27"."""
    return year[2:]


def render(pattern: str, prefix: str, financial_year: str, value: int) -> str:
    """The number with this value, e.g. "INV/26-27/0001". Expects a pattern that passed `check_pattern`."""
    short = short_fy(financial_year)
    texts = {_PREFIX: prefix, "FY": short, "FYYYY": financial_year, "FYFY": short.replace("-", "")}

    def text_of(token: re.Match) -> str:
        name = token[1]
        return str(value).zfill(len(name)) if _NUMBER.fullmatch(name) else texts[name]

    return _TOKEN.sub(text_of, pattern)


def check_pattern(series: Series, financial_year: str = "2026-27", *, field: str = "pattern") -> None:
    """Raise Invalid with everything that stands against the series; nothing when it is fit."""
    problems = list(_problems(series, financial_year))
    if problems:
        raise Invalid(N_("This number series does not work"), errors={field: problems})


def preview(series: Series, financial_year: str, start: int = 1) -> Preview:
    """The first and the 99,999th number. Never raises: the form shows it while the pattern is typed."""
    problems = tuple(_problems(series, financial_year))
    if list(_problems_with_tokens(series)):
        return Preview("", "", 0, problems)
    first = render(series.pattern, series.prefix, financial_year, start)
    far = render(series.pattern, series.prefix, financial_year, FAR_NUMBER)
    return Preview(first, far, len(far), problems)


def problems_with_number(number: str) -> list[Sentence]:
    """What CGST Rule 46(b) has against a rendered number; a series can grow out of its 16 characters."""
    problems = []
    if not _ALLOWED.fullmatch(number):
        problems.append(say(N_("A number may hold only letters A to Z, digits, - and /")))
    if number[:1] in ("-", "/", "0"):
        problems.append(say(N_("A number starts with a letter or a digit other than 0")))
    if len(number) > LONGEST:
        told = N_("%(number)s has %(length)s characters. A GST invoice number has at most 16")
        problems.append(say(told, number=number, length=len(number)))
    return problems


def may_collide(one: Series, other: Series, start_month: int = 4) -> bool:
    """Whether two fit series can print the same number, in any years and with any values, ignoring case.

    Both are read as little automata (a financial year is one of 2017 to 2099) and walked side by side until
    both have ended together. Literal prefixes that look like another series' year or digits are found, too.
    """
    left, right = _automaton(one, start_month), _automaton(other, start_month)
    seen, todo = set(), [(0, 0)]
    while todo:
        pair = todo.pop()
        if pair in seen:
            continue
        seen.add(pair)
        if pair[0] in left.ends and pair[1] in right.ends:
            return True
        for characters, after_left in left.steps.get(pair[0], ()):
            for others, after_right in right.steps.get(pair[1], ()):
                if characters & others:
                    todo.append((after_left, after_right))
    return False


# What a pattern must keep to


def _problems(series: Series, financial_year: str) -> Iterator[Sentence]:
    in_tokens = list(_problems_with_tokens(series))
    yield from in_tokens
    if in_tokens:
        return
    far = render(series.pattern, series.prefix, financial_year, FAR_NUMBER)
    if not _ALLOWED.fullmatch(far):
        yield say(N_("A number may hold only letters A to Z, digits, - and /"))
    if far[0] in "-/":
        yield say(N_("A number starts with a letter or a digit"))
    # The e-invoice portal refuses a leading zero, which the padded first number would have.
    if render(series.pattern, series.prefix, financial_year, 1)[0] == "0":
        yield say(N_("A number cannot start with 0. Put a prefix before it"))
    if len(far) > LONGEST:
        yield say(
            N_("%(number)s has %(length)s characters. A GST invoice number has at most 16"),
            number=far,
            length=len(far),
        )


def _problems_with_tokens(series: Series) -> Iterator[Sentence]:
    names = _TOKEN.findall(series.pattern)
    for name in names:
        if name != _PREFIX and name not in _YEARS and not _NUMBER.fullmatch(name):
            yield say(N_("{%(name)s} is not known. Use {PREFIX}, {FY} and {NNNN}"), name=name)
    if sum(bool(_NUMBER.fullmatch(name)) for name in names) != 1:
        yield say(N_("The pattern needs the running number once, as {NNNN}"))
    if series.resets and not any(name in _YEARS for name in names):
        yield say(N_("Numbers that start again each year need the year in them, as {FY}"))


# The walk behind may_collide


@dataclass
class _Automaton:
    """`steps[state]` lists (characters, next state); 0 is the start."""

    steps: dict[int, list[tuple[frozenset[str], int]]]
    ends: set[int]
    states: int = 1

    def new_state(self) -> int:
        self.states += 1
        return self.states - 1

    def add(self, state: int, characters: frozenset[str], after: int | None = None) -> int:
        after = self.new_state() if after is None else after
        self.steps.setdefault(state, []).append((characters, after))
        return after

    def add_text(self, state: int, text: str) -> int:
        for character in text.casefold():
            state = self.add(state, frozenset(character))
        return state


_DIGITS = frozenset("0123456789")
_WITHOUT_ZERO = _DIGITS - {"0"}


def _automaton(series: Series, start_month: int) -> _Automaton:
    automaton = _Automaton({}, set())
    states = {0}
    for position, part in enumerate(_TOKEN.split(series.pattern)):
        is_token = position % 2 == 1
        states = {
            after
            for state in states
            for after in _after(automaton, state, part, is_token, series, start_month)
        }
    automaton.ends = states
    return automaton


def _after(
    automaton: _Automaton, state: int, part: str, is_token: bool, series: Series, start_month: int
) -> set[int]:
    if not is_token:
        return {automaton.add_text(state, part)}
    if part == _PREFIX:
        return {automaton.add_text(state, series.prefix)}
    if part in _YEARS:
        return _after_year(automaton, state, part, start_month)
    return _after_number(automaton, state, len(part))


def _after_year(automaton: _Automaton, state: int, token: str, start_month: int) -> set[int]:
    """All years end in one state, so that two years in a pattern do not multiply."""
    end = automaton.new_state()
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        text = render(f"{{{token}}}", "", _year_label(year, start_month), 0)
        automaton.add(automaton.add_text(state, text[:-1]), frozenset(text[-1]), end)
    return {end}


def _after_number(automaton: _Automaton, state: int, width: int) -> set[int]:
    """Exactly `width` digits, or more of them without a leading zero."""
    padded = state
    for _ in range(width):
        padded = automaton.add(padded, _DIGITS)
    longer = automaton.add(state, _WITHOUT_ZERO)
    for _ in range(width):
        longer = automaton.add(longer, _DIGITS)
    automaton.add(longer, _DIGITS, longer)
    return {padded, longer}


def _year_label(first: int, start_month: int) -> str:
    return str(first) if start_month == 1 else f"{first}-{(first + 1) % 100:02d}"
