import pytest

from rms.domain.units import UNIT_CODES, unit_code


def test_the_portal_knows_45_units_and_one_for_services():
    assert len(UNIT_CODES) == 46
    assert all(code.isupper() and name for code, name in UNIT_CODES.items())


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("kg", "KGS"),
        ("Kgs", "KGS"),
        ("sq ft", "SQF"),
        ("Sq. Ft.", "SQF"),
        ("piece", "PCS"),
        ("nos", "NOS"),
        ("Kilograms", "KGS"),
        ("UNT", "UNT"),
        ("tank", "OTH"),
        ("", "OTH"),
        (None, "OTH"),
    ],
)
def test_what_people_write_has_a_code(unit, code):
    assert unit_code(unit, is_service=False) == code


def test_a_service_is_reported_without_a_unit():
    assert unit_code("kg", is_service=True) == "NA"
