"""The shipped fonts: complete, small, licensed."""

import pytest
from fontTools.ttLib import TTFont

from rms.documents.invoice_pdf import FONTS

LETTER_KA = {
    "Devanagari": "क",
    "Bengali": "ক",
    "Gurmukhi": "ਕ",
    "Gujarati": "ક",
    "Oriya": "କ",
    "Tamil": "க",
    "Telugu": "క",
    "Kannada": "ಕ",
    "Malayalam": "ക",
    "Arabic": "ک",
    "MeeteiMayek": "ꯀ",
    "OlChiki": "ᱠ",
}


@pytest.mark.parametrize("style", ["Regular", "Medium", "SemiBold"])
def test_anek_has_the_rupee_sign_and_digits_of_one_width(style):
    font = TTFont(FONTS / f"AnekLatin-{style}.ttf")
    glyph = font.getBestCmap()[0x20B9]
    assert font["glyf"][glyph].numberOfContours > 0
    assert "tnum" in {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert "fvar" not in font


def test_the_weights_differ():
    weights = [
        TTFont(FONTS / f"AnekLatin-{style}.ttf")["OS/2"].usWeightClass
        for style in ("Regular", "Medium", "SemiBold")
    ]
    assert weights == [400, 500, 600]


@pytest.mark.parametrize(("script", "letter"), LETTER_KA.items())
@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_each_script_keeps_its_shaping(script, letter, style):
    font = TTFont(FONTS / f"NotoSans{script}-{style}.ttf")
    assert ord(letter) in font.getBestCmap()
    if script not in ("OlChiki", "MeeteiMayek"):
        assert font["GSUB"].table.LookupList.LookupCount > 5


def test_they_stay_small_and_carry_their_licence():
    fonts = list(FONTS.glob("*.ttf"))
    assert len(fonts) == 29
    assert sum(path.stat().st_size for path in fonts) < 4_000_000
    for licence, holder in (("OFL-Anek.txt", "The Anek Project Authors"), ("OFL-Noto.txt", "Google LLC")):
        text = (FONTS / licence).read_text()
        assert holder in text and "SIL OPEN FONT LICENSE Version 1.1" in text
