"""A draft seen with the eyes of the checks before issue: the one door from the columns to the domain."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.actions.pricing import buyer_of, priced_of, supply_kind
from rms.domain import readiness
from rms.domain.errors import Invalid
from rms.domain.invoicing import Priced
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.readiness import Against, Document, History, Report, Us
from rms.domain.tax import Treatment
from rms.models import Invoice, InvoiceLineItem
from rms.queries.customer_figures import owed_now
from rms.queries.debit_notes import original_of
from rms.queries.invoices import Terms, find_invoice, lines_of, terms_for
from rms.queries.numbers import next_in_series
from rms.queries.readiness import history_of
from rms.queries.undertakings import arn_for


@dataclass(frozen=True)
class Look:
    """A draft with what the checks say of it."""

    invoice: Invoice
    terms: Terms
    report: Report
    number: str


def look(invoice_id: UUID, *, today: dt.date, is_to_be_sent: bool = False) -> Look:
    """Examine a draft without touching it; raises IllegalMove when it is issued already."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.ISSUE)
    lines = [line for line in lines_of(invoice_id) if not is_blank(line)]
    terms = terms_for(invoice.customer_id)
    coming = next_in_series(invoice, terms)
    facts = {
        "number": coming.number,
        "history": history_of(invoice, coming.series.id, coming.bounds),
        "is_to_be_sent": is_to_be_sent,
        "owed": _owed(terms),
    }
    try:
        priced = priced_of(invoice, lines, terms)
    except Invalid as error:
        return Look(invoice, terms, _unpriced(error), coming.number)
    document = document_of(invoice, lines, terms, priced, today=today, **facts)
    return Look(invoice, terms, readiness.examine(document), coming.number)


def document_of(
    invoice: Invoice,
    lines: Sequence[InvoiceLineItem],
    terms: Terms,
    priced: Priced,
    *,
    today: dt.date,
    number: str = "",
    history: History | None = None,
    is_to_be_sent: bool = False,
    owed: Decimal = Decimal(0),
) -> Document:
    """Asks for the letter of undertaking only where one is needed."""
    needs_arn = readiness.needs_undertaking(priced.supply)
    return Document(
        us=_us(terms),
        them=_them(invoice, terms),
        date=invoice.invoice_date,
        due_date=invoice.due_date,
        today=today,
        lines=tuple(_line(line) for line in lines),
        supply=priced.supply,
        supply_kind=supply_kind(lines),
        subtotal=priced.totals.subtotal,
        total=priced.totals.total,
        number=number,
        lut_arn=arn_for(invoice.invoice_date) if needs_arn else None,
        is_to_be_sent=is_to_be_sent,
        history=history or History(),
        against=_against(invoice),
        credit_limit=terms.customer.credit_limit if terms.customer else None,
        owed=owed,
    )


def _owed(terms: Terms) -> Decimal:
    """Asked for only where there is a limit to compare it with."""
    if terms.customer is None or terms.customer.credit_limit is None:
        return Decimal(0)
    return owed_now(terms.customer.id)


def is_blank(line: InvoiceLineItem) -> bool:
    """Nothing was typed in it: issuing drops it without a word."""
    return line.is_valid and not (line.name or line.description or line.rate)


def _against(invoice: Invoice) -> Against | None:
    original = original_of(invoice)
    if original is None:
        return None
    return Against(
        number=original.number,
        date=original.date,
        is_cancelled=original.is_cancelled,
        reason=invoice.adjustment_reason or "",
    )


def _unpriced(error: Invalid) -> Report:
    """A document that cannot even be added up has one thing to fix before all others."""
    told = [one for sentences in error.errors.values() for one in sentences] or [error.sentence]
    return Report(tuple(readiness.Finding("lines", one) for one in told), (), ())


def _us(terms: Terms) -> Us:
    company = terms.company
    return Us(
        seller=terms.seller,
        gstin=terms.gst.gst_number,
        has_address=bool(company.address_line1 and company.state_code),
        is_paid_somehow=bool(company.bank_account_last4 or company.upi_id),
        needs_six_digits=bool(terms.settings.get("large_turnover")),
    )


def _them(invoice: Invoice, terms: Terms) -> readiness.Them | None:
    customer = terms.customer
    if customer is None:
        return None
    return readiness.Them(
        buyer=buyer_of(invoice, terms),
        name=customer.name,
        has_address=bool(customer.address_line1),
        country=invoice.destination_country or customer.country_code,
        email=customer.email,
    )


def _line(line: InvoiceLineItem) -> readiness.Line:
    return readiness.Line(
        id=str(line.id),
        is_valid=line.is_valid,
        name=line.name,
        hsn_sac=line.hsn_sac,
        rate=line.rate,
        tax_rate=line.tax_rate,
        treatment=Treatment(line.tax_treatment),
    )
