"""How every figure of an invoice came about, in words and arithmetic: a dialog, and a page."""

from uuid import UUID

from flask import request, url_for

from rms.actions.pricing import context_of
from rms.models import Invoice, InvoiceLineItem
from rms.policy import P
from rms.queries.invoices import find_invoice, lines_of, terms_for
from rms.queries.tax_rows import tax_rows
from rms.queries.timeline import allocations_to
from rms.rooms.invoices import room
from rms.web.errors import sentence
from rms.web.fragments import page
from rms.web.guard import requires


@room.get("/<uuid:invoice_id>/explain")
@requires(P.COMPANY_READ)
def explain(invoice_id: UUID):
    invoice = find_invoice(invoice_id)
    lines = [line for line in lines_of(invoice_id) if line.is_valid]
    shown = {
        "invoice": invoice,
        "lines": lines,
        "tax_rows": tax_rows(invoice, lines),
        "reason": _reason(invoice, lines),
        "settled": [row for row in allocations_to(invoice_id) if row.released_on is None],
        "of": request.args.get("of", ""),
        "back_url": url_for("invoices.show", invoice_id=invoice_id),
    }
    return page("invoices/explain.html", piece="invoices/_explain.html", **shown)


def _reason(invoice: Invoice, lines: list[InvoiceLineItem]) -> str:
    """Why it is this tax. Of an issued invoice it holds as long as the customer stands as then; after that
    the stored mode speaks for itself, and no reason is made up.
    """
    supply = context_of(invoice, lines, terms_for(invoice.customer_id)).supply
    if not invoice.is_draft and str(supply.tax_mode) != invoice.tax_mode:
        return ""
    return sentence(supply.reason)
