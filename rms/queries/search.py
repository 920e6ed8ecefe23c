"""What matches a text anywhere in the company: five of each kind, one statement for each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select

from rms.db.session import db
from rms.domain.errors import Invalid
from rms.domain.money import parse_money
from rms.models import CreditNote, Customer, Invoice, Quote, Receipt, ServiceType
from rms.queries.invoice_lists import status_on

LONGEST = 100
MOST_OF_A_KIND = 5
MOST_FOUND = 1_000


@dataclass(frozen=True)
class Found:
    """Rows by kind; `count` of all that are shown."""

    invoices: Sequence[Any] = field(default_factory=list)
    quotes: Sequence[Any] = field(default_factory=list)
    customers: Sequence[Any] = field(default_factory=list)
    services: Sequence[Any] = field(default_factory=list)
    receipts: Sequence[Any] = field(default_factory=list)
    credit_notes: Sequence[Any] = field(default_factory=list)

    @property
    def count(self) -> int:
        papers = (self.invoices, self.quotes, self.receipts, self.credit_notes)
        kinds = (*papers, self.customers, self.services)
        return sum(len(kind) for kind in kinds)


def search_everything(text: str, *, today: dt.date) -> Found:
    """By number, name, GSTIN, order number, UTR and amount; every character stands for itself."""
    typed = text.replace("\x00", "").strip()[:LONGEST]
    if not typed:
        return Found()
    amount = _amount(typed)
    return Found(
        invoices=_invoices(typed, amount, today),
        quotes=_quotes(typed, amount),
        customers=_customers(typed),
        services=_services(typed),
        receipts=_receipts(typed, amount),
        credit_notes=_credit_notes(typed, amount),
    )


def _invoices(typed: str, amount: Decimal | None, today: dt.date) -> list[Any]:
    ids = select(func.unnest(func.invoices_matching(typed, amount, MOST_FOUND)))
    statement = (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.total,
            status_on(today).label("status"),
            Customer.name.label("customer_name"),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
        .where(Invoice.id.in_(ids))
        .order_by(Invoice.invoice_date.desc(), Invoice.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _receipts(typed: str, amount: Decimal | None) -> list[Any]:
    ids = select(func.unnest(func.receipts_matching(typed, amount, MOST_FOUND)))
    statement = (
        select(
            Receipt.id,
            Receipt.receipt_number,
            Receipt.receipt_date,
            Receipt.reference,
            Receipt.amount,
            Customer.name.label("customer_name"),
        )
        .select_from(Receipt)
        .outerjoin(Receipt.customer)
        .where(Receipt.id.in_(ids))
        .order_by(Receipt.receipt_date.desc(), Receipt.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _quotes(typed: str, amount: Decimal | None) -> list[Any]:
    matches = [Quote.quote_number.icontains(typed, autoescape=True), _names(typed)]
    if amount is not None:
        matches.append(Quote.total == amount)
    statement = (
        select(
            Quote.id, Quote.quote_number, Quote.quote_date, Quote.total, Customer.name.label("customer_name")
        )
        .select_from(Quote)
        .outerjoin(Quote.customer)
        .where(or_(*matches))
        .order_by(Quote.quote_date.desc(), Quote.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _credit_notes(typed: str, amount: Decimal | None) -> list[Any]:
    note = CreditNote
    matches = [note.credit_note_number.icontains(typed, autoescape=True), _names(typed)]
    if amount is not None:
        matches.append(note.total_credit == amount)
    statement = (
        select(
            note.id,
            note.credit_note_number,
            note.credit_note_date,
            note.total_credit,
            Customer.name.label("customer_name"),
        )
        .select_from(note)
        .outerjoin(note.customer)
        .where(or_(*matches))
        .order_by(note.credit_note_date.desc(), note.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _customers(typed: str) -> list[Any]:
    places = (Customer.name, Customer.gst_number, Customer.code, Customer.email)
    statement = (
        select(Customer.id, Customer.name, Customer.gst_number, Customer.city)
        .where(or_(*(place.icontains(typed, autoescape=True) for place in places)))
        .order_by(Customer.name.istartswith(typed, autoescape=True).desc(), Customer.name, Customer.id)
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _services(typed: str) -> list[Any]:
    begins = ServiceType.name.istartswith(typed, autoescape=True)
    places = (ServiceType.name, ServiceType.code, ServiceType.hsn_sac)
    statement = (
        select(ServiceType.id, ServiceType.name, ServiceType.hsn_sac, ServiceType.default_rate)
        .where(or_(*(place.icontains(typed, autoescape=True) for place in places)))
        .order_by(begins.desc(), ServiceType.name, ServiceType.id)
        .limit(MOST_OF_A_KIND)
    )
    return list(db().execute(statement))


def _names(typed: str):
    return Customer.name.icontains(typed, autoescape=True)


def _amount(typed: str) -> Decimal | None:
    try:
        return parse_money(typed) or None
    except Invalid:
        return None
