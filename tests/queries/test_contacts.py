"""Who is copied into which letters of a customer."""

import pytest

from rms.db.session import db, tenant_scope
from rms.domain.errors import NotFound
from rms.models import CustomerContact
from rms.queries.contacts import addresses_for, contacts_of, find_contact
from tests.factories import make_customer


def add(customer, name, email, **letters):
    contact = CustomerContact(customer_id=customer.id, name=name, email=email, **letters)
    db().add(contact)
    db().flush()
    return contact


def test_each_letter_goes_to_those_who_get_it(nilgiri):
    with tenant_scope(nilgiri.tenant_id):
        customer = make_customer(email="office@lake.example.in")
        other = make_customer("Elsewhere")
        add(customer, "Zoya", "zoya@lake.example.in", gets_invoices=True, gets_reminders=True)
        add(customer, "Asha", "asha@lake.example.in", gets_invoices=True, gets_statements=True)
        add(customer, "Nobody's", None, gets_invoices=True)
        add(other, "Stranger", "stranger@else.example.in", gets_invoices=True, gets_receipts=True)
        assert addresses_for(customer.id, "invoices") == ["asha@lake.example.in", "zoya@lake.example.in"]
        assert addresses_for(customer.id, "reminders") == ["zoya@lake.example.in"]
        assert addresses_for(customer.id, "statements") == ["asha@lake.example.in"]
        assert addresses_for(customer.id, "receipts") == []
        assert [contact.name for contact in contacts_of(customer.id)] == ["Asha", "Nobody's", "Zoya"]


def test_nobody_gets_a_letter_twice(nilgiri):
    with tenant_scope(nilgiri.tenant_id):
        customer = make_customer(email="office@lake.example.in")
        add(customer, "Asha", "Office@Lake.example.in", gets_invoices=True)
        add(customer, "Binu", "binu@lake.example.in", gets_invoices=True)
        add(customer, "Binu K", "BINU@lake.example.in", gets_invoices=True)
        assert [one.lower() for one in addresses_for(customer.id, "invoices")] == ["binu@lake.example.in"]


def test_a_contact_belongs_to_one_customer(nilgiri):
    with tenant_scope(nilgiri.tenant_id):
        customer, other = make_customer(), make_customer("Elsewhere")
        contact = add(customer, "Asha", "asha@lake.example.in")
        assert find_contact(customer.id, contact.id) is contact
        with pytest.raises(NotFound):
            find_contact(other.id, contact.id)
