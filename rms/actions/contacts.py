"""The people at a customer: added, changed, taken away."""

from dataclasses import dataclass
from uuid import UUID

from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts
from rms.domain.contacts import Checks
from rms.domain.errors import N_, IllegalMove, Invalid, StaleVersion
from rms.domain.errors import sentence as say
from rms.models import Customer, CustomerContact
from rms.queries.contacts import contacts_of, find_contact

MOST_CONTACTS = 50
LETTERS = ("gets_invoices", "gets_reminders", "gets_receipts", "gets_statements")


@dataclass(frozen=True, kw_only=True)
class ContactDraft:
    """A person as typed, and the letters that are copied to them."""

    name: str | None
    designation: str | None = None
    email: str | None = None
    phone: str | None = None
    gets_invoices: bool = False
    gets_reminders: bool = False
    gets_receipts: bool = False
    gets_statements: bool = False


def add_contact(customer_id: UUID, draft: ContactDraft) -> CustomerContact:
    """Raises Invalid by field, NotFound for a stranger's customer, IllegalMove for one that was merged."""
    customer = lock(Customer, customer_id)
    if customer.merged_into_id:
        raise IllegalMove(N_("This customer was merged into another one. Add the person there."))
    if len(contacts_of(customer_id)) >= MOST_CONTACTS:
        raise Invalid(N_("A customer can have %(most)s people here."), most=MOST_CONTACTS)
    contact = CustomerContact(customer_id=customer_id, **_values(draft))
    db().add(contact)
    db().flush()
    return contact


def change_contact(
    customer_id: UUID, contact_id: UUID, draft: ContactDraft, *, version: int
) -> CustomerContact:
    """Raises Invalid by field, NotFound, and StaleVersion with the stored row as `theirs`."""
    contact = _locked(customer_id, contact_id, version)
    for name, value in _values(draft).items():
        setattr(contact, name, value)
    contact.version += 1
    db().flush()
    return contact


def remove_contact(customer_id: UUID, contact_id: UUID, *, version: int) -> str:
    """Gives the name of who is gone. Letters already sent keep their addresses."""
    contact = _locked(customer_id, contact_id, version)
    db().delete(contact)
    db().flush()
    return contact.name


def _locked(customer_id: UUID, contact_id: UUID, version: int) -> CustomerContact:
    find_contact(customer_id, contact_id)
    contact = lock(CustomerContact, contact_id)
    if contact.version != version:
        raise StaleVersion(N_("This person was changed while you were editing."), theirs=contact)
    return contact


def _values(draft: ContactDraft) -> dict:
    checks = Checks()
    name = checks.clean("name", contacts.one_line, draft.name, 255)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter the name of the person")))
    values = {
        "name": name,
        "designation": checks.clean("designation", contacts.one_line, draft.designation, 100),
        "email": checks.clean("email", contacts.email, draft.email),
        "phone": checks.clean("phone", contacts.phone, draft.phone),
        **{letter: getattr(draft, letter) for letter in LETTERS},
    }
    gets_any = any(values[letter] for letter in LETTERS)
    if gets_any and not values["email"] and "email" not in checks.errors:
        checks.refuse("email", say(N_("Letters need an e-mail address")))
    checks.finish()
    return values
