"""Reading one quote, its lines, and the invoice that became of it."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased, joinedload

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.domain.quoting import Status
from rms.models import Customer, Invoice, Quote, QuoteInvoice, QuoteLine


def find_quote(quote_id: UUID) -> Quote:
    """The quote with its customer, in one statement; raises NotFound."""
    quote = db().scalar(select(Quote).where(Quote.id == quote_id).options(joinedload(Quote.customer)))
    if quote is None:
        raise NotFound()
    return quote


def lines_of(quote_id: UUID) -> list[QuoteLine]:
    """The live lines in their order."""
    statement = (
        select(QuoteLine)
        .where(QuoteLine.quote_id == quote_id, QuoteLine.deleted_at.is_(None))
        .order_by(QuoteLine.position, QuoteLine.id)
    )
    return list(db().scalars(statement))


def deleted_or_live_line(quote_id: UUID, line_id: UUID) -> QuoteLine:
    """A line of this quote, deleted or not; raises NotFound."""
    line = db().scalar(select(QuoteLine).where(QuoteLine.id == line_id, QuoteLine.quote_id == quote_id))
    if line is None:
        raise NotFound()
    return line


def invoice_of(quote_id: UUID) -> Any | None:
    """id, number and status of the invoice made of this quote, and when it was made; None before."""
    statement = (
        select(Invoice.id, Invoice.invoice_number, Invoice.status, QuoteInvoice.created_at)
        .join(QuoteInvoice, and_(QuoteInvoice.tenant_id == Invoice.tenant_id, _made_of(Invoice)))
        .where(QuoteInvoice.quote_id == quote_id)
    )
    return db().execute(statement).first()


def quote_behind(invoice_id: UUID) -> Any | None:
    """id and number of the quote an invoice was made of."""
    statement = (
        select(Quote.id, Quote.quote_number)
        .join(
            QuoteInvoice, and_(QuoteInvoice.tenant_id == Quote.tenant_id, QuoteInvoice.quote_id == Quote.id)
        )
        .where(QuoteInvoice.invoice_id == invoice_id)
    )
    return db().execute(statement).first()


def status_of(quote: Quote, today: dt.date) -> Status:
    return quote.status_on(today, invoiced=invoice_of(quote.id) is not None)


def versions_of(quote: Quote) -> tuple[Any | None, list[Any]]:
    """The quote this one replaces, and those that replace it: (id, number) each; a draft has no number."""
    newer = aliased(Quote)
    older_one = select(Quote.id, Quote.quote_number).where(Quote.id == quote.replaces_id)
    newer_ones = (
        select(newer.id, newer.quote_number)
        .where(newer.replaces_id == quote.id)
        .order_by(newer.created_at, newer.id)
    )
    older = db().execute(older_one).first() if quote.replaces_id else None
    return older, list(db().execute(newer_ones))


def address_of_customer(customer_id: UUID) -> str | None:
    return db().scalar(select(Customer.email).where(Customer.id == customer_id))


def _made_of(invoice):
    return QuoteInvoice.invoice_id == invoice.id
