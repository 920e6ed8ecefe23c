"""The editor's page, the head, issuing and throwing away."""

import pytest

from rms.actions import invoices as drafts
from rms.db.session import db
from rms.models import Invoice
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import TODAY
from tests.http import counted_statements

CREW = {"name": "Housekeeping crew", "hsn_sac": "998533", "quantity": "6", "rate": "14500", "tax": "18"}


@pytest.fixture
def draft_id(nilgiri):
    with nilgiri.scope():
        buyer = factories.make_customer("Sundaram Precision Tools", state_code="33")
        invoice = drafts.create_draft(customer_id=buyer.id, today=TODAY, created_by=nilgiri.admin.id)
        drafts.add_line(invoice.id, cells=CREW)
        return invoice.id


def head(nilgiri, draft_id, **changes):
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
    fields = {
        "version": invoice.version,
        "customer_id": invoice.customer_id,
        "customer": "Sundaram Precision Tools",
        "invoice_date": "22 Nov 2026",
        "payment_terms": "30",
        "due_date": "22 Dec 2026",
        "place_of_supply": "33",
        "reference_number": "",
        "notes": "",
    }
    return {**fields, **changes}


def test_a_new_draft_opens_in_its_editor_once(priya, nilgiri):
    token = "7d9ff4c6-2a4c-4d84-9a37-111111111111"
    first = priya.post("invoices", form_token=token)
    again = priya.post("invoices", form_token=token)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert priya.get(first.location).status_code == 200
    with nilgiri.scope():
        assert db().query(Invoice).count() == 1


def test_a_form_without_its_token_is_told(priya):
    reply = priya.post("invoices", form_token="")
    assert reply.status_code == 422
    assert "lost its token" in reply.text


def test_the_page_shows_head_lines_and_totals(priya, draft_id):
    page = priya.get(f"invoices/{draft_id}/edit")
    assert page.status_code == 200
    for text in ("Sundaram Precision Tools", "Housekeeping crew", "14,500.00", "₹1,02,660.00", "/26-27/0001"):
        assert text in page.text


def test_the_page_runs_a_fixed_number_of_statements(priya, nilgiri, draft_id):
    with nilgiri.scope():
        for _ in range(40):
            drafts.add_line(draft_id, cells=CREW)
    with counted_statements() as sent:
        assert priya.get(f"invoices/{draft_id}/edit").status_code == 200
    # person, overdue count of the navigation, invoice with customer, lines, terms, what they owe, next number
    assert len(sent) == 7, sent


def test_another_tenant_gets_404(rohan, nilgiri, draft_id):
    assert rohan.get(f"invoices/{draft_id}/edit").status_code == 404
    assert rohan.get(f"invoices/{draft_id}/_/party").status_code == 404
    for act in ("head", "issue", "delete"):
        assert rohan.post(f"invoices/{draft_id}/{act}", head(nilgiri, draft_id)).status_code == 404
    assert rohan.get(f"/c/{nilgiri.slug}/invoices/{draft_id}/edit").status_code == 404


def test_a_rivals_customer_cannot_be_billed(priya, sahyadri, nilgiri, draft_id):
    with sahyadri.scope():
        theirs = factories.make_customer("Their customer", state_code="27").id
    reply = priya.post(f"invoices/{draft_id}/head", head(nilgiri, draft_id, customer_id=theirs), hx=True)
    assert reply.status_code == 404
    assert priya.post("invoices", customer=str(theirs)).status_code == 404


def test_a_role_without_it_gets_403(asha, nilgiri, draft_id):
    assert asha.get(f"invoices/{draft_id}/edit").status_code == 403
    assert asha.post("invoices").status_code == 403
    assert asha.post(f"invoices/{draft_id}/issue").status_code == 403


def test_a_changed_term_moves_the_due_date(priya, nilgiri, draft_id):
    reply = priya.post(f"invoices/{draft_id}/head", head(nilgiri, draft_id, payment_terms="7"), hx=True)
    assert reply.status_code == 200
    assert "29 Nov 2026" in reply.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"invoice_date": "30 Feb 2026"}, "30"),
        ({"invoice_date": ""}, "Give the date of the invoice."),
        ({"invoice_date": "1 Jan 0001"}, "2017"),
        ({"due_date": "1 Nov 2026"}, "The due date is before the invoice date."),
        ({"customer_id": "", "customer": "Nobody & Sons"}, "No customer has this name."),
        ({"reference_number": "x" * 101}, "100"),
    ],
)
def test_a_bad_head_is_refused_at_its_field_and_kept(priya, nilgiri, draft_id, changes, sentence):
    reply = priya.post(f"invoices/{draft_id}/head", head(nilgiri, draft_id, **changes), hx=True)
    assert reply.status_code == 422
    assert sentence in reply.text
    for name, typed in changes.items():
        if typed and name != "customer_id":
            assert typed.replace("&", "&amp;") in reply.text


