"""Codes of the law for what is sold: SAC for services, HSN for goods, found by digits or by everyday words.

services_codes.txt and goods_codes.txt name their sources. They help and never refuse: a code that is not
listed here is as good as any other.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from rms.domain.contacts import ascii_digits

FILES = tuple(Path(__file__).with_name(name) for name in ("services_codes.txt", "goods_codes.txt"))
LONGEST_SEARCH = 200
SHORTEST_WORD = 2
_WORDS = re.compile(r"[a-z0-9]+")
# Words that stand in so many descriptions and names that they find nothing.
_NOISE = frozenset(
    (
        "and",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "other",
        "our",
        "per",
        "similar",
        "such",
        "the",
        "to",
    )
    + ("with", "your", "charge", "charges", "fee", "fees", "monthly", "yearly", "service", "services", "work")
)


@dataclass(frozen=True)
class Code:
    """One code as the law lists it. `words` are the ones it is found by."""

    code: str
    description: str
    under: str
    words: frozenset[str]

    @property
    def is_service(self) -> bool:
        return self.code.startswith("99")


@cache
def codes() -> dict[str, Code]:
    """Every code an invoice may carry, by code; read when the first one is asked for."""
    found, titles = {}, {}
    for line in _lines():
        code, description, aliases = line.split("|")
        titles[code] = description
        if len(code) > 2:
            under = titles.get(code[:4] if len(code) == 6 else code[:2], "")
            found[code] = Code(code, description, under, _words(f"{description} {aliases}"))
    return found


def described(code: str | None) -> str:
    """What a code stands for, "" when it is not listed; of a longer one, its heading's description."""
    text = code or ""
    known = codes()
    return next((known[text[:size]].description for size in (8, 6, 4) if text[:size] in known), "")


def search(typed: str, *, limit: int = 8) -> list[Code]:
    """Codes that begin with the digits typed; else those that hold most of the words, services first."""
    text = ascii_digits(typed.strip()[:LONGEST_SEARCH].lower())
    prefix = text.replace(" ", "")
    if prefix.isdigit():
        return list(islice((one for code, one in codes().items() if code.startswith(prefix)), limit))
    return _by_words(text, limit)


def _by_words(text: str, limit: int) -> list[Code]:
    asked = _words(text)
    scored = [(_score(one, asked), one) for one in codes().values()] if asked else []
    best = max((score[0] for score, _ in scored), default=0)
    found = [(score, one) for score, one in scored if best and score[0] == best]
    found.sort(key=lambda pair: (-pair[0][1], not pair[1].is_service, len(pair[1].code) == 4, pair[1].code))
    return [one for _, one in found[:limit]]


def _score(one: Code, asked: frozenset[str]) -> tuple[int, int]:
    """How many of the asked words it holds or begins to hold, and how many of them as they are."""
    whole = sum(word in one.words for word in asked)
    begun = sum(word not in one.words and any(own.startswith(word) for own in one.words) for word in asked)
    return whole + begun, whole


def _words(text: str) -> frozenset[str]:
    found = _WORDS.findall(text.lower())
    return frozenset(word for word in found if len(word) >= SHORTEST_WORD and word not in _NOISE)


def _lines():
    for file in FILES:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line
