import pytest

from rms.actions import series
from rms.actions.series import SeriesDraft, at_next_value, initials
from rms.db.numbering import peek, take
from rms.domain.errors import Invalid, StaleVersion
from rms.queries.series import default_series
from tests import factories
from tests.factories import TODAY


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Nilgiri Facility Services LLP", "NFS"),
        ("Sahyadri Traders", "ST"),
        ("M/s Kaveri & Sons Pvt Ltd", "KS"),
        ("Sundaram", "SUN"),
        ("शर्मा ट्रेडर्स", "ST"),
        ("The Limited Company", "TLC"),
        ("3M", "INV"),
        ("", "COM"),
    ],
)
def test_initials_come_from_the_telling_words(name, letters):
    assert initials(name) == letters


def test_numbers_go_on_where_another_program_stopped(nilgiri):
    with nilgiri.scope():
        row = series.restyle(
            "invoice", SeriesDraft(prefix="NIL", year="FY", next_value=148), version=1, today=TODAY
        )
        assert (row.prefix, row.pattern, row.version) == ("NIL", "{PREFIX}/{FY}/{NNNN}", 2)
        assert take(row.id, "2026-27") == 148
        assert peek(row.id, "2026-27") == 149


def test_a_series_without_the_year_never_starts_again(nilgiri):
    with nilgiri.scope():
        row = series.restyle(
            "invoice", SeriesDraft(prefix="NIL", year="none", next_value=7), version=1, today=TODAY
        )
        assert (row.resets_yearly, peek(row.id, "")) == (False, 7)


@pytest.mark.parametrize(
    ("prefix", "year", "sentence"),
    [
        ("", "FY", "Enter a few letters, like INV"),
        ("NFSBL", "FY", "NFSBL/26-27/99999 has 17 characters. A GST invoice number has at most 16"),
        ("N_S", "FY", "A number may hold only letters A to Z, digits, - and /"),
        ("ABCDEFGHI", "none", "Use at most 8 characters"),
        ("0", "FY", "A number cannot start with 0. Put a prefix before it"),
        ("NFR", "FY", "Your numbers that start with NFR could come out the same. Choose other letters"),
        ("nfr", "FY", "Your numbers that start with NFR could come out the same. Choose other letters"),
    ],
)
def test_numbers_gst_would_refuse_are_refused_here(nilgiri, prefix, year, sentence):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        series.restyle("invoice", SeriesDraft(prefix=prefix, year=year), version=1, today=TODAY)
    assert [str(one) for one in refused.value.errors["prefix"]] == [sentence]


def test_a_stale_version_changes_nothing(nilgiri):
    with nilgiri.scope():
        series.restyle("invoice", SeriesDraft(prefix="NIL", year="FY"), version=1, today=TODAY)
        with pytest.raises(StaleVersion):
            series.restyle("invoice", SeriesDraft(prefix="NIX", year="FY"), version=1, today=TODAY)
        assert default_series("invoice").prefix == "NIL"


def test_no_gap_is_made_once_numbers_are_in_use(nilgiri):
    with nilgiri.scope():
        row = default_series("invoice")
        factories.make_invoice(factories.make_customer(), series_id=row.id)
        now_at = peek(row.id, "2026-27")
        draft = SeriesDraft(prefix=row.prefix, year="FY", next_value=now_at + 10)
        with pytest.raises(Invalid, match=f"The next one stays {now_at}"):
            series.restyle("invoice", draft, version=row.version, today=TODAY)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "abc", "100000", "", "9" * 1000, "NaN"])
def test_the_next_number_is_a_whole_number(text):
    with pytest.raises(Invalid, match="whole number from 1 to 99,999"):
        at_next_value(text)


def test_leading_zeros_are_fine():
    assert at_next_value(" 0042 ") == 42
