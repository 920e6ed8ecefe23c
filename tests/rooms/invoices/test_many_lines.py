"""Several lines at once: pasted, copied, moved, taken over, and all saved without a script."""

import pytest

from rms.actions import invoices as drafts
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import TODAY
from tests.rooms.invoices.making import issued

CELLS = {"name": "Crew", "hsn_sac": "998533", "quantity": "6", "rate": "14,500", "tax": "18"}


@pytest.fixture
def draft_id(nilgiri):
    with nilgiri.scope():
        buyer = factories.make_customer("Sundaram Precision Tools", state_code="33")
        issued(buyer, "250", name="Last month")
        return drafts.create_draft(
            customer_id=buyer.id, today=TODAY, created_by=nilgiri.admin.id, lines=[CELLS]
        ).id


def names(nilgiri, draft_id):
    with nilgiri.scope():
        return [line.name for line in lines_of(draft_id)]


def test_pasted_rows_come_in_and_a_bad_one_is_marked(priya, nilgiri, draft_id):
    reply = priya.post(f"invoices/{draft_id}/lines/paste", {"rows": "A\t2\t100\nB\tx\t5"}, hx=True)
    assert reply.status_code == 200
    assert "2 rows added, 1 needs a look" in reply.headers["HX-Trigger"]
    assert names(nilgiri, draft_id) == ["Crew", "A", "B"]
    # 87,000.00 and 200.00; B counts nothing
    with nilgiri.scope():
        assert find_invoice(draft_id).subtotal == 87_200
    assert priya.post(f"invoices/{draft_id}/lines/paste", {"rows": "x\n" * 1000}, hx=True).status_code == 422
    assert names(nilgiri, draft_id) == ["Crew", "A", "B"]


def test_the_last_invoice_is_taken_over(priya, nilgiri, draft_id):
    reply = priya.post(f"invoices/{draft_id}/lines/from-last", hx=True)
    assert reply.status_code == 200
    assert names(nilgiri, draft_id)[-1] == "Last month"


def test_a_copy_and_a_move(priya, nilgiri, draft_id):
    with nilgiri.scope():
        line = lines_of(draft_id)[0].id
    assert priya.post(f"invoices/{draft_id}/lines/{line}/copy", hx=True).status_code == 200
    priya.post(f"invoices/{draft_id}/lines/from-last", hx=True)
    assert priya.post(f"invoices/{draft_id}/lines/{line}/move", {"before": ""}, hx=True).status_code == 200
    assert names(nilgiri, draft_id)[-1] == "Crew"
    with nilgiri.scope():
        assert lines_of(draft_id)[-1].id == line


def whole(nilgiri, draft_id, **cells):
    with nilgiri.scope():
        invoice, line = find_invoice(draft_id), lines_of(draft_id)[0]
        head = {
            "version": invoice.version,
            "customer_id": invoice.customer_id,
            "customer": "",
            "invoice_date": "22 Nov 2026",
            "payment_terms": "30",
            "due_date": "22 Dec 2026",
            "place_of_supply": "33",
            "discount": "10",
        }
        typed = {**CELLS, "version": line.version, **cells}
        return {**head, **{f"lines-{line.id}-{name}": text for name, text in typed.items()}}


def test_without_a_script_all_is_saved_in_one_act(priya, nilgiri, draft_id):
    form = whole(nilgiri, draft_id, quantity="2*5")
    assert priya.post(f"invoices/{draft_id}/save", {**form, "act": "add"}).status_code == 303
    with nilgiri.scope():
        # 10 x 14,500 = 1,45,000 less 10 %
        assert find_invoice(draft_id).subtotal == 130_500
        assert len(lines_of(draft_id)) == 2
    stale = priya.post(f"invoices/{draft_id}/save", {**form, "discount": "99"})
    assert stale.status_code == 409
    assert 'value="99"' in stale.text
    with nilgiri.scope():
        assert find_invoice(draft_id).discount_percent == 10


def test_a_discount_above_everything_is_refused_in_words(priya, nilgiri, draft_id):
    form = whole(nilgiri, draft_id)
    reply = priya.post(f"invoices/{draft_id}/save", {**form, "discount": "101"})
    assert reply.status_code == 422
    assert "A percentage is at most 100" in reply.text


def test_a_draft_thrown_away_comes_back(priya, nilgiri, draft_id):
    assert priya.post(f"invoices/{draft_id}/delete").status_code == 303
    assert priya.post(f"invoices/{draft_id}/restore").status_code == 303
    assert names(nilgiri, draft_id) == ["Crew"]
