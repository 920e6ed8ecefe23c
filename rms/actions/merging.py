"""A customer who was entered twice: everything moves to the other row, and the first one points there.

What an invoice, a credit note or a quote printed stays as it was printed; only whose it is follows the merge.
The triggers that keep issued papers as they are allow that one change, once `merged_into_id` says so.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update

from rms.actions import reminders
from rms.db.locks import lock_all
from rms.db.session import db
from rms.domain.errors import N_, IllegalMove, Invalid
from rms.models import (
    BankLine,
    CreditNote,
    Customer,
    CustomerContact,
    Invoice,
    Quote,
    Receipt,
    ReceiptDraft,
    RecurringSchedule,
    Refund,
)
from rms.queries.customer_figures import figures_of
from rms.queries.customers import find_customer
from rms.queries.reminders import customer_is_stopped

# Everything that names a customer and is locked, in the order of db/locks.RANK around the customers.
BEFORE = (RecurringSchedule, BankLine, ReceiptDraft)
AFTER = (CustomerContact, Quote, Refund, Receipt, CreditNote, Invoice)
# Filled in at the other customer where it has nothing there.
TAKEN_OVER = (
    "pan_number",
    "email",
    "phone",
    "whatsapp",
    "contact_person",
    "client_type_id",
    "account_manager_id",
    "credit_limit",
    "notes",
)


@dataclass(frozen=True)
class Merge:
    """What became of it: the customer that stays, and what both owed before as it does now."""

    customer: Customer
    balance: Decimal


def refusal(customer: Customer, into: Customer):
    """Why these two may not become one, or None. Different registrations are different recipients (CGST Act,
    s. 25(4)), also of one PAN."""
    if customer.id == into.id:
        return N_("Choose another customer: this is the same one.")
    if into.merged_into_id or customer.merged_into_id not in (None, into.id):
        return N_("One of them was merged already.")
    if customer.gst_number and into.gst_number and customer.gst_number != into.gst_number:
        return N_("Their GSTINs differ. Different registrations are different recipients.")
    if customer.gst_number and not into.gst_number:
        return N_("Merge the other way round, so that the one with the GSTIN stays.")
    return None


def merge(customer_id: UUID, into_id: UUID, *, now: dt.datetime, today: dt.date) -> Merge:
    """Move all that is of the first customer to the second, and hide the first. Sent quotes stay where they
    were sent. Done again, it moves what somebody was writing for the old one at that moment. Raises NotFound,
    Invalid at "into" when they may not be one.
    """
    for one in (customer_id, into_id):
        find_customer(one)
    for model in BEFORE:
        lock_all(model, _ids(model, customer_id))
    customers = {row.id: row for row in lock_all(Customer, [customer_id, into_id])}
    customer, into = customers[customer_id], customers[into_id]
    if told := refusal(customer, into):
        raise Invalid(told, field="into")
    locked = {model: lock_all(model, _ids(model, customer_id)) for model in AFTER}
    before = figures_of(customer_id, today), figures_of(into_id, today)
    _point(customer, into)
    for model in BEFORE:
        _move(model, customer_id, into_id)
    for model in locked:
        _move(model, customer_id, into_id)
    _move_stop(customer_id, into_id)
    db().expire_all()
    return _proved(find_customer(into_id), before, today)


def _point(customer: Customer, into: Customer) -> None:
    """First of all: the triggers of issued papers ask for it."""
    customer.merged_into_id, customer.is_active = into.id, False
    customer.version += 1
    for name in TAKEN_OVER:
        if getattr(into, name) is None:
            setattr(into, name, getattr(customer, name))
    into.version += 1
    db().flush()


def _ids(model, customer_id: UUID) -> list[UUID]:
    return list(db().scalars(select(model.id).where(*_moving(model, customer_id))))


def _moving(model, customer_id: UUID) -> Iterator:
    yield model.customer_id == customer_id
    if model is Quote:
        yield Quote.sent_at.is_(None)


def _move(model, customer_id: UUID, into_id: UUID) -> None:
    statement = update(model).where(*_moving(model, customer_id)).values(customer_id=into_id)
    db().execute(statement.execution_options(synchronize_session=False))


def _move_stop(customer_id: UUID, into_id: UUID) -> None:
    """Whoever asked not to be reminded is not reminded; a customer has one such row."""
    if customer_is_stopped(customer_id):
        reminders.set_customer(customer_id, is_on=True)
        reminders.set_customer(into_id, is_on=False)


def _proved(into: Customer, before: tuple, today: dt.date) -> Merge:
    """To the paisa, or nothing of it happened."""
    after = figures_of(into.id, today)
    for name in ("balance", "overdue", "advances", "credit"):
        if sum(getattr(one, name) for one in before) != getattr(after, name):
            raise IllegalMove(N_("The balances do not add up. Nothing was merged; look at both again."))
    return Merge(into, after.balance)
