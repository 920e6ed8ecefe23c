"""The people at a customer, and who of them is copied into which letters."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import Customer, CustomerContact

LETTERS = {
    "invoices": CustomerContact.gets_invoices,
    "reminders": CustomerContact.gets_reminders,
    "receipts": CustomerContact.gets_receipts,
    "statements": CustomerContact.gets_statements,
}


def addresses_for(customer_id: UUID, what: str) -> list[str]:
    """Who is copied into letters of this kind ("invoices", "reminders", "receipts" or "statements"), by name.

    Without the customer's own address, to which the letter goes anyway, and each address once. One statement.
    """
    statement = (
        select(CustomerContact.email)
        .join(Customer, Customer.id == CustomerContact.customer_id)
        .where(
            CustomerContact.customer_id == customer_id,
            CustomerContact.email.is_not(None),
            func.lower(CustomerContact.email) != func.lower(func.coalesce(Customer.email, "")),
            LETTERS[what],
        )
        .order_by(CustomerContact.name, CustomerContact.id)
    )
    return list({address.lower(): address for address in db().scalars(statement)}.values())


def contacts_of(customer_id: UUID) -> Sequence[CustomerContact]:
    """By name."""
    statement = select(CustomerContact).where(CustomerContact.customer_id == customer_id)
    return db().scalars(statement.order_by(CustomerContact.name, CustomerContact.id)).all()


def find_contact(customer_id: UUID, contact_id: UUID) -> CustomerContact:
    """Raises NotFound, also for somebody at another customer."""
    statement = select(CustomerContact).where(
        CustomerContact.id == contact_id, CustomerContact.customer_id == customer_id
    )
    contact = db().scalar(statement)
    if contact is None:
        raise NotFound()
    return contact
