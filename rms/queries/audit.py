"""The audit trail as it is read: entries, whom and what they are about, and how far they are sealed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, literal, or_, select, tuple_, union_all

from rms.db.session import db
from rms.models import (
    AuditLog,
    AuditSeal,
    Customer,
    Invoice,
    InvoiceLineItem,
    Quote,
    QuoteInvoice,
    QuoteLine,
    Receipt,
    ServiceType,
    User,
)
from rms.models import ReceiptAllocation as Allocation
from rms.queries import seals
from rms.queries.people import full_name
from rms.queries.seals import Difference

MIDNIGHT = dt.time()
LONGEST_SEARCH = 100
MOST_EXPORTED = 50_000
MOST_CHECKED = 200


@dataclass(frozen=True)
class Filters:
    """What is asked for; None asks for all. Days are the company's own."""

    who: UUID | None = None
    kind: str | None = None
    search: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Head:
    """The last seal of the company: everything up to it is sealed."""

    sealed_at: dt.datetime
    since: dt.datetime
    order: tuple


def list_entries(filters: Filters, *, after: tuple | None, limit: int, zone: ZoneInfo) -> list[Any]:
    """Entries, newest first; `after` is (moment, id) of the last one seen."""
    statement = _matching(filters, zone).order_by(AuditLog.created_at.desc(), AuditLog.id.desc())
    if after is not None:
        statement = statement.where(tuple_(AuditLog.created_at, AuditLog.id) < tuple_(*after))
    return list(db().execute(statement.limit(limit)))


def find_entry(entry_id: UUID) -> Any | None:
    """One entry with its values."""
    return db().execute(_ENTRIES.where(AuditLog.id == entry_id)).first()


def names_of(entries: list[Any]) -> dict[tuple[str, UUID], str]:
    """What entries are about, by (table, id), as people call it: a number, a name. One statement."""
    ids: dict[str, set[UUID]] = {}
    for entry in entries:
        if entry.entity_id and entry.entity_type in _NAMED:
            ids.setdefault(entry.entity_type, set()).add(entry.entity_id)
    if not ids:
        return {}
    parts = [_NAMED[table](wanted) for table, wanted in ids.items()]
    return {(row.kind, row.id): row.name for row in db().execute(union_all(*parts)) if row.name}


def invoice_behind(entry: Any) -> UUID | None:
    """The invoice of a line or an allocation."""
    model = {"invoice_line_items": InvoiceLineItem, "receipt_allocations": Allocation}.get(entry.entity_type)
    if entry.entity_type == "invoices":
        return entry.entity_id
    return db().scalar(select(model.invoice_id).where(model.id == entry.entity_id)) if model else None


def actors() -> list[tuple[UUID, str]]:
    """Everybody who may have done something, also those who have left."""
    rows = db().execute(
        select(User.id, User.first_name, User.last_name, User.email).order_by(User.email_norm)
    )
    return [(row.id, full_name(row)) for row in rows]


def head() -> Head | None:
    """How far the trail is sealed, and since when; None before the first seal."""
    order = (AuditSeal.epoch, AuditSeal.to_xid, AuditSeal.to_created_at, AuditSeal.to_id)
    first = select(AuditSeal.created_at).order_by(AuditSeal.sequence).limit(1).scalar_subquery()
    newest = select(AuditSeal.created_at, *order, first.label("since"))
    row = db().execute(newest.order_by(AuditSeal.sequence.desc()).limit(1)).first()
    if row is None:
        return None
    return Head(row.created_at, row.since, (row.epoch, row.to_xid, row.to_created_at, row.to_id))


def check_newest() -> tuple[int, Difference | None]:
    """Recompute the newest seals: how many entries they cover, and the first difference."""
    last = seals.head()
    if last is None:
        return 0, None
    expected = max(1, last.sequence - MOST_CHECKED + 1)
    entries = 0
    while part := seals.recomputed(expected):
        if difference := seals.first_difference(part, expected):
            return entries, difference
        entries += sum(seal.rows for seal in part)
        expected = part[-1].sequence + 1
    return entries, None


