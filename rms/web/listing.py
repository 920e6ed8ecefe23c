"""Keyset pages: the cursor names the last row seen, never an offset, so page 500 costs what page 1 does."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rms.domain.errors import N_, DomainError

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of rows; `older` is the cursor of the next page or None."""

    rows: Sequence[Any]
    older: str | None


def paged(rows: Sequence[Any], key: Callable[[Any], Sequence], size: int = PAGE_SIZE) -> Page:
    """Make a page of `size + 1` fetched rows; `key` gives the sort values of a row as strings."""
    shown = rows[:size]
    older = encode(key(shown[-1])) if len(rows) > size else None
    return Page(shown, older)


def encode(values: Sequence) -> str:
    text = json.dumps([str(value) for value in values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(cursor: str | None, parts: int) -> list[str] | None:
    """The sort values of a cursor from the address bar; a garbled one is refused in a sentence."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != parts or not all(map(_is_storable, values)):
        raise garbled()
    return values


def _is_storable(value: object) -> bool:
    """JSON may spell a NUL or half a surrogate pair, which PostgreSQL cannot compare anything with."""
    return isinstance(value, str) and not re.search("[\x00\ud800-\udfff]", value)


def garbled() -> DomainError:
    """For a cursor whose parts are no sort values of the list it was sent to."""
    return DomainError(N_("This page address is not complete. Start again from the first page."))
