"""A draft with the contents of another invoice: for who bills the same again."""

import datetime as dt
from uuid import UUID

from sqlalchemy import inspect

from rms.actions.drafts import Draft
from rms.actions.invoices import create_draft
from rms.db.session import db
from rms.models import Invoice, InvoiceLineItem
from rms.queries.invoices import find_invoice, lines_of, terms_for

# Where and how a supply is taxed, and where it goes. The rest of the head is the copy's own: its date, its
# number, the customer's order, the shipping bill.
SUPPLY = ("place_of_supply", "reverse_charge", "export_with_payment", "prices_include_tax")
DELIVERY = (
    "shipping_name",
    "shipping_address_line1",
    "shipping_address_line2",
    "shipping_city",
    "shipping_pin_code",
    "shipping_state_code",
    "destination_country",
    "port_code",
)
HEAD = (*SUPPLY, "discount_percent", "discount_amount", "notes", *DELIVERY)
OF_THE_ROW = {"tenant_id", "id", "invoice_id", "created_at", "updated_at", "version", "deleted_at"}


def copy(invoice_id: UUID, *, today: dt.date, created_by: UUID | None) -> Invoice:
    """Dated today, with the customer's terms of today; raises NotFound. Lines keep their text also where it
    cannot be read, and a rate that is no longer in force is told before issue."""
    source = find_invoice(invoice_id)
    invoice = create_draft(customer_id=source.customer_id, today=today, created_by=created_by)
    for name in HEAD:
        setattr(invoice, name, getattr(source, name))
    for blank in lines_of(invoice.id):
        db().delete(blank)
    names = [each.key for each in inspect(InvoiceLineItem).column_attrs if each.key not in OF_THE_ROW]
    lines = [
        InvoiceLineItem(invoice_id=invoice.id, **{name: getattr(line, name) for name in names})
        for line in lines_of(invoice_id)
    ]
    db().add_all(lines)
    db().flush()
    Draft(invoice, lines, terms_for(invoice.customer_id)).reprice()
    return invoice