def is_sealed(entry: Any, sealed: Head | None) -> bool:
    order = (entry.epoch, entry.transaction_id, entry.created_at, entry.id)
    return sealed is not None and order <= sealed.order


_ENTRIES = select(
    AuditLog.id,
    AuditLog.created_at,
    AuditLog.user_id,
    AuditLog.entity_type,
    AuditLog.entity_id,
    AuditLog.action,
    AuditLog.old_values,
    AuditLog.new_values,
    AuditLog.ip_address,
    AuditLog.user_agent,
    AuditLog.request_id,
    AuditLog.reason,
    AuditLog.transaction_id,
    AuditLog.epoch,
    AuditLog.erased_at,
    User.first_name,
    User.last_name,
    User.email,
).outerjoin(User, and_(User.tenant_id == AuditLog.tenant_id, User.id == AuditLog.user_id))


def _matching(filters: Filters, zone: ZoneInfo) -> Select:
    statement = _ENTRIES
    if filters.who:
        statement = statement.where(AuditLog.user_id == filters.who)
    if filters.kind:
        statement = statement.where(AuditLog.entity_type == filters.kind)
    if filters.first:
        statement = statement.where(AuditLog.created_at >= _midnight(filters.first, zone))
    if filters.last:
        statement = statement.where(
            AuditLog.created_at < _midnight(filters.last + dt.timedelta(days=1), zone)
        )
    if filters.search:
        statement = statement.where(AuditLog.entity_id.in_(_ids_called(filters.search)))
    return statement


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, MIDNIGHT, zone)


def _ids_called(search: str) -> Select:
    """Everything whose number or name has the text in it, and the lines of those invoices."""

    def called(model, *places):
        return select(model.id).where(or_(*(place.icontains(search, autoescape=True) for place in places)))

    invoices = called(Invoice, Invoice.invoice_number)
    return union_all(
        invoices,
        select(InvoiceLineItem.id).where(InvoiceLineItem.invoice_id.in_(invoices)),
        called(Customer, Customer.name, Customer.code),
        called(ServiceType, ServiceType.name, ServiceType.code),
        called(Quote, Quote.quote_number),
        called(Receipt, Receipt.receipt_number),
        called(User, User.first_name, User.last_name, User.email),
    )


def _called(table: str, model, name):
    return lambda ids: select(literal(table).label("kind"), model.id, name.label("name")).where(
        model.id.in_(ids)
    )


def _through_invoice(table: str, model):
    joined = and_(Invoice.tenant_id == model.tenant_id, Invoice.id == model.invoice_id)
    columns = (literal(table).label("kind"), model.id, Invoice.invoice_number.label("name"))
    return lambda ids: select(*columns).join(Invoice, joined).where(model.id.in_(ids))


def _of_quote(table: str, model):
    joined = and_(Quote.tenant_id == model.tenant_id, Quote.id == model.quote_id)
    columns = (literal(table).label("kind"), model.id, Quote.quote_number.label("name"))
    return lambda ids: select(*columns).join(Quote, joined).where(model.id.in_(ids))


_NAMED = {
    "invoices": _called("invoices", Invoice, Invoice.invoice_number),
    "invoice_line_items": _through_invoice("invoice_line_items", InvoiceLineItem),
    "receipt_allocations": _through_invoice("receipt_allocations", Allocation),
    "customers": _called("customers", Customer, Customer.name),
    "service_types": _called("service_types", ServiceType, ServiceType.name),
    "quotes": _called("quotes", Quote, Quote.quote_number),
    "quote_lines": _of_quote("quote_lines", QuoteLine),
    "quote_invoices": _of_quote("quote_invoices", QuoteInvoice),
    "receipts": _called("receipts", Receipt, Receipt.receipt_number),
    "users": _called("users", User, User.email),
}
