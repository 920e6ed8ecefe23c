"""A quote is written, sent once with a number, and stays as it was sent."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from rms.actions import invoices as drafts
from rms.actions import quote_answers, quotes
from rms.actions.quote_answers import Answer
from rms.db.session import db
from rms.domain.errors import IllegalMove, Invalid, NotFound, StaleVersion
from rms.models import QuoteInvoice
from rms.queries import quotes as found
from rms.queries.invoices import find_invoice
from rms.queries.invoices import lines_of as lines_of_invoice
from tests import factories
from tests.factories import NOW, TODAY

CREW = {
    "name": "Event cleaning crew",
    "description": "Wedding season, 12 staff for 3 days",
    "hsn_sac": "998533",
    "quantity": "36",
    "unit": "shift",
    "rate": "1,250",
    "tax": "18",
}
HALL = {"name": "Banquet hall", "hsn_sac": "998534", "quantity": "9000", "rate": "6.50", "discount": "10"}
GUIDE = {"name": "Supervisor", "hsn_sac": "998599", "quantity": "3", "unit": "day", "rate": "2,800"}
LATER = TODAY + dt.timedelta(days=15)
YES = Answer(is_accepted=True, name="R. Hegde", note="Please bill half now.")
NO = Answer(is_accepted=False, name="S. Iyer", reason="price", note="Another firm offers less.")


def written(nilgiri, *lines):
    """A draft for a customer of the same state, with these lines."""
    buyer = factories.make_customer("Hoysala Convention Hall")
    quote = quotes.create_draft(customer_id=buyer.id, today=TODAY, created_by=nilgiri.admin.id)
    first = found.lines_of(quote.id)[0]
    cells = lines or (CREW, {**HALL, "tax": "18"}, {**GUIDE, "tax": "18"})
    quotes.change_line(quote.id, first.id, cells[0], version=1)
    for more in cells[1:]:
        quotes.add_line(quote.id, cells=more)
    return quote.id


@pytest.fixture
def draft_id(nilgiri):
    with nilgiri.scope():
        return written(nilgiri)


@pytest.fixture
def sent_id(nilgiri, draft_id):
    with nilgiri.scope():
        return quote_answers.give_out(draft_id, now=NOW, today=TODAY).id


def status(quote_id, today=TODAY):
    return str(found.status_of(found.find_quote(quote_id), today))


def head_of(quote, **changes):
    names = quotes.Head.__dataclass_fields__
    return quotes.Head(**{**{name: getattr(quote, name) for name in names}, **changes})


def test_a_draft_is_priced_as_an_invoice_would_be(nilgiri, draft_id):
    with nilgiri.scope():
        quote = found.find_quote(draft_id)
        # 36 x 1,250 = 45,000.00; 9,000 x 6.50 = 58,500.00 less 10 % = 52,650.00; 3 x 2,800 = 8,400.00
        assert quote.subtotal == Decimal("106050.00")
        assert (quote.cgst_total, quote.sgst_total) == (Decimal("9544.50"), Decimal("9544.50"))
        assert (quote.round_off, quote.total) == (Decimal("0.00"), Decimal("125139.00"))
        assert (quote.quote_number, quote.valid_until) == (None, TODAY + dt.timedelta(days=14))
        assert status(draft_id) == "draft"


def test_sending_gives_a_number_of_a_series_of_its_own(nilgiri, draft_id):
    with nilgiri.scope():
        first = quote_answers.give_out(draft_id, now=NOW, today=TODAY)
        second = quote_answers.give_out(written(nilgiri, GUIDE), now=NOW, today=TODAY)
        assert first.quote_number.endswith("/26-27/0001")
        assert second.quote_number.endswith("/26-27/0002")
        assert "Q" in first.quote_number.split("/")[0]
        assert first.buyer_snapshot["name"] == "Hoysala Convention Hall"
        assert "bank_account_number" not in first.seller_snapshot
        assert status(first.id) == "sent"


def test_giving_out_again_changes_nothing(nilgiri, sent_id):
    with nilgiri.scope():
        before = found.find_quote(sent_id).quote_number
        assert quote_answers.give_out(sent_id, now=NOW, today=TODAY).quote_number == before


def test_every_problem_is_named_at_its_field(nilgiri):
    with nilgiri.scope():
        quote = quotes.create_draft(customer_id=None, today=TODAY, created_by=nilgiri.admin.id)
        quotes.change_line(quote.id, found.lines_of(quote.id)[0].id, {"rate": "abc"}, version=1)
        with pytest.raises(Invalid) as refused:
            quote_answers.give_out(quote.id, now=NOW, today=LATER)
        errors = refused.value.errors
        assert {"customer_id", "valid_until"} < errors.keys()
        assert any(place.startswith("lines-") for place in errors)


def test_a_sent_quote_is_not_edited_nor_deleted(nilgiri, sent_id):
    with nilgiri.scope():
        quote = found.find_quote(sent_id)
        line = found.lines_of(sent_id)[0]
        for act in (
            lambda: quotes.change_head(sent_id, head_of(quote), version=quote.version),
            lambda: quotes.change_line(sent_id, line.id, CREW, version=line.version),
            lambda: quotes.add_line(sent_id),
            lambda: quotes.delete_line(sent_id, line.id, now=NOW),
            lambda: quotes.delete_draft(sent_id),
        ):
            with pytest.raises(IllegalMove):
                act()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quotes SET total = total + 1, round_off = round_off + 1 WHERE id = :id",
        "UPDATE quotes SET valid_until = valid_until + 30 WHERE id = :id",
        "DELETE FROM quotes WHERE id = :id",
        "UPDATE quote_lines SET name = 'Else' WHERE quote_id = :id",
        "DELETE FROM quote_lines WHERE quote_id = :id",
    ],
)
def test_the_database_keeps_it_as_it_was_sent(nilgiri, sent_id, statement):
    with pytest.raises(DBAPIError), nilgiri.scope():
        db().execute(text(statement), {"id": sent_id})


def test_a_stale_head_is_refused_with_what_is_stored(nilgiri, draft_id):
    with nilgiri.scope():
        quote = found.find_quote(draft_id)
        quotes.change_head(draft_id, head_of(quote, notes="First"), version=1)
        with pytest.raises(StaleVersion) as stale:
            quotes.change_head(draft_id, head_of(quote, notes="Second"), version=1)
        assert stale.value.theirs.notes == "First"


@pytest.mark.parametrize("days", [-1, 367])
def test_validity_ends_after_it_begins_and_within_a_year(nilgiri, draft_id, days):
    with nilgiri.scope():
        head = head_of(found.find_quote(draft_id), valid_until=TODAY + dt.timedelta(days=days))
        with pytest.raises(Invalid) as refused:
            quotes.change_head(draft_id, head, version=1)
        assert refused.value.field == "valid_until"


def test_text_that_cannot_be_read_is_kept_and_left_out(nilgiri, draft_id):
    with nilgiri.scope():
        draft, line = quotes.add_line(draft_id, cells={"name": "Lights", "rate": "ten"})
        assert (line.is_valid, line.raw_input["rate"]) == (False, "ten")
        assert draft.quote.total == Decimal("125139.00")


def test_a_deleted_line_comes_back_where_it_was(nilgiri, draft_id):
    with nilgiri.scope():
        second = found.lines_of(draft_id)[1]
        draft, _ = quotes.delete_line(draft_id, second.id, now=NOW)
        assert draft.quote.subtotal == Decimal("53400.00")
        draft, _ = quotes.restore_line(draft_id, second.id)
        assert [line.id for line in draft.lines][1] == second.id
        assert draft.quote.subtotal == Decimal("106050.00")


def test_what_was_deleted_or_is_blank_does_not_go_out(nilgiri, draft_id):
    with nilgiri.scope():
        quotes.delete_line(draft_id, found.lines_of(draft_id)[2].id, now=NOW)
        quotes.add_line(draft_id)
        quote_answers.give_out(draft_id, now=NOW, today=TODAY)
        assert (
            db().scalar(text("SELECT count(*) FROM quote_lines WHERE quote_id = :id"), {"id": draft_id}) == 2
        )


def test_a_draft_is_deleted_with_its_lines(nilgiri, draft_id):
    with nilgiri.scope():
        quotes.delete_draft(draft_id)
        with pytest.raises(NotFound):
            found.find_quote(draft_id)
        assert found.lines_of(draft_id) == []


def test_an_accepted_quote_keeps_who_when_and_from_where(nilgiri, sent_id):
    with nilgiri.scope():
        quote = quote_answers.answer(sent_id, YES, ip="203.0.113.9", now=NOW, today=TODAY)
        assert (quote.answered_by, quote.answer_note) == ("R. Hegde", "Please bill half now.")
        assert (quote.answered_at, quote.answer_ip, quote.answered_through) == (NOW, "203.0.113.9", "link")
        assert status(sent_id) == "accepted"


def test_a_customer_answers_once(nilgiri, sent_id):
    with nilgiri.scope():
        quote_answers.answer(sent_id, NO, ip=None, now=NOW, today=TODAY)
        assert found.find_quote(sent_id).answer_reason == "price"
        with pytest.raises(IllegalMove):
            quote_answers.answer(sent_id, YES, ip=None, now=NOW, today=TODAY)
        assert status(sent_id) == "declined"


def test_nobody_answers_without_a_name_or_after_the_last_day(nilgiri, sent_id):
    with nilgiri.scope():
        with pytest.raises(Invalid) as refused:
            quote_answers.answer(sent_id, Answer(is_accepted=True, name=" "), ip=None, now=NOW, today=TODAY)
        assert refused.value.field == "name"
        with pytest.raises(IllegalMove):
            quote_answers.answer(sent_id, YES, ip=None, now=NOW, today=LATER)
        assert status(sent_id, LATER) == "expired"


def test_a_note_that_is_too_long_and_an_unknown_reason_are_refused(nilgiri, sent_id):
    odd = Answer(is_accepted=False, name="S. Iyer", reason="nobody", note="x" * 1_001)
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        quote_answers.answer(sent_id, odd, ip=None, now=NOW, today=TODAY)
    assert refused.value.errors.keys() == {"note", "reason"}


def test_the_company_may_record_what_it_heard_and_overrule_a_refusal(nilgiri, sent_id):
    with nilgiri.scope():
        quote_answers.answer(sent_id, NO, ip="203.0.113.9", now=NOW, today=TODAY)
        quote = quote_answers.record(sent_id, YES, now=NOW, today=LATER)
        assert (quote.answered_through, quote.answer_ip, quote.answer_reason) == ("company", None, None)
        assert status(sent_id, LATER) == "accepted"


def test_the_invoice_has_the_same_cells_and_the_same_total(nilgiri, sent_id):
    with nilgiri.scope():
        quote_answers.answer(sent_id, YES, ip=None, now=NOW, today=TODAY)
        made = quote_answers.make_invoice(sent_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)
        invoice, quote = find_invoice(made), found.find_quote(sent_id)
        assert (invoice.status, invoice.total, invoice.customer_id) == (
            "draft",
            quote.total,
            quote.customer_id,
        )
        same = ("name", "description", "hsn_sac", "quantity", "unit", "rate", "discount_percent", "total")
        pairs = zip(lines_of_invoice(made), found.lines_of(sent_id), strict=True)
        assert all(getattr(one, name) == getattr(other, name) for one, other in pairs for name in same)
        assert status(sent_id) == "invoiced"


def test_a_second_click_leads_to_the_same_invoice(nilgiri, sent_id):
    made = []
    for _ in range(2):
        with nilgiri.scope():
            made.append(
                quote_answers.make_invoice(sent_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)
            )
    assert made[0] == made[1]
    with nilgiri.scope():
        assert len(list(db().scalars(select(QuoteInvoice)))) == 1
        assert found.quote_behind(made[0]).id == sent_id


def test_a_deleted_invoice_draft_sets_the_quote_free(nilgiri, sent_id):
    with nilgiri.scope():
        made = quote_answers.make_invoice(sent_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)
        drafts.delete_draft(made, now=NOW)
    with nilgiri.scope():
        assert status(sent_id) == "accepted"
        again = quote_answers.make_invoice(sent_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)
        assert again != made


def test_a_draft_and_a_declined_quote_are_not_billed(nilgiri, draft_id):
    with nilgiri.scope():
        with pytest.raises(IllegalMove):
            quote_answers.make_invoice(draft_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)
        quote_answers.give_out(draft_id, now=NOW, today=TODAY)
        quote_answers.answer(draft_id, NO, ip=None, now=NOW, today=TODAY)
        with pytest.raises(IllegalMove):
            quote_answers.make_invoice(draft_id, now=NOW, today=TODAY, created_by=nilgiri.admin.id)


def test_a_new_version_says_what_it_replaces_and_gets_the_next_number(nilgiri, sent_id):
    with nilgiri.scope():
        newer = quotes.copy(sent_id, today=LATER, created_by=nilgiri.admin.id, replaces=True)
        assert (newer.quote_date, newer.valid_until) == (LATER, LATER + dt.timedelta(days=14))
        assert newer.total == found.find_quote(sent_id).total
        given = quote_answers.give_out(newer.id, now=NOW, today=LATER)
        assert given.quote_number.endswith("0002")
        older, _ = found.versions_of(given)
        _, newer_ones = found.versions_of(found.find_quote(sent_id))
        assert (older.id, [one.id for one in newer_ones]) == (sent_id, [newer.id])


def test_only_what_is_closed_is_put_away(nilgiri, sent_id):
    with nilgiri.scope():
        with pytest.raises(IllegalMove):
            quote_answers.archive(sent_id, now=NOW, today=TODAY)
        assert quote_answers.archive(sent_id, now=NOW, today=LATER).archived_at == NOW
        assert quote_answers.bring_back(sent_id).archived_at is None


def test_another_company_finds_nothing(nilgiri, sahyadri, sent_id):
    with sahyadri.scope():
        for act in (
            lambda: found.find_quote(sent_id),
            lambda: quotes.copy(sent_id, today=TODAY, created_by=sahyadri.admin.id),
            lambda: quote_answers.give_out(sent_id, now=NOW, today=TODAY),
            lambda: quote_answers.make_invoice(sent_id, now=NOW, today=TODAY, created_by=sahyadri.admin.id),
        ):
            with pytest.raises(NotFound):
                act()
    with nilgiri.scope(), pytest.raises(NotFound):
        quotes.change_line(written(nilgiri), uuid4(), CREW, version=1)
