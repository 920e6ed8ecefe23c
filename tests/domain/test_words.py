"""Amounts in words beyond the vectors."""

from decimal import Decimal

import pytest

from rms.domain.words import in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "Rupees Zero Only"),
        ("1", "Rupees One Only"),
        ("0.01", "Rupees Zero and One Paisa Only"),
        ("0.005", "Rupees Zero and One Paisa Only"),
        ("-0.004", "Rupees Zero Only"),
        ("141600", "Rupees One Lakh Forty One Thousand Six Hundred Only"),
        (
            "999999999.99",
            "Rupees Ninety Nine Crore Ninety Nine Lakh Ninety Nine Thousand Nine Hundred Ninety Nine and "
            "Ninety Nine Paise Only",
        ),
        (
            "9999999999999.99",
            "Rupees Nine Lakh Ninety Nine Thousand Nine Hundred Ninety Nine Crore Ninety Nine Lakh "
            "Ninety Nine Thousand Nine Hundred Ninety Nine and Ninety Nine Paise Only",
        ),
    ],
)
def test_in_words(amount, words):
    assert in_words(Decimal(amount)) == words
