"""The editor of a credit note: picking lines of an invoice, lines of its own, saving and issuing."""

import datetime as dt
import re
from decimal import Decimal as D
from uuid import uuid4

import pytest

from rms.db.session import db
from rms.domain.crediting import Ask
from rms.models import CreditNote, Invoice
from rms.queries.credit_notes import lines_of_credit_note
from rms.web import clock
from tests.actions.test_credit_notes import CREW, PEST, make_credit, make_invoice
from tests.factories import NOW, make_customer, make_draft
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of, value_of

HEAD = {"credit_note_date": "22 Nov 2026", "reason_code": "deficiency", "reason": "", "notes": ""}


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def invoice(nilgiri):
    """6 x 14,500 and 2 x 4,560, GST 18%: 96,120.00 + 17,301.60, rounded to 1,13,422.00."""
    return make_invoice(nilgiri, CREW, PEST)


def fields(invoice, *cells, **more):
    """A form with (line, quantity, amount) typed."""
    typed = {"invoice_id": str(invoice.id), **HEAD}
    for number, quantity, amount in cells:
        line = invoice.lines[number]
        typed |= {f"qty-{line}": quantity, f"amt-{line}": amount, f"was-{line}": "|"}
    return {**typed, **more}


def the_note(company, note_id=None):
    with company.scope():
        if note_id is None:
            return db().query(CreditNote).one_or_none()
        return db().get(CreditNote, (company.tenant_id, note_id))


def test_it_offers_the_lines_of_the_invoice_with_what_is_left(priya: Browser, nilgiri, invoice):
    make_credit(nilgiri, invoice, Ask(invoice.lines[1], quantity=D("1")))
    page = text_of(priya.get(f"credit-notes/new?invoice={invoice.id}"))
    for words in (
        "Lotus Valley School",
        "Owes ₹1,08,041.00 on it.",  # 1,13,422 - 5,381
        "Housekeeping crew",
        "87,000.00",
        "4,560.00 on ",
        "Goes into GSTR-1 of Nov 2026. For this invoice the last day is 30 Nov 2027.",
    ):
        assert words in page, words


def test_a_quantity_is_worked_out_at_once_and_nothing_is_stored(priya: Browser, nilgiri, invoice):
    reply = priya.post("credit-notes/_/preview", fields(invoice, (0, "2", "")), hx=True)
    assert reply.status_code == 200
    crew = invoice.lines[0]
    # 29,000.00 + 2,610 + 2,610
    assert value_of(reply, f"amt-{crew}") == "29,000.00"
    assert value_of(reply, f"was-{crew}") == "2|29,000.00"
    assert "₹34,220.00" in text_of(reply)
    assert "₹1,13,422.00 becomes ₹79,202.00" in text_of(reply)
    assert the_note(nilgiri) is None


def test_of_the_two_boxes_the_one_that_changed_counts(priya: Browser, invoice):
    crew = invoice.lines[0]

    def shown(quantity, amount, was):
        typed = fields(invoice, (0, quantity, amount), **{f"was-{crew}": was})
        reply = priya.post("credit-notes/_/preview", typed, hx=True)
        return value_of(reply, f"qty-{crew}"), value_of(reply, f"amt-{crew}")

    assert shown("3", "29,000.00", "2|29,000.00") == ("3", "43,500.00")
    assert shown("2", "500", "2|29,000.00") == ("", "500.00")
    assert shown("", "29,000.00", "2|29,000.00") == ("", "")
    assert shown("0", "500.00", "|500.00") == ("", "500.00")
    reply = priya.post("credit-notes/_/preview", fields(invoice, (0, "2", "500")), hx=True)
    assert "Give a quantity or an amount, not both" in text_of(reply)


