"""Numbers of documents, taken from the default series of their kind."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.db import numbering as counters
from rms.db.session import db
from rms.domain import numbering
from rms.models import Company, NumberSeries


@dataclass(frozen=True)
class TakenNumber:
    """A number that is now used up, and the series it came from."""

    series_id: UUID
    text: str


def take_number(kind: str, day: dt.date) -> TakenNumber:
    """The next number of the kind's default series in the financial year of `day`.

    Take it last: the counter's row stays locked until the transaction ends, and a rollback gives it back.
    """
    statement = (
        select(NumberSeries, Company.financial_year_start)
        .join(Company, Company.tenant_id == NumberSeries.tenant_id)
        .where(NumberSeries.kind == kind, NumberSeries.is_default)
    )
    series, starts = db().execute(statement).one()
    year = numbering.financial_year(day, starts.month if starts else 4)
    value = counters.take(series.id, year if series.resets_yearly else "")
    return TakenNumber(series.id, numbering.render(series.pattern, series.prefix, year, value))
