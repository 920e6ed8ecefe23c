"""The list, one credit note, and using it, taking it off again, cancelling it."""

from decimal import Decimal as D
from uuid import uuid4

import pytest

from rms.actions import credit_note_sending
from rms.db.session import db
from rms.domain.crediting import Ask
from rms.models import CreditNote, Customer, EmailMessage, Invoice
from rms.web import clock
from tests.actions.test_credit_notes import CREW, PEST, make_credit, make_invoice
from tests.factories import NOW
from tests.http import Browser
from tests.rooms.receipts.test_new import text_of, value_of


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


class Credit:
    """5,381.00 credited of one invoice and kept; another invoice of the same customer is open."""

    def __init__(self, company):
        self.company = company
        self.invoice = make_invoice(company, PEST)
        with company.scope():
            customer = db().get(Customer, (company.tenant_id, self.invoice.customer_id))
        self.other = make_invoice(company, CREW, customer=customer)
        ask = Ask(self.invoice.lines[0], quantity=D("1"))
        self.note = make_credit(company, self.invoice, ask, reduces=False)
        self.path = f"credit-notes/{self.note.id}"

    def stored(self, model=CreditNote, row_id=None):
        with self.company.scope():
            return db().get(model, (self.company.tenant_id, row_id or self.note.id))


@pytest.fixture
def credit(nilgiri) -> Credit:
    return Credit(nilgiri)


def test_it_shows_what_it_credits_and_what_is_left(priya: Browser, credit):
    page = text_of(priya.get(credit.path))
    for words in (
        credit.note.credit_note_number,
        "Lotus Valley School",
        "Pest control",
        "₹5,381.00",
        "Use the ₹5,381.00",
        "GSTR-1 of Nov 2026: taxable 4,560.00, tax 820.80.",
        "Lotus Valley School must take back input tax of 820.80.",
        "Issued as " + credit.note.credit_note_number,
        "Service not given or deficient",
    ):
        assert words in page, words


def test_its_letters_are_told_with_how_they_went(nilgiri, priya: Browser, credit):
    told = {
        "queued": "On its way to a@example.in",
        "sent": "E-mailed to a@example.in",
        "failed": "Could not be mailed to a@example.in",
    }
    assert not any(words in text_of(priya.get(credit.path)) for words in told.values())
    with nilgiri.scope(nilgiri.admin):
        mail = credit_note_sending.send(credit.note.id, to_address="a@example.in", now=NOW, sender="Priya")
        mail_id = mail.id
    for state, words in told.items():
        with nilgiri.scope():
            mail = db().get(EmailMessage, (nilgiri.tenant_id, mail_id))
            mail.state, mail.sent_at = state, NOW if state == "sent" else None
        page = text_of(priya.get(credit.path))
        assert [one for one in told.values() if one in page] == [words]


def test_who_may_only_read_sees_no_button(asha: Browser, credit):
    page = asha.get(credit.path)
    assert page.status_code == 200
    for words in ("Use the", "Cancel this credit note", "Take off"):
        assert words not in text_of(page)


def test_it_is_used_on_several_invoices_and_taken_off_again(priya: Browser, credit):
    page = priya.get(f"{credit.path}/apply")
    assert "2 open invoices" in text_of(page)
    first, second = credit.invoice.id, credit.other.id
    typed = {f"use-{first}": "5,000", f"use-{second}": "381"}
    shown = priya.post(f"{credit.path}/_/use", typed, hx=True)
    assert "All of it is used." in text_of(shown)
    assert priya.post(f"{credit.path}/apply", typed).status_code == 303
    assert credit.stored().status == "applied"
    assert credit.stored(Invoice, second).amount_credited == D("381.00")
    assert "₹5,000.00 used on " in text_of(priya.get(credit.path))
    reply = priya.post(f"{credit.path}/release", {"invoice_id": str(first)})
    assert reply.status_code == 303
    assert (credit.stored().status, credit.stored().unapplied_amount) == ("issued", D("5000.00"))
    assert "₹5,000.00 taken back from " in text_of(priya.get(credit.path))
    for wrong in ({"invoice_id": str(first)}, {"invoice_id": "x"}, {}):
        assert priya.post(f"{credit.path}/release", wrong).status_code == 404


