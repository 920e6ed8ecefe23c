"""Quotes as lists show them: one expression for the state, counts of the views, pages by keyset."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true, tuple_

from rms.db.session import db
from rms.domain.errors import Invalid
from rms.domain.money import parse_money
from rms.domain.quoting import Status
from rms.models import Customer, Invoice, Quote, QuoteInvoice

LONGEST_SEARCH = 100


class View(StrEnum):
    """The tabs of the list; all but `archived` leave out what is put away."""

    ALL = "all"
    DRAFT = "draft"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    ARCHIVED = "archived"


STATUS_OF_VIEW = {
    View.DRAFT: Status.DRAFT,
    View.WAITING: Status.SENT,
    View.ACCEPTED: Status.ACCEPTED,
    View.DECLINED: Status.DECLINED,
    View.EXPIRED: Status.EXPIRED,
}


@dataclass(frozen=True)
class Filter:
    view: View = View.ALL
    search: str = ""
    customer_id: UUID | None = None


@dataclass(frozen=True)
class Counts:
    """How many quotes each view holds under the search, and what those with customers add up to."""

    by_view: dict[View, int]
    waiting_total: Decimal


def status_on(today: dt.date) -> ColumnElement[str]:
    """What domain.quoting.status_of says, in SQL; needs the invoice joined."""
    return case(
        (Quote.sent_at.is_(None), str(Status.DRAFT)),
        (QuoteInvoice.id.is_not(None), str(Status.INVOICED)),
        (Quote.answer.is_not(None), Quote.answer),
        (Quote.valid_until < today, str(Status.EXPIRED)),
        else_=str(Status.SENT),
    )


def list_quotes(wanted: Filter, *, today: dt.date, after: Sequence[str] | None, limit: int) -> list[Any]:
    """Rows of one page, the newest first; `after` is (date, id) of the last row seen."""
    statement = (
        select(
            Quote.id,
            Quote.quote_number,
            Quote.quote_date,
            Quote.valid_until,
            Quote.total,
            Quote.answered_at,
            Quote.answered_by,
            Quote.answer_reason,
            Quote.archived_at,
            Invoice.invoice_number,
            QuoteInvoice.created_at.label("invoiced_at"),
            status_on(today).label("status"),
            Customer.name.label("customer_name"),
        )
        .select_from(Quote)
        .outerjoin(Quote.customer)
    )
    statement = _with_invoice(statement).outerjoin(
        Invoice, and_(Invoice.tenant_id == Quote.tenant_id, Invoice.id == QuoteInvoice.invoice_id)
    )
    if after:
        place = tuple_(Quote.quote_date, Quote.id)
        statement = statement.where(place < tuple_(dt.date.fromisoformat(after[0]), UUID(after[1])))
    statement = statement.where(_in_view(wanted.view, today), *_conditions(wanted))
    order = (Quote.quote_date.desc(), Quote.id.desc())
    return list(db().execute(statement.order_by(*order).limit(limit)))


def counts_of_quotes(wanted: Filter, *, today: dt.date) -> Counts:
    """Every view at once, in one statement."""
    waiting = _in_view(View.WAITING, today)
    counts = [func.count().filter(_in_view(view, today)).label(str(view)) for view in View]
    total = func.coalesce(func.sum(Quote.total).filter(waiting), Decimal("0.00")).label("waiting_total")
    statement = _with_invoice(select(*counts, total).select_from(Quote)).where(*_conditions(wanted))
    row = db().execute(statement).one()
    return Counts({view: getattr(row, str(view)) for view in View}, row.waiting_total)


def _with_invoice(statement: Select) -> Select:
    return statement.outerjoin(
        QuoteInvoice, and_(QuoteInvoice.tenant_id == Quote.tenant_id, QuoteInvoice.quote_id == Quote.id)
    )


def _in_view(view: View, today: dt.date) -> ColumnElement[bool]:
    if view is View.ARCHIVED:
        return Quote.archived_at.is_not(None)
    at_hand = Quote.archived_at.is_(None)
    if view is View.ALL:
        return at_hand
    return at_hand & (status_on(today) == str(STATUS_OF_VIEW[view]))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    of_customer = Quote.customer_id == wanted.customer_id if wanted.customer_id else true()
    return [of_customer, _matching(wanted.search)]


def _matching(search: str) -> ColumnElement[bool]:
    """Number, reference and customer anywhere in them; an amount of money exactly."""
    typed = search.replace("\x00", "").strip()[:LONGEST_SEARCH]
    if not typed:
        return true()
    places = (Quote.quote_number, Quote.reference_number)
    matches = [place.icontains(typed, autoescape=True) for place in places]
    names = (Customer.name, Customer.gst_number)
    customers = select(Customer.id).where(or_(*(name.icontains(typed, autoescape=True) for name in names)))
    matches.append(Quote.customer_id.in_(customers))
    with suppress(Invalid):
        matches.append(Quote.total == parse_money(typed))
    return or_(*matches)
