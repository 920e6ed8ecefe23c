"""Invoices as lists show them: one expression for the status, one for each view, pages by keyset, sums.

A due date in the past is overdue whether or not the nightly sweep has run (`status_on`), so that lists,
filters, counts and the dashboard never disagree with the calendar.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, true, tuple_

from rms.db.session import db
from rms.domain.errors import Invalid
from rms.domain.lifecycle import OPEN, Status
from rms.domain.money import parse_money
from rms.models import Customer, Invoice, ReceiptAllocation

MOST_COUNTED = 1_000
LONGEST_SEARCH = 100
NOTHING = Decimal("0.00")


class View(StrEnum):
    """The tabs of the list. `open` is everything that is still to be paid, overdue or not."""

    ALL = "all"
    DRAFT = "draft"
    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Filter:
    """Which invoices a list shows; `since` and `until` are invoice dates, both included."""

    view: View = View.ALL
    search: str = ""
    customer_id: UUID | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the view is asked for."""
        return bool(self.search or self.customer_id or self.since or self.until)


@dataclass(frozen=True)
class Key:
    """Where a row stands in the list: newest date first, a day's drafts before its numbers."""

    invoice_date: dt.date
    number: str
    id: UUID

    @classmethod
    def of(cls, row) -> "Key":
        return cls(row.invoice_date, row.invoice_number or "", row.id)

    @classmethod
    def read(cls, values: Sequence[str]) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this list's."""
        day, number, row_id = values
        return cls(dt.date.fromisoformat(day), number.replace("\x00", ""), UUID(row_id))

    @property
    def values(self) -> tuple[str, str, str]:
        return str(self.invoice_date), self.number, str(self.id)


@dataclass(frozen=True)
class Slice:
    """One page of rows, and whether there are newer and older ones."""

    rows: list[Any]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class Sums:
    """The whole filter added up: issued invoices, `left_out` drafts and cancelled ones apart."""

    count: int
    left_out: int
    total: Decimal
    tax: Decimal
    to_collect: Decimal


def is_open() -> ColumnElement[bool]:
    """Issued and not settled. Written into the SQL as words, so that the index of open invoices fits."""
    return Invoice.status.in_([literal(str(status), literal_execute=True) for status in sorted(OPEN)])


def is_overdue(today: dt.date) -> ColumnElement[bool]:
    return is_open() & (Invoice.due_date < today) & (Invoice.balance > 0)


def status_on(today: dt.date) -> ColumnElement[str]:
    """The status that holds on that day, whatever the sweep has written."""
    return case(
        (~is_open(), Invoice.status),
        (is_overdue(today), str(Status.OVERDUE)),
        (Invoice.amount_paid + Invoice.amount_credited > 0, str(Status.PARTIALLY_PAID)),
        else_=str(Status.PENDING),
    )


def in_view(view: View, today: dt.date) -> ColumnElement[bool]:
    """The rows of a tab; what `status_on` says, in the form that indexes can answer."""
    match view:
        case View.OPEN:
            return is_open()
        case View.OVERDUE:
            return is_overdue(today)
        case View.DRAFT | View.PAID | View.CANCELLED:
            return Invoice.status == str(view)
    return true()


def to_collect() -> ColumnElement[Decimal]:
    """What the customer still has to pay: nothing of a draft or a cancelled invoice."""
    return case((is_open(), Invoice.balance), else_=NOTHING)


def list_invoices(
    wanted: Filter, *, today: dt.date, limit: int, after: Key | None = None, before: Key | None = None
) -> Slice:
    """One page in one statement: the newest rows, those older than `after`, or those newer than `before`."""
    place = tuple_(*_ORDER)
    statement = _rows(today).where(*_conditions(wanted, today)).limit(limit + 1)
    if before:
        statement = statement.where(place > _place_of(before)).order_by(*(part.asc() for part in _ORDER))
        rows = list(db().execute(statement))
        return Slice(rows[:limit][::-1], has_newer=len(rows) > limit, has_older=True)
    if after:
        statement = statement.where(place < _place_of(after))
    rows = list(db().execute(statement.order_by(*(part.desc() for part in _ORDER))))
    return Slice(rows[:limit], has_newer=after is not None, has_older=len(rows) > limit)


