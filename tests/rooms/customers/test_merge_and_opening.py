"""Merging two customers and bringing in an old balance, through their pages."""

from uuid import uuid4

import pytest

from rms.db.session import db
from rms.queries.customers import find_customer
from rms.queries.duplicates import look_alikes
from tests.factories import gstin_of, make_customer, make_invoice, make_receipt

OLD = {"number": "OLD/17", "amount": "1,180.50", "invoice_date": "1 Apr 2026", "due_date": "1 May 2026"}


@pytest.fixture
def pair(nilgiri):
    """The ids of a customer and of its double, who owes something."""
    with nilgiri.scope():
        into, twice = make_customer("Lotus Valley School"), make_customer("Lotus Vally School")
        make_invoice(twice, invoice_number="NFS/7")
        make_receipt(twice, "100.00")
        return into.id, twice.id


def test_the_double_is_proposed_shown_and_merged(priya, pair, nilgiri):
    into, twice = pair
    asked = priya.get(f"customers/{twice}/merge").text
    assert "Looks the same" in asked and "nearly the same name" in asked and f"into={into}" in asked
    both = priya.get(f"customers/{twice}/merge?into={into}").text
    assert "₹1,180.00" in both and "Merge into Lotus Valley School" in both and "cannot be undone" in both
    with nilgiri.scope():
        assert find_customer(twice).merged_into_id is None
    reply = priya.post(f"customers/{twice}/merge", into=str(into))
    assert reply.status_code == 303 and reply.location.endswith(str(into))
    assert "₹1,180.00" in priya.get(reply.location).text
    old = priya.get(f"customers/{twice}").text
    assert "This customer was merged into Lotus Valley School." in old and f"/customers/{into}" in old
    assert "Lotus Vally" not in priya.get("customers").text


def test_a_name_without_a_script(priya, pair):
    into, twice = pair
    assert (
        "Merge into Lotus Valley School"
        in priya.get(f"customers/{twice}/merge?customer=lotus+valley+school").text
    )
    assert "No customer has exactly this name." in priya.get(f"customers/{twice}/merge?customer=nobody").text


def test_different_gstins_are_refused_on_both_pages(priya, nilgiri):
    with nilgiri.scope():
        one = make_customer("One", state_code="29", gst_number=gstin_of("29")).id
        two = make_customer("Two", state_code="33", gst_number=gstin_of("33")).id
    shown = priya.get(f"customers/{one}/merge?into={two}")
    assert "Different registrations are different recipients." in shown.text
    assert "Merge into Two" not in shown.text
    reply = priya.post(f"customers/{one}/merge", into=str(two))
    assert reply.status_code == 422 and "Different registrations" in reply.text


def test_who_may_not_and_what_is_not_there(priya, asha, rohan, pair, sahyadri):
    into, twice = pair
    with sahyadri.scope():
        theirs = make_customer("Theirs").id
    assert asha.get(f"customers/{twice}/merge").status_code == 403
    assert asha.post(f"customers/{twice}/merge", into=str(into)).status_code == 403
    assert rohan.get(f"customers/{twice}/merge").status_code == 404
    assert rohan.post(f"customers/{theirs}/merge", into=str(into)).status_code == 404
    for wrong in (str(theirs), str(uuid4()), "x", ""):
        assert priya.post(f"customers/{twice}/merge", into=wrong).status_code == 404
    assert priya.get(f"customers/{twice}/merge?into={theirs}").status_code == 404


def test_an_old_balance_is_brought_in_and_shown(priya, pair):
    into, _ = pair
    reply = priya.post(f"customers/{into}/opening", **OLD)
    assert reply.status_code == 303
    shown = priya.get(reply.location).text
    assert "OLD/17" in shown and "Opening balance" in shown and "₹1,180.50" in shown
    assert "Opening balance <a" in priya.get(f"customers/{into}").text
    assert "OLD/17" in priya.get("invoices").text


def test_its_page_offers_no_paper(priya, pair, nilgiri):
    into, _ = pair
    priya.post(f"customers/{into}/opening", **OLD)
    listed = priya.get(f"customers/{into}?tab=invoices").text
    url = next(part for part in listed.split('"') if "/invoices/" in part and "-" in part.rsplit("/", 1)[-1])
    shown = priya.get(url)
    assert shown.status_code == 200 and "Open PDF" not in shown.text and 'id="open-send"' not in shown.text
    assert priya.get(f"{url}/invoice.pdf").status_code == 409
    assert priya.get(f"{url}/send").status_code == 409
    assert priya.post(f"{url}/link", expires_on="").status_code == 409
    assert priya.post(f"{url}/remind").status_code == 409


def test_a_mistake_keeps_what_was_typed(priya, pair):
    into, _ = pair
    reply = priya.post(f"customers/{into}/opening", **OLD | {"amount": "x", "invoice_date": "31 Feb"})
    assert reply.status_code == 422 and 'value="x"' in reply.text and 'value="OLD/17"' in reply.text
    taken = priya.post(f"customers/{into}/opening", **OLD | {"number": "NFS/7"})
    assert taken.status_code == 422 and "Another invoice has the number NFS/7" in taken.text


def test_old_balances_of_strangers(asha, rohan, pair):
    into, _ = pair
    assert rohan.get(f"customers/{into}/opening").status_code == 404
    assert rohan.post(f"customers/{into}/opening", **OLD).status_code == 404
    assert asha.get(f"customers/{into}/opening").status_code == 403
    assert asha.post(f"customers/{into}/opening", **OLD).status_code == 403


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "Somebody else", "gst_number": gstin_of("29", "AALCM9032F")}, ("gstin",)),
        ({"name": "Somebody else", "pan_number": "AALCM9032F"}, ("pan",)),
        ({"name": "Somebody else", "email": "ACCOUNTS@lakeview.example.in"}, ("email",)),
        ({"name": "Somebody else", "phone": "098450-12345"}, ("phone",)),
        ({"name": "M/s. Lakeview Residency Pvt. Ltd."}, ("name",)),
        ({"name": "LAKEVIEW  RESIDENCY PRIVATE LIMITED"}, ("name",)),
        ({"name": "Lakeview Residancy"}, ("name",)),
        ({"name": "Somebody else", "phone": "12345"}, None),
        ({"name": "Brightway Logistics"}, None),
        ({"name": "Pvt Ltd"}, None),
        ({"name": "%_'\\"}, None),
        ({"name": None}, None),
    ],
)
def test_who_looks_the_same(nilgiri, sahyadri, typed, why):
    with sahyadri.scope():
        make_customer("Somebody else")
    with nilgiri.scope():
        lake = make_customer(pan_number="AALCM9032F", phone="+91 98450 12345")
        gone = make_customer("Brightway Logistics", email=None, gst_number=gstin_of("29"))
        gone.merged_into_id, gone.is_active = lake.id, False
        db().flush()
        found = look_alikes(**typed)
        assert [(one.id, one.why) for one in found] == ([(lake.id, why)] if why else [])
        assert look_alikes(**typed, besides=lake.id) == []
