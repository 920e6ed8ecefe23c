"""The people at a customer, and the letters that are copied to them."""

import pytest

from rms.actions import contacts, sending
from rms.actions.contacts import ContactDraft
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.queries.contacts import contacts_of
from tests.factories import NOW, make_customer, make_invoice

ASHA = ContactDraft(
    name="  Asha   Rao ",
    designation="Bursar",
    email="ASHA@Lotus.example.in",
    phone="98450 12345",
    gets_invoices=True,
)


def test_a_person_is_added_changed_and_taken_away(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        contact = contacts.add_contact(customer.id, ASHA)
        assert (contact.name, contact.email.lower()) == ("Asha Rao", "asha@lotus.example.in")
        changed = contacts.change_contact(customer.id, contact.id, ContactDraft(name="Asha R"), version=1)
        assert (changed.name, changed.email, changed.gets_invoices, changed.version) == (
            "Asha R",
            None,
            False,
            2,
        )
        with pytest.raises(StaleVersion):
            contacts.change_contact(customer.id, contact.id, ASHA, version=1)
        with pytest.raises(StaleVersion):
            contacts.remove_contact(customer.id, contact.id, version=1)
        assert contacts.remove_contact(customer.id, contact.id, version=2) == "Asha R"
        assert contacts_of(customer.id) == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ContactDraft(name=" "), "name"),
        (ContactDraft(name="x" * 256), "name"),
        (ContactDraft(name="Asha", email="asha@"), "email"),
        (ContactDraft(name="Asha", gets_receipts=True), "email"),
        (ContactDraft(name="Asha", phone="hello"), "phone"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(nilgiri, draft, field):
    with nilgiri.scope():
        customer = make_customer()
        with pytest.raises(Invalid) as refused:
            contacts.add_contact(customer.id, draft)
        assert field in refused.value.errors
        assert contacts_of(customer.id) == []


def test_a_customer_has_fifty_people_at_most(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        for number in range(contacts.MOST_CONTACTS):
            contacts.add_contact(customer.id, ContactDraft(name=f"Person {number}"))
        with pytest.raises(Invalid):
            contacts.add_contact(customer.id, ContactDraft(name="One more"))


def test_somebody_at_another_customer_is_not_found(nilgiri, sahyadri):
    with nilgiri.scope():
        customer, other = make_customer(), make_customer("Elsewhere")
        contact_id = contacts.add_contact(customer.id, ASHA).id
        customer_id = customer.id
        with pytest.raises(NotFound):
            contacts.change_contact(other.id, contact_id, ASHA, version=1)
    with sahyadri.scope(), pytest.raises(NotFound):
        contacts.change_contact(customer_id, contact_id, ASHA, version=1)


def test_nobody_is_added_to_a_merged_customer(nilgiri):
    with nilgiri.scope():
        into = make_customer()
        customer = make_customer("Twice", merged_into_id=into.id, is_active=False)
        with pytest.raises(IllegalMove):
            contacts.add_contact(customer.id, ASHA)


def test_an_invoice_copies_in_those_who_get_invoices(nilgiri):
    with nilgiri.scope(nilgiri.admin):
        customer = make_customer()
        contacts.add_contact(customer.id, ASHA)
        contacts.add_contact(
            customer.id, ContactDraft(name="B", email="b@lotus.example.in", gets_reminders=True)
        )
        invoice = make_invoice(customer, seller_snapshot={"name": "N"}, buyer_snapshot={"name": "L"})
        usual = sending.send(invoice, to_address=None, now=NOW, sender="Priya")
        assert usual.cc.lower() == "asha@lotus.example.in"
        assert sending.send(invoice, to_address=None, now=NOW, sender="Priya", cc="").cc is None
        chosen = sending.send(invoice, to_address=None, now=NOW, sender="Priya", cc="c@lotus.example.in")
        assert chosen.cc == "c@lotus.example.in"
