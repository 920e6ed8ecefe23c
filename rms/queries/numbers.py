"""The number a draft would get if it were issued now; a promise to nobody."""

from sqlalchemy import case, select

from rms.db.session import db
from rms.domain import numbering
from rms.models import Invoice, NumberCounter, NumberSeries
from rms.queries.invoices import Terms


def next_number(invoice: Invoice, terms: Terms) -> str:
    """Rendered from the default series of the document's kind, in one statement."""
    starts = terms.company.financial_year_start
    year = numbering.financial_year(invoice.invoice_date, starts.month if starts else 4)
    statement = (
        select(NumberSeries, NumberCounter.next_value)
        .outerjoin(
            NumberCounter,
            (NumberCounter.tenant_id == NumberSeries.tenant_id)
            & (NumberCounter.series_id == NumberSeries.id)
            & (NumberCounter.financial_year == case((NumberSeries.resets_yearly, year), else_="")),
        )
        .where(NumberSeries.kind == series_kind(invoice), NumberSeries.is_default)
    )
    series, value = db().execute(statement).one()
    return numbering.render(series.pattern, series.prefix, year, value or 1)


def series_kind(invoice: Invoice) -> str:
    """Bills of supply are numbered apart from tax invoices."""
    return "bill_of_supply" if invoice.kind == "bill_of_supply" else "invoice"
