"""Customers as lists and pages show them, with what they owe."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, tuple_

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.domain.lifecycle import OPEN
from rms.models import Customer, Invoice

VIEWS = ("active", "owe", "overdue", "archived", "all")
SORTS = ("name", "-balance")
LONGEST_SEARCH = 100
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Owed:
    """What one customer owes on issued invoices; `oldest` is the due date of the longest overdue one."""

    balance: Decimal = NOTHING
    invoices: int = 0
    overdue: Decimal = NOTHING
    overdue_invoices: int = 0
    oldest: dt.date | None = None


@dataclass(frozen=True)
class Kinds:
    """Which customers a list is of: of one type, in the care of one account manager, or of all."""

    client_type_id: UUID | None = None
    account_manager_id: UUID | None = None


EVERYBODY = Kinds()


def find_customer(customer_id: UUID) -> Customer:
    """The customer, or NotFound when it is not there or not this tenant's."""
    customer = db().scalar(select(Customer).where(Customer.id == customer_id))
    if customer is None:
        raise NotFound()
    return customer


def customer_by_name(name: str) -> UUID | None:
    """The active customer of exactly this name, whatever its capitals; None when none or several have it."""
    statement = select(Customer.id).where(
        func.lower(Customer.name) == func.lower(name.strip()), Customer.is_active
    )
    found = db().scalars(statement.limit(2)).all()
    return found[0] if len(found) == 1 else None


def list_customers(
    *,
    view: str,
    search: str,
    sort: str,
    after: Sequence[str] | None,
    limit: int,
    today: dt.date,
    kinds: Kinds = EVERYBODY,
) -> list[Any]:
    """Rows of one page: who the customer is, where, and what is owed.

    `after` are the sort values of the last row seen: (name, id), or (balance, id) when sorted by balance.
    """
    owed = _owed(today)
    balance = func.coalesce(owed.c.balance, NOTHING)
    wanted = (_in_view(view, owed), _matching(search), *_of_kinds(kinds))
    statement = _customers(owed).where(*wanted).limit(limit)
    if sort == "-balance":
        statement = statement.order_by(balance.desc(), Customer.id)
        if after:
            seen = Decimal(after[0])
            statement = statement.where(
                or_(balance < seen, and_(balance == seen, Customer.id > UUID(after[1])))
            )
    else:
        statement = statement.order_by(Customer.name, Customer.id)
        if after:
            statement = statement.where(tuple_(Customer.name, Customer.id) > (after[0], UUID(after[1])))
    return list(db().execute(statement))


def totals_of_customers(*, search: str, today: dt.date, kinds: Kinds = EVERYBODY) -> Any:
    """One row over all customers of these kinds that match the search: how many each view holds and what
    they owe together (`<view>_count`, `<view>_balance`, `<view>_overdue`, `<view>_invoices`)."""
    owed = _owed(today)
    columns = []
    for view in VIEWS:
        is_in = _in_view(view, owed)
        columns += [
            func.count().filter(is_in).label(f"{view}_count"),
            func.coalesce(func.sum(owed.c.balance).filter(is_in), NOTHING).label(f"{view}_balance"),
            func.coalesce(func.sum(owed.c.overdue).filter(is_in), NOTHING).label(f"{view}_overdue"),
            func.coalesce(func.sum(owed.c.invoices).filter(is_in), 0).label(f"{view}_invoices"),
        ]
    statement = (
        select(*columns)
        .select_from(Customer)
        .outerjoin(owed, owed.c.customer_id == Customer.id)
        .where(_matching(search), *_of_kinds(kinds))
    )
    return db().execute(statement).one()


def owed_by(customer_id: UUID, today: dt.date) -> Owed:
    """What this customer owes today."""
    owed = _owed(today)
    row = db().execute(select(owed).where(owed.c.customer_id == customer_id)).first()
    if row is None:
        return Owed()
    return Owed(row.balance, row.invoices, row.overdue, row.overdue_invoices, row.oldest)


