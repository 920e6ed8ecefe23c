"""Settings of reminders: when they go, what is refused, what somebody else saved in between."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from rms.domain.reminding import USUAL_STEPS, Step, Wording
from rms.queries.reminders import reminder_rules
from tests.http import Browser


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def rules(company):
    with company.scope():
        return reminder_rules()


def seen(priya: Browser) -> str:
    """What the page of the form carries of the rules as they are."""
    page = priya.get("settings/reminders").get_data(as_text=True)
    return html.unescape(re.search(r'name="version" value="([^"]*)"', page)[1])


def form(priya: Browser, **changed) -> dict[str, str]:
    """Two steps: three days before, which is friendly, and ten days late, which is firm."""
    typed = {
        "is_on": "y",
        "hour": "9",
        "least": "500",
        "on_0": "y",
        "days_0": "3",
        "side_0": "before",
        "wording_0": "friendly",
        "on_1": "y",
        "days_1": "10",
        "side_1": "after",
        "wording_1": "firm",
        "version": seen(priya),
    }
    return {name: text for name, text in {**typed, **changed}.items() if text is not None}


def test_the_usual_steps_are_offered_and_nothing_goes_out(nilgiri, priya: Browser):
    text = text_of(priya.get("settings/reminders"))
    assert "Reminders do not go out by themselves" in text
    for step in USUAL_STEPS:
        assert f'value="{abs(step.days)}"' in text
    assert not rules(nilgiri).is_on


def test_what_is_chosen_is_kept_and_counts_from_today(nilgiri, priya: Browser):
    reply = priya.post("settings/reminders", form(priya))
    assert reply.status_code == 303
    assert "Nothing older than today is sent" in text_of(priya.get(reply.location))
    kept = rules(nilgiri)
    assert (kept.is_on, kept.hour, kept.least) == (True, 9, Decimal("500.00"))
    assert kept.steps == (Step(-3, Wording.FRIENDLY), Step(10, Wording.FIRM))
    home = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=5, minutes=30)).date()
    assert home - kept.since <= dt.timedelta(days=1)


def test_a_step_without_days_is_gone_and_one_without_its_tick_is_off(nilgiri, priya: Browser):
    priya.post("settings/reminders", form(priya, days_0="", on_1=None))
    assert rules(nilgiri).steps == (Step(10, Wording.FIRM, is_on=False),)


def test_switched_off_and_on_again_they_keep_their_steps(nilgiri, priya: Browser):
    priya.post("settings/reminders", form(priya))
    priya.post("settings/reminders", form(priya, is_on=None))
    off = rules(nilgiri)
    assert (off.is_on, off.since, len(off.steps)) == (False, None, 2)
    priya.post("settings/reminders", form(priya))
    assert rules(nilgiri).since is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days_1": "soon"}, "days_1"),
        ({"days_1": "-4"}, "days_1"),
        ({"days_1": "366"}, "days_1"),
        ({"days_1": "99999"}, "days_1"),
        ({"days_1": "3", "side_1": "before"}, "days_1"),
        ({"hour": "6"}, "hour"),
        ({"hour": "20"}, "hour"),
        ({"hour": "noon"}, "hour"),
        ({"least": "much"}, "least"),
        ({"least": "-1"}, "least"),
        ({"least": "0.001"}, "least"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(nilgiri, priya: Browser, changed, field):
    reply = priya.post("settings/reminders", form(priya, **changed))
    text = text_of(reply)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in text and "Error:" in text
    if field != "hour":
        assert f'value="{changed[field]}"' in text
    assert not rules(nilgiri).is_on


def test_a_made_up_wording_is_a_friendly_one(nilgiri, priya: Browser):
    priya.post("settings/reminders", form(priya, wording_1="rude"))
    assert rules(nilgiri).steps[1] == Step(10, Wording.FRIENDLY)


def test_two_who_change_them_see_what_is_stored(nilgiri, priya: Browser):
    mine = form(priya, hour="18")
    priya.post("settings/reminders", form(priya))
    reply = priya.post("settings/reminders", mine)
    text = text_of(reply)
    assert reply.status_code == 409
    assert "Somebody saved this while you were editing" in text and "at 9:00" in text
    assert rules(nilgiri).hour == 9
    version = html.unescape(re.search(r'name="version" value="([^"]*)"', reply.get_data(as_text=True))[1])
    assert priya.post("settings/reminders", mine | {"version": version}).status_code == 303
    assert rules(nilgiri).hour == 18


@pytest.mark.parametrize("version", ["", "7", "no json", '{"is_on": 1, "steps": [{}]}', None])
def test_a_form_that_lost_what_it_had_seen_is_refused(nilgiri, priya: Browser, version):
    reply = priya.post("settings/reminders", form(priya, version=version))
    assert reply.status_code in (409, 422)
    assert not rules(nilgiri).is_on


def test_rivals_and_other_roles_have_no_part_in_it(nilgiri, priya, imran, asha, rohan):
    typed = form(priya)
    for other in (imran, asha):
        assert other.get("settings/reminders").status_code == 403
        assert other.post("settings/reminders", typed).status_code == 403
    assert rohan.post("settings/reminders", typed).status_code == 303
    assert not rules(nilgiri).is_on
