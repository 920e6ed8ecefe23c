import re

import pytest

from rms.domain import classification
from rms.domain.classification import FILES, codes, described, search
from rms.domain.tax import is_hsn_sac, is_service_code


def _raw(file):
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [line.split("|") for line in lines]


def test_there_are_hundreds_and_each_fits_on_an_invoice():
    known = codes().values()
    assert sum(one.is_service for one in known) > 500
    assert sum(not one.is_service for one in known) > 350
    assert all(is_hsn_sac(one.code) and one.description for one in known)
    assert all(is_service_code(one.code) == one.is_service for one in known)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_lists_name_their_source_and_are_in_order_without_repeats(file):
    assert "# Source:" in file.read_text(encoding="utf-8")
    numbers = [code for code, _description, _also in _raw(file)]
    assert len(set(numbers)) == len(numbers)
    by_chapter = [number[:4] for number in numbers]
    assert by_chapter == sorted(by_chapter)
    assert all(re.fullmatch(r"\d{2}|\d{4}|99\d{4}", number) for number in numbers)


def test_every_code_stands_under_its_heading():
    assert all(one.under for one in codes().values() if len(one.code) == 6 or not one.is_service)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("998533", "998533"),
        ("9985 33", "998533"),
        ("९९८५३३", "998533"),
        ("housekeeping", "998533"),
        ("Housekeeping crew, monthly", "998533"),
        ("pest control", "998531"),
        ("security guard", "998525"),
        ("window cleaning", "998532"),
        ("water tank cleaning", "998534"),
        ("bookkeep", "998222"),
        ("website", "998314"),
        ("garden upkeep", "998597"),
        ("truck transport", "996511"),
        ("laptop", "998713"),
        ("cement", "2523"),
        ("t-shirts", "6109"),
        ("office rent", "997212"),
    ],
)
def test_everyday_words_and_digits_find_the_code(typed, first):
    found = [one.code for one in search(typed)]
    assert first in found[:3]


@pytest.mark.parametrize("typed", ["", "  ", "of the", "zzzzqq", "12345678901", "x" * 10_000, "(.*)+$"])
def test_nothing_is_found_for_nothing(typed):
    assert search(typed) == []


def test_a_prefix_lists_in_order_and_no_more_than_asked():
    found = [one.code for one in search("9985", limit=3)]
    assert found == ["9985", "998511", "998512"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("998531", "Disinfecting and exterminating"),
        ("847130", "Computers and units of them"),
        ("84713010", "Computers and units of them"),
        ("00", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_code_is_put_in_words_by_its_nearest_heading(code, words):
    assert described(code) == words


def test_the_chapters_only_give_context():
    assert "84" not in classification.codes()
    assert codes()["8471"].under == "Machinery and mechanical appliances"