def test_a_name_typed_exactly_finds_its_customer(priya, nilgiri, draft_id):
    with nilgiri.scope():
        other = factories.make_customer("Lotus Valley School", state_code="29").id
    fields = head(nilgiri, draft_id, customer_id="", customer="lotus valley school")
    reply = priya.post(f"invoices/{draft_id}/head", fields, hx=True)
    assert reply.status_code == 200
    assert "CGST 9%" in reply.text
    with nilgiri.scope():
        assert find_invoice(draft_id).customer_id == other


def test_a_stale_head_gets_409_with_both(priya, nilgiri, draft_id):
    stale = head(nilgiri, draft_id, reference_number="MINE/1")
    priya.post(f"invoices/{draft_id}/head", head(nilgiri, draft_id, reference_number="THEIRS/2"), hx=True)
    reply = priya.post(f"invoices/{draft_id}/head", stale, hx=True)
    assert reply.status_code == 409
    assert "MINE/1" in reply.text
    assert "THEIRS/2" in reply.text


def test_issuing_gives_the_number_and_leads_to_the_invoice(priya, nilgiri, draft_id):
    reply = priya.post(f"invoices/{draft_id}/issue", send="0")
    assert reply.status_code == 303
    assert reply.location == f"/c/{nilgiri.slug}/invoices/{draft_id}"
    with nilgiri.scope():
        invoice = find_invoice(draft_id)
        assert invoice.invoice_number.endswith("/26-27/0001")
        assert invoice.status == "pending"
    assert priya.get(f"invoices/{draft_id}/edit").location == reply.location


def test_issuing_twice_with_one_form_leads_to_the_same_page(priya, draft_id):
    token = "7d9ff4c6-2a4c-4d84-9a37-222222222222"
    first = priya.post(f"invoices/{draft_id}/issue", send="0", form_token=token)
    again = priya.post(f"invoices/{draft_id}/issue", send="0", form_token=token)
    assert (first.status_code, first.location) == (again.status_code, again.location)


def test_what_is_not_ready_is_listed_with_a_link_to_each_field(priya, nilgiri, draft_id):
    with nilgiri.scope():
        line = lines_of(draft_id)[1]
        cells = {**CREW, "hsn_sac": "", "quantity": "abc"}
        drafts.change_line(draft_id, line.id, cells, version=line.version)
    reply = priya.post(f"invoices/{draft_id}/issue", send="0")
    assert reply.status_code == 422
    assert f'href="#lines-{line.id}-name"' in reply.text
    assert "Line 1 has something that cannot be read." in reply.text
    with nilgiri.scope():
        assert find_invoice(draft_id).is_draft
        assert len(lines_of(draft_id)) == 2  # the blank line is still there: nothing was half done


def test_a_draft_can_be_thrown_away_and_an_invoice_cannot(priya, nilgiri, draft_id):
    assert priya.post(f"invoices/{draft_id}/delete").status_code == 303
    assert priya.get(f"invoices/{draft_id}/edit").status_code == 404
    with nilgiri.scope():
        issued = factories.make_invoice(factories.make_customer()).id
    assert priya.post(f"invoices/{issued}/delete").status_code == 409


def test_a_customer_without_address_stops_issue_and_send_and_nothing_is_issued(priya, nilgiri, draft_id):
    with nilgiri.scope():
        find_invoice(draft_id).customer.email = None
    reply = priya.post(f"invoices/{draft_id}/issue", send="1")
    assert reply.status_code == 422
    assert "/26-27/0001" in reply.text  # still the next number, not a used one
    with nilgiri.scope():
        assert find_invoice(draft_id).is_draft
    assert priya.post(f"invoices/{draft_id}/issue", send="0").status_code == 303
    with nilgiri.scope():
        assert find_invoice(draft_id).invoice_number.endswith("/26-27/0001")


def test_a_name_typed_over_a_picked_one_wins(priya, nilgiri, draft_id):
    with nilgiri.scope():
        other = factories.make_customer("Lotus Valley School", state_code="29").id
    reply = priya.post(
        f"invoices/{draft_id}/head", head(nilgiri, draft_id, customer="Lotus Valley School"), hx=True
    )
    assert reply.status_code == 200
    with nilgiri.scope():
        assert find_invoice(draft_id).customer_id == other
