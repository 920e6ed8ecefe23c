"""A quote on the page of its link: read, answered once, told to the company."""

import itertools

import pytest
from sqlalchemy import select

from rms.actions import quote_sending
from rms.actions.public_links import revoke
from rms.crypto.public_links import ticket
from rms.db.session import db
from rms.models import AuditLog, DocumentView, EmailMessage
from rms.queries.public_links import link_of, secret_of
from rms.queries.quotes import find_quote
from tests.rooms.public.visiting import Visitor, text_of
from tests.rooms.quotes.making import answered_in, now, sent_in

NUMBERS = itertools.count(1)


@pytest.fixture
def visitor(app) -> Visitor:
    number = next(NUMBERS)
    return Visitor(app, ip=f"203.7.{number // 250}.{number % 250 + 1}")


def shared(company, quote_id) -> str:
    with company.scope(company.admin):
        return quote_sending.share(quote_id, now=now())[1]


@pytest.fixture
def quote_id(nilgiri):
    return sent_in(nilgiri)


@pytest.fixture
def token(nilgiri, quote_id) -> str:
    return shared(nilgiri, quote_id)


def answer(visitor, token, **fields):
    """As the page's own form, with a ticket that the page gave out."""
    return visitor.ask("POST", f"/q/{token}/answer", data={"ticket": ticket(token), **fields})


def test_the_page_shows_the_quote_and_counts_the_look(nilgiri, token, visitor):
    page = text_of(visitor.get(f"/q/{token}"))
    assert "₹14,750.00, valid until" in page
    assert "Event cleaning crew" in page
    assert "We accept this quote" in page
    with nilgiri.scope():
        assert db().scalars(select(DocumentView)).one().count == 1


def test_accepting_is_kept_with_name_moment_and_address_and_told(nilgiri, quote_id, token, visitor):
    reply = answer(visitor, token, answer="accepted", name="R. Hegde", note="Please bill half now.")
    assert reply.status_code == 303
    with nilgiri.scope():
        quote = find_quote(quote_id)
        assert (quote.answer, quote.answered_by, quote.answered_through) == ("accepted", "R. Hegde", "link")
        assert quote.answer_ip == visitor.ip
        (mail,) = db().scalars(select(EmailMessage).where(EmailMessage.kind == "quote_answered"))
        assert mail.to_address == nilgiri.admin.email
        entry = (
            db()
            .scalars(
                select(AuditLog).where(AuditLog.entity_id == quote_id, AuditLog.new_values.has_key("answer"))
            )
            .one()
        )
        assert entry.user_id is None
    page = text_of(visitor.get(f"/q/{token}"))
    assert "You accepted this quote" in page
    assert "Send the answer" not in page


def test_declining_keeps_the_reason(nilgiri, quote_id, token, visitor):
    answer(visitor, token, answer="declined", name="S. Iyer", reason="price", note="Too dear")
    with nilgiri.scope():
        assert find_quote(quote_id).answer_reason == "price"
    assert "You declined this quote" in text_of(visitor.get(f"/q/{token}"))


def test_a_second_answer_changes_nothing(nilgiri, quote_id, token, visitor):
    answer(visitor, token, answer="declined", name="S. Iyer")
    reply = answer(visitor, token, answer="accepted", name="Somebody")
    assert reply.status_code == 422
    assert "This quote has been answered already" in text_of(reply)
    with nilgiri.scope():
        assert find_quote(quote_id).answer == "declined"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "R. Hegde"}, "Choose an answer."),
        ({"answer": "accepted"}, "Enter your name"),
        ({"answer": "maybe", "name": "R. Hegde"}, "Not a valid choice"),
        ({"answer": "accepted", "name": "x" * 101}, "100 characters"),
    ],
)
def test_bad_input_is_refused_and_kept(token, visitor, fields, told):
    reply = answer(visitor, token, note="Typed already", **fields)
    assert reply.status_code == 422
    assert told in text_of(reply)
    assert "Typed already" in text_of(reply)


def test_only_a_form_of_this_page_is_taken(token, visitor):
    reply = visitor.ask(
        "POST", f"/q/{token}/answer", data={"answer": "accepted", "name": "R. Hegde", "ticket": "0.0"}
    )
    assert reply.status_code == 400


def test_a_link_that_was_ended_or_is_another_documents_opens_nothing(nilgiri, token, quote_id, visitor):
    assert visitor.get(f"/i/{token}").status_code == 404
    with nilgiri.scope(nilgiri.admin):
        revoke(link_of("quotes", quote_id).id, now=now())
    assert visitor.get(f"/q/{token}").status_code == 404
    assert visitor.get(f"/q/{token}/quote.pdf").status_code == 404


def test_the_pdf_is_the_quotes(token, visitor):
    reply = visitor.get(f"/q/{token}/quote.pdf")
    assert reply.get_data().startswith(b"%PDF-")


def test_no_account_number_and_no_session_on_the_page(token, visitor):
    reply = visitor.get(f"/q/{token}")
    assert "bank" not in text_of(reply).lower()
    assert "Set-Cookie" not in reply.headers


def test_an_answered_quote_keeps_its_page(nilgiri, visitor):
    quote_id = answered_in(nilgiri, accepted=True)
    token = shared(nilgiri, quote_id)
    assert "Answered by R. Hegde" in text_of(visitor.get(f"/q/{token}"))


def test_the_secret_is_stored_nowhere(nilgiri, quote_id, token):
    with nilgiri.scope():
        link = link_of("quotes", quote_id)
        assert token != link.token
        assert secret_of(link) == token
