"""The customers of the demo firm, as somebody types them in: with types, some with people and limits."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from rms.actions import client_types, contacts, customers
from rms.actions.client_types import ManagerDraft, TypeDraft
from rms.actions.contacts import ContactDraft
from rms.actions.customers import CustomerDraft
from rms.db.session import db
from rms.demo import firm
from rms.demo.story import Story, act
from rms.domain import gstin
from rms.domain.contacts import INDIA
from rms.models import ClientType, Customer


def add_all(story: Story, joined: dt.datetime) -> list[Customer]:
    """Those of firm.BUYERS in their order. Two colleagues look after them; every third one has an accountant
    of its own, every sixth somebody who gets the statements."""
    types = {
        name: act(client_types.add_type, TypeDraft(name=name, payment_terms=days)).id
        for name, days in firm.TYPES
    }
    managers = [
        act(client_types.add_manager, ManagerDraft(name=name, email=email)).id
        for name, email in firm.MANAGERS
    ]
    rows = []
    for number, buyer in enumerate(firm.BUYERS, 1):
        kinds = {
            "client_type_id": types.get(buyer.type, _usual()),
            "account_manager_id": managers[number % len(managers)],
        }
        rows.append(_add(story, joined, number, buyer, **kinds))
        if number % 3 == 0:
            _people(rows[-1], number)
    return rows


def add_one(story: Story, joined: dt.datetime, number: int, buyer: firm.Buyer) -> Customer:
    """One beside them, of the usual type."""
    return _add(story, joined, number, buyer, client_type_id=_usual())


def deducting(buyers: Sequence[Customer]) -> set[UUID]:
    """The ids of those who keep back TDS."""
    return {row.id for row, buyer in zip(buyers, firm.BUYERS, strict=True) if buyer.deducts}


def gstin_of(state: str, pan: str) -> str:
    first14 = f"{state}{pan}1Z"
    return first14 + gstin.check_character(first14)


def _usual() -> UUID:
    """The type every company begins with. Here all types are of one moment, so their age tells nothing."""
    ours = [name for name, _ in firm.TYPES]
    return db().scalars(select(ClientType.id).where(ClientType.name.not_in(ours))).one()


def _add(story: Story, joined: dt.datetime, number: int, buyer: firm.Buyer, **kinds: UUID | None) -> Customer:
    return act(customers.add, _draft_of(number, buyer, **kinds), created_by=story.user_id, now=joined)


def _people(row: Customer, number: int) -> None:
    accounts = ContactDraft(
        name="Accounts desk",
        designation="Accounts",
        email=f"bills{number}@customers.example",
        gets_invoices=True,
        gets_reminders=True,
    )
    act(contacts.add_contact, row.id, accounts)
    if number % 6 == 0:
        auditor = ContactDraft(
            name="S. Raghavan & Co",
            designation="Auditor",
            email=f"audit{number}@customers.example",
            phone=f"98450{number:05d}",
            gets_statements=True,
        )
        act(contacts.add_contact, row.id, auditor)


def _draft_of(number: int, buyer: firm.Buyer, **kinds: UUID | None) -> CustomerDraft:
    return CustomerDraft(
        name=buyer.name,
        gst_treatment=_treatment(buyer),
        gst_number=gstin_of(buyer.state, buyer.pan) if buyer.pan else None,
        state_code=buyer.state,
        country_code=buyer.country,
        address_line1=buyer.street or f"{number * 7}, Main Road",
        city=buyer.city,
        pin_code=buyer.pin_code,
        contact_person=buyer.contact,
        email=f"accounts{number}@customers.example",
        payment_terms=buyer.terms,
        credit_limit=Decimal(buyer.limit) if buyer.limit else None,
        **kinds,
    )


def _treatment(buyer: firm.Buyer) -> str:
    if buyer.country != INDIA:
        return "overseas"
    if buyer.is_in_zone:
        return "sez"
    return "regular" if buyer.pan else "unregistered"
