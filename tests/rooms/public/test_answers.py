"""What a customer answers on the page of an invoice, and how it reaches the company."""

import itertools

import pytest
from sqlalchemy import select

from rms import mail as letters
from rms.db.session import db
from rms.models import AuditLog, Company, EmailMessage, Invoice, PayerAnswer
from tests.factories import NOW
from tests.rooms.invoices.making import issued_in, pay
from tests.rooms.public.visiting import Visitor, shared, text_of
from tests.security.payloads import PAYLOADS

NUMBERS = itertools.count(1)
UTR = "EXMPN26334012AA"


@pytest.fixture
def visitor(app) -> Visitor:
    number = next(NUMBERS)
    return Visitor(app, ip=f"203.1.{number // 250}.{number % 250 + 1}")


@pytest.fixture
def token(nilgiri) -> str:
    return shared(nilgiri, issued_in(nilgiri))


def answers_of(company) -> list[PayerAnswer]:
    with company.scope():
        return list(db().scalars(select(PayerAnswer).order_by(PayerAnswer.created_at)))


def mails_of(company) -> list[EmailMessage]:
    with company.scope():
        return list(db().scalars(select(EmailMessage).where(EmailMessage.kind == "payer_answered")))


def test_the_answers_start_closed(token, visitor):
    page = visitor.get(f"/i/{token}").text
    assert page.count("<details") == 3
    assert "open>" not in page


def test_paid_is_kept_shown_and_told(nilgiri, token, visitor):
    reply = visitor.answer(
        token, "paid", reference="exmp n263-34012aa", amount="1,180.00", on_date="20 Nov 2026"
    )
    assert reply.status_code == 303
    assert reply.location.endswith(f"/i/{token}#told")
    (answer,) = answers_of(nilgiri)
    assert (answer.kind, answer.reference, answer.amount) == ("paid", UTR, 1180)
    assert answer.on_date.isoformat() == "2026-11-20"
    assert answer.handled_at is None
    assert "that you paid on 20 Nov 2026" in text_of(visitor.get(f"/i/{token}"))
    assert UTR not in text_of(visitor.get(f"/i/{token}"))
    (mail,) = mails_of(nilgiri)
    assert mail.to_address == nilgiri.admin.email
    with nilgiri.scope():
        letter = letters.render(db().merge(mail), NOW)
    for part in letter.iter_parts():
        assert UTR in part.get_content()
        assert "₹1,180.00" in part.get_content()
        assert f"/c/{nilgiri.slug}/invoices/{answer.invoice_id}" in part.get_content()


def test_saying_that_it_is_paid_pays_nothing(nilgiri, token, visitor):
    visitor.answer(token, "paid", reference=UTR, amount="1180", on_date="20 Nov 2026")
    with nilgiri.scope():
        invoice = db().scalars(select(Invoice)).one()
        assert (invoice.balance, invoice.status) == (1180, "pending")


def test_the_company_address_hears_where_there_is_one(nilgiri, token, visitor):
    with nilgiri.scope():
        db().scalars(select(Company)).one().contact_email = "accounts@nilgiri.example.in"
    visitor.answer(token, "mistake", note="The quantity is 5 and not 6")
    assert [mail.to_address for mail in mails_of(nilgiri)] == ["accounts@nilgiri.example.in"]


