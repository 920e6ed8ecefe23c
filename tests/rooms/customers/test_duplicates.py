"""Whoever adds a customer that is there already is asked, and may add it all the same."""

from decimal import Decimal

import pytest

from rms.actions import client_types, customers, ready
from rms.actions.client_types import ManagerDraft, TypeDraft
from rms.actions.customers import CustomerDraft
from rms.domain.errors import IllegalMove, Invalid
from rms.queries.customers import find_customer
from tests.factories import NOW, TODAY, make_customer, make_draft, make_invoice, make_line
from tests.inputs import inputs_of

TWIN = {"name": "Lakeview Residancy", "gst_treatment": "unregistered", "country_code": "IN"}


@pytest.fixture
def lake(nilgiri):
    with nilgiri.scope():
        return make_customer().id


def test_a_double_is_asked_about_and_added_all_the_same(priya, lake):
    asked = priya.post("customers", **TWIN)
    assert asked.status_code == 422 and "Is this the same customer?" in asked.text
    assert f"/customers/{lake}" in asked.text and "nearly the same name" in asked.text
    assert 'value="Lakeview Residancy"' in asked.text and "Add all the same" in asked.text
    assert "1 customer<" in priya.get("customers").text
    assert priya.post("customers", **TWIN, sure="1").status_code == 303
    assert "2 customers<" in priya.get("customers").text


def test_of_a_stored_one_only_what_changes_is_asked_about(priya, lake, nilgiri):
    with nilgiri.scope():
        other = make_customer("Brightway Logistics", email="b@way.example.in").id
    chosen = {"gst_treatment": "regular", "state_code": "29", "country_code": "IN"}  # no inputs, but lists
    fields = inputs_of(priya.get(f"customers/{other}/edit").text)
    assert priya.post(f"customers/{other}/save", fields | chosen | {"city": "Hosur"}).status_code == 303
    again = inputs_of(priya.get(f"customers/{other}/edit").text)
    asked = priya.post(f"customers/{other}/save", again | chosen | {"email": "accounts@lakeview.example.in"})
    assert asked.status_code == 422 and "same e-mail" in asked.text and "Save all the same" in asked.text
    with nilgiri.scope():
        assert find_customer(other).email == "b@way.example.in"


def test_a_strangers_customer_is_never_named(rohan, lake):
    assert rohan.post("customers", **TWIN).status_code == 303


def test_a_type_brings_its_terms_to_a_new_customer(nilgiri):
    with nilgiri.scope():
        kind = client_types.add_type(TypeDraft(name="Wholesale", payment_terms=7))
        manager = client_types.add_manager(ManagerDraft(name="Meera", email="meera@example.in"))
        drafted = {
            "client_type_id": kind.id,
            "account_manager_id": manager.id,
            "credit_limit": Decimal("5000"),
        }
        new = customers.add(CustomerDraft(name="A", payment_terms=None, **drafted), created_by=None, now=NOW)
        assert (new.payment_terms, new.client_type_id, new.account_manager_id) == (7, kind.id, manager.id)
        own = customers.add(CustomerDraft(name="B", payment_terms=45, **drafted), created_by=None, now=NOW)
        assert own.payment_terms == 45
        with pytest.raises(Invalid):
            customers.add(CustomerDraft(name="C", client_type_id=manager.id), created_by=None, now=NOW)
        with pytest.raises(Invalid):
            customers.add(CustomerDraft(name="C", account_manager_id=kind.id), created_by=None, now=NOW)
        with pytest.raises(Invalid):
            customers.add(CustomerDraft(name="C", credit_limit=Decimal(-1)), created_by=None, now=NOW)


def test_the_form_offers_types_managers_and_a_limit(priya, nilgiri):
    with nilgiri.scope():
        kind = client_types.add_type(TypeDraft(name="Wholesale", payment_terms=7)).id
        manager = client_types.add_manager(ManagerDraft(name="Meera", email="meera@example.in")).id
    form = priya.get("customers/new").text
    assert "Wholesale" in form and "Meera" in form and "Credit limit" in form
    typed = {"client_type_id": str(kind), "account_manager_id": str(manager), "credit_limit": "1,00,000"}
    reply = priya.post("customers", {**TWIN, **typed, "payment_terms": ""})
    shown = priya.get(f"{reply.location}?tab=details").text
    assert "Wholesale" in shown and "Meera" in shown and "7 days" in shown and "₹1,00,000.00" in shown
    for field, wrong in (("client_type_id", "x"), ("credit_limit", "-5"), ("account_manager_id", str(kind))):
        refused = priya.post("customers", {**TWIN, "name": "Other", **typed, field: wrong})
        assert refused.status_code == 422, field


def test_an_invoice_above_the_limit_is_advised_against_and_not_refused(nilgiri):
    with nilgiri.scope():
        customer = make_customer("Lake", credit_limit=Decimal("2360.00"))
        make_invoice(customer)
        draft = make_draft(customer)
        line = make_line(draft, "1000.00")

        def advice():
            look = ready.look(draft.id, today=TODAY)
            return [
                str(one.told.message) for one in look.report.advisory if "credit limit" in one.told.message
            ]

        assert advice() == []
        line.rate = Decimal("1000.01")
        find_customer(customer.id).credit_limit = Decimal("2359.99")
        assert len(advice()) == 1
        find_customer(customer.id).credit_limit = None
        assert advice() == []


def test_a_merged_customer_is_not_brought_back(nilgiri, lake):
    with nilgiri.scope():
        gone = make_customer("Twice", merged_into_id=lake, is_active=False)
        with pytest.raises(IllegalMove):
            customers.activate(gone.id, now=NOW)
