"""Invoices as lists show them: one expression for the status, one for each view, pages by keyset, sums.

A due date in the past is overdue whether or not the nightly sweep has run (`status_on`), so that lists,
filters, counts and the dashboard never disagree with the calendar.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true, tuple_

from rms.db.session import db
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status
from rms.domain.money import parse_money
from rms.models import Customer, Invoice, ReceiptAllocation
from rms.queries.invoice_orders import NOTHING, Key, Order, is_open, to_collect

MOST_COUNTED = 1_000
LONGEST_SEARCH = 100
# More hits than this are no search but a list, which is read in its own order until a page is full.
MOST_FOUND = 2_000


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
    """Which invoices a list shows, and in which order. All days and amounts of a range are included.

    `found` are the ids a search has given (`looked_up`), None when there were too many to name.
    """

    view: View = View.ALL
    search: str = ""
    customer_id: UUID | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    due_since: dt.date | None = None
    due_until: dt.date | None = None
    place: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    order: Order = field(default_factory=Order)
    found: tuple[UUID, ...] | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the view is asked for."""
        days = (self.since, self.until, self.due_since, self.due_until)
        others = (self.customer_id, self.place, self.least, self.most)
        return bool(self.search) or any(one is not None for one in (*days, *others))


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


def looked_up(wanted: Filter) -> Filter:
    """The same with the ids of its search, by one statement; without a search as it is.

    Under row-level security a search inside a text reads every row; a function that may use the indexes of
    trigrams gives the ids (db/searches.py). Where most rows match, reading in the list's order is quicker.
    """
    typed = _typed(wanted.search)
    if not typed:
        return wanted
    ids = db().scalar(select(func.invoices_matching(typed, _amount(typed), MOST_FOUND + 1)))
    return replace(wanted, found=tuple(ids) if len(ids) <= MOST_FOUND else None)


def list_invoices(
    wanted: Filter, *, today: dt.date, limit: int, after: Key | None = None, before: Key | None = None
) -> Slice:
    """One page in one statement: the first rows of its order, those behind `after`, or before `before`."""
    order = wanted.order
    columns, place = order.columns, tuple_(*order.columns)
    statement = _rows(today).where(*conditions_of(wanted, today)).limit(limit + 1)
    is_down = order.is_descending != bool(before)
    edge = before or after
    if edge:
        statement = statement.where(place < edge.place if is_down else place > edge.place)
    statement = statement.order_by(*(part.desc() if is_down else part.asc() for part in columns))
    rows = list(db().execute(statement))
    if before:
        return Slice(rows[:limit][::-1], has_newer=len(rows) > limit, has_older=True)
    return Slice(rows[:limit], has_newer=after is not None, has_older=len(rows) > limit)


def counts_of_views(wanted: Filter, *, today: dt.date) -> dict[View, int]:
    """How many rows each tab holds under the other filters, in one statement; never more than 1,001.

    Each count is a subquery that stops at the cap. Unfiltered ones are answered by an index each; a search is
    made once, in a materialized list, for all of them.
    """
    if not wanted.is_narrow or (wanted.search and wanted.found is None):
        more = conditions_of(replace(wanted, view=View.ALL), today) if wanted.is_narrow else []
        row = db().execute(select(*(_count(view, in_view(view, today), *more) for view in View))).one()
        return dict(zip(View, row, strict=True))
    everything = replace(wanted, view=View.ALL)
    flags = [in_view(view, today).label(str(view)) for view in View]
    found = (
        select(*flags)
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
        .where(*conditions_of(everything, today))
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
        .where(*conditions_of(wanted, today))
    )
    return Sums(*db().execute(statement).one())


def count_overdue(today: dt.date) -> int:
    """For the number beside "Invoices" in the navigation."""
    return db().scalar(select(func.count()).select_from(Invoice).where(is_overdue(today))) or 0


def name_of_customer(customer_id: UUID) -> str | None:
    return db().scalar(select(Customer.name).where(Customer.id == customer_id))


def _rows(today: dt.date) -> Select:
    return (
        select(
            Invoice.id,
            Invoice.kind,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.due_date,
            Invoice.reference_number,
            Invoice.tax_total,
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


def _count(view: View, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    capped = select(Invoice.id).where(*conditions).limit(MOST_COUNTED + 1).subquery(f"capped_{view}")
    return select(func.count()).select_from(capped).scalar_subquery().label(str(view))


def conditions_of(wanted: Filter, today: dt.date) -> list[ColumnElement[bool]]:
    asked = (
        (wanted.customer_id, Invoice.customer_id.__eq__),
        (wanted.since, Invoice.invoice_date.__ge__),
        (wanted.until, Invoice.invoice_date.__le__),
        (wanted.due_since, Invoice.due_date.__ge__),
        (wanted.due_until, Invoice.due_date.__le__),
        (wanted.place, Invoice.place_of_supply.__eq__),
        (wanted.least, Invoice.total.__ge__),
        (wanted.most, Invoice.total.__le__),
    )
    conditions = [condition(value) for value, condition in asked if value is not None]
    return [in_view(wanted.view, today), _matching(wanted), *conditions]


def _matching(wanted: Filter) -> ColumnElement[bool]:
    """Number, customer, GSTIN and PO reference anywhere in them; an amount of money exactly.

    Every character counts as itself: `autoescape` takes their meaning from %, _ and the backslash.
    """
    typed = _typed(wanted.search)
    if not typed:
        return true()
    if wanted.found is not None:
        return Invoice.id.in_(wanted.found)
    places = (Invoice.invoice_number, Invoice.reference_number, Invoice.customer_gst)
    matches = [place.icontains(typed, autoescape=True) for place in places]
    matches.append(Invoice.customer_id.in_(_customers_matching(typed)))
    amount = _amount(typed)
    if amount is not None:
        matches += [Invoice.total == amount, to_collect() == amount]
    return or_(*matches)


def _typed(search: str) -> str:
    return search.replace("\x00", "").strip()[:LONGEST_SEARCH]


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
