"""Sections of TDS, their rates and days, and what is suggested. Figures are worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rms.domain import tds

OLD_DAY, NEW_DAY = date(2026, 3, 31), date(2026, 4, 1)
PERSON, FAMILY, PARTNERSHIP = "ABCPD1234E", "ABCHD1234E", "AAKFN4821C"


def rates(day) -> dict[str, str]:
    return {section.code: str(section.rate) for section in tds.in_force(day)}


def test_the_last_day_of_the_old_act_has_its_sections():
    assert rates(OLD_DAY) == {
        "194C": "2",
        "194J(b)": "10",
        "194J(a)": "2",
        "194H": "2",
        "194-I(a)": "2",
        "194-I(b)": "10",
        "194Q": "0.1",
    }


def test_the_next_day_the_table_of_the_new_act_holds():
    assert rates(NEW_DAY) == {
        "393(1)-6i": "2",
        "393(1)-6iii-Db": "10",
        "393(1)-6iii-Da": "2",
        "393(1)-1ii": "2",
        "393(1)-2ii-Da": "2",
        "393(1)-2ii-Db": "10",
        "393(1)-8ii": "0.1",
    }


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2024, 9, 30), "5"), (date(2024, 10, 1), "2"), (OLD_DAY, "2")]
)
def test_commission_was_five_percent_until_october_2024(day, rate):
    assert rates(day)["194H"] == rate


def test_before_its_first_day_nothing_is_in_force():
    assert tds.in_force(date(2021, 3, 31)) == []
    assert "194Q" not in rates(date(2021, 6, 30)) and "194Q" in rates(date(2021, 7, 1))


def test_no_nature_is_ever_in_force_twice_or_missing():
    day = date(2021, 7, 1)
    while day < date(2027, 4, 1):
        natures = [section.nature for section in tds.in_force(day)]
        assert sorted(natures) == sorted(tds.NAMES), day
        day += timedelta(days=1)


def test_every_code_fits_into_an_allocation():
    assert all(len(section.code) <= tds.LONGEST_CODE for section in tds.STATUTORY)


@pytest.mark.parametrize(
    ("pan", "rate"), [(PERSON, "1"), (FAMILY, "1"), (PARTNERSHIP, "2"), (None, "2"), ("", "2")]
)
def test_a_contractor_who_is_a_person_or_a_family_has_one_percent(pan, rate):
    for code in ("194C", "393(1)-6i"):
        assert tds.section_of(code).rate_for(pan) == Decimal(rate)


def test_who_is_paid_makes_no_difference_to_professional_fees():
    assert tds.section_of("393(1)-6iii-Db").rate_for(PERSON) == Decimal("10")


def test_without_a_pan_it_is_twenty_percent_and_five_for_goods():
    found = {section.nature: section.rate_without_pan for section in tds.in_force(NEW_DAY)}
    assert found.pop("goods") == Decimal("5")
    assert set(found.values()) == {Decimal("20")}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("194J(b)", "s. 194J(b)"),
        ("393(1)-6iii-Db", "s. 393(1), earlier 194J"),
        ("393(1)-6i", "s. 393(1), earlier 194C"),
        ("393(1)-2ii-Db", "s. 393(1), earlier 194-I"),
        ("195", "s. 195"),
    ],
)
def test_sections_are_named_as_people_name_them(code, words):
    assert str(tds.words(code)) == words


@pytest.mark.parametrize(
    ("code", "day", "now"),
    [
        ("194C", NEW_DAY, "393(1)-6i"),
        ("194C", OLD_DAY, "194C"),
        ("393(1)-6i", OLD_DAY, "194C"),
        ("195", NEW_DAY, "195"),
        ("194C", date(2020, 1, 1), "194C"),
    ],
)
def test_a_code_is_taken_over_into_the_act_of_the_day(code, day, now):
    assert tds.today_for(code, day) == now


@pytest.mark.parametrize(
    ("base", "rate", "amount"),
    [
        ("100000", "10", "10000.00"),  # gst.md's own example: 1,18,000 is paid with 1,08,000
        ("63000", "2", "1260.00"),
        ("203590", "2", "4072.00"),  # 4,071.80
        ("4225", "2", "85.00"),  # 84.50 goes up
        ("4224.99", "2", "84.00"),  # 84.4998
        ("10", "0.1", "0.00"),
        ("0", "10", "0.00"),
        ("9999999999999.99", "20", "2000000000000.00"),
    ],
)
def test_the_suggestion_is_of_the_value_without_gst_to_the_rupee(base, rate, amount):
    assert tds.suggest(Decimal(base), Decimal(rate)) == Decimal(amount)


@pytest.mark.parametrize(
    ("settled", "base"),
    [
        ("118000", "100000.00"),
        ("59000", "50000.00"),
        ("10000", "8474.58"),  # 100000 x 10000 / 118000 = 8474.576
        ("0", "0.00"),
    ],
)
def test_of_a_part_of_an_invoice_the_base_is_the_same_part(settled, base):
    assert tds.base_of(Decimal(100000), Decimal(118000), Decimal(settled)) == Decimal(base)


def test_an_invoice_of_nothing_has_no_base():
    assert tds.base_of(Decimal(0), Decimal(0), Decimal(0)) == 0


@pytest.mark.parametrize(
    ("amount", "base", "share"),
    [
        ("1260", "63000", "2"),
        ("4072", "203590", "2"),  # rounded to the rupee
        ("4071.80", "203590", "2"),  # to the paisa
        ("630", "63000", "1"),
        ("63", "63000", "0.1"),
        ("12600", "63000", "20"),
        ("11800", "100000", "11.80"),  # 10 % taken of the value with GST, by mistake
        ("7434", "63000", "11.80"),
        ("0.004", "0", None),
    ],
)
def test_what_was_kept_back_tells_the_rate(amount, base, share):
    found = tds.share_kept(Decimal(amount), Decimal(base))
    assert found == (Decimal(share) if share else None)


@pytest.mark.parametrize(
    ("taxable", "amount"), [("250000", "5000.00"), ("300025", "6001.00"), ("300024", "6000.00")]
)
def test_public_bodies_keep_two_percent_of_the_taxable_value(taxable, amount):
    assert tds.gst_tds(Decimal(taxable)) == Decimal(amount)  # 6000.50 goes up, 6000.48 down
