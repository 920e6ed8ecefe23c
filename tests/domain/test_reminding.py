"""Which reminder goes out on a day, and that none is ever sent late in bulk."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.domain.errors import Invalid
from rms.domain.reminding import Rules, Step, check_rules, due_dates_on, is_working_day, next_step, step_on

DUE = dt.date(2026, 11, 20)  # a Friday
LONG_AGO = dt.date(2026, 1, 1)
RULES = Rules(is_on=True, since=LONG_AGO)


def key_on(days: int, *, sent=(), rules: Rules = RULES, issued_on: dt.date = LONG_AGO) -> str | None:
    today = DUE + dt.timedelta(days=days)
    step = step_on(rules, due=DUE, issued_on=issued_on, sent=sent, today=today)
    return step.key if step else None


def test_each_step_opens_on_its_day_and_stays_open_for_three_more():
    told = {days: key_on(days) for days in range(-5, 12)}
    assert told == {
        **dict.fromkeys(range(-5, -3)), **dict.fromkeys(range(-3, 1), "-3"),
        **dict.fromkeys(range(1, 5), "+1"),
        5: None, 6: None, **dict.fromkeys(range(7, 11), "+7"), 11: None,
    }  # fmt: skip


def test_a_step_that_was_sent_is_not_sent_again_nor_an_earlier_one():
    assert key_on(1, sent={"+1"}) is None
    assert key_on(1, sent={"-3"}) == "+1"
    close = Rules(is_on=True, since=LONG_AGO, steps=(Step(1), Step(2)))
    assert key_on(3, rules=close) == "+2", "of two open steps the later one"
    assert key_on(3, rules=close, sent={"+2"}) is None, "the earlier one is passed over"
    assert key_on(1, sent={"by hand 20261121"}) == "+1"


def test_nothing_old_goes_out_when_reminders_are_switched_on():
    today = Rules(is_on=True, since=DUE + dt.timedelta(days=8))
    assert key_on(8, rules=today) is None, "the seventh day was yesterday"
    assert key_on(21, rules=today) == "+21"


def test_an_invoice_issued_late_is_not_reminded_of_before_it_was_there():
    assert key_on(1, issued_on=DUE + dt.timedelta(days=1)) is None
    assert key_on(7, issued_on=DUE + dt.timedelta(days=1)) == "+7"


def test_steps_that_are_off_are_never_due():
    off = Rules(is_on=True, since=LONG_AGO, steps=(Step(1, is_on=False),))
    assert key_on(1, rules=off) is None
    assert due_dates_on(off, DUE) == set()


def test_the_due_dates_to_look_for_are_those_of_open_steps():
    one = Rules(is_on=True, steps=(Step(7),))
    assert {(DUE - day).days for day in due_dates_on(one, DUE)} == {7, 8, 9, 10}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2026, 11, 21), True),
        (dt.date(2026, 11, 22), False),
        (dt.date(2027, 1, 26), False),
        (dt.date(2027, 8, 15), False),
        (dt.date(2026, 10, 2), False),
    ],
)
def test_nobody_is_reminded_on_sundays_and_national_holidays(day, works):
    assert is_working_day(day) is works


def test_the_next_letter_moves_off_a_sunday():
    ahead = next_step(RULES, due=DUE, issued_on=LONG_AGO, sent={"+1"}, today=DUE + dt.timedelta(days=2))
    assert ahead == (dt.date(2026, 11, 27), RULES.steps[2])
    on_sunday = DUE + dt.timedelta(days=2)
    ahead = next_step(RULES, due=DUE, issued_on=LONG_AGO, sent=(), today=on_sunday)
    assert ahead == (dt.date(2026, 11, 23), RULES.steps[1])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"steps": (Step(400),)}, "days_0"),
        ({"steps": (Step(1), Step(1))}, "days_1"),
        ({"hour": 3}, "hour"),
        ({"least": Decimal("-1")}, "least"),
    ],
)
def test_rules_that_do_not_fit_are_refused_at_their_field(wrong, field):
    with pytest.raises(Invalid) as caught:
        check_rules(Rules(**wrong))
    assert list(caught.value.errors) == [field]
