"""The screen on which money is recorded and laid on invoices."""

import html
import re
from uuid import uuid4

import pytest

from rms.db.session import db
from rms.models import Invoice, Receipt
from rms.web import clock
from tests.factories import NOW, TODAY, make_customer, make_draft, make_invoice
from tests.http import Browser, counted_statements


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def lotus(nilgiri):
    """Lotus Valley School with two open invoices: 1,180.00, due first, and 2,360.00."""
    with nilgiri.scope():
        customer = make_customer("Lotus Valley School")
        first = make_invoice(customer, "1000.00", invoice_date=TODAY, due_date=TODAY)
        second = make_invoice(customer, "2000.00")
        return Lotus(customer.id, first.id, second.id)


class Lotus:
    def __init__(self, customer_id, first, second):
        self.id, self.first, self.second = customer_id, first, second

    def fields(self, amount, first="", second="", **more):
        return {
            "customer_id": str(self.id),
            "customer": "Lotus Valley School",
            "amount": amount,
            "receipt_date": "22 Nov 2026",
            "payment_method": "bank_transfer",
            "reference": "HDFCN26324871",
            "notes": "",
            f"alloc-{self.first}": first,
            f"alloc-{self.second}": second,
            **more,
        }


def text_of(reply) -> str:
    return re.sub(r"\s+", " ", html.unescape(reply.get_data(as_text=True)))


def value_of(reply, name) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', text_of(reply))[0]
    return re.search(r'value="([^"]*)"', tag)[1]


def left_in(reply) -> str:
    return re.search(r'class="fig[^"]*"[^>]*>([^<]+)<', text_of(reply))[1]


def receipts_of(company):
    with company.scope():
        return db().query(Receipt).all()


def test_it_opens_empty_and_asks_who_paid(priya: Browser):
    page = text_of(priya.get("receipts/new"))
    assert "Who paid?" in page and 'value="22 Nov 2026"' in page
    assert '<label for="reference">UTR</label>' in page  # of the mode that stands first


def test_an_invoice_fills_in_its_customer_its_row_and_the_amount(priya: Browser, lotus):
    reply = priya.get(f"receipts/new?invoice={lotus.second}")
    assert value_of(reply, "customer") == "Lotus Valley School"
    assert value_of(reply, "amount") == value_of(reply, f"alloc-{lotus.second}") == "2,360.00"
    assert value_of(reply, f"alloc-{lotus.first}") == ""
    assert left_in(reply) == "₹0.00"


def test_a_customer_brings_their_open_invoices_the_longest_due_first(priya: Browser, lotus):
    page = text_of(priya.get(f"receipts/new?customer={lotus.id}"))
    assert "2 open invoices" in page
    assert page.index(str(lotus.first)) < page.index(str(lotus.second))


def test_open_sends_the_table_alone(priya: Browser, lotus):
    reply = priya.get(f"receipts/_/open?customer={lotus.id}&amount=500", hx=True)
    assert text_of(reply).startswith('<div class="sheet" id="alloc">')
    assert 'hx-target="#left"' in text_of(reply) and 'hx-target="#dock"' in text_of(reply)
    assert left_in(reply) == "₹500.00"
    by_name = priya.get("receipts/_/open?customer_id=&customer=lotus+valley+SCHOOL", hx=True)
    assert "2 open invoices" in text_of(by_name)
    assert priya.get(f"receipts/_/open?customer={lotus.id}").status_code == 303


def test_preview_works_everything_out_and_stores_nothing(priya: Browser, lotus, nilgiri):
    reply = priya.post("receipts/_/preview", lotus.fields("2000", "1,180", "20"), hx=True)
    assert reply.status_code == 200
    assert left_in(reply) == "₹800.00"  # 2,000.00 - 1,180.00 - 20.00
    page = text_of(reply)
    assert "Settled" in page and "2,340.00" in page  # 2,360.00 - 20.00
    assert "Keep what is left as" in page and "Advance from customer" in page
    assert page.startswith('<div class="sheet" id="alloc">') and 'id="receipt-head"' in page
    assert value_of(reply, f"alloc-{lotus.first}") == "1,180.00"
    assert value_of(reply, "amount") == "2,000.00" and value_of(reply, "reference") == "HDFCN26324871"
    assert receipts_of(nilgiri) == []


def test_more_than_is_owed_offers_what_fits_in_one_click(priya: Browser, lotus):
    reply = priya.post("receipts/_/preview", lotus.fields("2000", "1200"), hx=True)
    assert "That is ₹20.00 more than is owed." in text_of(reply)
    assert "Use ₹1,180.00" in text_of(reply) and "Fix 1 amount to save" in text_of(reply)
    fixed = priya.post(f"receipts/_/preview?use={lotus.first}", lotus.fields("2000", "1200"), hx=True)
    assert value_of(fixed, f"alloc-{lotus.first}") == "1,180.00"
    assert "more than is owed" not in text_of(fixed)