def test_too_much_is_told_at_the_line_with_what_fits(priya: Browser, nilgiri, invoice):
    pest = invoice.lines[1]
    make_credit(nilgiri, invoice, Ask(pest, quantity=D("1")))
    typed = fields(invoice, (1, "2", ""))
    reply = priya.post("credit-notes/_/preview", typed, hx=True)
    assert "1 (₹4,560.00) is left to credit on this line" in text_of(reply)
    assert "not counted" in text_of(reply)
    mended = priya.post(f"credit-notes/_/preview?use={pest}", typed, hx=True)
    assert (value_of(mended, f"qty-{pest}"), value_of(mended, f"amt-{pest}")) == ("1", "4,560.00")
    everything = priya.post("credit-notes/_/preview?all=1", typed, hx=True)
    assert "₹1,08,041.00" in text_of(everything)  # the total less the 5,381.00 before
    refused = priya.post("credit-notes", typed)
    assert refused.status_code == 422
    assert value_of(refused, f"qty-{pest}") == "2"


@pytest.mark.parametrize("typed", ["many", "1,5", "-1", "2.0001"])
def test_what_is_no_quantity_stays_as_typed(priya: Browser, nilgiri, invoice, typed):
    reply = priya.post("credit-notes", fields(invoice, (0, typed, "")))
    assert reply.status_code == 422
    assert value_of(reply, f"qty-{invoice.lines[0]}") == typed
    assert the_note(nilgiri) is None


def test_a_draft_is_saved_opened_again_changed_and_issued(priya: Browser, nilgiri, invoice):
    typed = fields(invoice, (0, "1", ""), (1, "", "500"), reason="As agreed")
    reply = priya.post("credit-notes", typed)
    assert reply.status_code == 303
    note = the_note(nilgiri)
    assert (note.status, note.total_credit, note.reason) == ("draft", D("17700.00"), "As agreed")
    page = priya.get(f"credit-notes/{note.id}/edit")
    assert value_of(page, f"qty-{invoice.lines[0]}") == "1"
    assert value_of(page, f"amt-{invoice.lines[1]}") == "500.00"
    changed = {**fields(invoice, (0, "2", "")), "version": "1"}
    assert priya.post(f"credit-notes/{note.id}/save", changed).status_code == 303
    assert the_note(nilgiri).total_credit == D("34220.00")
    reply = priya.post(f"credit-notes/{note.id}/issue", {**changed, "version": "2", "then": "reduce"})
    assert reply.status_code == 303
    issued = the_note(nilgiri)
    assert (issued.status, issued.credit_note_number[-11:]) == ("applied", "/26-27/0001")
    assert priya.get(f"credit-notes/{note.id}/edit").status_code == 303
    with nilgiri.scope():
        assert db().get(Invoice, (nilgiri.tenant_id, invoice.id)).amount_credited == D("34220.00")
    # Once it is issued there is nothing to save, issue again or delete.
    for verb in ("save", "issue", "delete", "_/preview"):
        assert priya.post(f"credit-notes/{note.id}/{verb}", {**changed, "version": "2"}).status_code == 409


@pytest.mark.parametrize(("then", "status"), [("reduce", "applied"), ("keep", "issued")])
def test_one_press_makes_and_issues_it(priya: Browser, nilgiri, invoice, then, status):
    reply = priya.post("credit-notes", fields(invoice, (0, "1", ""), act="issue", then=then))
    assert reply.status_code == 303
    assert the_note(nilgiri).status == status


def test_a_credit_of_nothing_is_refused_and_leaves_no_draft(priya: Browser, nilgiri, invoice):
    reply = priya.post("credit-notes", fields(invoice, act="issue"))
    assert reply.status_code == 422
    assert "Say what is credited" in text_of(reply)
    assert the_note(nilgiri) is None


def test_a_stale_page_is_told_and_shows_both(priya: Browser, nilgiri, invoice):
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    typed = {**fields(invoice, (0, "2", "")), "version": "1"}
    assert priya.post(f"credit-notes/{note.id}/save", typed).status_code == 303
    reply = priya.post(f"credit-notes/{note.id}/save", {**typed, f"qty-{invoice.lines[0]}": "3"})
    assert reply.status_code == 409
    assert "changed in another tab" in text_of(reply)
    assert "₹34,220.00" in text_of(reply)
    assert value_of(reply, f"qty-{invoice.lines[0]}") == "3"
    # The page that was shown then carries the newer version: what was typed may now be kept.
    assert value_of(reply, "version") == "2"


