"""What is known of one customer while money is laid on their invoices: what is open, what they keep back.

It is read once for each request. What it suggests is text for the cells, as a person would type it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from rms.domain import allocation, exact_match
from rms.domain.allocation import Claim, OpenInvoice
from rms.domain.errors import Sentence
from rms.domain.exact_match import Candidate, Part
from rms.domain.money import ZERO, group_indian
from rms.models import Customer
from rms.queries.receipts import MOST_OPEN, invoices_to_pay
from rms.queries.tds import Habit, InForce, habit_of, sections_on
from rms.web.errors import sentence

CASH, TDS, WRITE_OFF, GST_TDS, REASON, SECTION, MORE = "alloc", "tds", "off", "gst", "why", "sec", "more"
AMOUNTS = (CASH, TDS, WRITE_OFF, GST_TDS)
PARTS = (*AMOUNTS, REASON, SECTION, MORE)

Cells = dict[str, str]
Typed = Mapping[UUID, Cells]


@dataclass(frozen=True)
class Choice:
    """One section to choose from, in words."""

    code: str
    words: str
    name: str
    rate: Decimal


@dataclass(frozen=True)
class Book:
    """`invoices` are the longest due ones, `is_cut` that there are more of them. `sections` are those of the
    day on which the money came; `section` is chosen for the whole receipt, "" where nobody told."""

    customer: Customer | None
    invoices: list[OpenInvoice] = field(default_factory=list)
    is_cut: bool = False
    sections: list[InForce] = field(default_factory=list)
    habit: Habit | None = None
    usual: str = ""
    section: str = ""

    @cached_property
    def choices(self) -> list[Choice]:
        return [_choice(one) for one in self.sections]

    @cached_property
    def section_words(self) -> str:
        return next((one.words for one in self.choices if one.code == self.section), "")

    def find(self, invoice_id: UUID) -> OpenInvoice | None:
        return next((one for one in self.invoices if one.id == invoice_id), None)

    def section_of(self, cells: Mapping[str, str]) -> str:
        return self._known(cells.get(SECTION, "")) or self.section

    def rate(self, code: str | None = None) -> Decimal | None:
        """What is usual with this customer, and for another section its own rate; None where nothing is."""
        code = self.section if code is None else code
        if self.habit and code == self.usual:
            return self.habit.rate
        return next((one.rate for one in self.sections if one.code == code), None)

    def kept_back(self, invoice: OpenInvoice, cash: Decimal, code: str) -> Decimal | None:
        rate = self.rate(code)
        return None if rate is None else allocation.tds_beside(invoice, cash, rate)

    def matches(self, amount: Decimal) -> list[tuple[Part, ...]]:
        """Which invoices add up to this amount, in full or less the TDS that is usual."""
        rate = self.rate() or ZERO
        open_ones = [Candidate(one.id, one.balance, one.tds_of(one.balance, rate)) for one in self.invoices]
        return exact_match.find(amount, open_ones)

    def in_full(self, invoice_id: UUID, kept: Claim | None = None) -> Cells:
        """Cash that settles one invoice beside what is kept back of it; nothing when it is not open."""
        invoice = self.find(invoice_id)
        if invoice is None:
            return {}
        cash = invoice.balance - (kept.without_cash if kept else ZERO)
        return {CASH: _text(max(ZERO, cash))}

    def oldest_first(self, amount: Decimal, kept: Mapping[UUID, Claim]) -> dict[UUID, Cells]:
        filled = allocation.fill_oldest_first(amount, self.invoices, kept)
        return {claim.invoice_id: {CASH: _text(claim.amount)} for claim in filled}

    def less_tds(self, amount: Decimal) -> dict[UUID, Cells]:
        filled = allocation.fill_less_tds(amount, self.invoices, self.rate() or ZERO)
        return {one.invoice_id: {CASH: _text(one.amount), TDS: _text(one.tds_amount)} for one in filled}

    def _known(self, code: str) -> str:
        return code if any(one.code == code for one in self.sections) else ""


def open_book(customer: Customer | None, day: dt.date, section: str | None = None) -> Book:
    """`section` None is a screen on which nobody has chosen yet: then it is what is usual."""
    if customer is None:
        return Book(None)
    found, habit, sections = invoices_to_pay(customer.id), habit_of(customer.id), sections_on(day)
    codes = {one.code for one in sections}
    usual = (habit.code_on(day) or "") if habit else ""
    usual = usual if usual in codes else ""
    chosen = usual if section is None else section if section in codes else ""
    return Book(customer, found[:MOST_OPEN], len(found) > MOST_OPEN, sections, habit, usual, chosen)


def typed_in(form: Mapping[str, str]) -> dict[UUID, Cells]:
    """What stands beside each invoice, out of a posted form; fields of other names are left alone."""
    typed: dict[UUID, Cells] = {}
    for name, text in form.items():
        part, _dash, row = name.partition("-")
        text = text.replace("\x00", "").strip()
        if part in PARTS and text:
            try:
                typed.setdefault(UUID(row), {})[part] = text
            except ValueError:
                continue
    return typed


def matched(parts: tuple[Part, ...]) -> dict[UUID, Cells]:
    """What would be typed to pay exactly these."""
    return {
        part.invoice_id: {CASH: _text(part.cash)} | ({TDS: _text(part.tds)} if part.tds else {})
        for part in parts
    }


def _choice(one: InForce) -> Choice:
    name = one.name if one.own_id else sentence(Sentence(one.name))
    return Choice(one.code, sentence(one.words), name, one.rate)


def _text(amount: Decimal) -> str:
    return group_indian(amount) if amount else ""
