"""Invoices as the rows of a file: in the order of the list, with every figure a register needs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.models import Customer, Invoice
from rms.queries.invoice_lists import Filter, conditions_of, status_on, to_collect

ROWS_AT_ONCE = 1_000


def ids_of(wanted: Filter, *, today: dt.date, limit: int) -> list[UUID]:
    """The ids of the whole filter in its order, at most `limit`."""
    downwards = wanted.order.is_descending
    order = (part.desc() if downwards else part.asc() for part in wanted.order.columns)
    statement = select(Invoice.id).select_from(Invoice).outerjoin(Invoice.customer)
    return list(db().scalars(statement.where(*conditions_of(wanted, today)).order_by(*order).limit(limit)))


def rows_of(ids: Sequence[UUID], *, today: dt.date) -> Iterator[tuple]:
    """A row for each id that is still there, in the order of the ids."""
    for start in range(0, len(ids), ROWS_AT_ONCE):
        part = ids[start : start + ROWS_AT_ONCE]
        found = {row.id: row for row in db().execute(_rows(today).where(Invoice.id.in_(part)))}
        yield from (tuple(found[one])[1:] for one in part if one in found)


def _rows(today: dt.date):
    return (
        select(
            Invoice.id,
            Invoice.invoice_number,
            Invoice.invoice_date,
            Invoice.due_date,
            status_on(today).label("status"),
            Customer.name,
            Invoice.customer_gst,
            Invoice.place_of_supply,
            Invoice.reference_number,
            Invoice.subtotal,
            Invoice.cgst_total,
            Invoice.sgst_total,
            Invoice.igst_total,
            Invoice.cess_total,
            Invoice.round_off,
            Invoice.total,
            Invoice.amount_paid,
            Invoice.amount_credited,
            to_collect().label("to_collect"),
        )
        .select_from(Invoice)
        .outerjoin(Invoice.customer)
    )


def numbers_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What each is called; drafts have no number."""
    statement = select(Invoice.id, Invoice.invoice_number).where(Invoice.id.in_(list(ids)))
    return {row.id: row.invoice_number or "" for row in db().execute(statement)}
