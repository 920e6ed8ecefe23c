"""What a draft is compared with before it is issued: the newest paper of its series, and its like."""

import datetime as dt
from uuid import UUID

from sqlalchemy import select, true

from rms.db.session import db
from rms.domain.readiness import History
from rms.models import Invoice


def history_of(invoice: Invoice, series_id: UUID, bounds: tuple[dt.date, dt.date]) -> History:
    """The latest date in the series and year, and an invoice with the same customer, date and total."""
    issued = Invoice.status.not_in(("draft", "cancelled"))
    last = (
        select(Invoice.invoice_number, Invoice.invoice_date)
        .where(Invoice.series_id == series_id, Invoice.status != "draft")
        .where(Invoice.invoice_date.between(*bounds))
        .order_by(Invoice.invoice_date.desc(), Invoice.issued_at.desc())
        .limit(1)
        .subquery()
    )
    alike = (
        select(Invoice.invoice_number.label("same_as"))
        .where(Invoice.customer_id == invoice.customer_id, Invoice.invoice_date == invoice.invoice_date)
        .where(Invoice.total == invoice.total, issued)
        .order_by(Invoice.id)
        .limit(1)
        .subquery()
    )
    one = select(true().label("is_one")).subquery()
    statement = (
        select(last.c.invoice_number, last.c.invoice_date, alike.c.same_as)
        .select_from(one)
        .outerjoin(last, true())
        .outerjoin(alike, true())
    )
    last_number, last_date, same_as = db().execute(statement).one()
    return History(last_number=last_number, last_date=last_date, same_as=same_as)
