"""Sections in force with a company's own rates, and what a customer is used to keeping back."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import GstSetting, TdsRate
from rms.queries.tds import Habit, find_rate, habit_of, own_rates, sections_on
from tests.factories import TODAY, gstin_of, make_allocation, make_customer, make_invoice, make_receipt

MARCH = dt.date(2026, 3, 31)


def own(section="393(1)-6i", rate="0.5", since=dt.date(2026, 10, 1), **columns) -> TdsRate:
    row = TdsRate(section=section, name="Certificate", rate=Decimal(rate), effective_from=since, **columns)
    db().add(row)
    db().flush()
    return row


def rates(day=TODAY) -> dict[str, str]:
    return {one.code: str(one.rate.normalize()) for one in sections_on(day)}


def test_without_own_rates_the_statute_holds_on_each_day(nilgiri):
    with nilgiri.scope():
        assert list(rates()) == [
            "393(1)-6i",
            "393(1)-6iii-Db",
            "393(1)-6iii-Da",
            "393(1)-1ii",
            "393(1)-2ii-Da",
            "393(1)-2ii-Db",
            "393(1)-8ii",
        ]
        assert rates(MARCH)["194J(b)"] == "1E+1" and "393(1)-6i" not in rates(MARCH)
        assert not any(one.own_id for one in sections_on(TODAY))


def test_an_own_rate_stands_for_the_statutory_one_from_its_day(nilgiri):
    with nilgiri.scope():
        row = own()
        own(rate="0.75", since=TODAY + dt.timedelta(days=1))
        assert rates()["393(1)-6i"] == "0.5"
        assert rates(dt.date(2026, 9, 30))["393(1)-6i"] == "2"
        assert rates(TODAY + dt.timedelta(days=1))["393(1)-6i"] == "0.75"
        first = sections_on(TODAY)[0]
        assert (first.own_id, first.name, str(first.words)) == (
            row.id,
            "Certificate",
            "s. 393(1), earlier 194C",
        )
        assert first.suggest(Decimal(63000)) == Decimal("315.00")


def test_a_rate_no_longer_offered_gives_the_statute_its_place_back(nilgiri):
    with nilgiri.scope():
        own(), own("195", "20.8", is_active=False)
        own(rate="0.75", since=TODAY, is_active=False)
        assert rates()["393(1)-6i"] == "2" and "195" not in rates()


def test_an_own_section_stands_behind_the_statutory_ones(nilgiri):
    with nilgiri.scope():
        own("195", "20.8")
        assert list(rates())[-1] == "195" and str(sections_on(TODAY)[-1].words) == "s. 195"


@pytest.mark.parametrize(("pan", "rate"), [("ABCPD1234E", "1"), ("ABCHD1234E", "1"), ("AAKFN4821C", "2")])
def test_a_company_that_is_a_person_or_a_family_has_the_lower_rate(nilgiri, pan, rate):
    with nilgiri.scope():
        db().scalars(select(GstSetting)).one().gst_number = gstin_of("29", pan)
        db().flush()
        assert rates()["393(1)-6i"] == rate


def test_rivals_share_no_rates(nilgiri, sahyadri):
    with sahyadri.scope():
        theirs = own().id
    with nilgiri.scope():
        assert rates()["393(1)-6i"] == "2" and own_rates() == []
        with pytest.raises(NotFound):
            find_rate(theirs)


def test_own_rates_are_listed_with_the_newest_of_a_section_first(nilgiri):
    with nilgiri.scope():
        own(), own(since=TODAY), own("195", "20.8")
        assert [(row.section, row.effective_from) for row in own_rates()] == [
            ("195", dt.date(2026, 10, 1)),
            ("393(1)-6i", TODAY),
            ("393(1)-6i", dt.date(2026, 10, 1)),
        ]


def paid(customer, cash, kept, *, days_ago=0, section="393(1)-6iii-Db", **columns):
    """An invoice of 1,00,000 + 18,000 GST, of which `cash` arrived and `kept` was deducted."""
    day = TODAY - dt.timedelta(days=days_ago)
    invoice = make_invoice(customer, "100000.00")
    receipt = make_receipt(customer, "118000.00", receipt_date=day)
    return make_allocation(
        receipt, invoice, cash, tds_amount=Decimal(kept), tds_section=section, allocated_on=day, **columns
    )


def test_who_never_deducted_has_no_habit(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        assert habit_of(customer.id) is None
        paid(customer, "118000", "0", section=None)
        assert habit_of(customer.id) is None and habit_of(uuid4()) is None


@pytest.mark.parametrize(
    ("cash", "kept", "rate"),
    [
        ("108000", "10000", "10"),
        ("54000", "5000", "10"),  # half of the invoice: 5,000 of 50,000
        ("116000", "2000", "2"),
        ("106200", "11800", "11.80"),  # deducted from the value with GST
    ],
)
def test_the_habit_is_the_share_of_the_value_without_gst(nilgiri, cash, kept, rate):
    with nilgiri.scope():
        customer = make_customer()
        paid(customer, cash, kept)
        assert habit_of(customer.id) == Habit("393(1)-6iii-Db", Decimal(rate))
        assert habit_of(customer.id).suggest(Decimal(50000)) == Decimal(rate) * 500


def test_one_mistake_is_outvoted_and_of_two_the_later_counts(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        paid(customer, "108000", "10000", days_ago=30)
        paid(customer, "116000", "2000", days_ago=1, section=None)
        assert habit_of(customer.id) == Habit(None, Decimal(2))
        paid(customer, "108000", "10000", days_ago=60)
        assert habit_of(customer.id).rate == Decimal(10)


def test_released_deductions_and_other_customers_do_not_count(nilgiri):
    with nilgiri.scope():
        customer, other = make_customer(), make_customer("Other")
        paid(customer, "108000", "10000", released_on=TODAY)
        paid(other, "108000", "10000")
        assert habit_of(customer.id) is None


def test_a_habit_of_the_old_act_is_named_in_the_new_one(nilgiri):
    assert Habit("194C", Decimal(2)).code_on(TODAY) == "393(1)-6i"
    assert Habit("194C", Decimal(2)).code_on(MARCH) == "194C"
    assert Habit(None, Decimal(2)).code_on(TODAY) is None
