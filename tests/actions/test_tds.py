"""A company's own rates of TDS: added from a day on, changed, refused with a sentence."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.actions import tds
from rms.actions.tds import RateDraft
from rms.domain.errors import Invalid, NotFound, StaleVersion
from tests.factories import TODAY

CERTIFICATE = RateDraft(
    section="393(1)-6i", name="Certificate of 2026-27", rate=Decimal("0.5"), effective_from=TODAY
)


def draft(**changed) -> RateDraft:
    return RateDraft(**{**CERTIFICATE.__dict__, **changed})


def test_a_rate_is_added_from_its_day(nilgiri):
    with nilgiri.scope():
        row = tds.add(CERTIFICATE, today=TODAY)
        assert (row.section, row.name, row.rate) == (
            "393(1)-6i",
            "Certificate of 2026-27",
            Decimal("0.5"),
        )
        assert (row.effective_from, row.is_active, row.version) == (TODAY, True, 1)


@pytest.mark.parametrize(
    ("typed", "day", "stored"),
    [
        ("194C", TODAY, "393(1)-6i"),
        ("194c", TODAY, "393(1)-6i"),
        (" 194J(b) ", dt.date(2026, 3, 31), "194J(b)"),
        ("393(1)-6iii-db", TODAY, "393(1)-6iii-Db"),
        ("195", TODAY, "195"),
    ],
)
def test_a_section_is_stored_as_its_day_calls_it(nilgiri, typed, day, stored):
    with nilgiri.scope():
        assert tds.add(draft(section=typed, effective_from=day), today=TODAY).section == stored


def test_a_statutory_section_brings_its_name(nilgiri):
    with nilgiri.scope():
        assert tds.add(draft(name=""), today=TODAY).name == "Work of a contractor"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"section": ""}, "section", "Enter the section, like 194J(b) or 393(1)-6i"),
        ({"section": "x" * 21}, "section", "Use at most 20 characters. This has 21"),
        ({"section": "195", "name": ""}, "name", "Enter what it is deducted from, like rent or royalty"),
        ({"name": "x" * 101}, "name", "Use at most 100 characters. This has 101"),
        ({"rate": None}, "rate", "Enter the rate in percent"),
        ({"rate": Decimal("100.001")}, "rate", "A rate is between 0 and 100 percent"),
        ({"rate": Decimal("-1")}, "rate", "A rate is between 0 and 100 percent"),
        ({"effective_from": None}, "effective_from", "Enter the first day of the rate"),
        (
            {"effective_from": dt.date(2021, 3, 31)},
            "effective_from",
            "Choose a day from 1 April 2021 to two years ahead",
        ),
        (
            {"effective_from": dt.date(2028, 11, 23)},
            "effective_from",
            "Choose a day from 1 April 2021 to two years ahead",
        ),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(nilgiri, changed, field, sentence):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        tds.add(draft(**changed), today=TODAY)
    assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_everything_wrong_is_told_at_once(nilgiri):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        tds.add(RateDraft(), today=TODAY)
    assert set(refused.value.errors) == {"section", "name", "rate", "effective_from"}


def test_one_rate_for_a_section_and_a_day(nilgiri, sahyadri):
    with nilgiri.scope():
        tds.add(CERTIFICATE, today=TODAY)
        with pytest.raises(Invalid, match="has a rate from this day already") as refused:
            tds.add(draft(section="194C"), today=TODAY)
        assert list(refused.value.errors) == ["effective_from"]
    with sahyadri.scope():
        tds.add(CERTIFICATE, today=TODAY)


def test_a_rate_is_changed_once_per_version(nilgiri):
    with nilgiri.scope():
        row = tds.add(CERTIFICATE, today=TODAY)
        tds.change(row.id, draft(rate=Decimal("0.75"), is_active=False), version=1)
        assert (row.rate, row.is_active, row.version) == (Decimal("0.75"), False, 2)
        with pytest.raises(StaleVersion):
            tds.change(row.id, CERTIFICATE, version=1)


def test_what_a_rate_is_for_stays(nilgiri):
    with nilgiri.scope():
        row = tds.add(CERTIFICATE, today=TODAY)
        tds.change(row.id, draft(section="195", effective_from=dt.date(2026, 12, 1)), version=1)
        assert (row.section, row.effective_from) == ("393(1)-6i", TODAY)


def test_a_wrong_change_changes_nothing(nilgiri):
    with nilgiri.scope():
        row_id = tds.add(CERTIFICATE, today=TODAY).id
    with nilgiri.scope(), pytest.raises(Invalid):
        tds.change(row_id, draft(name="Other", rate=Decimal("101")), version=1)
    with nilgiri.scope():
        assert tds.change(row_id, CERTIFICATE, version=1).name == "Certificate of 2026-27"


def test_a_strangers_rate_is_not_there(nilgiri, sahyadri):
    with sahyadri.scope():
        theirs = tds.add(CERTIFICATE, today=TODAY).id
    with nilgiri.scope(), pytest.raises(NotFound):
        tds.change(theirs, CERTIFICATE, version=1)
