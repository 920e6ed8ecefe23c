"""In which order a list of invoices stands, and where a row stands in it: what a keyset page needs to know.

Every order ends in the id, so that no two rows share a place. Of each part the list knows its column, where a
row holds it, and how a cursor spells it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, tuple_

from rms.models import Customer, Invoice
from rms.models.invoices import OPEN_STATUSES

NOTHING = Decimal("0.00")
MOST_DIGITS = 16


class Sort(StrEnum):
    """The heads of the list that sort it; nothing else may."""

    DATE = "date"
    NUMBER = "number"
    CUSTOMER = "customer"
    DUE = "due"
    TOTAL = "total"
    BALANCE = "balance"


@dataclass(frozen=True)
class Order:
    """By what, and which way. In an address `-date` is the newest first, `date` the oldest."""

    sort: Sort = Sort.DATE
    is_descending: bool = True

    @classmethod
    def read(cls, text: str | None) -> "Order":
        """What the address says; the newest first for anything that is no head of the list."""
        name = (text or "-date").removeprefix("-")
        if name not in set(Sort):
            return cls()
        return cls(Sort(name), (text or "-date").startswith("-"))

    @property
    def text(self) -> str:
        return f"-{self.sort}" if self.is_descending else str(self.sort)

    def by(self, sort: Sort) -> "Order":
        """What pressing a head leads to: round the other way, or that column, amounts and dates downwards."""
        if sort is self.sort:
            return Order(sort, not self.is_descending)
        return Order(sort, sort not in (Sort.NUMBER, Sort.CUSTOMER, Sort.DUE))

    @property
    def columns(self) -> list[ColumnElement]:
        return [part.column for part in _PARTS[self.sort]]


@dataclass(frozen=True)
class Key:
    """Where a row stands in its order; the values are those of the order's columns."""

    parts: tuple[Any, ...]

    @classmethod
    def of(cls, row, order: Order | None = None) -> "Key":
        return cls(tuple(part.of(row) for part in _PARTS[(order or Order()).sort]))

    @classmethod
    def read(cls, texts: Sequence[str], order: Order | None = None) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this order's."""
        parts = _PARTS[(order or Order()).sort]
        return cls(tuple(part.read(text) for part, text in zip(parts, texts, strict=True)))

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(str(value) for value in self.parts)

    @property
    def place(self):
        """For comparing with a tuple of the columns."""
        return tuple_(*(literal(value) for value in self.parts))


def length_of(order: Order) -> int:
    """Of how many values its cursors are made."""
    return len(_PARTS[order.sort])


def to_collect() -> ColumnElement[Decimal]:
    """What the customer still has to pay: nothing of a draft or a cancelled invoice."""
    return case((is_open(), Invoice.balance), else_=NOTHING)


def is_open() -> ColumnElement[bool]:
    """Issued and not settled. Written into the SQL as words, so that the index of open invoices fits."""
    return Invoice.status.in_([literal(status, literal_execute=True) for status in OPEN_STATUSES])


@dataclass(frozen=True)
class _Part:
    column: ColumnElement
    of: Callable[[Any], Any]
    read: Callable[[str], Any]


def _text(value: str) -> str:
    return value.replace("\x00", "")


def _flag(value: str) -> bool:
    if value not in ("True", "False"):
        raise ValueError(value)
    return value == "True"


def _amount(value: str) -> Decimal:
    if len(value) > MOST_DIGITS or not value.replace(".", "", 1).isascii():
        raise ValueError(value)
    if not value.replace(".", "", 1).isdigit():
        raise ValueError(value)
    return Decimal(value)


_ID = _Part(Invoice.id, lambda row: row.id, UUID)
_DAY = _Part(Invoice.invoice_date, lambda row: row.invoice_date, dt.date.fromisoformat)
_NUMBER = _Part(
    func.coalesce(Invoice.invoice_number, literal("", literal_execute=True)),  # in words, for its index
    lambda row: row.invoice_number or "",
    _text,
)
# Without a number a row is a draft. The index gives the dates in order; PostgreSQL sorts within each day.
_PARTS: dict[Sort, tuple[_Part, ...]] = {
    Sort.DATE: (
        _DAY,
        _Part(Invoice.invoice_number.is_(None), lambda row: row.invoice_number is None, _flag),
        _NUMBER,
        _ID,
    ),
    Sort.NUMBER: (_NUMBER, _ID),
    Sort.CUSTOMER: (
        _Part(func.coalesce(Customer.name, ""), lambda row: row.customer_name or "", _text),
        _DAY,
        _ID,
    ),
    Sort.DUE: (_Part(Invoice.due_date, lambda row: row.due_date, dt.date.fromisoformat), _ID),
    Sort.TOTAL: (_Part(Invoice.total, lambda row: row.total, _amount), _ID),
    Sort.BALANCE: (_Part(to_collect(), lambda row: row.to_collect, _amount), _ID),
}