def test_more_than_the_receipt_turns_left_negative(priya: Browser, lotus):
    reply = priya.post("receipts/_/preview", lotus.fields("1000", "1180"), hx=True)
    assert left_in(reply) == "−₹180.00"
    assert "Allocated ₹180.00 more than the receipt" in text_of(reply)


@pytest.mark.parametrize("typed", ["abc", "-1", "1e9", "NaN", "1.234", "१२ab"])
def test_what_is_no_amount_stays_in_its_row_with_a_sentence(priya: Browser, lotus, typed):
    reply = priya.post("receipts/_/preview", lotus.fields("2000", typed), hx=True)
    assert value_of(reply, f"alloc-{lotus.first}") == typed
    assert f'id="alloc-{lotus.first}-error"' in text_of(reply)
    assert left_in(reply) == "₹2,000.00"


def test_fill_pays_the_longest_due_first_and_undo_brings_back_what_was_typed(priya: Browser, lotus):
    reply = priya.post("receipts/_/fill?mode=oldest", lotus.fields("2000", "", "5"), hx=True)
    assert value_of(reply, f"alloc-{lotus.first}") == "1,180.00"
    assert value_of(reply, f"alloc-{lotus.second}") == "820.00"  # 2,000.00 - 1,180.00
    toast = re.search(r'id="toasts".*?</form>', text_of(reply))[0]
    assert f'name="alloc-{lotus.second}" value="5"' in toast and 'name="amount" value="2000"' in toast
    cleared = priya.post("receipts/_/fill?mode=none", lotus.fields("2000", "1180"), hx=True)
    assert value_of(cleared, f"alloc-{lotus.first}") == "" and left_in(cleared) == "₹2,000.00"


def test_without_a_script_the_same_buttons_answer_with_the_page(priya: Browser, lotus):
    for path in ("receipts/_/preview", "receipts/_/fill?mode=oldest"):
        reply = priya.post(path, lotus.fields("2000", "7", notes="for October"))
        assert reply.status_code == 200 and "<h1>Record receipt</h1>" in text_of(reply)
        assert value_of(reply, "reference") == "HDFCN26324871" and value_of(reply, "notes") == "for October"


def test_it_records_and_leads_to_the_receipt(priya: Browser, lotus, nilgiri):
    reply = priya.post("receipts", lotus.fields("4000", "1180", "2360"))
    [receipt] = receipts_of(nilgiri)
    assert reply.status_code == 303 and reply.location.endswith(f"/receipts/{receipt.id}")
    assert (receipt.unallocated_amount, receipt.created_by) == (460, nilgiri.admin.id)  # 4,000 - 3,540
    with nilgiri.scope():
        statuses = {row.status for row in db().query(Invoice)}
    assert statuses == {"paid"}


def test_sending_it_twice_records_it_once(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("1180", "1180", form_token=str(uuid4()))
    first, second = priya.post("receipts", fields), priya.post("receipts", fields)
    assert first.location == second.location
    assert len(receipts_of(nilgiri)) == 1


def test_a_name_typed_exactly_is_enough(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("100", customer_id="", customer="lotus valley school")
    assert priya.post("receipts", fields).status_code == 303
    assert receipts_of(nilgiri)[0].customer_id == lotus.id


def test_a_name_typed_over_does_not_pay_for_the_one_picked_before(priya: Browser, lotus, nilgiri):
    with nilgiri.scope():
        other = make_customer("Brightway Logistics").id
    assert priya.post("receipts", lotus.fields("100", customer="Brightway Logistics")).status_code == 303
    assert receipts_of(nilgiri)[0].customer_id == other
    refused = priya.post("receipts", lotus.fields("100", customer="Nobody we know"))
    assert refused.status_code == 422 and "No customer has this name" in text_of(refused)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": ""}, "Enter the amount that arrived."),
        ({"amount": "0"}, "Enter the amount that arrived. It must be more than 0"),
        ({"amount": "abc"}, "The amount must be a number, like 500 or 1,250.50"),
        ({"receipt_date": "23 Nov 2026"}, "This day has not come yet."),
        ({"receipt_date": "30 Feb"}, "There is no 30 February in 2026"),
        ({"receipt_date": "1 Jan 2016"}, "Choose a date from 1 Jul 2017"),
        ({"payment_method": "barter"}, "Not a valid choice"),
        ({"reference": "x" * 101}, "100 characters"),
        ({"customer": "", "customer_id": ""}, "Choose who paid."),
    ],
)
def test_it_rejects_bad_input_and_keeps_what_was_typed(priya: Browser, lotus, nilgiri, changes, sentence):
    reply = priya.post("receipts", {**lotus.fields("500", "100"), **changes})
    assert reply.status_code == 422
    assert sentence.lower() in text_of(reply).lower() and "<title>Error:" in text_of(reply)
    for name, value in changes.items():
        if name not in ("payment_method", "customer_id"):
            assert value_of(reply, name) == value
    assert receipts_of(nilgiri) == []


