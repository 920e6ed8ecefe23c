"""Number series as they stand."""

from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import NumberSeries


def default_series(kind: str) -> NumberSeries:
    """The series that numbers of this kind of document come from; raises NotFound."""
    statement = select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.is_default)
    row = db().scalar(statement)
    if row is None:
        raise NotFound()
    return row


def find_series(series_id: UUID) -> NumberSeries:
    """Any series of the company; raises NotFound."""
    row = db().scalar(select(NumberSeries).where(NumberSeries.id == series_id))
    if row is None:
        raise NotFound()
    return row


def other_series(row: NumberSeries | None) -> list[NumberSeries]:
    """Every other series of the company, of any kind: none may print a number that `row` could print.

    All of them for one that is still to be added.
    """
    every = select(NumberSeries)
    return list(db().scalars(every.where(NumberSeries.id != row.id) if row else every))


def series_of_sales(registration: str) -> str:
    """The kind whose numbers a company's bills mostly take, by its GST registration."""
    return "invoice" if registration == "regular" else "bill_of_supply"
