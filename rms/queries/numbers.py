"""The number a draft would get if it were issued now; a promise to nobody."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, case, false, or_, select

from rms.db.session import db
from rms.domain import numbering
from rms.models import Invoice, NumberCounter, NumberSeries
from rms.queries.invoices import Terms


@dataclass(frozen=True)
class Coming:
    """The next number of a series, rendered, and the financial year it is counted in."""

    series: NumberSeries
    number: str
    bounds: tuple[dt.date, dt.date]


def next_number(invoice: Invoice, terms: Terms) -> str:
    return next_in_series(invoice, terms).number


def next_in_series(invoice: Invoice, terms: Terms) -> Coming:
    """From the series chosen for the draft, or the default one of the document's kind; one statement."""
    starts = terms.company.financial_year_start
    month = starts.month if starts else 4
    year = numbering.financial_year(invoice.invoice_date, month)
    statement = (
        series_to_take(series_kind(invoice), invoice.series_id)
        .outerjoin(
            NumberCounter,
            (NumberCounter.tenant_id == NumberSeries.tenant_id)
            & (NumberCounter.series_id == NumberSeries.id)
            & (NumberCounter.financial_year == case((NumberSeries.resets_yearly, year), else_="")),
        )
        .add_columns(NumberCounter.next_value)
    )
    series, value = db().execute(statement).one()
    number = numbering.render(series.pattern, series.prefix, year, value or 1)
    return Coming(series, number, numbering.financial_year_bounds(invoice.invoice_date, month))


def series_to_take(kind: str, chosen: UUID | None) -> Select:
    """The chosen series while it is one of that kind and in use, else the default one."""
    is_chosen = NumberSeries.id == chosen if chosen else false()
    return (
        select(NumberSeries)
        .where(NumberSeries.kind == kind, or_(NumberSeries.is_default, is_chosen & NumberSeries.is_active))
        .order_by(NumberSeries.is_default)  # the chosen one is another than the default one
        .limit(1)
    )


def series_of_kind(kind: str) -> list[NumberSeries]:
    """Those a draft may choose from, the default one first."""
    statement = (
        select(NumberSeries)
        .where(NumberSeries.kind == kind, NumberSeries.is_active)
        .order_by(NumberSeries.is_default.desc(), NumberSeries.name)
    )
    return list(db().scalars(statement))


def series_kind(invoice: Invoice) -> str:
    """Bills of supply and debit notes are numbered apart from tax invoices."""
    return invoice.kind if invoice.kind in ("bill_of_supply", "debit_note") else "invoice"
