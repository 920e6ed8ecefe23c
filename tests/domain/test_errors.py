"""Errors carry marked sentences that are filled in only after translation."""

import pytest

from rms.domain import errors
from rms.domain.errors import N_, DomainError, Invalid, sentence


def test_a_marked_message_is_itself():
    assert N_("Quantity must be more than 0") == "Quantity must be more than 0"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, 404),
        (errors.Forbidden, 403),
        (errors.StaleVersion, 409),
        (errors.IllegalMove, 409),
        (errors.Invalid, 422),
        (errors.PaymentRequired, 402),
    ],
)
def test_each_kind_has_its_status(kind, status):
    error = kind("Use %(fits)s", field="amount", fits="₹5.00")
    assert isinstance(error, DomainError)
    assert (error.status, str(error), error.field) == (status, "Use ₹5.00", "amount")
    assert (error.message, error.params) == ("Use %(fits)s", {"fits": "₹5.00"})


def test_too_often_says_when():
    error = errors.TooOften("Try again in %(seconds)s seconds", retry_after=30, seconds=30)
    assert (error.status, error.retry_after, str(error)) == (429, 30, "Try again in 30 seconds")


def test_a_stale_version_carries_theirs():
    assert errors.StaleVersion("Priya changed this line", theirs={"rate": "5"}).theirs == {"rate": "5"}


def test_not_found_has_a_sentence_of_its_own():
    assert str(errors.NotFound()).startswith("Nothing here.")


def test_a_single_invalid_sentence_is_listed_at_its_field():
    assert Invalid("Enter a date", field="date").errors == {"date": [sentence("Enter a date")]}
    assert Invalid("Too much").errors == {"": [sentence("Too much")]}


def test_many_invalid_sentences_keep_their_fields():
    found = {"rate": [sentence("Use %(fits)s", fits="2")]}
    assert [str(each) for each in Invalid(errors=found).errors["rate"]] == ["Use 2"]


def test_a_percent_sign_in_a_message_without_parameters_is_harmless():
    assert str(sentence("100% of it")) == "100% of it"


def test_a_sentence_unpacks_into_message_and_parameters():
    message, params = sentence("Use %(fits)s", fits="2")
    assert (message, params) == ("Use %(fits)s", {"fits": "2"})
