"""Rates by date, and which tax a supply takes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from rms.domain import tax
from rms.domain.errors import Invalid
from rms.domain.place_of_supply import (
    Customer,
    Registration,
    Seller,
    SupplyKind,
    ZeroRating,
    decide,
    obstacle,
)


@pytest.mark.parametrize(
    ("day", "common"),
    [
        (date(2017, 7, 1), [0, 5, 12, 18, 28]),
        (date(2025, 9, 21), [0, 5, 12, 18, 28]),
        (date(2025, 9, 22), [0, 5, 18, 40]),
        (date(2026, 11, 22), [0, 5, 18, 40]),
    ],
)
def test_the_usual_rates_change_with_the_date(day, common):
    assert list(tax.common_rates_on(day)) == common


@pytest.mark.parametrize(
    ("rate", "day", "is_in_force"),
    [
        ("12", date(2025, 9, 21), True),
        ("12", date(2025, 9, 22), False),
        ("40", date(2025, 9, 21), False),
        ("40", date(2025, 9, 22), True),
        ("28", date(2026, 1, 31), True),  # tobacco until then
        ("28", date(2026, 2, 1), False),
        ("0.1", date(2026, 11, 22), True),
        ("0.25", date(2026, 11, 22), True),
        ("18.000", date(2026, 11, 22), True),
        ("17", date(2026, 11, 22), False),
    ],
)
def test_a_rate_is_in_force_or_not(rate, day, is_in_force):
    assert (Decimal(rate) in tax.rates_on(day)) is is_in_force


def test_a_rate_that_ended_is_refused_with_the_ones_in_force():
    with pytest.raises(Invalid) as refusal:
        tax.check_rate(Decimal("12.000"), date(2026, 11, 22))
    assert str(refusal.value) == "12% is not a GST rate on this date. The usual ones are 0, 5, 18, 40"
    tax.check_rate(Decimal("18"), date(2026, 11, 22))


def test_there_is_no_rate_before_gst():
    with pytest.raises(Invalid, match="GST started on 1 Jul 2017"):
        tax.rates_on(date(2017, 6, 30))


@dataclass
class Row:
    effective_from: date
    rate: int


def test_the_latest_row_that_has_started_is_in_force():
    rows = [Row(date(2025, 9, 22), 5), Row(date(2017, 7, 1), 12), Row(date(2027, 1, 1), 18)]
    assert tax.rate_in_force(rows, date(2025, 9, 21)).rate == 12
    assert tax.rate_in_force(rows, date(2025, 9, 22)).rate == 5
    assert tax.rate_in_force(rows, date(2016, 1, 1)) is None


@pytest.mark.parametrize(
    ("rate", "label"), [("18.000", "18"), ("0.250", "0.25"), ("0", "0"), ("40", "40"), ("100", "100")]
)
def test_rates_are_labelled_without_trailing_zeros(rate, label):
    assert tax.rate_label(Decimal(rate)) == label


@pytest.mark.parametrize(
    ("code", "fits", "is_service"),
    [("998311", True, True), ("0401", True, False), ("84713010", True, False), ("84713", False, False),
     ("99", False, False), ("९९८३११", False, False), ("", False, False), (None, False, False)],
)  # fmt: skip
def test_hsn_and_sac_codes_have_4_6_or_8_digits(code, fits, is_service):
    assert bool(tax.is_hsn_sac(code)) is fits
    assert bool(tax.is_service_code(code)) is is_service


# Place of supply

KARNATAKA = Seller("29")
REGISTERED = Registration.REGULAR


@pytest.mark.parametrize(
    ("seller", "customer", "options", "place", "mode", "reason"),
    [
        (KARNATAKA, Customer("33", REGISTERED), {}, "33", "IGST", "IGST, Karnataka to Tamil Nadu"),
        (KARNATAKA, Customer("29", REGISTERED), {}, "29", "CGST_SGST", "CGST and SGST, within Karnataka"),
        (Seller("04"), Customer("04"), {}, "04", "CGST_UTGST", "CGST and UTGST, within Chandigarh"),
        # Delhi has a legislature.
        (Seller("07"), Customer("07"), {}, "07", "CGST_SGST", "CGST and SGST, within Delhi"),
        # Nothing is known of a walk-in customer: the seller's own state.
        (KARNATAKA, Customer(), {}, "29", "CGST_SGST", "CGST and SGST, within Karnataka"),
        (
            KARNATAKA,
            Customer("29", Registration.SEZ),
            {"export_with_payment": True},
            "29",
            "IGST",
            "IGST, because a supply to an SEZ is always inter-state",
        ),
        (
            KARNATAKA,
            Customer("29", Registration.SEZ),
            {},
            "29",
            "IGST_ZERO_RATED_LUT",
            "No tax, a supply to an SEZ under a letter of undertaking",
        ),
        (
            KARNATAKA,
            Customer(None, Registration.OVERSEAS),
            {"export_with_payment": True},
            "96",
            "IGST",
            "IGST, an export with payment of tax",
        ),
        # A foreigner supplied in India: taxed like anybody, no export (s.10, s.13).
        (
            KARNATAKA,
            Customer(None, Registration.OVERSEAS),
            {"chosen_place": "29"},
            "29",
            "CGST_SGST",
            "CGST and SGST, within Karnataka",
        ),
        (
            Seller("29", is_sez=True),
            Customer("29", REGISTERED),
            {},
            "29",
            "IGST",
            "IGST, because a supply from an SEZ is always inter-state",
        ),
        (
            Seller("29", Registration.COMPOSITION),
            Customer("29"),
            {},
            "29",
            "NONE",
            "No tax, because a business under the composition scheme may not collect it",
        ),
        (
            Seller("29", Registration.UNREGISTERED),
            Customer("29"),
            {},
            "29",
            "NONE",
            "No tax, because you are not registered for GST",
        ),
        # Where a building stands decides for a service on it (s.12(3)): chosen by hand.
        (
            KARNATAKA,
            Customer("29", REGISTERED),
            {"kind": SupplyKind.SERVICE, "chosen_place": "30"},
            "30",
            "IGST",
            "IGST, Karnataka to Goa",
        ),
    ],
)
def test_place_and_tax_and_the_reason_in_words(seller, customer, options, place, mode, reason):
    supply = decide(seller, customer, **options)
    assert (supply.place_of_supply, supply.tax_mode, str(supply.reason)) == (place, mode, reason)


def test_only_goods_of_an_unregistered_customer_follow_the_delivery():
    customer = Customer("29", Registration.UNREGISTERED, delivery_state="33")
    assert decide(KARNATAKA, customer, SupplyKind.GOODS).place_of_supply == "33"
    assert decide(KARNATAKA, customer, SupplyKind.SERVICE).place_of_supply == "29"


def test_zero_rating_is_a_property_of_the_whole_supply():
    sez = Customer("33", Registration.SEZ)
    assert decide(KARNATAKA, sez).zero_rating is ZeroRating.WITHOUT_PAYMENT
    assert decide(KARNATAKA, sez, export_with_payment=True).zero_rating is ZeroRating.WITH_PAYMENT
    assert decide(KARNATAKA, Customer("33", REGISTERED)).zero_rating is ZeroRating.NO


def test_a_composition_seller_may_not_sell_goods_to_another_state():
    seller = Seller("29", Registration.COMPOSITION)
    supply = decide(seller, Customer("33"))
    assert "cannot sell goods to another state" in str(obstacle(seller, supply))
    assert obstacle(seller, supply, SupplyKind.SERVICE) is None
    assert obstacle(seller, decide(seller, Customer("29"))) is None
    assert obstacle(KARNATAKA, decide(KARNATAKA, Customer("33"))) is None
