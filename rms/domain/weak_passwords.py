"""Passwords that are guessed first: the common ones, and what people make of them to satisfy a length rule.

common_passwords.txt holds one entry a line, folded by `fold` and at least six characters long: most leaked
passwords are too short to be typed here, but their variations are not.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("common_passwords.txt")
SHORTEST_COMMON = 6
SHORTEST_NAME = 3
FEW_SIGNS = 4

_RUNS = ("abcdefghijklmnopqrstuvwxyz" * 2, "01234567890" * 4, "qwertyuiopasdfghjklzxcvbnm", "1234567890" * 4)
_WORDS = re.compile(r"[\W_]+")
# Signs that stand for letters, as in P@ssw0rd.
_DISGUISES = str.maketrans("@$0!1345", "asoiieas")


@cache
def common() -> frozenset[str]:
    """The list, read when the first password is judged."""
    return frozenset(FILE.read_text(encoding="utf-8").split())


def fold(text: str) -> str:
    """As passwords are compared: the same letters on another keyboard or in capitals are the same guess."""
    return unicodedata.normalize("NFKC", text).casefold()


def is_common(password: str) -> bool:
    """Whether it is a common password, one repeated, or one with a few signs or a usual number around it."""
    text = fold(password)
    plain = _letters_and_digits(text)
    forms = (text, plain) if len(plain) >= SHORTEST_COMMON else (text,)
    return any(_is_run(form) or _is_known(form) or _is_repeated(form) for form in forms)


def is_made_of(password: str, names: list[str]) -> bool:
    """Whether it is one of these names, or a word of one, with nothing but digits and signs around it."""
    text = fold(password)
    parts = {_letters_and_digits(word) for name in names for word in (fold(name), *_WORDS.split(fold(name)))}
    guesses = parts | {_core(part)[0] for part in parts}
    tried = {_letters_and_digits(text), _letters_and_digits(_core(text)[0])}
    return any(len(guess) >= SHORTEST_NAME and guess in tried for guess in guesses)


def _is_run(text: str) -> bool:
    return len(set(text)) <= 2 or any(text in run for run in _RUNS)


def _is_known(text: str) -> bool:
    core, around = _core(text)
    if text in common():
        return True
    is_usual = len(around) <= FEW_SIGNS or around in common() or _is_run(around)
    return is_usual and len(core) >= SHORTEST_COMMON and _is_listed(core)


def _is_listed(core: str) -> bool:
    return core in common() or core.translate(_DISGUISES) in common()


def _is_repeated(text: str) -> bool:
    """By its shortest period: a text stands in its own double first where it begins again."""
    core, around = _core(text)
    tried = (text, core) if len(around) <= FEW_SIGNS else (text,)
    return any(_is_unit(one[:period]) for one in tried if 0 < (period := (one + one).find(one, 1)) < len(one))


def _is_unit(unit: str) -> bool:
    return len(unit) <= FEW_SIGNS or _is_known(unit)


def _core(text: str) -> tuple[str, str]:
    """What stands between the first and the last letter, and the digits and signs around it."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    if not letters:
        return "", text
    first, end = letters[0], letters[-1] + 1
    return text[first:end], text[:first] + text[end:]


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text if character.isalnum())
