"""What a person who mistyped a GSTIN is told; the verdicts themselves are in test_vectors."""

import pytest

from rms.domain import gstin, states

GOOD = "27AAPFU0939F1ZV"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the GSTIN, 15 characters like 27AAPFU0939F1ZV"),
        ("2", "This GSTIN has 1 character. It needs 15."),
        (GOOD[:-1], "This GSTIN has 14 characters. It needs 15."),
        (GOOD + "1", "This GSTIN has 16 characters. It needs 15."),
        ("27AAPFU0939F1Z*", "A GSTIN has only the letters A to Z and digits. Take out *"),
        (
            "39AAPFU0939F1ZV",
            "No state has the code 39. A GSTIN starts with two digits for the state, like 27",
        ),
        (
            "96AAPFU0939F1ZV",
            "No state has the code 96. A GSTIN starts with two digits for the state, like 27",
        ),
        ("27AAPFUO939F1ZV", "Character 8 is O, but a digit belongs there"),
        ("27A4PFU0939F1ZV", "Character 4 is 4, but a letter belongs there"),
        ("27AAPFU0939F0ZV", "Characters 13 and 14 do not fit. They are usually a digit and Z, like 1Z"),
        ("270000000000000", "This does not look like a GSTIN. One looks like 27AAPFU0939F1ZV"),
        ("27AAPFU0939F1ZU", "The last character does not match. Check for 0 and O"),
    ],
)
def test_a_wrong_gstin_gets_one_plain_sentence(typed, sentence):
    assert str(gstin.sentence(gstin.judge(typed))) == sentence


def test_a_right_gstin_gets_no_sentence():
    assert gstin.sentence(gstin.judge(GOOD)) is None


@pytest.mark.parametrize("typed", [None, "27ııııııııııııı", "ſſſſſſſſſſſſſſſ", "ß" * 15, "२७AAPFU0939F1ZV"])
def test_no_letter_becomes_another_by_upper_casing(typed):
    assert not gstin.judge(typed).valid


def test_invisible_characters_of_a_pasted_number_are_dropped():
    assert gstin.judge("\ufeff27AAPFU0939F\u200b1ZV\u00a0").valid


def test_every_wrong_character_and_every_swap_is_caught():
    for place in range(14):
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if other != GOOD[place]:
                changed = GOOD[:place] + other + GOOD[place + 1 : 14]
                assert gstin.check_character(changed) != GOOD[14]
        if place < 13 and GOOD[place] != GOOD[place + 1]:
            swapped = GOOD[:place] + GOOD[place + 1] + GOOD[place] + GOOD[place + 2 : 14]
            assert gstin.check_character(swapped) != GOOD[14]


@pytest.mark.parametrize(
    ("first14", "kind", "is_recipient"),
    [
        ("27AAPFU0939F1Z", "regular", True),
        ("27AAPFU0939F11", "regular", True),
        ("27AAPFU0939F1C", "tcs", True),
        ("27AAPFU0939F1D", "tds", True),
        ("0717AUS12345UN", "uin", True),
        ("0717AUS12345ON", "uin", True),
        ("0717AUS12345NR", "nrtp", True),
        ("9917AUS12345OS", "oidar", False),
    ],
)
def test_each_kind_is_told_by_its_shape(first14, kind, is_recipient):
    judgement = gstin.judge(first14 + gstin.check_character(first14))
    assert (judgement.valid, judgement.kind) == (True, kind)
    assert judgement.usable_as_b2b_recipient is is_recipient


def test_an_unusual_14th_character_is_a_warning():
    first14 = "27AAPFU0939F11"
    assert gstin.judge(first14 + gstin.check_character(first14)).warnings == ("FOURTEENTH_NOT_Z",)


@pytest.mark.parametrize(
    ("typed", "fits"),
    [("AAPFU0939F", True), ("aapfu 0939 f", True), ("AAPF0939FU", False), ("", False), (None, False)],
)
def test_pan(typed, fits):
    assert gstin.is_pan(typed) is fits


# States


def test_every_state_has_a_name_and_unknown_codes_have_none():
    assert (states.name_of("27"), states.name_of("96"), states.name_of("39"), states.name_of(None)) == (
        "Maharashtra",
        "Other Country",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("code", "is_utgst"), [("04", True), ("35", True), ("07", False), ("34", False), ("01", False)]
)
def test_only_territories_without_a_legislature_charge_utgst(code, is_utgst):
    assert states.charges_utgst(code) is is_utgst


def test_legacy_codes_are_known_but_not_offered():
    offered = [code for code, _ in states.selectable()]
    assert len(offered) == len(set(offered)) == 37
    assert not {"25", "28", "96", "99"} & set(offered)
    assert ("96", "Other Country") in states.places_of_supply()
    assert "99" not in dict(states.places_of_supply())


@pytest.mark.parametrize(
    ("name", "code"),
    [("maharashtra", "27"), ("Tamilnadu", "33"), ("Jammu & Kashmir", "01"), ("Pondicherry", "34"),
     ("Andhra Pradesh", "37"), ("Atlantis", None)],
)  # fmt: skip
def test_a_state_is_found_by_the_name_people_write(name, code):
    assert states.code_of(name) == code