def open_invoices_of(customer_id: UUID, limit: int = 50) -> list[Any]:
    """What is still to be paid, the longest due first."""
    statement = (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.due_date,
            Invoice.status,
            Invoice.total,
            Invoice.balance,
        )
        .where(Invoice.customer_id == customer_id, Invoice.status.in_(OPEN_WORDS), Invoice.balance > 0)
        .order_by(Invoice.due_date, Invoice.invoice_number)
        .limit(limit)
    )
    return list(db().execute(statement))


def customer_options(search: str, *, today: dt.date, limit: int = 8) -> list[Any]:
    """Active customers for a picker: names that begin with what was typed come first."""
    owed = _owed(today)
    begins = Customer.name.istartswith(search, autoescape=True)
    statement = (
        _customers(owed)
        .where(Customer.is_active, _matching(search))
        .order_by(begins.desc(), Customer.name, Customer.id)
        .limit(limit)
    )
    return list(db().execute(statement))


def _owed(today: dt.date) -> Subquery:
    """Per customer with open invoices. A due date in the past is overdue whether or not the sweep has run."""
    is_late = Invoice.due_date < today
    return (
        select(
            Invoice.customer_id,
            func.sum(Invoice.balance).label("balance"),
            func.count().label("invoices"),
            func.coalesce(func.sum(Invoice.balance).filter(is_late), NOTHING).label("overdue"),
            func.count().filter(is_late).label("overdue_invoices"),
            func.min(Invoice.due_date).filter(is_late).label("oldest"),
        )
        .where(Invoice.status.in_(OPEN_WORDS), Invoice.balance > 0)
        .group_by(Invoice.customer_id)
        .subquery("owed")
    )


OPEN_WORDS = tuple(str(status) for status in OPEN)


def _customers(owed: Subquery) -> Select:
    return (
        select(
            Customer.id,
            Customer.code,
            Customer.name,
            Customer.gst_number,
            Customer.gst_treatment,
            Customer.city,
            Customer.state_code,
            Customer.is_active,
            func.coalesce(owed.c.balance, NOTHING).label("balance"),
            func.coalesce(owed.c.invoices, 0).label("invoices"),
            func.coalesce(owed.c.overdue, NOTHING).label("overdue"),
            owed.c.oldest,
        )
        .select_from(Customer)
        .outerjoin(owed, owed.c.customer_id == Customer.id)
    )


def _in_view(view: str, owed: Subquery) -> ColumnElement[bool]:
    match view:
        case "owe":
            return owed.c.balance > 0
        case "overdue":
            return owed.c.overdue > 0
        case "archived":
            return ~Customer.is_active
        case "all":
            return Customer.id.is_not(None)
    return Customer.is_active


def _of_kinds(kinds: Kinds) -> Iterator[ColumnElement[bool]]:
    if kinds.client_type_id:
        yield Customer.client_type_id == kinds.client_type_id
    if kinds.account_manager_id:
        yield Customer.account_manager_id == kinds.account_manager_id


def _matching(search: str) -> ColumnElement[bool]:
    """Name, code, GSTIN, phone, e-mail or city; an empty search matches every customer."""
    typed = search.strip()[:LONGEST_SEARCH]
    if not typed:
        return Customer.id.is_not(None)
    places = (
        Customer.name,
        Customer.code,
        Customer.gst_number,
        Customer.phone,
        Customer.email,
        Customer.city,
    )
    return or_(*(place.icontains(typed, autoescape=True) for place in places))


def picked_or_named(picked: UUID | None, typed: str) -> Customer | None:
    """The picked customer while the field still says their name; else the one of exactly this name.

    Without a script nothing is picked, and a name that was typed over must not stand for the one before.
    Raises NotFound for the id of a customer that is not this company's.
    """
    found = find_customer(picked) if picked else None
    if found is not None and typed and found.name.casefold() != typed.casefold():
        found = None
    if found is None and typed:
        named = customer_by_name(typed)
        found = find_customer(named) if named else None
    return found
