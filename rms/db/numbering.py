"""Gap-free numbers: one counter row per series and financial year, taken inside the issuing transaction.

A rollback gives the number back. Take it last: the row stays locked until the transaction ends.
"""

from uuid import UUID

from sqlalchemy import text

from rms.db.session import db

_TAKE = text(
    "INSERT INTO number_counters (series_id, financial_year, next_value) VALUES (:series, :year, 2) "
    "ON CONFLICT (tenant_id, series_id, financial_year) "
    "DO UPDATE SET next_value = number_counters.next_value + 1 RETURNING next_value - 1"
)
_PEEK = text("SELECT next_value FROM number_counters WHERE series_id = :series AND financial_year = :year")


def take(series_id: UUID, financial_year: str) -> int:
    """The next value of the series in that financial year, locked until commit."""
    return db().execute(_TAKE, {"series": series_id, "year": financial_year}).scalar_one()


def peek(series_id: UUID, financial_year: str) -> int:
    """The value that would be taken now; for previews only."""
    return db().execute(_PEEK, {"series": series_id, "year": financial_year}).scalar() or 1
