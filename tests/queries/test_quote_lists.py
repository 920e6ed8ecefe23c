"""What the list says of a quote is what the domain says, in every state and on every day."""

import datetime as dt

import pytest

from rms.actions import quote_answers
from rms.queries.quote_lists import Filter, View, counts_of_quotes, list_quotes
from rms.queries.quotes import find_quote, status_of
from tests.rooms.quotes.making import answered_in, drafted_in, now, sent_in, today


@pytest.fixture
def one_of_each(nilgiri):
    ids = [
        drafted_in(nilgiri),
        sent_in(nilgiri),
        sent_in(nilgiri, day=today() - dt.timedelta(days=20)),
        answered_in(nilgiri, accepted=True),
        answered_in(nilgiri, accepted=False),
        answered_in(nilgiri, accepted=True),
    ]
    with nilgiri.scope(nilgiri.admin):
        quote_answers.make_invoice(ids[-1], now=now(), today=today(), created_by=nilgiri.admin.id)
    return ids


@pytest.mark.parametrize("later", [0, 14, 15, 400])
def test_list_and_domain_agree_on_every_day(nilgiri, one_of_each, later):
    day = today() + dt.timedelta(days=later)
    with nilgiri.scope():
        listed = {row.id: row.status for row in list_quotes(Filter(), today=day, after=None, limit=50)}
        assert listed == {one: str(status_of(find_quote(one), day)) for one in one_of_each}


def test_the_views_count_what_they_list(nilgiri, one_of_each):
    with nilgiri.scope():
        counts = counts_of_quotes(Filter(), today=today())
        for view in View:
            rows = list_quotes(Filter(view=view), today=today(), after=None, limit=50)
            assert counts.by_view[view] == len(rows), view
        assert counts.by_view[View.ALL] == len(one_of_each)


def test_pages_follow_each_other_without_a_gap(nilgiri, one_of_each):
    with nilgiri.scope():
        seen, after = [], None
        while rows := list_quotes(Filter(), today=today(), after=after, limit=2):
            seen += [row.id for row in rows]
            after = [rows[-1].quote_date.isoformat(), str(rows[-1].id)]
        assert sorted(seen) == sorted(one_of_each)


def test_another_company_counts_nothing(sahyadri, one_of_each):
    with sahyadri.scope():
        assert counts_of_quotes(Filter(), today=today()).by_view[View.ALL] == 0
