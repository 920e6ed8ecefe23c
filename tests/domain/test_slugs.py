"""Names of companies in addresses."""

from itertools import islice

import pytest

from rms.domain import slugs
from rms.domain.errors import Invalid
from rms.domain.slugs import slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Nandini Facility Services", "nandini-facility-services"),
        ("Sharma & Sons Pvt. Ltd.", "sharma-and-sons-pvt-ltd"),
        ("D'Souza  --  Traders", "dsouza-traders"),
        ("Société Générale", "societe-generale"),
        ("Straße 9", "strasse-9"),
        ("शर्मा ट्रेडर्स", "sharma-tredars"),  # Devanagari
        ("नई दिल्ली ४२", "nai-dilli-42"),
        ("हिन्दी बज़ार", "hindi-bazar"),
        ("ગુજરાત ટ્રેડર્સ", "gujarat-tredars"),  # Gujarati
        ("বাংলা ট্রেডার্স", "banla-tredars"),  # Bengali
        ("ਪੰਜਾਬ ਟ੍ਰੇਡਰਜ਼", "panjab-tredaraz"),  # Gurmukhi
        ("ଓଡ଼ିଶା", "odisha"),  # Odia
        ("தமிழ் நிறுவனம்", "tamizh-niruvanam"),  # Tamil
        ("పద్మ సర్వీసెస్", "padma-sarvises"),  # Telugu
        ("ಕರ್ನಾಟಕ", "karnataka"),  # Kannada
        ("മലയാളം അവൻ", "malayalam-avan"),  # Malayalam
        ("日本 Trading", "trading"),
        ("", "company"),
        ("   ", "company"),
        ("日本", "company"),
        ("!!!", "company"),
        ("Admin", "admin-company"),
        ("x" * 90, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_name_becomes_a_slug(name, slug):
    assert slugify(name) == slug
    assert slugs.check_slug(slug) == slug


def test_every_reserved_word_gets_a_slug_that_is_free():
    for word in slugs.RESERVED:
        assert slugs.check_slug(slugify(word)) not in slugs.RESERVED


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "a b", "ä", "x" * 61, "a\n"])
def test_what_is_no_slug_is_refused(slug):
    with pytest.raises(Invalid, match="small letters"):
        slugs.check_slug(slug)


def test_a_reserved_word_is_refused():
    with pytest.raises(Invalid, match="admin is kept for our own pages"):
        slugs.check_slug("admin")


def test_alternatives_are_numbered_and_never_too_long():
    assert list(islice(slugs.alternatives("nandini"), 3)) == ["nandini", "nandini-2", "nandini-3"]
    tenth = next(islice(slugs.alternatives("x" * 60), 9, None))
    assert tenth == "x" * 57 + "-10"
