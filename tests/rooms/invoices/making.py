"""Invoices as the screens make them, for the tests of the list, the view, the PDF and sending."""

import datetime as dt
from uuid import UUID

from rms.actions import invoices as drafts
from rms.actions.issuing import issue
from rms.db.session import db
from rms.models import Customer, Invoice
from tests.cast import Company
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt


def issued(customer: Customer, rate: str = "1000", *, day: dt.date = TODAY, **line) -> Invoice:
    """Issued by the actions: one line at 18 %, numbered from the series, due in 30 days."""
    draft = drafts.create_draft(customer_id=customer.id, today=day, created_by=None)
    cells = {"name": "Housekeeping", "hsn_sac": "998533", "quantity": "1", "rate": rate, "tax": "18", **line}
    drafts.add_line(draft.id, cells=cells)
    return issue(draft.id, now=NOW, today=TODAY)


def issued_in(company: Company, rate: str = "1000", **columns) -> UUID:
    """The id of an invoice to a new customer, 1,180.00 unless told otherwise; committed."""
    with company.scope(company.admin):
        return issued(make_customer(**columns), rate).id


def drafted_in(company: Company) -> UUID:
    with company.scope(company.admin):
        customer = make_customer()
        return drafts.create_draft(customer_id=customer.id, today=TODAY, created_by=company.admin.id).id


def pay(invoice: Invoice, amount: str, **receipt) -> None:
    """A receipt of that amount, allocated to this invoice alone."""
    make_allocation(make_receipt(invoice.customer, amount, **receipt), invoice, amount)
    invoice.restate(TODAY)
    db().flush()


def numbered(customer: Customer, number: str, subtotal: str = "1000.00", **columns) -> Invoice:
    """An issued row under a number of the test's own choice; its GST is 18 %."""
    return make_invoice(customer, subtotal, invoice_number=number, **columns)
