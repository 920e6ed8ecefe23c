"""The state of a quote follows from what happened and the day; each act is open in its states alone."""

import datetime as dt

import pytest

from rms.domain.errors import IllegalMove
from rms.domain.quoting import OPEN, WORDS, Status, Verb, can, check, status_of

LAST = dt.date(2026, 11, 30)
AFTER = dt.date(2026, 12, 1)


def state(*, sent=True, answer=None, invoiced=False, today=LAST):
    return status_of(sent=sent, answer=answer, invoiced=invoiced, valid_until=LAST, today=today)


def test_the_last_day_still_counts():
    assert state(today=LAST) is Status.SENT
    assert state(today=AFTER) is Status.EXPIRED


@pytest.mark.parametrize("today", [LAST, AFTER])
def test_a_draft_neither_waits_nor_expires(today):
    assert state(sent=False, today=today) is Status.DRAFT


@pytest.mark.parametrize("answer", ["accepted", "declined"])
@pytest.mark.parametrize("today", [LAST, AFTER])
def test_an_answer_outlives_the_last_day(answer, today):
    assert state(answer=answer, today=today) == answer


@pytest.mark.parametrize("answer", [None, "accepted", "declined"])
def test_an_invoice_outlives_everything(answer):
    assert state(answer=answer, invoiced=True, today=AFTER) is Status.INVOICED


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("status", list(Status))
def test_what_is_not_open_is_refused_with_a_sentence(status, verb):
    if can(status, verb):
        check(status, verb)
    else:
        with pytest.raises(IllegalMove) as refused:
            check(status, verb)
        assert str(refused.value).startswith("This quote")


def test_only_a_waiting_quote_takes_the_customers_answer():
    assert OPEN[Verb.ACCEPT] == OPEN[Verb.DECLINE] == {Status.SENT}


def test_only_a_draft_is_edited_or_deleted():
    assert OPEN[Verb.EDIT] == OPEN[Verb.DELETE] == {Status.DRAFT}


def test_every_state_has_its_word():
    assert WORDS.keys() == set(Status)
