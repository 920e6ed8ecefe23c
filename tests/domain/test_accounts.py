"""What may be typed to open an account."""

import contextlib
import time

import pytest

from rms.domain import weak_passwords
from rms.domain.accounts import check_business_name, check_email, check_password, check_person_name, names_of
from rms.domain.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nilgiri   Facility\tServices ", "Nilgiri Facility Services"),
        ("காவேரி உடற்பயிற்சி", "காவேரி உடற்பயிற்சி"),
        ("क्\u200dष ट्रेडर्स", "क्\u200dष ट्रेडर्स"),
        ("Books@Home", "Books@Home"),
        ("A.B. & Sons (1987) Pvt. Ltd.", "A.B. & Sons (1987) Pvt. Ltd."),
        ("Line\r\nBcc: all", "Line Bcc: all"),
        ("Evil\u202egnp.exe", "Evilgnp.exe"),
        ("24", "24"),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_business_name_is_kept_in_one_line(typed, kept):
    assert check_business_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (None, "Enter the name of your business"),
        (" \u200b ", "Enter the name of your business"),
        ("---", "Enter the name of your business"),
        ("x" * 256, "Use at most 255 characters"),
        ("Win at https://evil.example", "Leave web and mail addresses out of the name"),
        ("see WWW.evil.example", "Leave web and mail addresses out of the name"),
        ("write to me@evil.example", "Leave web and mail addresses out of the name"),
    ],
)
def test_a_business_name_that_is_refused(typed, sentence):
    with pytest.raises(Invalid) as refusal:
        check_business_name(typed)
    assert (str(refusal.value), refusal.value.field) == (sentence, "company")


@pytest.mark.parametrize("typed", ["", "42", "...", None])
def test_a_person_has_letters_in_the_name(typed):
    with pytest.raises(Invalid, match="Enter your name"):
        check_person_name(typed)


def test_a_persons_name_has_at_most_100_characters():
    assert check_person_name("k" * 100) == "k" * 100
    with pytest.raises(Invalid, match="Use at most 100 characters"):
        check_person_name("k" * 101)


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Priya Nair", ("Priya", "Nair")),
        ("Kavya", ("Kavya", None)),
        ("R. Lakshmi Narayanan", ("R.", "Lakshmi Narayanan")),
        ("கவிதா இராமன்", ("கவிதா", "இராமன்")),
    ],
)
def test_the_first_word_is_what_a_mail_greets_with(full, parts):
    assert names_of(full) == parts


@pytest.mark.parametrize(
    "email",
    [
        "priya@example.in",
        "Priya.Nair+rms@mail.example.co.in",
        "o'brien@example.in",
        "1@2.in",
        "x" * 64 + "@example.in",
    ],
)
def test_addresses_that_mail_can_reach(email):
    assert check_email(f" {email} ") == email


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter your e-mail"),
        (None, "Enter your e-mail"),
        ("priya", "Write the whole address"),
        ("priya@", "Write the whole address"),
        ("@example.in", "Write the whole address"),
        ("priya@localhost", "Write the whole address"),
        ("பிரியா@example.in", "letters a to z"),
        ("a b@example.in", "No mail can reach"),
        ("a@b@example.in", "No mail can reach"),
        ("a..b@example.in", "No mail can reach"),
        (".a@example.in", "No mail can reach"),
        ("a@-example.in", "No mail can reach"),
        ("a@example..in", "No mail can reach"),
        ("a@example.in.", "No mail can reach"),
        ("a@example.in\r\nBcc: b@example.in", "No mail can reach"),
        ("a,b@example.in", "No mail can reach"),
        ('"a"@example.in', "No mail can reach"),
        ("x" * 65 + "@example.in", "No mail can reach"),
        ("a@" + "x" * 250 + ".in", "No mail can reach"),
        ("x" * 10_000 + "@example.in", "No mail can reach"),
    ],
)
def test_addresses_that_are_refused(typed, sentence):
    with pytest.raises(Invalid, match=sentence) as refusal:
        check_email(typed)
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    "password",
    [
        "monsoon tea at six",
        "மழைக்கால தேநீர்",
        "!?" * 6 + "k",
        "xyz" * 333 + "y",
        " leading space",
        "12 x 7 = 84.",
    ],
)
def test_passwords_that_will_do(password):
    assert check_password(password, email="priya@example.in", company="Nilgiri") == password


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        (None, "Choose a password"),
        ("", "Choose a password"),
        ("elevenchars", "Use at least 12 characters"),
        ("k" * 500 + "j" * 501, "Use at most 1,000 characters"),
        ("PRIYA@longexample.in", "first guess"),
        ("priya longexample in", "first guess"),
        ("Nilgiri Facility", "first guess"),
        ("nilgirifacility", "first guess"),
        ("Password1234", "one of the first passwords"),
        ("123456789012", "one of the first passwords"),
        ("abcdefghijkl", "one of the first passwords"),
        ("aaaaaaaaaaaa", "one of the first passwords"),
        ("abababababab", "one of the first passwords"),
        ("qwertyuiopas", "one of the first passwords"),
        ("dragon-dragon-1", "one of the first passwords"),
        ("P@$$w0rd2026", "one of the first passwords"),
        ("ｐａｓｓｗｏｒｄ１２３４", "one of the first passwords"),
        ("abcdabcdabcd", "one of the first passwords"),
        ("2026sunshine!", "first passwords"),
        ("Nilgiri@2026!!", "first guess"),
        ("facility 2026!", "first guess"),
        ("priya.20262026", "first guess"),
        ("RMS Billing 2026", "first guess"),
    ],
)
def test_passwords_that_are_refused(password, sentence):
    with pytest.raises(Invalid, match=sentence) as refusal:
        check_password(password, email="priya@longexample.in", company="Nilgiri Facility")
    assert refusal.value.field == "password"


def test_the_list_has_ten_thousand_entries_folded_and_long_enough():
    entries = weak_passwords.common()
    assert len(entries) >= 10_000
    assert all(entry == weak_passwords.fold(entry) and len(entry) >= 6 for entry in entries)


def test_the_list_says_where_it_comes_from_and_under_what_licence():
    root = weak_passwords.FILE.parents[2]
    assert "common_passwords.txt" in (root / "NOTICE").read_text()
    licence = weak_passwords.FILE.with_name("common_passwords-LICENSE.txt").read_text()
    assert "Permission is hereby granted, free of charge" in licence


@pytest.mark.parametrize(
    "password",
    [
        "a." * 500,
        "correct horse battery staple",
        "." * 500 + "b" * 499 + "a",
        "1" * 400 + "x1" * 300,
        "kaveri " * 142,
    ],
    ids=lambda text: text[:8],
)
def test_judging_takes_less_than_five_milliseconds(password):
    weak_passwords.common()
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        with contextlib.suppress(Invalid):
            check_password(password, email="priya@longexample.in", company="Nilgiri Facility")
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.005