def counts_of_views(wanted: Filter, *, today: dt.date) -> dict[View, int]:
    """How many rows each tab holds under the other filters, in one statement; never more than 1,001.

    Each count is a subquery that stops at the cap. Unfiltered ones are answered by an index each; a search is
    made once, in a materialized list, for all of them.
    """
    if not wanted.is_narrow:
        row = db().execute(select(*(_count(view, today, in_view(view, today)) for view in View))).one()
        return dict(zip(View, row, strict=True))
    everything = replace(wanted, view=View.ALL)
    flags = [in_view(view, today).label(str(view)) for view in View]
    found = (
        select(*flags)
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
        .where(*_conditions(everything, today))
        .cte("found")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    counts = [func.least(func.count().filter(found.c[str(view)]), MOST_COUNTED + 1) for view in View]
    return dict(zip(View, db().execute(select(*counts).select_from(found)).one(), strict=True))


def sums(wanted: Filter, *, today: dt.date) -> Sums:
    """The footer of the list. Drafts and cancelled invoices are no sales: only their own tabs add them up."""
    is_sale = Invoice.status.not_in([str(Status.DRAFT), str(Status.CANCELLED)])
    counted = is_sale if wanted.view not in (View.DRAFT, View.CANCELLED) else true()
    statement = (
        select(
            func.count(),
            func.count().filter(~counted),
            func.coalesce(func.sum(Invoice.total).filter(counted), NOTHING),
            func.coalesce(func.sum(Invoice.tax_total).filter(counted), NOTHING),
            func.coalesce(func.sum(to_collect()), NOTHING),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
        .where(*_conditions(wanted, today))
    )
    return Sums(*db().execute(statement).one())


def count_overdue(today: dt.date) -> int:
    """For the number beside "Invoices" in the navigation."""
    return db().scalar(select(func.count()).select_from(Invoice).where(is_overdue(today))) or 0


def name_of_customer(customer_id: UUID) -> str | None:
    return db().scalar(select(Customer.name).where(Customer.id == customer_id))


# Without a number a row is a draft. The index gives the dates in order; PostgreSQL sorts within each day.
_ORDER = (
    Invoice.invoice_date,
    Invoice.invoice_number.is_(None),
    func.coalesce(Invoice.invoice_number, ""),
    Invoice.id,
)


def _place_of(key: Key):
    return tuple_(key.invoice_date, literal(not key.number), key.number, key.id)


def _rows(today: dt.date) -> Select:
    return (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.due_date,
            Invoice.total,
            Invoice.place_of_supply,
            Invoice.tax_mode,
            Invoice.cancelled_at,
            status_on(today).label("status"),
            to_collect().label("to_collect"),
            _paid_on().label("paid_on"),
            Customer.name.label("customer_name"),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
    )


def _paid_on() -> ColumnElement[dt.date]:
    """The day of the last payment, looked up for paid invoices alone."""
    allocation = ReceiptAllocation
    last = (
        select(func.max(allocation.allocated_on))
        .where(
            allocation.tenant_id == Invoice.tenant_id,
            allocation.invoice_id == Invoice.id,
            allocation.released_on.is_(None),
        )
        .correlate(Invoice)
        .scalar_subquery()
    )
    return case((Invoice.status == str(Status.PAID), last))


def _count(view: View, today: dt.date, condition: ColumnElement[bool]) -> ColumnElement[int]:
    capped = select(Invoice.id).where(condition).limit(MOST_COUNTED + 1).subquery(f"capped_{view}")
    return select(func.count()).select_from(capped).scalar_subquery().label(str(view))


def _conditions(wanted: Filter, today: dt.date) -> list[ColumnElement[bool]]:
    conditions = [in_view(wanted.view, today), _matching(wanted.search)]
    if wanted.customer_id:
        conditions.append(Invoice.customer_id == wanted.customer_id)
    if wanted.since:
        conditions.append(Invoice.invoice_date >= wanted.since)
    if wanted.until:
        conditions.append(Invoice.invoice_date <= wanted.until)
    return conditions


def _matching(search: str) -> ColumnElement[bool]:
    """Number, customer, GSTIN and PO reference anywhere in them; an amount of money exactly.

    Every character counts as itself: `autoescape` takes their meaning from %, _ and the backslash.
    """
    typed = search.replace("\x00", "").strip()[:LONGEST_SEARCH]
    if not typed:
        return true()
    places = (Invoice.invoice_number, Invoice.reference_number, Invoice.customer_gst)
    matches = [place.icontains(typed, autoescape=True) for place in places]
    matches.append(Invoice.customer_id.in_(_customers_matching(typed)))
    amount = _amount(typed)
    if amount is not None:
        matches += [Invoice.total == amount, to_collect() == amount]
    return or_(*matches)


def _customers_matching(typed: str) -> Select:
    """Searched once by themselves: joined, their names were read again for each of their invoices."""
    places = (Customer.name, Customer.gst_number)
    return select(Customer.id).where(or_(*(place.icontains(typed, autoescape=True) for place in places)))


def _amount(typed: str) -> Decimal | None:
    """ "1,41,600" and "141600" are the same amount; text that is none matches no money."""
    try:
        return parse_money(typed) or None
    except Invalid:
        return None
