"""A form that is sent again: the same one leads to what it made, another one under its token is refused."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from rms.db.session import db
from rms.models import Customer, Invoice, Receipt, ServiceType
from tests import factories
from tests.factories import TODAY
from tests.http import Browser

CUSTOMER = {"name": "Lakeview", "gst_treatment": "unregistered", "country_code": "IN", "payment_terms": "30"}
SERVICE = {"name": "Tea", "default_rate": "100", "tax": "standard"}


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def forms(nilgiri):
    """Every form that makes something: its address, what it holds, what it makes, and something to change."""
    with nilgiri.scope():
        payer = factories.make_customer()
    receipt = {"customer_id": str(payer.id), "amount": "100", "payment_method": "upi"}
    return [
        ("customers", CUSTOMER, Customer, {"name": "Hillview"}),
        ("services", SERVICE, ServiceType, {"name": "Coffee"}),
        ("invoices", {"customer": str(payer.id)}, Invoice, {"customer": ""}),
        ("receipts", {**receipt, "receipt_date": TODAY.isoformat()}, Receipt, {"amount": "200"}),
    ]


def rows(company, model) -> int:
    with company.scope():
        return db().scalar(select(func.count()).select_from(model))


def test_the_same_form_makes_one_thing_and_leads_to_it(priya, nilgiri, forms):
    for path, fields, model, _ in forms:
        before, token = rows(nilgiri, model), str(uuid4())
        first, second = (priya.post(path, fields, form_token=token) for _ in range(2))
        assert (first.status_code, second.status_code) == (303, 303), path
        assert first.location == second.location
        piece = priya.post(path, fields, form_token=token, hx=True)
        assert (piece.status_code, piece.headers["HX-Redirect"]) == (204, first.location)
        assert rows(nilgiri, model) == before + 1


def test_other_contents_under_a_used_token_are_refused_and_not_taken_for_stored(priya, nilgiri, forms):
    """Who goes back, changes the form and sends it must not be shown the first one as saved."""
    for path, fields, model, change in forms:
        token = str(uuid4())
        priya.post(path, fields, form_token=token)
        made = rows(nilgiri, model)
        reply = priya.post(path, {**fields, **change}, form_token=token)
        assert reply.status_code == 409 and "sent before with other contents" in reply.text, path
        assert rows(nilgiri, model) == made
        assert priya.post(path, {**fields, **change}).status_code == 303, "a fresh form is another form"


def test_a_token_of_another_form_is_refused(priya, forms):
    token = str(uuid4())
    for number, (path, fields, _, _) in enumerate(forms):
        assert priya.post(path, fields, form_token=token).status_code == (409 if number else 303), path


def test_a_refused_form_keeps_its_token(priya, nilgiri):
    token, before = str(uuid4()), rows(nilgiri, Customer)
    assert priya.post("customers", {**CUSTOMER, "name": ""}, form_token=token).status_code == 422
    assert priya.post("customers", CUSTOMER, form_token=token).status_code == 303
    assert rows(nilgiri, Customer) == before + 1


def test_a_double_click_makes_one_thing(app, nilgiri, forms):
    """Two requests at once: the second waits for the first and then leads to the same place."""
    browsers = [Browser(app, nilgiri, nilgiri.admin) for _ in range(4)]
    for path, fields, model, _ in forms:
        before, token, replies = rows(nilgiri, model), str(uuid4()), []

        def send(browser, path=path, fields=fields, token=token, replies=replies):
            replies.append(browser.post(path, fields, form_token=token))

        threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert [reply.status_code for reply in replies] == [303] * 4, path
        assert len({reply.location for reply in replies}) == 1
        assert rows(nilgiri, model) == before + 1
