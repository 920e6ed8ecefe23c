"""Numbers of documents, taken from the series chosen for them or the default one of their kind."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from rms.db import numbering as counters
from rms.db.session import db
from rms.domain import numbering
from rms.models import Company, NumberSeries
from rms.queries.numbers import series_to_take


@dataclass(frozen=True)
class TakenNumber:
    """A number that is now used up, and the series it came from."""

    series_id: UUID
    text: str


def take_number(kind: str, day: dt.date, chosen: UUID | None = None) -> TakenNumber:
    """The next number in the financial year of `day`, of the chosen series or the kind's default one.

    Take it last: the counter's row stays locked until the transaction ends, and a rollback gives it back.
    """
    statement = (
        series_to_take(kind, chosen)
        .join(Company, Company.tenant_id == NumberSeries.tenant_id)
        .add_columns(Company.financial_year_start)
    )
    series, starts = db().execute(statement).one()
    year = numbering.financial_year(day, starts.month if starts else 4)
    value = counters.take(series.id, year if series.resets_yearly else "")
    return TakenNumber(series.id, numbering.render(series.pattern, series.prefix, year, value))
