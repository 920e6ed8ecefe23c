"""Receipts put aside as they were typed."""

import re

import pytest

from rms.db.session import db
from rms.models import ReceiptDraft
from rms.web import clock
from tests.factories import NOW, TODAY, make_customer, make_invoice
from tests.http import Browser
from tests.rooms.receipts.test_new import Lotus, receipts_of, text_of, value_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def lotus(nilgiri):
    with nilgiri.scope():
        customer = make_customer("Lotus Valley School")
        first = make_invoice(customer, "1000.00", invoice_date=TODAY, due_date=TODAY)
        return Lotus(customer.id, first.id, make_invoice(customer, "2000.00").id)


def drafts_of(company):
    with company.scope():
        return db().query(ReceiptDraft).all()


def put_aside(priya, fields) -> str:
    """The address at which it is opened again."""
    reply = priya.post("receipts/drafts", fields)
    assert reply.status_code == 303, text_of(reply)
    return reply.location


def test_it_keeps_what_was_typed_as_it_was_typed(priya: Browser, lotus, nilgiri):
    cells = {f"tds-{lotus.first}": "ten", f"why-{lotus.first}": "who knows"}
    again = priya.get(
        put_aside(priya, lotus.fields("2000x", "1,1", receipt_date="30 Feb", notes="ask", **cells))
    )
    for name, text in {"amount": "2000x", f"alloc-{lotus.first}": "1,1", "receipt_date": "30 Feb"}.items():
        assert value_of(again, name) == text
    assert value_of(again, f"tds-{lotus.first}") == "ten" and value_of(again, "notes") == "ask"
    assert "Draft saved" in text_of(again)
    [kept] = drafts_of(nilgiri)
    assert (kept.customer_id, kept.created_by) == (lotus.id, nilgiri.admin.id)
    assert kept.typed[f"why-{lotus.first}"] == "who knows" and "form_token" not in kept.typed
    assert receipts_of(nilgiri) == []


def test_a_field_for_charges_and_a_section_that_is_not_told_stay(priya: Browser, lotus, nilgiri):
    put_aside(priya, lotus.fields("100", bank_charges="", tds_section=""))
    [kept] = drafts_of(nilgiri)
    assert (kept.typed["bank_charges"], kept.typed["tds_section"]) == ("", "")
    assert "notes" not in kept.typed


def test_nothing_at_all_may_be_put_aside(priya: Browser, nilgiri):
    again = priya.get(put_aside(priya, {"amount": "", "customer": ""}))
    assert again.status_code == 200 and "Who paid?" in text_of(again)


def test_the_list_names_who_when_and_how_much(priya: Browser, lotus):
    assert "No drafts" in text_of(priya.get("receipts/drafts"))
    place = put_aside(priya, lotus.fields("2,000"))
    page = text_of(priya.get("receipts/drafts"))
    assert "Lotus Valley School" in page and "2,000, saved by Priya" in page
    assert place.rpartition("/c/")[2] in page
    assert "receipts/drafts" in text_of(priya.get("receipts"))


def head_of(reply) -> dict:
    return {name: value_of(reply, name) for name in ("draft_id", "draft_version")}


def test_saving_again_changes_it_and_recording_ends_it(priya: Browser, lotus, nilgiri):
    first = head_of(priya.get(put_aside(priya, lotus.fields("100"))))
    second = head_of(priya.get(put_aside(priya, lotus.fields("200") | first)))
    [kept] = drafts_of(nilgiri)
    assert kept.typed["amount"] == "200" and second["draft_id"] == first["draft_id"]
    assert priya.post("receipts", lotus.fields("200") | second).status_code == 303
    assert drafts_of(nilgiri) == [] and len(receipts_of(nilgiri)) == 1


def test_a_draft_that_somebody_else_saved_is_not_overwritten(priya: Browser, imran: Browser, lotus, nilgiri):
    mine = head_of(priya.get(put_aside(priya, lotus.fields("100"))))
    put_aside(imran, lotus.fields("150") | mine)
    refused = priya.post("receipts/drafts", lotus.fields("200") | mine)
    page = text_of(refused)
    assert refused.status_code == 409 and "saved by somebody else" in page
    assert value_of(refused, "amount") == "200" and f"draft={mine['draft_id']}" in page
    assert head_of(refused) == {"draft_id": "", "draft_version": ""}
    put_aside(priya, lotus.fields("200") | head_of(refused))
    assert sorted(one.typed["amount"] for one in drafts_of(nilgiri)) == ["150", "200"]


def test_it_may_be_thrown_away(priya: Browser, lotus, nilgiri):
    place = put_aside(priya, lotus.fields("100"))
    draft_id = re.search(r"draft=([0-9a-f-]{36})", place)[1]
    assert priya.post(f"receipts/drafts/{draft_id}/delete", {}).status_code == 303
    assert drafts_of(nilgiri) == []
    assert priya.post(f"receipts/drafts/{draft_id}/delete", {}).status_code == 404
    assert priya.get(place).status_code == 404
    # what was typed from it is not lost
    put_aside(priya, lotus.fields("100", draft_id=draft_id, draft_version="1"))
    assert len(drafts_of(nilgiri)) == 1


def test_another_tenant_neither_sees_nor_takes_it(priya: Browser, rohan: Browser, lotus, nilgiri, sahyadri):
    mine = head_of(priya.get(put_aside(priya, lotus.fields("100"))))
    assert rohan.get(f"receipts/new?draft={mine['draft_id']}").status_code == 404
    assert rohan.post(f"receipts/drafts/{mine['draft_id']}/delete", {}).status_code == 404
    assert rohan.post("receipts/drafts", {"amount": "9"} | mine).status_code == 303
    assert [one.typed["amount"] for one in drafts_of(nilgiri)] == ["100"]
    assert [one.typed["amount"] for one in drafts_of(sahyadri)] == ["9"]
    assert rohan.post("receipts/drafts", lotus.fields("100")).status_code == 404


def test_a_role_without_it_gets_403(asha: Browser, lotus):
    assert asha.get("receipts/drafts").status_code == 403
    assert asha.post("receipts/drafts", lotus.fields("100")).status_code == 403
