"""Settings of TDS: sections in force, own rates above them, one rate changed by two people."""

import html
from decimal import Decimal

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.models import TdsRate
from tests.http import Browser

NEW = {"section": "194C", "name": "Certificate", "rate": "0.5", "effective_from": "2026-04-01"}
CHANGE = {"name": "Certificate", "rate": "0.75", "offered": "yes", "version": "1"}


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def rows(company) -> list[TdsRate]:
    with company.scope():
        return list(db().scalars(select(TdsRate)))


def add(company, priya) -> TdsRate:
    assert priya.post("settings/tds", NEW).status_code == 303
    [row] = rows(company)
    return row


def test_the_sections_of_the_day_are_listed_as_people_name_them(nilgiri, priya: Browser):
    text = text_of(priya.get("settings/tds"))
    for words in (
        "s. 393(1), earlier 194J",
        "393(1)-6iii-Db",
        "Professional fees",
        "10%",
        "1027",
        "₹2,50,000",
    ):
        assert words in text, words
    assert "Own rates" not in text
    assert "/settings/tds" in text_of(priya.get("settings"))


def test_an_own_rate_takes_the_place_of_the_statutory_one(nilgiri, priya: Browser):
    reply = priya.post("settings/tds", NEW)
    assert reply.status_code == 303
    text = text_of(priya.get(reply.location))
    assert "393(1)-6i has a rate of its own now" in text
    assert "own rate" in text and "0.5%" in text
    [row] = rows(nilgiri)
    assert (row.section, row.rate) == ("393(1)-6i", Decimal("0.5"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"section": ""}, "section"),
        ({"section": "195", "name": ""}, "name"),
        ({"rate": ""}, "rate"),
        ({"rate": "101"}, "rate"),
        ({"rate": "0.0001"}, "rate"),
        ({"rate": "two"}, "rate"),
        ({"effective_from": ""}, "effective_from"),
        ({"effective_from": "31/02/2026"}, "effective_from"),
        ({"effective_from": "2020-01-01"}, "effective_from"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays_typed(nilgiri, priya: Browser, changed, field):
    reply = priya.post("settings/tds", NEW | changed)
    text = text_of(reply)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in text and f'value="{(NEW | changed)["section"]}"' in text
    assert rows(nilgiri) == []


def test_typed_markup_stays_text(nilgiri, priya: Browser):
    priya.post("settings/tds", NEW | {"section": "<b>195", "name": "<script>x</script>"})
    page = priya.get("settings/tds").get_data(as_text=True)
    assert "<b>195" not in page and "<script>x" not in page and "&lt;b&gt;195" in page


def test_a_form_sent_twice_adds_one_rate(nilgiri, priya: Browser):
    twice = NEW | {"form_token": "7d3f8a52-6d5c-4a5e-9c43-0d3b5d1b8f10"}
    assert [priya.post("settings/tds", twice).status_code for _ in range(2)] == [303, 303]
    assert len(rows(nilgiri)) == 1


def test_a_rate_is_changed_and_taken_off_the_list(nilgiri, priya: Browser):
    row = add(nilgiri, priya)
    text = text_of(priya.get(f"settings/tds/{row.id}"))
    assert 'value="0.50"' in text and "1 Apr 2026" in text
    assert priya.post(f"settings/tds/{row.id}", CHANGE).status_code == 303
    assert "0.75%" in text_of(priya.get("settings/tds"))
    assert priya.post(f"settings/tds/{row.id}", CHANGE | {"offered": "no", "version": "2"}).status_code == 303
    text = text_of(priya.get("settings/tds"))
    assert "not offered" in text and text.count("2%") > 2
    assert rows(nilgiri)[0].is_active is False


def test_two_who_change_one_rate_see_both_values(nilgiri, priya: Browser):
    row = add(nilgiri, priya)
    priya.post(f"settings/tds/{row.id}", CHANGE | {"offered": "no"})
    reply = priya.post(f"settings/tds/{row.id}", CHANGE | {"rate": "1"})
    text = text_of(reply)
    assert reply.status_code == 409
    assert "stored now 0.75, yours 1" in text and "stored now Not offered, yours Offered" in text
    assert 'name="version" value="2"' in text
    assert priya.post(f"settings/tds/{row.id}", CHANGE | {"rate": "1", "version": "2"}).status_code == 303


@pytest.mark.parametrize(("changed", "field"), [({"rate": ""}, "rate"), ({"rate": "1,5"}, "rate")])
def test_a_wrong_change_is_refused(nilgiri, priya: Browser, changed, field):
    row = add(nilgiri, priya)
    reply = priya.post(f"settings/tds/{row.id}", CHANGE | changed)
    assert reply.status_code == 422 and f'id="{field}-error"' in text_of(reply)
    assert rows(nilgiri)[0].version == 1


def test_a_rival_and_other_roles_have_no_part_in_it(nilgiri, priya, imran, asha, rohan):
    row = add(nilgiri, priya)
    assert rohan.get(f"settings/tds/{row.id}").status_code == 404
    assert rohan.post(f"settings/tds/{row.id}", CHANGE).status_code == 404
    assert "Certificate" not in text_of(rohan.get("settings/tds"))
    for other in (imran, asha):
        assert other.get("settings/tds").status_code == 403
        assert other.post("settings/tds", NEW).status_code == 403
        assert other.post(f"settings/tds/{row.id}", CHANGE).status_code == 403
    assert rows(nilgiri)[0].version == 1
