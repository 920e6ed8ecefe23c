"""Password hashes: `<kid>$<bcrypt>`, bcrypt over base64(HMAC-SHA-384(pepper, password)).

The HMAC comes first because bcrypt takes no more than 72 bytes, which is 24 letters of Devanagari, and
because its key, the pepper, is not in the database: hashes that leak alone cannot be guessed at. `kid` names
the key of the ring that was the pepper.
"""

import base64
import hashlib
import hmac
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import bcrypt

from rms.crypto.keys import ring
from rms.domain.errors import N_, TooOften

PURPOSE = "pepper"
RETRY_AFTER = 2

_running = threading.Lock()
_places = threading.BoundedSemaphore(2)


def make(password: str, *, cost: int) -> str:
    """A new hash with the newest pepper; slow on purpose, so no transaction may be open."""
    kid = ring().newest
    return f"{kid}${bcrypt.hashpw(_peppered(password, kid), bcrypt.gensalt(cost)).decode()}"


def matches(password: str, stored: str) -> bool:
    """Whether the hash was made from this password; False when its pepper is no longer on the ring."""
    kid, _, hashed = stored.partition("$")
    try:
        return bcrypt.checkpw(_peppered(password, kid), hashed.encode())
    except (KeyError, ValueError):
        return False


def waste_time(password: str, *, cost: int) -> None:
    """The work of one `matches`, for an address that nobody has: the answer must not come sooner."""
    bcrypt.hashpw(_peppered(password, ring().newest), b"$2b$%02d$" % cost + b"." * 22)


def needs_rehash(stored: str, *, cost: int) -> bool:
    """Whether the hash was made with an older pepper or at less cost than hashes are made today."""
    kid, _, hashed = stored.partition("$")
    return kid != ring().newest or int(hashed.split("$")[2]) < cost


def fingerprint(stored: str) -> str:
    """Says which hash a password was checked against, where the hash itself may not be written."""
    return ring().mac("checked hash", stored)


@contextmanager
def turn() -> Iterator[None]:
    """One process hashes one password at a time and lets one more wait; TooOften for everybody else at once.

    Without it, a flood of sign-ins would take every thread, and the pages of those who are signed in with it.
    """
    if not _places.acquire(blocking=False):
        raise TooOften(
            N_("Many people are signing in at this moment. Try again in a few seconds"),
            retry_after=RETRY_AFTER,
        )
    try:
        with _running:
            yield
    finally:
        _places.release()


def _peppered(password: str, kid: str) -> bytes:
    # Another keyboard may type the same letters as other code points: NIST SP 800-63B asks for NFKC.
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(ring().key(PURPOSE, kid), text, hashlib.sha384))
