"""Which open invoices a sum of money pays to the paisa, with or without the TDS the customer usually deducts.

A bank credit often names no invoice. Each open invoice could have been paid in full or less its TDS; what is
looked for are choices whose cash is exactly the amount. That is the subset sum problem, so the work is
bounded: all choices of each half of the invoices are written down (at most MOST_STATES), and the halves are
matched.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import nsmallest
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from rms.domain.money import ZERO

BEST = 3  # solutions that are shown; more would be a riddle, not an answer
MOST_STATES = 2**13  # of one half: 26 invoices paid alike, 16 of which each may be with or without TDS

_BITS = 32  # more than the invoices that are searched


@dataclass(frozen=True)
class Candidate:
    """An open invoice: what is owed, and how much of that would be kept back as TDS (0 when none would)."""

    invoice_id: UUID
    balance: Decimal
    tds_if_cut: Decimal = ZERO

    @property
    def may_be_cut(self) -> bool:
        return 0 < self.tds_if_cut < self.balance


class Part(NamedTuple):
    """One invoice of a solution: cash and TDS together are its balance."""

    invoice_id: UUID
    cash: Decimal
    tds: Decimal


class _Way(NamedTuple):
    """One way to pay one invoice. `place` is its age: 0 is the oldest of all candidates."""

    place: int
    paise: int
    cut: bool


def find(amount: Decimal, candidates: Sequence[Candidate]) -> list[tuple[Part, ...]]:
    """At most BEST solutions, the likeliest first. `candidates` begin with the oldest.

    One invoice goes before several; then all with TDS or all without before a mixture, which is found by
    chance more often; the oldest without a gap; fewer invoices; older ones. A mixture is only looked for
    where the others are not enough. Of very many invoices only the oldest are combined, but each alone and
    every run of the oldest is tried.
    """
    open_ones = [one for one in candidates if one.balance > 0]
    wanted = _paise(amount)
    if wanted <= 0:
        return []
    in_full = [_Way(place, _paise(one.balance), False) for place, one in enumerate(open_ones)]
    less_tds = [_less_tds(way, one) for way, one in zip(in_full, open_ones, strict=True)]
    either = (in_full,) if in_full == less_tds else (in_full, less_tds)
    found = {
        tuple(ways)
        for alike in either
        for ways in (*_alone(wanted, alike), *_oldest(wanted, alike), *_search(wanted, [[w] for w in alike]))
    }
    if len(found) < BEST and len(either) > 1:
        found |= set(_search(wanted, [sorted({*pair}) for pair in zip(in_full, less_tds, strict=True)]))
    best = nsmallest(BEST, found, key=lambda ways: _rank(ways, open_ones))
    return [tuple(_part(way, open_ones[way.place]) for way in ways) for ways in best]


def _less_tds(way: _Way, one: Candidate) -> _Way:
    """The way with TDS; an invoice from which nothing can be kept back is paid in full among the others."""
    return _Way(way.place, way.paise - _paise(one.tds_if_cut), True) if one.may_be_cut else way


def _alone(wanted: int, ways: Iterable[_Way]) -> Iterator[tuple[_Way, ...]]:
    return ((way,) for way in ways if way.paise == wanted)


def _oldest(wanted: int, ways: Sequence[_Way]) -> Iterator[tuple[_Way, ...]]:
    """The oldest ones without a gap; one run at most, since every sum is larger than the last."""
    for count, paise in enumerate(accumulate(way.paise for way in ways), start=1):
        if paise >= wanted:
            if paise == wanted:
                yield tuple(ways[:count])
            return


def _rank(ways: Sequence[_Way], open_ones: Sequence[Candidate]) -> tuple:
    cuts = {way.cut for way in ways if open_ones[way.place].may_be_cut}
    mixed = len(cuts) > 1
    has_gap = not mixed and ways[-1].place >= len(ways)
    places = [way.place for way in ways]
    return len(ways) > 1, mixed, has_gap, len(ways), places, [way.cut for way in ways]


# The search. A choice is a sum in paise and a code, both of them sums over the invoices chosen. Codes are
# made so that the smaller one is the better solution: the count above, then which invoices, then which cut.


def _search(wanted: int, choices: Iterable[Sequence[_Way]]) -> list[tuple[_Way, ...]]:
    """The BEST solutions by count, age and TDS. `choices` are the ways of each invoice, the oldest first."""
    places = _searched(wanted, choices)
    left, right = (_table(half) for half in _halves(places))
    sums = set(left[0]) & {wanted - paise for paise in right[0]}
    of_left, of_right = _best_codes(left, sums), _best_codes(right, {wanted - paise for paise in sums})
    codes = nsmallest(
        BEST,
        (one + other for paise in sums for one in of_left[paise] for other in of_right[wanted - paise]),
    )
    return [_decoded(code, places) for code in codes]


def _searched(wanted: int, choices: Iterable[Sequence[_Way]]) -> list[list[_Way]]:
    """The oldest invoices that fit into the amount and, in two halves, into MOST_STATES."""
    sizes, places = [1, 1], []
    for ways in choices:
        fitting = [way for way in ways if way.paise <= wanted]
        if not fitting:
            continue
        half = len(places) % 2
        sizes[half] *= 1 + len(fitting)
        if sizes[half] > MOST_STATES:
            break
        places.append(fitting)
    return places


def _halves(places: Sequence[Sequence[_Way]]) -> tuple[list, list]:
    """Every other invoice, with the codes of its ways: as _searched has counted them."""
    coded = [
        [(way.paise, _code(number, way.cut, len(places))) for way in ways]
        for number, ways in enumerate(places)
    ]
    return coded[::2], coded[1::2]


def _code(number: int, cut: bool, count: int) -> int:
    """What choosing this invoice adds. An older one takes more off, so that of as many the older ones win."""
    bit = 1 << (count - 1 - number)
    return (1 << (2 * _BITS)) - (bit << _BITS) + (bit if cut else 0)


def _table(half: Sequence[Sequence[tuple[int, int]]]) -> tuple[list[int], list[int]]:
    """All choices of these invoices: their sums, and in the same order their codes."""
    sums, codes = [0], [0]
    for ways in half:
        # Extended from copies: a list that grows while it is read would not end.
        before_sums, before_codes = sums, codes
        for paise, code in ways:
            sums = sums + [each + paise for each in before_sums]
            codes = codes + [each + code for each in before_codes]
    return sums, codes


def _best_codes(table: tuple[list[int], list[int]], wanted: set[int]) -> dict[int, list[int]]:
    """The BEST codes of each sum that is wanted. More cannot be needed: codes of both halves are added, so
    whatever is not among the best of its half is beaten by as many solutions with the same other half."""
    found: dict[int, list[int]] = defaultdict(list)
    for paise, code in zip(*table, strict=True):
        if paise in wanted:
            found[paise].append(code)
    return {paise: nsmallest(BEST, codes) if len(codes) > BEST else codes for paise, codes in found.items()}


def _decoded(code: int, places: Sequence[Sequence[_Way]]) -> tuple[_Way, ...]:
    low = (1 << _BITS) - 1
    cuts, chosen = code & low, -(code >> _BITS) & low
    last = len(places) - 1
    return tuple(
        next(way for way in ways if way.cut == bool(cuts >> (last - number) & 1))
        for number, ways in enumerate(places)
        if chosen >> (last - number) & 1
    )


def _paise(amount: Decimal) -> int:
    return int(amount.scaleb(2).to_integral_exact())


def _part(way: _Way, one: Candidate) -> Part:
    tds = one.tds_if_cut if way.cut else ZERO
    return Part(one.invoice_id, one.balance - tds, tds)
