"""A payment recorded beside its invoice."""

import html
import re
from decimal import Decimal
from urllib.parse import unquote_plus, urlencode

import pytest

from rms.db.session import db
from rms.models import Invoice, Receipt, ReceiptAllocation
from rms.web import clock
from tests.factories import NOW, make_customer, make_draft
from tests.http import Browser
from tests.rooms.invoices.making import issued_in


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def fields(**changed) -> dict:
    return {"amount": "1180.00", "tds": "", "receipt_date": "22/11/2026", "payment_method": "upi", **changed}


def rows(nilgiri, model) -> list:
    with nilgiri.scope():
        return list(db().query(model))


def test_form_is_prefilled_with_the_balance(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.get(f"invoices/{invoice_id}/_/pay", hx=True)
    assert reply.status_code == 200 and 'id="pay-box"' in reply.text
    assert 'value="1,180.00"' in reply.text and "₹0.00" in reply.text


def test_figures_follow_what_is_typed(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    text = priya.get(f"invoices/{invoice_id}/_/pay?amount=1000&tds=20", hx=True).text
    sums = re.search(r'<dl class="sum" id="pay-sums">.*?</dl>', text, re.S)[0]
    assert "1,020.00" in sums and "₹160.00" in sums


def test_money_and_tds_settle_the_invoice(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/pay", fields(amount="1160", tds="20"))
    assert reply.status_code == 303 and reply.location.endswith(f"/invoices/{invoice_id}")
    with nilgiri.scope():
        invoice = db().query(Invoice).filter_by(id=invoice_id).one()
        assert (invoice.status, invoice.balance) == ("paid", Decimal("0.00"))
        allocation = db().query(ReceiptAllocation).one()
        assert (allocation.allocated_amount, allocation.tds_amount) == (Decimal("1160"), Decimal("20"))
    assert "Paid" in priya.get(f"invoices/{invoice_id}").text


def test_more_than_is_owed_is_refused_at_the_field(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/pay", fields(amount="1180.01"), hx=True)
    assert reply.status_code == 422 and 'id="pay-box"' in reply.text
    assert "1180.01" in reply.text and 'aria-invalid="true"' in reply.text
    assert rows(nilgiri, Receipt) == []


@pytest.mark.parametrize(
    "wrong",
    [{"amount": ""}, {"amount": "abc"}, {"receipt_date": "30 Feb"}, {"tds": "x"}, {"payment_method": "gold"}],
)
def test_bad_input_keeps_what_was_typed(nilgiri, priya: Browser, wrong):
    invoice_id = issued_in(nilgiri)
    reply = priya.post(f"invoices/{invoice_id}/pay", fields(reference="UTR-9", **wrong))
    assert reply.status_code == 422 and "UTR-9" in reply.text
    assert rows(nilgiri, Receipt) == []


def test_sent_twice_it_is_one_receipt(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    form = {**fields(amount="100"), "form_token": "5f0c1d8e-58ab-4c0f-9a10-4a4bb6d15b0b"}
    first, second = (priya.post(f"invoices/{invoice_id}/pay", form) for _ in range(2))
    assert first.location == second.location
    assert len(rows(nilgiri, Receipt)) == 1


def test_a_draft_takes_no_payment(nilgiri, priya: Browser):
    with nilgiri.scope():
        draft_id = make_draft(make_customer()).id
    assert priya.get(f"invoices/{draft_id}/_/pay", hx=True).status_code == 409
    assert priya.post(f"invoices/{draft_id}/pay", fields()).status_code in (409, 422)
    assert rows(nilgiri, Receipt) == []


def test_who_may_not_record_and_who_is_a_stranger(nilgiri, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    assert asha.post(f"invoices/{invoice_id}/pay", fields()).status_code == 403
    assert rohan.get(f"invoices/{invoice_id}/_/pay", hx=True).status_code == 404
    assert rohan.post(f"invoices/{invoice_id}/pay", fields()).status_code == 404


def test_every_figure_is_explained(nilgiri, priya: Browser, asha: Browser, rohan: Browser):
    invoice_id = issued_in(nilgiri)
    page = priya.get(f"invoices/{invoice_id}/explain").text
    for words in ("1 × 1,000.00 = 1,000.00", "18% = 180.00", "CGST 9%", "90.00", "₹1,180.00", "Karnataka"):
        assert words in page, words
    piece = asha.get(f"invoices/{invoice_id}/explain", hx=True).text
    assert piece.lstrip().startswith('<div id="explain"')
    assert rohan.get(f"invoices/{invoice_id}/explain").status_code == 404


@pytest.mark.parametrize(
    ("of", "row"),
    [
        ("line-1", '<tr class="asked" aria-current="true"><td class="first">1. '),
        ("CGST 9%", '<div class="asked" aria-current="true"><dt>CGST 9%'),
        ("Total", '<div class="tot asked" aria-current="true"><dt>Total'),
    ],
)
def test_every_amount_leads_to_its_own_row(nilgiri, asha: Browser, of, row):
    invoice_id = issued_in(nilgiri)
    page = html.unescape(asha.get(f"invoices/{invoice_id}").text)
    links = {unquote_plus(link) for link in re.findall(r'class="why" href="[^"]*/(explain\?[^"]*)"', page)}
    assert f"explain?of={of}" in links
    piece = asha.get(f"invoices/{invoice_id}/explain?{urlencode({'of': of})}", hx=True).text
    assert row in piece
    assert piece.count("aria-current") == 1


PROFESSIONAL = "393(1)-6iii-Db"


def test_tds_is_stored_under_its_section_and_remembered(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    form = fields(amount="540", tds="50", tds_section=PROFESSIONAL, reference="one")
    assert priya.post(f"invoices/{invoice_id}/pay", form).status_code == 303
    [laid] = rows(nilgiri, ReceiptAllocation)
    # 590.00 of 1,180.00 has 500.00 before GST, of which 50.00 is 10 %
    assert (laid.tds_section, laid.tds_rate) == (PROFESSIONAL, 10)
    text = html.unescape(priya.get(f"invoices/{invoice_id}/_/pay", hx=True).text)
    assert "Taxable value 1,000.00, they usually keep back 50.00" in text  # of the 590.00 still owed
    assert f'selected value="{PROFESSIONAL}">s. 393(1), earlier 194J' in text


def test_a_section_that_is_none_is_not_stored(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    form = fields(amount="540", tds="50", tds_section="x" * 99)
    assert priya.post(f"invoices/{invoice_id}/pay", form).status_code == 303
    assert rows(nilgiri, ReceiptAllocation)[0].tds_section is None


def test_a_cheque_is_recorded_subject_to_clearance(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    assert priya.post(f"invoices/{invoice_id}/pay", fields(payment_method="cheque")).status_code == 303
    assert rows(nilgiri, Receipt)[0].status == "pending"
    assert "subject to clearance" in priya.get(f"invoices/{invoice_id}").text


def test_the_same_money_is_asked_about(nilgiri, priya: Browser):
    invoice_id = issued_in(nilgiri)
    form = fields(amount="100", reference="UTR-9")
    assert priya.post(f"invoices/{invoice_id}/pay", form).status_code == 303
    asked = priya.post(f"invoices/{invoice_id}/pay", form, hx=True)
    assert asked.status_code == 422 and "Is this the same money again?" in asked.text
    assert len(rows(nilgiri, Receipt)) == 1 and "UTR-9" in asked.text
    sure = re.search(r'name="sure" value="([^"]+)"', asked.text)[1]
    assert priya.post(f"invoices/{invoice_id}/pay", form | {"sure": sure}).status_code == 303
    assert len(rows(nilgiri, Receipt)) == 2
