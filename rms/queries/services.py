"""Services as lists and pickers show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import ServiceType

VIEWS = ("active", "no_code", "archived")
LONGEST_SEARCH = 100

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


def list_services(*, view: str, search: str, after: Sequence[str] | None, limit: int) -> list[Any]:
    """Rows of one page by name; `after` is (name, id) of the last row seen."""
    statement = (
        select(*COLUMNS)
        .where(_in_view(view), _matching(search))
        .order_by(ServiceType.name, ServiceType.id)
        .limit(limit)
    )
    if after:
        statement = statement.where(tuple_(ServiceType.name, ServiceType.id) > (after[0], UUID(after[1])))
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
