"""Opening balances: invoices that were written before the company came here, and are not paid yet.

They count in what the customer owes, in ageing and in receipts. They take no number of a series, have no
lines and no tax, and stand in no return (their GST was reported where they were written).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.actions import codes
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts
from rms.domain.contacts import Checks
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.domain.errors import sentence as say
from rms.domain.money import MAX_MONEY
from rms.models import Customer, Invoice
from rms.queries.bank import COLUMN
from rms.queries.invoices import terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

NUMBER_TAKEN = "uq_invoices_tenant_id_invoice_number"
LONGEST_NUMBER = 50
OLDEST = dt.date(2000, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """An old invoice as typed: what is still owed of it, under the number that it has."""

    number: str | None
    invoice_date: dt.date | None
    due_date: dt.date | None
    amount: Decimal | None
    notes: str | None = None


def add_opening(
    customer_id: UUID, opening: Opening, *, created_by: UUID | None, now: dt.datetime, today: dt.date
) -> Invoice:
    """Raises Invalid by field, also for a number that is used, and IllegalMove for a merged customer."""
    customer = lock(Customer, customer_id)
    if customer.merged_into_id:
        raise IllegalMove(N_("This customer was merged into another one. Add the balance there."))
    values = _values(opening, today)
    invoice = Invoice(
        kind="opening",
        status="pending",
        customer_id=customer_id,
        customer_gst=customer.gst_number,
        subtotal=values["total"],
        issued_at=now,
        created_by=created_by,
        **values,
    )
    _remember_both(invoice, customer_id)
    if codes.is_taken(Invoice.invoice_number, values["invoice_number"]) or not codes.stored(
        invoice, NUMBER_TAKEN
    ):
        raise Invalid(
            N_("Another invoice has the number %(number)s"), field="number", number=values["invoice_number"]
        )
    invoice.restate(today)
    db().flush()
    return invoice


def _remember_both(invoice: Invoice, customer_id: UUID) -> None:
    terms = terms_for(customer_id)
    seller = snapshot_of_seller(terms.company, terms.gst, settings=terms.settings)
    invoice.seller_snapshot = {**seller, COLUMN: None}  # no paper of it asks anybody to pay there
    invoice.buyer_snapshot = snapshot_of_buyer(terms.customer, invoice)


def _values(opening: Opening, today: dt.date) -> dict:
    checks = Checks()
    number = checks.clean("number", contacts.one_line, opening.number, LONGEST_NUMBER)
    if not number and "number" not in checks.errors:
        checks.refuse("number", say(N_("Enter the number that stands on the old invoice")))
    day, due = opening.invoice_date, opening.due_date or opening.invoice_date
    if day is None or not OLDEST <= day <= today:
        checks.refuse("invoice_date", say(N_("Enter the date of the old invoice, today at the latest")))
    elif due < day:
        checks.refuse("due_date", say(N_("The due date is before the invoice date")))
    if opening.amount is None or opening.amount <= 0:
        checks.refuse("amount", say(N_("Enter what is still owed, more than zero")))
    elif opening.amount > MAX_MONEY:
        checks.refuse("amount", say(N_("This amount is larger than the books can hold")))
    notes = checks.clean("notes", contacts.several_lines, opening.notes, 1_000)
    checks.finish()
    return {
        "invoice_number": number,
        "invoice_date": day,
        "due_date": due,
        "total": opening.amount,
        "notes": notes,
    }