def test_oldest_first_all_of_one_and_clear(priya: Browser, credit):
    first = credit.invoice.id
    filled = priya.post(f"{credit.path}/_/use?mode=oldest", {}, hx=True)
    assert {value_of(filled, f"use-{one.id}") for one in (credit.invoice, credit.other)} == {"5,381.00", ""}
    used = priya.post(f"{credit.path}/_/use?use={first}", {}, hx=True)
    assert value_of(used, f"use-{first}") == "10,762.00"
    assert "Used ₹5,381.00 more than is left of the credit" in text_of(used)
    cleared = priya.post(f"{credit.path}/_/use?mode=none", {f"use-{first}": "10"}, hx=True)
    assert value_of(cleared, f"use-{first}") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("many", "The amount must be a number"),
        ("20000", "Use ₹10,762.00"),
        ("6000", "Used ₹619.00 more than is left of the credit"),
        ("", "Say how much goes to which invoice."),
    ],
)
def test_what_does_not_fit_is_refused_and_kept(priya: Browser, credit, text, words):
    reply = priya.post(f"{credit.path}/apply", {f"use-{credit.invoice.id}": text})
    assert reply.status_code == 422
    assert words in text_of(reply)
    assert credit.stored().applied_amount == 0


def test_it_is_cancelled_with_a_reason(priya: Browser, credit):
    assert "Its number stays used" in text_of(priya.get(f"{credit.path}/cancel"))
    assert priya.post(f"{credit.path}/cancel", {"reason": ""}).status_code == 422
    assert priya.post(f"{credit.path}/cancel", {"reason": "Given twice"}).status_code == 303
    assert credit.stored().status == "cancelled"
    page = text_of(priya.get(credit.path))
    assert "Cancelled on 22 Nov 2026: Given twice" in page
    assert priya.get(f"{credit.path}/cancel").status_code == 409
    assert priya.get(f"{credit.path}/apply").status_code == 409


def test_the_invoice_says_that_it_was_credited(priya: Browser, nilgiri):
    invoice = make_invoice(nilgiri, CREW)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=D("1")))
    page = priya.get(f"invoices/{invoice.id}")
    assert "Credited ₹17,110.00" in text_of(page)
    assert f'href="/c/{nilgiri.slug}/credit-notes/{note.id}">{note.credit_note_number}</a>' in page.text
    assert f"credit-notes/new?invoice={invoice.id}" in page.text
    priya.post(f"credit-notes/{note.id}/release", {"invoice_id": str(invoice.id)})
    assert "Credit of ₹17,110.00 taken off again" in text_of(priya.get(f"invoices/{invoice.id}"))


def test_the_list_has_tabs_sums_and_a_search(priya: Browser, nilgiri, credit):
    used = make_credit(nilgiri, credit.other, Ask(credit.other.lines[0], quantity=D("1")))
    draft = make_credit(nilgiri, credit.other, Ask(credit.other.lines[0], quantity=D("1")), issue=False)
    page = text_of(priya.get("credit-notes"))
    # 5,381 + 17,110; the draft is not counted
    for words in ("22,491.00", "2 credit notes", "₹5,381.00 of it can still be used", "1 draft"):
        assert words in page, words
    for view, there in (("drafts", draft), ("left", credit.note), ("used", used)):
        shown = priya.get(f"credit-notes?view={view}").text
        assert [f"credit-note-{one.id}" in shown for one in (draft, credit.note, used)] == [
            one is there for one in (draft, credit.note, used)
        ], view
    found = priya.get(f"credit-notes?q={used.credit_note_number[-4:]}").text
    assert f"credit-note-{used.id}" in found and f"credit-note-{credit.note.id}" not in found
    assert f"credit-note-{credit.note.id}" in priya.get("credit-notes?q=5381").text
    assert "No credit note matches" in text_of(priya.get("credit-notes?q=nobody"))
    assert priya.get("credit-notes?after=x").status_code == 422


def test_a_rival_finds_nothing_and_a_reader_does_nothing(rohan: Browser, asha: Browser, credit):
    fields = {f"use-{credit.invoice.id}": "10"}
    for path in ("", "/apply", "/cancel"):
        assert rohan.get(credit.path + path).status_code == 404
    for path in ("/apply", "/_/use", "/release", "/cancel"):
        sent = {**fields, "invoice_id": str(credit.invoice.id), "reason": "x"}
        assert rohan.post(credit.path + path, sent).status_code == 404
        assert asha.post(credit.path + path, sent).status_code == 403
    assert "credit-note-" not in rohan.get("credit-notes").text
    assert rohan.get(f"credit-notes/{uuid4()}").status_code == 404
