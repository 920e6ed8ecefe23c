"""Lines of a draft, as htmx saves them: one row, the totals, the dock and the saved state in one reply."""

import json
import re

import pytest

from rms.actions import invoices as drafts
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import TODAY
from tests.http import counted_statements

CREW = {"name": "Housekeeping crew", "hsn_sac": "998533", "quantity": "6", "rate": "14,500", "tax": "18"}


@pytest.fixture
def draft(nilgiri):
    with nilgiri.scope():
        buyer = factories.make_customer("Sundaram Precision Tools", state_code="33")
        invoice = drafts.create_draft(customer_id=buyer.id, today=TODAY, created_by=nilgiri.admin.id)
        return invoice.id, lines_of(invoice.id)[0].id


def cells(line_id, version=1, **changes):
    typed = {**CREW, **changes}
    return {f"lines-{line_id}-{name}": value for name, value in {**typed, "version": version}.items()}


def save(browser, draft, **changes):
    invoice_id, line_id = draft
    return browser.post(f"invoices/{invoice_id}/lines/{line_id}", cells(line_id, **changes), hx=True)


def targets(reply):
    return re.findall(r'hx-target="(#[^"]+)" hx-swap="outerMorph"><', reply.text)


def test_it_works(priya, draft):
    reply = save(priya, draft)
    assert reply.status_code == 200
    assert reply.text.lstrip().startswith(f'<tbody class="line-body" id="line-{draft[1]}"')
    # 6 x 14,500 = 87,000.00; IGST 18 % 15,660.00; total 1,02,660.00
    for figure in ("87,000.00", "15,660.00", "₹1,02,660.00", "IGST 18%", "Karnataka to Tamil Nadu"):
        assert figure in reply.text
    partials = re.findall(r'<hx-partial hx-target="(#[^"]+)"', reply.text)
    assert partials == ["#totals", "#dock", "#save-state"]


def test_another_tenant_gets_404(rohan, draft, nilgiri):
    assert save(rohan, draft).status_code == 404
    invoice_id, line_id = draft
    for path in ("", f"/{line_id}/delete", f"/{line_id}/restore"):
        assert rohan.post(f"invoices/{invoice_id}/lines{path}", hx=True).status_code == 404
    theirs = f"/c/{nilgiri.slug}/invoices/{invoice_id}/lines/{line_id}"
    assert rohan.post(theirs, cells(line_id), hx=True).status_code == 404


def test_a_role_without_it_gets_403(asha, draft):
    assert save(asha, draft).status_code == 403


@pytest.mark.parametrize("quantity", ["abc", "-1", "1e9", "NaN"])
def test_it_keeps_bad_input_in_the_row_and_out_of_the_total(priya, draft, quantity):
    save(priya, draft)
    reply = save(priya, draft, version=2, quantity=quantity)
    assert reply.status_code == 422
    assert f'value="{quantity}"' in reply.text
    assert "Quantity must be" in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert "1 line is left out" in reply.text
    page = priya.get(f"invoices/{draft[0]}/edit")
    assert f'value="{quantity}"' in page.text
    assert "Quantity must be" in page.text


def test_a_stale_version_gets_409_with_both(priya, imran, draft):
    save(priya, draft)
    reply = save(imran, draft, version=1, quantity="8")
    assert reply.status_code == 409
    assert "Stored now:" in reply.text
    assert "6 × 14,500.00" in reply.text
    assert 'value="8"' in reply.text
    assert f'name="lines-{draft[1]}-version" value="2"' in reply.text


def test_a_line_is_added_with_the_focus_in_it(priya, draft):
    reply = priya.post(f"invoices/{draft[0]}/lines", hx=True)
    assert reply.status_code == 200
    target = json.loads(reply.headers["HX-Trigger"])["focus"]["target"]
    assert f'id="{target[1:]}"' in reply.text


def test_a_deleted_line_comes_back(priya, draft):
    save(priya, draft)
    invoice_id, line_id = draft
    gone = priya.post(f"invoices/{invoice_id}/lines/{line_id}/delete", hx=True)
    assert f'<tbody id="line-{line_id}" hidden>' in gone.text
    assert "Undo" in gone.text
    back = priya.post(f"invoices/{invoice_id}/lines/{line_id}/restore", hx=True)
    assert "₹1,02,660.00" in back.text
    assert "Housekeeping crew" in back.text


def test_a_plain_browser_is_sent_back_to_the_editor(priya, draft, nilgiri):
    reply = priya.post(f"invoices/{draft[0]}/lines/{draft[1]}", cells(draft[1]))
    assert reply.status_code == 303
    assert reply.location == f"/c/{nilgiri.slug}/invoices/{draft[0]}/edit"


@pytest.mark.parametrize("others", [0, 60])
def test_a_save_runs_at_most_eight_statements_whatever_the_number_of_lines(priya, nilgiri, draft, others):
    with nilgiri.scope():
        for _ in range(others):
            drafts.add_line(draft[0], cells=CREW)
    with counted_statements() as sent:
        reply = save(priya, draft)
    assert reply.status_code == 200
    assert len(sent) <= 8, sent


def test_a_total_that_does_not_fit_is_refused_and_nothing_is_lost(priya, nilgiri, draft):
    save(priya, draft)
    reply = save(priya, draft, version=2, quantity="999999999", rate="99999999999")
    assert reply.status_code == 422
    assert "too large" in reply.text
    with nilgiri.scope():
        assert find_invoice(draft[0]).total == 0


def test_the_largest_bill_a_person_would_write(priya, draft):
    reply = save(priya, draft, quantity="1", rate="99,99,99,999.99", tax="0")
    assert "₹1,00,00,00,000.00" in reply.text  # 99,99,99,999.99 rounded off by 0.01
    assert "99,99,99,999.99" in reply.text


def test_long_text_is_refused_in_words(priya, draft):
    reply = save(priya, draft, name="x" * 10_000)
    assert reply.status_code == 422
    assert "At most 255 characters fit" in reply.text