def test_a_promise_and_a_mistake_are_kept(nilgiri, token, visitor):
    visitor.answer(token, "will_pay", on_date="+10")
    visitor.answer(token, "mistake", note="The quantity is 5\nand not 6", name=" R. Anand ")
    promise, mistake = answers_of(nilgiri)
    assert promise.kind == "will_pay"
    assert promise.on_date > NOW.date()
    assert (mistake.note, mistake.name) == ("The quantity is 5\nand not 6", "R. Anand")


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("paid", {"reference": "12", "amount": "10", "on_date": "today"}, "12 to 22 letters and digits"),
        ("paid", {"reference": UTR, "amount": "0", "on_date": "today"}, "Give the amount that you paid"),
        ("paid", {"reference": UTR, "amount": "ten", "on_date": "today"}, "ten"),
        ("paid", {"reference": UTR, "amount": "10", "on_date": "+3"}, "This day is still to come"),
        ("paid", {"reference": UTR, "amount": "10", "on_date": "30 Feb 2026"}, "30 Feb 2026"),
        ("paid", {"reference": UTR, "amount": "10", "on_date": ""}, "Say on which day you paid"),
        ("will_pay", {"on_date": "-1"}, "This day is gone"),
        ("will_pay", {"on_date": "+400"}, "within a year"),
        ("will_pay", {"on_date": ""}, "Say on which day you will pay"),
        ("mistake", {"note": "  "}, "Say what is wrong"),
        ("mistake", {"note": "x" * 1_001}, "1000"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_kept(nilgiri, token, visitor, kind, fields, told):
    reply = visitor.answer(token, kind, **fields)
    page = text_of(reply)
    assert reply.status_code == 422
    assert told in page
    assert page.count("<details") == 3 and page.count(" open>") == 1
    for value in fields.values():
        assert value.strip() in page
    assert answers_of(nilgiri) == []
    assert mails_of(nilgiri) == []


def test_the_same_form_sent_twice_is_one_answer(nilgiri, token, visitor):
    ticket = visitor.ticket(token)
    for _ in range(2):
        assert visitor.answer(token, "will_pay", ticket=ticket, on_date="+5").status_code == 303
    assert len(answers_of(nilgiri)) == 1
    assert len(mails_of(nilgiri)) == 1


def test_only_a_form_of_this_very_page_is_taken(nilgiri, token, visitor):
    other = shared(nilgiri, issued_in(nilgiri))
    for ticket in ("", "abc", visitor.ticket(other), visitor.ticket(token)[:-1] + "_"):
        reply = visitor.answer(token, "mistake", ticket=ticket, note="Wrong")
        assert reply.status_code == 400, ticket
    assert answers_of(nilgiri) == []


def test_a_foreign_page_cannot_answer(nilgiri, token, visitor):
    reply = visitor.ask(
        "POST",
        f"/i/{token}/answer",
        data={"kind": "mistake", "ticket": visitor.ticket(token), "mistake-note": "Wrong"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert reply.status_code == 403
    assert answers_of(nilgiri) == []


def test_a_paid_invoice_takes_no_promise(nilgiri, visitor):
    invoice_id = issued_in(nilgiri)
    token = shared(nilgiri, invoice_id)
    ticket = visitor.ticket(token)
    with nilgiri.scope():
        pay(db().get(Invoice, (nilgiri.tenant_id, invoice_id)), "1180.00")
    reply = visitor.answer(token, "will_pay", ticket=ticket, on_date="+3")
    assert reply.status_code == 422
    assert "Paid. Thank you" in text_of(reply)
    assert answers_of(nilgiri) == []


def test_twenty_answers_in_an_hour_are_enough(nilgiri, token, visitor):
    for number in range(20):
        assert visitor.answer(token, "mistake", note=f"Wrong {number}").status_code == 303
    assert visitor.answer(token, "mistake", note="Once more").status_code == 429
    assert len(answers_of(nilgiri)) == 20


def test_twenty_answers_to_one_invoice_in_a_day_from_wherever(app, nilgiri, token):
    for number in range(21):
        visitor = Visitor(app, ip=f"203.2.{number}.1")
        reply = visitor.answer(token, "mistake", note=f"Wrong {number}")
    assert reply.status_code == 429
    assert len(answers_of(nilgiri)) == 20


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_an_answer_stays_text(nilgiri, token, visitor, payload):
    """Row 31: on the page, and in the mail to the company."""
    visitor.answer(token, "mistake", note=payload, name=payload)
    wrong = visitor.answer(token, "paid", reference=payload, amount=payload, on_date=payload)
    assert wrong.status_code == 422
    assert "<script" not in wrong.text.replace("<script src=", "")
    assert "<img" not in wrong.text
    for mail in mails_of(nilgiri):
        with nilgiri.scope():
            letter = letters.render(db().merge(mail), NOW)
        html = letter.get_body(("html",)).get_content()
        assert "<script" not in html and "<img src=x" not in html and "<svg/" not in html


def test_an_answer_is_in_the_trail_in_nobodys_name(nilgiri, token, visitor):
    visitor.answer(token, "will_pay", on_date="+5")
    with nilgiri.scope():
        entry = db().scalars(select(AuditLog).where(AuditLog.entity_type == "payer_answers")).one()
    assert (entry.action, entry.user_id, entry.ip_address) == ("create", None, visitor.ip)


def test_another_companys_answers_stay_its_own(nilgiri, sahyadri, token, visitor):
    visitor.answer(token, "mistake", note="Canary")
    assert answers_of(sahyadri) == []
    assert mails_of(sahyadri) == []