def test_after_30_november_it_warns_and_is_issued_without_gst(priya: Browser, nilgiri):
    old = make_invoice(nilgiri, PEST, day=dt.date(2025, 3, 31))
    page = priya.get(f"credit-notes/new?invoice={old.id}")
    assert re.search(r'name="is_financial" value="y" checked', page.text)
    taxed = fields(old, (0, "1", ""))
    assert "could be credited until 30 Nov 2025" in text_of(priya.post("credit-notes/_/preview", taxed))
    refused = priya.post("credit-notes", {**taxed, "act": "issue"})
    assert refused.status_code == 422
    assert priya.post("credit-notes", {**taxed, "is_financial": "y", "act": "issue"}).status_code == 303
    assert (the_note(nilgiri).gst_amount, the_note(nilgiri).total_credit) == (0, D("4560.00"))


# Without an invoice


def own_lines(customer_id, *lines, **more):
    typed = {"customer_id": str(customer_id), "customer": "Sundaram Tools", **HEAD}
    for number, cells in enumerate(lines):
        typed |= {f"lines-{number}-{name}": text for name, text in cells.items()}
    return {**typed, **more}


@pytest.fixture
def sundaram(nilgiri):
    with nilgiri.scope():
        return make_customer("Sundaram Tools").id


def test_it_may_name_no_invoice(priya: Browser, nilgiri, sundaram):
    assert "What is credited" in text_of(priya.get(f"credit-notes/new?customer={sundaram}"))
    preview = priya.post("credit-notes/_/preview", own_lines(sundaram, PEST), hx=True)
    assert "₹10,762.00" in text_of(preview)
    assert priya.post("credit-notes", own_lines(sundaram, PEST)).status_code == 303
    note = the_note(nilgiri)
    page = priya.get(f"credit-notes/{note.id}/edit")
    assert (value_of(page, "lines-0-name"), value_of(page, "lines-0-rate")) == ("Pest control", "4,560.00")
    changed = own_lines(sundaram, CREW, PEST, version="1", then="keep")
    assert priya.post(f"credit-notes/{note.id}/issue", changed).status_code == 303
    with nilgiri.scope():
        assert [line.name for line in lines_of_credit_note(note.id)] == ["Housekeeping crew", "Pest control"]
    assert (the_note(nilgiri).status, the_note(nilgiri).total_credit) == ("issued", D("113422.00"))


def test_without_a_customer_or_with_wrong_cells_it_is_told_at_the_field(priya: Browser, nilgiri, sundaram):
    nobody = priya.post("credit-notes", own_lines("", PEST, customer=""))
    assert nobody.status_code == 422
    assert "Choose who gets the credit." in text_of(nobody)
    wrong = priya.post("credit-notes", own_lines(sundaram, {**PEST, "rate": "many"}))
    assert wrong.status_code == 422
    assert "The rate must be a number" in text_of(wrong)
    assert value_of(wrong, "lines-0-rate") == "many"
    assert the_note(nilgiri) is None


# Who may


def test_who_only_drafts_does_not_issue(app, nilgiri, asha: Browser, invoice):
    assert asha.get(f"credit-notes/new?invoice={invoice.id}").status_code == 403
    assert asha.post("credit-notes", fields(invoice, (0, "1", ""))).status_code == 403


def test_drafts_of_invoices_are_not_credited(priya: Browser, nilgiri):
    with nilgiri.scope():
        draft_id = make_draft(make_customer()).id
    assert priya.get(f"credit-notes/new?invoice={draft_id}").status_code == 409


def test_a_rival_finds_nothing(rohan: Browser, nilgiri, invoice):
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    assert rohan.get(f"credit-notes/new?invoice={invoice.id}").status_code == 404
    assert rohan.get(f"credit-notes/{note.id}/edit").status_code == 404
    assert rohan.get(f"credit-notes/{uuid4()}").status_code == 404
    assert rohan.post("credit-notes", fields(invoice, (0, "1", ""))).status_code == 404
    for verb in ("save", "issue", "delete"):
        typed = {**fields(invoice, (0, "1", "")), "version": "1"}
        assert rohan.post(f"credit-notes/{note.id}/{verb}", typed).status_code == 404


def test_a_draft_is_deleted(priya: Browser, nilgiri, invoice):
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")), issue=False)
    assert priya.post(f"credit-notes/{note.id}/delete").status_code == 303
    assert the_note(nilgiri) is None
