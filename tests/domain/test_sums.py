"""Small sums in cells: worked out exactly, and never anything but a sum."""

from decimal import Decimal

import pytest

from rms.domain import sums
from rms.domain.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "comes_to"),
    [
        ("4*1250", "5000.0000"),
        ("=4*1250", "5000.0000"),
        ("4 x 1,250", "5000.0000"),
        ("(1200+300)/2", "750.0000"),
        ("1/3", "0.3333"),
        ("2/3", "0.6667"),
        ("10-2-3", "5.0000"),
        ("100/10/2", "5.0000"),
        ("2+3*4", "14.0000"),
        ("-2*-3", "6.0000"),
        ("₹1,000 + ₹500.50", "1500.5000"),
        ("४*५", "20.0000"),
        ("0.1+0.2", "0.3000"),
        ("1.00005*1", "1.0001"),
    ],
)
def test_a_sum_comes_to_its_figure_half_up(typed, comes_to):
    assert sums.is_sum(typed) or typed == "-2*-3"
    assert str(sums.result(typed, places=4)) == comes_to


@pytest.mark.parametrize("typed", ["5", "1,250.50", "-5", "500/-", "₹500", "abc", "", "1e9", "NaN", "12 Nov"])
def test_a_number_or_a_word_is_no_sum(typed):
    assert not sums.is_sum(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "4*",
        "1/0",
        "(1+2",
        "1+2)",
        "2**3",
        "1..2+1",
        "9*(",
        "1+abc",
        "__import__('os')",
        "1;2",
        "9" * 61 + "+1",
        "(" * 50,
    ],
)
def test_what_is_no_sum_is_refused_in_words(typed):
    with pytest.raises(Invalid) as refused:
        sums.result(typed, places=4)
    assert "sum cannot be worked out" in refused.value.message


def test_a_sum_of_thousands_of_digits_is_not_tried():
    assert not sums.is_sum("9*" * 500 + "9")
    assert sums.result("99999999999*99999999999", places=4) == Decimal("9999999999800000000001.0000")