def test_amounts_that_do_not_fit_are_listed_above_the_form(priya: Browser, lotus, nilgiri):
    reply = priya.post("receipts", lotus.fields("1000", "1200", "abc"))
    page = text_of(reply)
    assert reply.status_code == 422 and "3 things to fix before this can be saved" in page
    assert f'href="#alloc-{lotus.first}"' in page and f'href="#alloc-{lotus.second}"' in page
    assert "Allocated ₹200.00 more than the receipt" in page  # 1,200.00 - 1,000.00
    assert receipts_of(nilgiri) == []


def test_an_invoice_paid_in_the_meantime_is_named_and_leaves_the_list(priya: Browser, lotus, nilgiri):
    assert priya.post("receipts", lotus.fields("1180", "1180")).status_code == 303
    reply = priya.post("receipts", lotus.fields("1180", "1180", reference="another"))
    assert reply.status_code == 422 and "is already paid" in text_of(reply)
    assert f'name="alloc-{lotus.first}"' not in text_of(reply)
    assert len(receipts_of(nilgiri)) == 1


def test_a_draft_or_an_invoice_of_another_customer_takes_no_money(priya: Browser, lotus, nilgiri):
    with nilgiri.scope():
        other = make_customer("Brightway Logistics")
        draft, foreign = make_draft(other).id, make_invoice(other).id
    for invoice_id in (draft, foreign):
        reply = priya.post("receipts", lotus.fields("100", **{f"alloc-{invoice_id}": "100"}))
        assert reply.status_code == 422
        assert "This invoice is not one of this customer's open invoices" in text_of(reply)


def test_another_tenant_gets_404(rohan: Browser, lotus, nilgiri):
    assert rohan.get(f"receipts/new?customer={lotus.id}").status_code == 404
    assert rohan.get(f"receipts/new?invoice={lotus.first}").status_code == 404
    assert rohan.get(f"receipts/_/open?customer={lotus.id}", hx=True).status_code == 404
    for path in ("receipts", "receipts/_/preview", "receipts/_/fill"):
        assert rohan.post(path, lotus.fields("100", "100")).status_code == 404
    assert rohan.get(f"/c/{nilgiri.slug}/receipts/new").status_code == 404
    assert receipts_of(nilgiri) == []


def test_a_role_without_it_gets_403(asha: Browser, imran: Browser, lotus):
    assert asha.get("receipts/new").status_code == 403
    assert asha.get(f"receipts/_/open?customer={lotus.id}", hx=True).status_code == 403
    for path in ("receipts", "receipts/_/preview", "receipts/_/fill"):
        assert asha.post(path, lotus.fields("100")).status_code == 403
    assert imran.get("receipts/new").status_code == 200


def test_a_preview_costs_the_same_for_many_invoices(priya: Browser, lotus, nilgiri):
    with counted_statements() as few:
        priya.post("receipts/_/preview", lotus.fields("2000"), hx=True)
    with nilgiri.scope():
        customer = db().get(Invoice, (nilgiri.tenant_id, lotus.first)).customer
        for _ in range(60):
            make_invoice(customer)
    with counted_statements() as many:
        priya.post("receipts/_/fill?mode=oldest", lotus.fields("2000"), hx=True)
    assert len(few) == len(many) == 5, few  # session, customer, open invoices, what they keep back, sections


def test_what_was_refused_is_worked_out_again_until_nothing_stands_against_it(priya: Browser, lotus):
    refused = priya.post("receipts", lotus.fields("100", "300"))
    assert refused.status_code == 422
    assert 'name="refused" value="1" form="receipt"' in refused.text
    assert "data-take-focus" in refused.text
    better = priya.post("receipts/_/preview", lotus.fields("200", "300", refused="1"), hx=True)
    assert "Allocated ₹100.00 more than the receipt" in text_of(better)
    assert "data-take-focus" not in better.text  # the cursor stays where it is typing
    right = priya.post("receipts/_/preview", lotus.fields("300", "300", refused="1"), hx=True)
    assert '<hx-partial hx-target="#problems"' in right.text
    assert "to fix before" not in right.text
    before = priya.post("receipts/_/preview", lotus.fields("100", "300"), hx=True)
    assert "#problems" not in before.text
