"""TDS, write-off, charges and the question about the same money on the screen that records a receipt."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from rms.db.session import db
from rms.models import Customer, Receipt, ReceiptAllocation
from rms.web import clock
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt
from tests.http import Browser
from tests.rooms.receipts.test_new import Lotus, left_in, receipts_of, text_of, value_of

PROFESSIONAL = "393(1)-6iii-Db"


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def lotus(nilgiri):
    """Two open invoices: 1,180.00 with 1,000.00 before GST, due first, and 2,360.00 with 2,000.00."""
    with nilgiri.scope():
        customer = make_customer("Lotus Valley School")
        first = make_invoice(customer, "1000.00", invoice_date=TODAY, due_date=TODAY)
        second = make_invoice(customer, "2000.00")
        return Lotus(customer.id, first.id, second.id)


@pytest.fixture
def with_habit(nilgiri, lotus):
    """They kept back 10 % of an earlier invoice under s. 194J."""
    with nilgiri.scope():
        customer = db().get(Customer, (nilgiri.tenant_id, lotus.id))
        before = make_invoice(customer, "500.00", invoice_date=TODAY - dt.timedelta(days=60))
        receipt = make_receipt(customer, "540.00", receipt_date=TODAY - dt.timedelta(days=30))
        # 540.00 + 50.00 = 590.00
        make_allocation(receipt, before, "540.00", tds_amount=Decimal(50), tds_section=PROFESSIONAL)
    return lotus


def laid_on(company, invoice_id) -> ReceiptAllocation:
    with company.scope():
        return db().query(ReceiptAllocation).filter_by(invoice_id=invoice_id).one()


def preview(priya, fields, query=""):
    reply = priya.post(f"receipts/_/preview{query}", fields, hx=True)
    assert reply.status_code == 200
    return reply


def test_tds_write_off_and_cash_settle_a_row(priya: Browser, lotus):
    # 1,180.00 - 100.00 - 5.00 = 1,075.00
    fields = lotus.fields("1075", "1075", **{f"tds-{lotus.first}": "100", f"off-{lotus.first}": "5"})
    page = text_of(preview(priya, fields))
    assert "Settled" in page and "Why is ₹5.00 written off?" in page
    assert re.search(r"TDS to claim</dt><dd>100\.00<", page) and re.search(
        r"Written off</dt><dd>5\.00<", page
    )
    assert "to save" not in page  # the reason is asked for, and not yet missing


def test_it_stores_every_part(priya: Browser, lotus, nilgiri):
    row = {"tds": "100", "off": "5", "why": "Rounding", "gst": "20"}
    fields = lotus.fields("1055", "1055", **{f"{part}-{lotus.first}": text for part, text in row.items()})
    reply = priya.post("receipts", fields | {"tds_section": PROFESSIONAL})
    assert reply.status_code == 303, text_of(reply)
    laid = laid_on(nilgiri, lotus.first)
    assert (laid.tds_amount, laid.tds_section, laid.tds_rate) == (100, PROFESSIONAL, 10)
    assert (laid.gst_tds_amount, laid.write_off_amount, laid.write_off_reason) == (20, 5, "Rounding")
    assert laid.settled_amount == 1180


def test_a_row_may_have_a_section_of_its_own(priya: Browser, lotus, nilgiri):
    own = {f"tds-{lotus.first}": "20", f"sec-{lotus.first}": "393(1)-6i", "tds_section": PROFESSIONAL}
    assert priya.post("receipts", lotus.fields("100", "100", **own)).status_code == 303
    assert laid_on(nilgiri, lotus.first).tds_section == "393(1)-6i"


def test_a_section_that_is_none_is_not_stored(priya: Browser, lotus, nilgiri):
    made_up = {f"tds-{lotus.first}": "20", "tds_section": "x" * 500, f"sec-{lotus.first}": "y" * 500}
    assert priya.post("receipts", lotus.fields("100", "100", **made_up)).status_code == 303
    assert laid_on(nilgiri, lotus.first).tds_section is None


def test_too_much_with_tds_offers_the_cash_that_fits(priya: Browser, lotus):
    fields = lotus.fields("2000", "1180", **{f"tds-{lotus.first}": "100"})
    page = text_of(preview(priya, fields))
    assert "That is ₹100.00 more than is owed." in page and "Use ₹1,080.00" in page and "−100.00" in page
    fixed = preview(priya, fields, f"?use={lotus.first}")
    assert value_of(fixed, f"alloc-{lotus.first}") == "1,080.00"
    assert value_of(fixed, f"tds-{lotus.first}") == "100.00"
    by_key = preview(priya, fields | {"settle": str(lotus.first)})
    assert value_of(by_key, f"alloc-{lotus.first}") == "1,080.00"


def test_tds_alone_above_the_balance_is_said_at_its_cell(priya: Browser, lotus):
    reply = preview(priya, lotus.fields("2000", "", **{f"tds-{lotus.first}": "1200"}))
    assert "TDS and write-off are ₹20.00 more than is owed" in text_of(reply)
    tag = re.search(rf'<input[^>]*name="tds-{lotus.first}"[^>]*>', text_of(reply))[0]
    assert 'aria-invalid="true"' in tag


def test_what_is_usual_is_suggested_and_chosen(priya: Browser, with_habit):
    lotus = with_habit
    page = text_of(priya.get(f"receipts/new?customer={lotus.id}"))
    assert "They usually keep back 10% of the value without GST." in page and "Less 10% TDS" in page
    assert re.search(rf'<option value="{re.escape(PROFESSIONAL)}" selected>s. 393\(1\), earlier 194J', page)
    fields = lotus.fields("2000", "", tds_section=PROFESSIONAL)
    reply = preview(priya, fields | {"suggest": str(lotus.first)})
    assert value_of(reply, f"tds-{lotus.first}") == "100.00"  # 10 % of 1,000.00, not of 1,180.00
    part = preview(
        priya, lotus.fields("2000", "540", tds_section=PROFESSIONAL) | {"suggest": str(lotus.first)}
    )
    assert value_of(part, f"tds-{lotus.first}") == "50.00"  # 540.00 + 50.00 is half of 1,180.00


def test_another_section_suggests_its_own_rate(priya: Browser, with_habit):
    lotus = with_habit
    fields = lotus.fields("2000", "", tds_section="393(1)-6iii-Da")
    reply = preview(priya, fields, f"?suggest={lotus.first}")
    assert value_of(reply, f"tds-{lotus.first}") == "20.00"  # 2 % of 1,000.00


def test_without_a_habit_or_a_section_nothing_is_made_up(priya: Browser, lotus):
    reply = preview(priya, lotus.fields("2000"), f"?suggest={lotus.first}")
    assert value_of(reply, f"tds-{lotus.first}") == ""
    assert "TDS section of this invoice" in text_of(reply)  # so that one may be chosen


def test_filling_less_tds(priya: Browser, with_habit):
    lotus = with_habit
    fields = lotus.fields("2160", tds_section=PROFESSIONAL)
    reply = priya.post("receipts/_/fill?mode=tds", fields, hx=True)
    # 1,080.00 + 100.00, then 1,080.00 and 100.00 of 2,360.00, which is half of it
    assert value_of(reply, f"alloc-{lotus.first}") == value_of(reply, f"alloc-{lotus.second}") == "1,080.00"
    assert value_of(reply, f"tds-{lotus.first}") == value_of(reply, f"tds-{lotus.second}") == "100.00"
    assert left_in(reply) == "₹0.00"


def test_filling_the_oldest_leaves_tds_as_it_was_typed(priya: Browser, lotus):
    fields = lotus.fields("2000", "7", **{f"tds-{lotus.first}": "100"})
    reply = priya.post("receipts/_/fill?mode=oldest", fields, hx=True)
    assert value_of(reply, f"alloc-{lotus.first}") == "1,080.00"
    assert value_of(reply, f"alloc-{lotus.second}") == "920.00"  # 2,000.00 - 1,080.00
    cleared = priya.post("receipts/_/fill?mode=none", fields, hx=True)
    assert value_of(cleared, f"tds-{lotus.first}") == value_of(cleared, f"alloc-{lotus.first}") == ""


def test_invoices_that_add_up_are_found(priya: Browser, with_habit, nilgiri):
    lotus = with_habit
    fields = lotus.fields("3240", tds_section=PROFESSIONAL)  # 1,080.00 + 2,160.00, both less TDS
    page = text_of(preview(priya, fields))
    assert re.search(r"These add up to 3,240\.00: T/26-27/\d+, T/26-27/\d+ less TDS\.", page)
    reply = preview(priya, fields, "?match=1")
    assert value_of(reply, f"alloc-{lotus.second}") == "2,160.00"
    assert value_of(reply, f"tds-{lotus.second}") == "200.00"
    assert left_in(reply) == "₹0.00" and "These add up" not in text_of(reply)
    for place in ("0", "9", "x", "-1", "²"):
        assert value_of(preview(priya, fields, f"?match={place}"), f"alloc-{lotus.first}") == ""


def test_bank_charges_are_added_to_what_may_be_laid(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("1150", "1180")
    assert 'name="bank_charges"' not in text_of(preview(priya, fields))
    asked = preview(priya, fields, "?charges=1")
    assert value_of(asked, "bank_charges") == ""
    fields["bank_charges"] = "30"
    page = preview(priya, fields)
    assert left_in(page) == "₹0.00" and value_of(page, "bank_charges") == "30.00"
    assert re.search(r"In bank</dt><dd>1,150\.00<", text_of(page))
    assert priya.post("receipts", fields).status_code == 303
    [receipt] = receipts_of(nilgiri)
    assert (receipt.amount, receipt.bank_charges) == (1180, 30)
    wrong = priya.post("receipts", fields | {"bank_charges": "x", "reference": "other"})
    assert wrong.status_code == 422 and value_of(wrong, "bank_charges") == "x"


def test_another_customer_leaves_charges_note_and_choice_as_they_were(priya: Browser, lotus):
    asked = f"customer={lotus.id}&amount=500&bank_charges=20&notes=Second+half&keep_as=refund"
    reply = priya.get(f"receipts/_/open?{asked}", hx=True)
    assert left_in(reply) == "₹520.00" and value_of(reply, "bank_charges") == "20"
    assert value_of(reply, "notes") == "Second half"
    assert re.search(r'<input checked [^>]*value="refund"', text_of(reply))


def test_what_is_left_is_kept_as_it_was_chosen(priya: Browser, lotus, nilgiri):
    assert priya.post("receipts", lotus.fields("5000", "1180", keep_as="refund")).status_code == 303
    assert receipts_of(nilgiri)[0].keep_as == "refund"
    refused = priya.post("receipts", lotus.fields("5000", reference="b", keep_as="gift"))
    assert refused.status_code == 422 and len(receipts_of(nilgiri)) == 1


def test_a_cheque_waits_and_its_number_is_asked_for(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("1180", "1180", payment_method="cheque", reference="004711")
    assert '<label for="reference">Cheque number</label>' in text_of(preview(priya, fields))
    assert priya.post("receipts", fields).status_code == 303
    assert receipts_of(nilgiri)[0].status == "pending"


def test_a_write_off_without_money(priya: Browser, lotus, nilgiri):
    cells = {f"off-{lotus.first}": "80", f"why-{lotus.first}": "Agreed on the phone"}
    reply = priya.post("receipts", lotus.fields("", payment_method="none", **cells))
    assert reply.status_code == 303, text_of(reply)
    [receipt] = receipts_of(nilgiri)
    assert (receipt.kind, receipt.amount, receipt.payment_method) == ("write_off", 0, None)
    with_money = priya.post("receipts", lotus.fields("5", payment_method="none", **cells))
    assert "A write-off without money has no amount" in text_of(with_money)
    nothing = priya.post("receipts", lotus.fields("", payment_method="none"))
    assert "Say how much is written off of which invoice." in text_of(nothing)


def test_a_write_off_without_a_reason_is_asked_for_it(priya: Browser, lotus, nilgiri):
    reply = priya.post("receipts", lotus.fields("1", "", **{f"off-{lotus.first}": "5"}))
    page = text_of(reply)
    assert reply.status_code == 422 and "Say why ₹5.00 is written off" in page
    assert f'href="#why-{lotus.first}"' in page and receipts_of(nilgiri) == []


def test_above_the_limit_the_sentence_says_who_can(imran: Browser, priya: Browser, lotus, nilgiri):
    cells = {f"off-{lotus.first}": "100.01", f"why-{lotus.first}": "Rounding"}
    fields = lotus.fields("10", "", **cells)
    told = "More than ₹100.00 of an invoice can be written off by an Admin only"
    assert told in text_of(preview(imran, fields))
    refused = imran.post("receipts", fields)
    assert refused.status_code == 422 and told in text_of(refused) and receipts_of(nilgiri) == []
    assert value_of(refused, f"off-{lotus.first}") == "100.01"
    assert priya.post("receipts", fields).status_code == 303


def test_the_same_reference_is_asked_about_and_saved_with_a_second_press(priya: Browser, lotus, nilgiri):
    assert priya.post("receipts", lotus.fields("500", "100")).status_code == 303
    fields = lotus.fields("900", "200", reference="hdfcn26324871", notes="second half")
    asked = priya.post("receipts", fields)
    page = text_of(asked)
    assert asked.status_code == 422 and "Is this the same money again?" in page
    assert "₹500.00 from Lotus Valley School on 22 Nov 2026" in page and "Save all the same" in page
    assert value_of(asked, f"alloc-{lotus.first}") == "200.00" and value_of(asked, "notes") == "second half"
    assert len(receipts_of(nilgiri)) == 1
    sure = re.search(r'name="sure" value="([^"]+)"', page)[1]
    assert priya.post("receipts", fields | {"sure": "something else"}).status_code == 422
    assert priya.post("receipts", fields | {"sure": sure}).status_code == 303
    assert len(receipts_of(nilgiri)) == 2


def test_without_a_reference_the_same_amount_of_the_same_day_is_asked_about(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("500", reference="", payment_method="cash")
    assert priya.post("receipts", fields).status_code == 303
    assert "Is this the same money again?" in text_of(priya.post("receipts", fields))
    assert priya.post("receipts", fields | {"amount": "500.01"}).status_code == 303


def test_a_percent_sign_in_a_reference_is_only_itself(priya: Browser, lotus):
    assert priya.post("receipts", lotus.fields("500")).status_code == 303
    for reference in ("%", "_DFCN26324871", "HDFCN26324871\\"):
        assert priya.post("receipts", lotus.fields("500", reference=reference)).status_code == 303


def test_a_bounced_cheque_may_come_again(priya: Browser, lotus, nilgiri):
    assert priya.post("receipts", lotus.fields("500")).status_code == 303
    with nilgiri.scope():
        receipt = db().query(Receipt).one()
        receipt.status, receipt.bounced_at, receipt.reversed_on = "bounced", NOW, receipt.receipt_date
    assert priya.post("receipts", lotus.fields("500")).status_code == 303


def test_much_cash_of_one_day_is_advised_against_and_not_refused(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("150000", payment_method="cash", reference="one")
    assert "269ST" not in text_of(preview(priya, fields))
    assert priya.post("receipts", fields).status_code == 303
    more = lotus.fields("50000", payment_method="cash", reference="two")
    assert "₹2,00,000.00 in cash from one customer on one day: s. 269ST" in text_of(preview(priya, more))
    assert "269ST" not in text_of(preview(priya, more | {"receipt_date": "21 Nov 2026"}))
    assert "269ST" not in text_of(preview(priya, more | {"payment_method": "upi"}))
    assert priya.post("receipts", more).status_code == 303


@pytest.mark.parametrize("part", ["tds", "off", "gst"])
@pytest.mark.parametrize("typed", ["-1", "1e15", "1.234", "abc"])
def test_what_is_no_amount_stays_in_its_cell(priya: Browser, lotus, part, typed):
    reply = priya.post("receipts", lotus.fields("500", "100", **{f"{part}-{lotus.first}": typed}))
    assert reply.status_code == 422
    assert value_of(reply, f"{part}-{lotus.first}") == typed
    assert f'href="#{part}-{lotus.first}"' in text_of(reply)


def test_digits_of_another_script_are_read(priya: Browser, lotus, nilgiri):
    fields = lotus.fields("१,०८०", "१०८०.००", **{f"tds-{lotus.first}": "१००"})
    reply = preview(priya, fields)
    assert value_of(reply, f"tds-{lotus.first}") == "100.00" and "Settled" in text_of(reply)
    assert priya.post("receipts", fields).status_code == 303
    assert laid_on(nilgiri, lotus.first).settled_amount == 1180


def test_more_shows_what_few_need(priya: Browser, lotus):
    assert f'name="gst-{lotus.first}"' not in text_of(preview(priya, lotus.fields("500")))
    opened = text_of(preview(priya, lotus.fields("500"), f"?more={lotus.first}"))
    assert f'name="gst-{lotus.first}"' in opened and f'name="gst-{lotus.second}"' not in opened
    kept = lotus.fields("500", **{f"more-{lotus.first}": "1"})
    assert f'name="gst-{lotus.first}"' in text_of(preview(priya, kept))


def test_money_on_account_is_laid_with_tds(priya: Browser, lotus, nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(db().get(Customer, (nilgiri.tenant_id, lotus.id)), "1080.00")
    fields = {f"alloc-{lotus.first}": "1180", "tds_section": PROFESSIONAL}
    suggested = priya.post(f"receipts/{receipt.id}/_/preview?suggest={lotus.first}", fields, hx=True)
    assert value_of(suggested, f"tds-{lotus.first}") == "100.00"
    fields |= {f"alloc-{lotus.first}": "1080", f"tds-{lotus.first}": "100"}
    assert priya.post(f"receipts/{receipt.id}/allocate", fields).status_code == 303
    laid = laid_on(nilgiri, lotus.first)
    assert (laid.settled_amount, laid.tds_section) == (1180, PROFESSIONAL)
