"""Services as lists and pickers show them, and where they were billed.

A service is used by the issued invoices whose lines took it. A line typed freely and a cancelled invoice
count for none.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Select, and_, cast, func, or_, select, true, tuple_

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import AuditLog, Customer, Invoice, InvoiceLineItem, ServiceType, User

VIEWS = ("active", "no_code", "archived")
LONGEST_SEARCH = 100

_of_line = and_(Invoice.tenant_id == InvoiceLineItem.tenant_id, Invoice.id == InvoiceLineItem.invoice_id)
_is_billed = Invoice.status.not_in(("draft", "cancelled"))

COLUMNS = (
    ServiceType.id,
    ServiceType.code,
    ServiceType.name,
    ServiceType.description,
    ServiceType.hsn_sac,
    ServiceType.unit,
    ServiceType.default_rate,
    ServiceType.tax_treatment,
    ServiceType.tax_rate,
    ServiceType.tax_rate_category,
    ServiceType.is_active,
    ServiceType.version,
)


def find_service(service_id: UUID) -> ServiceType:
    """The service, or NotFound when it is not there or not this tenant's."""
    service = db().scalar(select(ServiceType).where(ServiceType.id == service_id))
    if service is None:
        raise NotFound()
    return service


def list_services(
    *, view: str, search: str, after: Sequence[str] | None, limit: int, since: dt.date
) -> list[Any]:
    """Rows of one page by name, with their use; `after` is (name, id) of the last row seen."""
    statement = (
        select(*COLUMNS)
        .where(_in_view(view), _matching(search))
        .order_by(ServiceType.name, ServiceType.id)
        .limit(limit)
    )
    if after:
        statement = statement.where(tuple_(ServiceType.name, ServiceType.id) > (after[0], UUID(after[1])))
    return list(db().execute(_with_use(statement, since)))


def find_row(service_id: UUID, *, since: dt.date) -> Any:
    """The service as the list shows it, or NotFound."""
    statement = select(*COLUMNS).where(ServiceType.id == service_id)
    row = db().execute(_with_use(statement, since)).first()
    if row is None:
        raise NotFound()
    return row


def drafts_using(service_id: UUID) -> int:
    """How many drafts hold a line of the service, and keep its rate when it changes."""
    statement = (
        select(func.count(InvoiceLineItem.invoice_id.distinct()))
        .join(Invoice, _of_line)
        .where(_is_line_of(service_id), Invoice.status == "draft")
    )
    return db().scalar(statement)


def newest_uses(service_id: UUID, *, limit: int = 10) -> list[Any]:
    """Its newest lines on issued invoices: which, when, for whom, how much at what rate."""
    statement = (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Customer.name.label("customer"),
            InvoiceLineItem.quantity,
            InvoiceLineItem.unit,
            InvoiceLineItem.rate,
            InvoiceLineItem.taxable_amount,
        )
        .select_from(InvoiceLineItem)
        .join(Invoice, _of_line)
        .join(Customer, and_(Customer.tenant_id == Invoice.tenant_id, Customer.id == Invoice.customer_id))
        .where(_is_line_of(service_id), _is_billed)
        .order_by(Invoice.invoice_date.desc(), Invoice.id.desc(), InvoiceLineItem.position)
        .limit(limit)
    )
    return list(db().execute(statement))


def past_rates(service_id: UUID, *, limit: int = 20) -> list[Any]:
    """The rates the service has had, newest first, with who set each and when: told by the audit trail."""
    rate = cast(AuditLog.new_values["default_rate"].astext, Numeric)
    statement = (
        select(rate.label("rate"), AuditLog.created_at, User.first_name, User.email)
        .outerjoin(User, and_(User.tenant_id == AuditLog.tenant_id, User.id == AuditLog.user_id))
        .where(
            AuditLog.entity_type == ServiceType.__tablename__,
            AuditLog.entity_id == service_id,
            rate.is_not(None),
        )
        .order_by(AuditLog.created_at.desc())
        .limit(limit)
    )
    return list(db().execute(statement))


def counts_of_services(search: str) -> Any:
    """One row: how many services that match the search each view holds."""
    counts = [func.count().filter(_in_view(view)).label(view) for view in VIEWS]
    return db().execute(select(*counts).select_from(ServiceType).where(_matching(search))).one()


def service_options(search: str, *, limit: int = 8) -> list[Any]:
    """Active services for a picker: names that begin with what was typed come first."""
    begins = ServiceType.name.istartswith(search, autoescape=True)
    statement = (
        select(*COLUMNS)
        .where(ServiceType.is_active, _matching(search))
        .order_by(begins.desc(), ServiceType.name, ServiceType.id)
        .limit(limit)
    )
    return list(db().execute(statement))


def _in_view(view: str) -> ColumnElement[bool]:
    match view:
        case "archived":
            return ~ServiceType.is_active
        case "no_code":
            return ServiceType.is_active & ServiceType.hsn_sac.is_(None)
    return ServiceType.is_active


def _matching(search: str) -> ColumnElement[bool]:
    """Name, code or SAC; an empty search matches every service."""
    typed = search.strip()[:LONGEST_SEARCH]
    if not typed:
        return ServiceType.id.is_not(None)
    places = (ServiceType.name, ServiceType.code, ServiceType.hsn_sac)
    return or_(*(place.icontains(typed, autoescape=True) for place in places))


def _is_line_of(service_id) -> ColumnElement[bool]:
    return and_(InvoiceLineItem.service_type_id == service_id, InvoiceLineItem.deleted_at.is_(None))


def _with_use(statement: Select, since: dt.date) -> Select:
    """The same rows in the same order, each with `invoices`, `last_used` and `billed`, the sum since then."""
    found = statement.add_columns(ServiceType.tenant_id).subquery()
    use = (
        select(
            func.count(InvoiceLineItem.invoice_id.distinct()).label("invoices"),
            func.max(Invoice.invoice_date).label("last_used"),
            func.coalesce(
                func.sum(InvoiceLineItem.taxable_amount).filter(Invoice.invoice_date >= since), 0
            ).label("billed"),
        )
        .select_from(InvoiceLineItem)
        .join(Invoice, _of_line)
        .where(_is_line_of(found.c.id), InvoiceLineItem.tenant_id == found.c.tenant_id, _is_billed)
        .lateral()
    )
    return select(found, use).join(use, true()).order_by(found.c.name, found.c.id)
