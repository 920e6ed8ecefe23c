"""Rounding, reading and writing rupees."""

from decimal import Decimal

import pytest

from rms.domain import money
from rms.domain.errors import Invalid


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),  # banker's rounding would give 0.00
        ("-0.005", "-0.01"),
        ("0.125", "0.13"),
        ("2.675", "2.68"),  # the float 2.675 is 2.67499...
        ("0.0049", "0.00"),
        ("99999999.994", "99999999.99"),
    ],
)
def test_paise_round_half_away_from_zero(amount, rounded):
    assert str(money.q2(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "rounded"), [("118.50", "119.00"), ("118.49", "118.00"), ("-0.50", "-1.00")]
)
def test_rupees_round_half_away_from_zero(amount, rounded):
    assert str(money.q0(Decimal(amount))) == rounded


def test_floats_are_refused():
    with pytest.raises(TypeError):
        money.q2(0.1)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("500", "500.00"),
        ("1,41,600.00", "141600.00"),
        ("141,600", "141600.00"),
        ("₹1,41,600.5", "141600.50"),
        ("₹ 500", "500.00"),
        ("Rs. 500/-", "500.00"),
        ("INR 500", "500.00"),
        ("1 41 600", "141600.00"),
        ("1\u00a041\u202f600", "141600.00"),
        (" 12.30 ", "12.30"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("+5", "5.00"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("12.5000", "12.50"),  # zeros are no decimals
        ("१,४१,६००.५०", "141600.50"),  # Devanagari
        ("૧૪૧૬૦૦", "141600.00"),  # Gujarati
        ("௧௪௧", "141.00"),  # Tamil
        ("১৪১", "141.00"),  # Bengali
        ("౧౪౧", "141.00"),  # Telugu
        ("１４１", "141.00"),  # full width
        ("99,99,99,999.99", "999999999.99"),
        ("99,99,99,99,99,999.99", "9999999999999.99"),
    ],
)
def test_money_is_read_however_it_is_written(typed, amount):
    assert str(money.parse_money(typed)) == amount


@pytest.mark.parametrize("typed", ["-5", "\u22125", "-₹5", "₹-5", "₹ \u2212 5", "–5"])
def test_a_minus_is_read_in_every_form(typed):
    assert money.parse_money(typed, minimum=Decimal(-10)) == -5


NOT_A_NUMBER = "Quantity must be a number, like 2 or 1.5"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "abc", "NaN", "nan", "inf", "-Infinity", "1e9", "1E9", "0x10", "1.2.3", "--5", "5-", "1,,000",
     ",5", "12,34,5.0", "²", "Ⅷ", "½", "9" * 61, None, 5],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_plain_words(typed):
    with pytest.raises(Invalid) as refusal:
        money.parse_quantity(typed)
    assert (str(refusal.value), refusal.value.field) == (NOT_A_NUMBER, "quantity")


@pytest.mark.parametrize("typed", ["1,5", "12,50", "-1,5"])
def test_a_comma_is_never_taken_for_a_decimal_point(typed):
    # Dropping it would make 1,5 into fifteen.
    with pytest.raises(Invalid, match="Write decimals with a full stop, like 1.5"):
        money.parse_quantity(typed)


@pytest.mark.parametrize(
    ("parse", "typed", "sentence"),
    [
        (money.parse_quantity, "1.2345", "Quantity has at most 3 decimals"),
        (money.parse_quantity, "0", "Quantity must be more than 0"),
        (money.parse_quantity, "-1", "Quantity must be more than 0"),
        (
            money.parse_quantity,
            "1000000000",
            "This quantity is too large. The most that fits is 99,99,99,999.999",
        ),
        (money.parse_rate, "1.23456", "A rate has at most 4 decimals"),
        (money.parse_rate, "-1", "The rate is too small. The least that fits is 0"),
        (money.parse_rate, "1" * 12, "This rate is too large. The most that fits is 99,99,99,99,999.9999"),
        (money.parse_money, "1.005", "An amount has at most 2 decimals"),
        (
            money.parse_money,
            "10000000000000",
            "This amount is too large. The most that fits is 99,99,99,99,99,999.99",
        ),
        (
            money.parse_money,
            "9" * 60,
            "This amount is too large. The most that fits is 99,99,99,99,99,999.99",
        ),
        (money.parse_percent, "100.001", "A percentage is at most 100"),
        (money.parse_percent, "5.1234", "A percentage has at most 3 decimals"),
        (money.parse_percent, "-1", "A percentage is at least 0"),
        (money.parse_percent, "%", "The percentage must be a number, like 5 or 12.5"),
    ],
)
def test_what_does_not_fit_says_what_does(parse, typed, sentence):
    with pytest.raises(Invalid) as refusal:
        parse(typed)
    assert str(refusal.value) == sentence


def test_quantities_rates_and_percentages_have_their_own_decimals():
    assert str(money.parse_quantity("1.5")) == "1.500"
    assert str(money.parse_rate("62.35")) == "62.3500"
    assert str(money.parse_percent("12.5 %")) == "12.500"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "₹0.00"),
        ("999.995", "₹1,000.00"),
        ("12345678.5", "₹1,23,45,678.50"),
        ("999999999.99", "₹99,99,99,999.99"),
        ("-1180", "\u2212₹1,180.00"),
        ("-0.004", "₹0.00"),  # no minus before nothing
    ],
)
def test_rupees_are_grouped_the_indian_way(amount, written):
    assert money.rupees(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [("141600.50", "₹1,41,601"), ("999.50", "₹999.50"), ("1000", "₹1,000"), ("-1000.49", "\u2212₹1,000")],
)
def test_summary_figures_drop_paise_from_a_thousand_on(amount, written):
    assert money.rupees_short(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "label"),
    [
        ("0", "₹0"),
        ("50000", "₹50,000"),
        ("100000", "₹1 L"),
        ("1000000", "₹10 L"),
        ("12000000", "₹1.2 Cr"),
        ("-250000", "\u2212₹2.5 L"),
    ],
)
def test_axis_labels_are_short(amount, label):
    assert money.axis(Decimal(amount)) == label
