"""Whose money a deposit is, and for which invoices: by numbers it names, by a customer's name, by amount.

Banks cut names and drop what stands between figures, so both are compared as letters and figures alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.domain import exact_match
from rms.domain.allocation import OpenInvoice, in_order
from rms.domain.errors import N_, Sentence
from rms.domain.errors import sentence as say
from rms.domain.exact_match import Candidate, Part
from rms.domain.money import rupees

SHORTEST_NUMBER = 4  # "7" stands in every narration
SHORTEST_NAME = 4
ENOUGH_OF_A_NAME = 0.6
MOST_SEARCHES = 400  # of sets that make an amount: a few milliseconds each
_EVERYBODYS = set(
    re.findall(
        r"\w+",
        "pvt private ltd limited llp llc inc co company and the of india indian services service enterprises"
        " enterprise traders trading industries solutions group sons brothers corporation corp m s ms mr mrs"
        " dr shri neft rtgs imps upi transfer from by to cr inb bank payment",
    )
)


@dataclass(frozen=True)
class Payer:
    """A customer with what they are used to keeping back, in percent of the value without GST."""

    id: UUID
    name: str
    rate: Decimal | None = None


@dataclass(frozen=True)
class Suggestion:
    """`parts` may be empty: then only the customer is known. `is_sure` says that two things agree."""

    customer_id: UUID
    parts: tuple[Part, ...]
    reason: Sentence
    is_sure: bool


class Book:
    """All customers and what is open, ready to be asked for many deposits."""

    def __init__(self, payers: Iterable[Payer], invoices: Iterable[OpenInvoice]) -> None:
        self._payers = {payer.id: payer for payer in payers}
        self._open: dict[UUID, list[OpenInvoice]] = defaultdict(list)
        for invoice in in_order(one for one in invoices if one.customer_id in self._payers):
            self._open[invoice.customer_id].append(invoice)
        every = [one for several in self._open.values() for one in several]
        self._by_number = {_squeezed(one.number): one for one in every if _is_telling(one.number)}
        self._lengths = sorted({len(number) for number in self._by_number}, reverse=True)
        self._by_cash = self._all_by_cash(every)
        self._by_word: dict[str, set[UUID]] = defaultdict(set)
        self._words = {payer.id: _words_of_name(payer.name) for payer in self._payers.values()}
        for payer_id, words in self._words.items():
            for word in words:
                self._by_word[word[:SHORTEST_NAME]].add(payer_id)
        self._searches = 0

    def suggest(self, amount: Decimal, narration: str) -> Suggestion | None:
        """The best there is, with the reason; None when nothing tells whose money it is."""
        named = self._numbers_in(narration)
        if named:
            return self._for_named(amount, named)
        payer = self._payer_in(narration)
        return self.for_payer(amount, payer) if payer else self._for_amount(amount)

    def for_payer(self, amount: Decimal, payer_id: UUID) -> Suggestion:
        """For a customer that is known: which of their invoices make the amount."""
        parts = self._find(amount, self._open[payer_id], payer_id)
        if not parts:
            return Suggestion(
                payer_id, (), say(N_("The name fits. No open invoices make this amount")), False
            )
        return Suggestion(payer_id, parts, _why(parts, self._number(payer_id, parts)), True)

    def _find(self, amount: Decimal, invoices: Sequence[OpenInvoice], payer_id: UUID) -> tuple[Part, ...]:
        if not invoices or self._searches >= MOST_SEARCHES:
            return ()
        self._searches += 1
        rate = self._payers[payer_id].rate
        found = exact_match.find(amount, [_candidate(one, rate) for one in invoices])
        return found[0] if found else ()

    # By number

    def _numbers_in(self, narration: str) -> list[OpenInvoice]:
        """Invoices whose number stands there, the longest first: 0112 is not found in 0112A."""
        text, places = _with_places(narration)
        found: dict[UUID, OpenInvoice] = {}
        taken: set[int] = set()
        for length in self._lengths:
            for start in range(len(text) - length + 1):
                invoice = self._by_number.get(text[start : start + length])
                stretch = range(start, start + length)
                if invoice and taken.isdisjoint(stretch) and _stands_alone(narration, places, stretch):
                    found[invoice.id] = invoice
                    taken.update(stretch)
        return list(found.values())

    def _for_named(self, amount: Decimal, named: list[OpenInvoice]) -> Suggestion:
        payer_id = named[0].customer_id
        theirs = in_order(one for one in named if one.customer_id == payer_id)
        numbers = ", ".join(one.number for one in theirs)
        parts = self._find(amount, theirs, payer_id)
        if parts and len(parts) == len(theirs):
            reason = say(N_("It names %(numbers)s, and the amount fits"), numbers=numbers)
            return Suggestion(payer_id, parts, reason, True)
        reason = say(N_("It names %(numbers)s. The amount is another"), numbers=numbers)
        return Suggestion(payer_id, _oldest_first(amount, theirs), reason, False)

    # By name

    def _payer_in(self, narration: str) -> UUID | None:
        """The one whose name fits best; nobody when two fit as well."""
        words = [word for word in _words(narration) if len(word) >= 2]
        near = {one for word in words for one in self._by_word.get(word[:SHORTEST_NAME], ())}
        ranked = sorted(((self._fit(one, words), one) for one in near), key=lambda pair: -pair[0])
        if not ranked or ranked[0][0] < ENOUGH_OF_A_NAME:
            return None
        return ranked[0][1] if len(ranked) == 1 or ranked[1][0] < ranked[0][0] else None

    def _fit(self, payer_id: UUID, words: Sequence[str]) -> float:
        """How much of the name is there, by letters; of two as complete the longer one fits better."""
        name = self._words[payer_id]
        there = sum(len(word) for word in name if any(_is_same(word, other) for other in words))
        whole = sum(map(len, name))
        return there / whole + there / 1000 if there >= SHORTEST_NAME else 0

    # By amount

    def _all_by_cash(self, invoices: Iterable[OpenInvoice]) -> dict[Decimal, list[tuple[OpenInvoice, Part]]]:
        found = defaultdict(list)
        for one in invoices:
            found[one.balance].append((one, Part(one.id, one.balance, Decimal("0.00"))))
            tds = _candidate(one, self._payers[one.customer_id].rate).tds_if_cut
            if 0 < tds < one.balance:
                found[one.balance - tds].append((one, Part(one.id, one.balance - tds, tds)))
        return found

    def _for_amount(self, amount: Decimal) -> Suggestion | None:
        found = self._by_cash.get(amount, [])
        if len({one.customer_id for one, _ in found}) != 1:
            return None
        invoice, part = found[0]
        reason = say(N_("Only the amount fits: %(number)s"), number=invoice.number)
        return Suggestion(invoice.customer_id, (part,), reason, False)

    def _number(self, payer_id: UUID, parts: Sequence[Part]) -> str:
        return next(one.number for one in self._open[payer_id] if one.id == parts[0].invoice_id)


def _candidate(invoice: OpenInvoice, rate: Decimal | None) -> Candidate:
    return Candidate(
        invoice.id, invoice.balance, invoice.tds_of(invoice.balance, rate) if rate else Decimal(0)
    )


def _why(parts: Sequence[Part], number: str) -> Sentence:
    tds = sum((part.tds for part in parts), Decimal(0))
    if len(parts) == 1:
        if tds:
            return say(N_("Name and amount fit %(number)s, less %(tds)s TDS"), number=number, tds=rupees(tds))
        return say(N_("Name and amount fit %(number)s"), number=number)
    if tds:
        return say(
            N_("The name fits, and %(count)s invoices less %(tds)s TDS make this amount"),
            count=len(parts),
            tds=rupees(tds),
        )
    return say(N_("The name fits, and %(count)s invoices make this amount"), count=len(parts))


def _oldest_first(amount: Decimal, invoices: Iterable[OpenInvoice]) -> tuple[Part, ...]:
    parts, left = [], amount
    for one in invoices:
        cash = min(left, one.balance)
        if cash > 0:
            parts.append(Part(one.id, cash, Decimal("0.00")))
            left -= cash
    return tuple(parts)


def _squeezed(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def _is_telling(number: str) -> bool:
    bare = _squeezed(number)
    return len(bare) >= SHORTEST_NUMBER and any(one.isdigit() for one in bare)


def _with_places(text: str) -> tuple[str, list[int]]:
    """The text squeezed, and where in it each character stood."""
    kept = [(one, place) for place, one in enumerate(text.lower()) if one.isalnum()]
    return "".join(one for one, _ in kept), [place for _, place in kept]


def _stands_alone(text: str, places: Sequence[int], stretch: range) -> bool:
    """No figure goes on before or after: INV/12 is not in INV/123."""
    before, after = places[stretch[0]] - 1, places[stretch[-1]] + 1
    first, last = text[before + 1 : before + 2], text[after - 1 : after]
    if first.isdigit() and before >= 0 and text[before].isdigit():
        return False
    return not (last.isdigit() and after < len(text) and text[after].isdigit())


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text.casefold()) if word not in _EVERYBODYS]


def _words_of_name(name: str) -> list[str]:
    return list(dict.fromkeys(word for word in _words(name) if len(word) >= 2))


def _is_same(word: str, other: str) -> bool:
    """Alike, or cut by the bank: VALL for Valley."""
    return word == other or (len(other) >= SHORTEST_NAME and word.startswith(other))
