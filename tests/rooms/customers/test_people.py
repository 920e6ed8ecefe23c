"""The people at a customer, on its page."""

import pytest

from rms.actions import contacts
from rms.actions.contacts import ContactDraft
from rms.queries.contacts import contacts_of
from tests.factories import make_customer
from tests.inputs import inputs_of

ASHA = {"name": "Asha Rao", "email": "asha@lotus.example.in", "gets_invoices": "y", "gets_reminders": "y"}


@pytest.fixture
def school(nilgiri):
    with nilgiri.scope():
        return make_customer("Lotus Valley School").id


@pytest.fixture
def bursar(nilgiri, school):
    with nilgiri.scope():
        return contacts.add_contact(school, ContactDraft(name="Bursar", email="b@lotus.example.in")).id


def test_a_person_is_added_and_shown(priya, school):
    assert "Copied into" in priya.get(f"customers/{school}/people/new").text
    reply = priya.post(f"customers/{school}/people", **ASHA)
    assert reply.status_code == 303 and reply.location.endswith("?tab=details")
    shown = priya.get(reply.location).text
    assert "Asha Rao" in shown and "Gets invoices, reminders" in shown


def test_a_mistake_keeps_what_was_typed(priya, school, nilgiri):
    reply = priya.post(f"customers/{school}/people", **ASHA | {"email": "asha@lotus"})
    assert (
        reply.status_code == 422 and 'value="asha@lotus"' in reply.text and 'value="Asha Rao"' in reply.text
    )
    assert "<title>Error:" in reply.text
    with nilgiri.scope():
        assert contacts_of(school) == []


def test_a_person_is_changed_and_a_stale_form_shows_what_is_stored(priya, school, bursar, nilgiri):
    fields = inputs_of(priya.get(f"customers/{school}/people/{bursar}").text)
    assert (fields["name"], fields["version"]) == ("Bursar", "1")
    url = f"customers/{school}/people/{bursar}"
    assert priya.post(url, **ASHA, version="1").status_code == 303
    stale = priya.post(url, name="Bursar's office", version="1")
    assert stale.status_code == 409
    assert "Asha Rao" in stale.text and "Bursar&#39;s office" in stale.text
    again = inputs_of(stale.text)
    assert again["version"] == "2"
    assert priya.post(url, name="Bursar's office", version="2").status_code == 303
    with nilgiri.scope():
        assert [contact.name for contact in contacts_of(school)] == ["Bursar's office"]


def test_a_person_is_removed(priya, school, bursar, nilgiri):
    assert priya.post(f"customers/{school}/people/{bursar}/remove", version="7").status_code == 409
    assert priya.post(f"customers/{school}/people/{bursar}/remove", version="1").status_code == 303
    assert priya.post(f"customers/{school}/people/{bursar}/remove", version="1").status_code == 404
    with nilgiri.scope():
        assert contacts_of(school) == []


def test_strangers_and_readers(rohan, asha, school, bursar):
    for path in (f"customers/{school}/people/new", f"customers/{school}/people/{bursar}"):
        assert rohan.get(path).status_code == 404
        assert asha.get(path).status_code == 403
    assert rohan.post(f"customers/{school}/people", **ASHA).status_code == 404
    assert rohan.post(f"customers/{school}/people/{bursar}", **ASHA, version="1").status_code == 404
    assert asha.post(f"customers/{school}/people", **ASHA).status_code == 403
