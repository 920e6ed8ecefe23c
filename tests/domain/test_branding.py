"""Looks of papers: what is stored reads back, what is no choice is the usual, colours read on white."""

from uuid import uuid4

import pytest

from rms.domain.branding import ACCENTS, Branding, Copies, Layout, as_settings, branding_in, foot_note
from rms.domain.errors import Invalid


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_colour_can_be_read_on_white_and_white_on_it(accent):
    assert 1.05 / (luminance(ACCENTS[accent]) + 0.05) >= 4.5


def test_what_is_stored_reads_back():
    chosen = Branding(
        template=Layout.BAND,
        accent="clay",
        logo=uuid4(),
        signature=uuid4(),
        foot_note="Thank you",
        copies=Copies.ALL,
        prints_summary=False,
        prints_upi=False,
        prints_empty_discounts=True,
    )
    assert branding_in(as_settings(chosen)) == chosen
    assert branding_in(as_settings(Branding())) == branding_in({}) == branding_in(None) == Branding()


@pytest.mark.parametrize("key", ["template", "accent", "copies"])
@pytest.mark.parametrize("value", [None, "", "papyrus", '"); #panic("'])
def test_a_word_that_is_no_choice_is_the_usual_one(key, value):
    assert branding_in({key: value}) == Branding()


def test_the_mark_tells_two_looks_apart_and_not_their_pictures():
    assert Branding().mark == Branding(logo=uuid4()).mark
    others = (
        Branding(accent="ink"),
        Branding(template=Layout.BAND),
        Branding(copies=Copies.ALL),
        Branding(foot_note="x"),
        Branding(prints_upi=False),
        Branding(prints_summary=False),
        Branding(prints_empty_discounts=True),
    )
    assert len({Branding().mark, *(other.mark for other in others)}) == 8


def test_the_note_loses_trailing_blanks_and_has_a_limit():
    assert foot_note(" One \r\nTwo  \n") == "One\nTwo"
    assert foot_note(None) == "" and len(foot_note("x" * 500)) == 500
    with pytest.raises(Invalid):
        foot_note("x" * 501)
