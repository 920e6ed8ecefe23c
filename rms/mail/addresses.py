"""Addresses and one-line texts on their way into a header."""

import re
import unicodedata

from rms.domain.errors import N_, Invalid

LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
_SIGN = r"[^\s@<>,;:()\[\]\\\".]"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_SIGN}+(?:\.{_SIGN}+)*@(?:{_SIGN}{{1,63}}\.)+{_SIGN}{{2,63}}")


def one_address(text: str, *, field: str = "to_address") -> str:
    """The address without spaces around it. Raises Invalid unless the text is exactly one plain address.

    No quoted local parts, comments or display names: a comma or a line break that came in with one would
    reach people nobody meant.
    """
    address = text.strip(" ")
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address) or _has_controls(address):
        raise Invalid(N_("This is not an e-mail address, like name@example.com"), field=field)
    return address


def addresses(text: str | None, *, field: str = "cc") -> list[str]:
    """The addresses of a list with commas or semicolons; empty for nothing."""
    return [one_address(one, field=field) for one in re.split("[,;]", text or "") if one.strip()]


def one_line(text: str, longest: int = 255) -> str:
    """Text for a header: line breaks and other controls become spaces; at most `longest` characters."""
    line = " ".join("".join(" " if _is_break(character) else character for character in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _is_break(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text)
