"""Password hashes."""

import threading

import pytest

from rms.crypto import keys, passwords
from rms.domain.errors import TooOften

OLD = "old:" + "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ="
NEW = "new:" + "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy1uZXc="


@pytest.fixture(autouse=True)
def ring():
    """A ring of these tests alone; the one of the product is put back."""
    before = keys._ring
    yield keys.configure(OLD)
    keys._ring = before


def test_the_password_it_was_made_from_matches_and_no_other():
    stored = passwords.make("monsoon tea at six", cost=4)
    assert passwords.matches("monsoon tea at six", stored)
    assert not passwords.matches("monsoon tea at seven", stored)
    assert not passwords.matches("", stored)


def test_the_hash_names_its_pepper_and_its_cost():
    assert passwords.make("monsoon tea at six", cost=4).startswith("old$$2b$04$")


def test_the_same_password_never_gives_the_same_hash():
    assert passwords.make("monsoon tea at six", cost=4) != passwords.make("monsoon tea at six", cost=4)


@pytest.mark.parametrize("length", [72, 73, 500, 1_000])
def test_every_character_counts_however_long(length):
    # bcrypt alone would look at 72 bytes and no further.
    stored = passwords.make("அ" * length, cost=4)
    assert passwords.matches("அ" * length, stored)
    assert not passwords.matches("அ" * (length - 1) + "ஆ", stored)


def test_the_same_letters_from_another_keyboard_match():
    # é as one code point and as e with a combining accent.
    assert passwords.matches("cafe\u0301 in the rain", passwords.make("caf\u00e9 in the rain", cost=4))


def test_an_old_pepper_still_opens_and_asks_for_a_new_hash():
    stored = passwords.make("monsoon tea at six", cost=4)
    assert not passwords.needs_rehash(stored, cost=4)
    keys.configure(f"{NEW},{OLD}")
    assert passwords.matches("monsoon tea at six", stored)
    assert passwords.needs_rehash(stored, cost=4)
    assert passwords.make("monsoon tea at six", cost=4).startswith("new$")


def test_without_its_pepper_a_hash_opens_nothing():
    stored = passwords.make("monsoon tea at six", cost=4)
    keys.configure(NEW)
    assert not passwords.matches("monsoon tea at six", stored)
    assert not passwords.matches("monsoon tea at six", stored.replace("old$", "new$"))


def test_a_higher_cost_asks_for_a_new_hash_and_a_lower_one_does_not():
    stored = passwords.make("monsoon tea at six", cost=5)
    assert passwords.needs_rehash(stored, cost=6)
    assert not passwords.needs_rehash(stored, cost=4)


@pytest.mark.parametrize("stored", ["", "old$", "old$nonsense", "nobody$$2b$04$abc", "!"])
def test_what_is_no_hash_matches_nothing(stored):
    assert not passwords.matches("monsoon tea at six", stored)


def test_a_fingerprint_tells_hashes_apart_and_does_not_contain_them():
    one, other = (passwords.make("monsoon tea at six", cost=4) for _ in range(2))
    assert passwords.fingerprint(one) == passwords.fingerprint(one)
    assert passwords.fingerprint(one) != passwords.fingerprint(other)
    assert one[-20:] not in passwords.fingerprint(one)


def test_one_runs_one_waits_and_the_third_is_sent_away_at_once():
    inside, done, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with passwords.turn():
            inside.set()
            done.wait(5)
            order.append("first")

    def second() -> None:
        with passwords.turn():
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(5)
    threads[1].start()
    while passwords._places._value:
        pass
    with pytest.raises(TooOften) as refusal, passwords.turn():
        pass
    assert refusal.value.retry_after == 2
    done.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
    with passwords.turn():
        pass
