"""The key ring: every secret of the product is derived from RMS_KEYS, one derived key per purpose.

RMS_KEYS is a list `kid:base64`, newest first, separated by commas. New things are made with the newest key;
what carries an older kid can still be read, so that keys are changed without signing everybody out.
"""

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_KEY = 32
# SHA-256 of keys that everybody can read, such as the one of the tests: production refuses them.
PUBLISHED = frozenset({"cff5d612bfc441bd7ec16ca930c0d51e192784594eb7f8521ce2a12c513512a4"})


class BadKeys(ValueError):
    """RMS_KEYS cannot be used; the message says what to change."""


class KeyRing:
    """Root keys by kid, and keys derived from them by HKDF-SHA256 (RFC 5869)."""

    def __init__(self, text: str) -> None:
        self._roots = dict(_parse(item) for item in text.split(",") if item.strip())
        if not self._roots:
            raise BadKeys("RMS_KEYS is empty; it needs at least one kid:base64 key of 32 bytes")
        self.newest = next(iter(self._roots))
        self._derive = lru_cache(maxsize=256)(self._expand)

    @property
    def kids(self) -> list[str]:
        """The names of all keys, newest first."""
        return list(self._roots)

    @property
    def typed_kids(self) -> list[str]:
        """Keys that somebody must have typed: 32 drawn bytes are all ASCII once in four thousand million
        draws, and have fewer than 16 values among them less often still."""
        return [kid for kid, root in self._roots.items() if root.isascii() or len(set(root)) < 16]

    @property
    def published_kids(self) -> list[str]:
        """Keys that stand in this repository, under whatever name."""
        return [kid for kid in self._roots if self.fingerprint(kid) in PUBLISHED]

    def fingerprint(self, kid: str) -> str:
        """Names a key without telling it."""
        return hashlib.sha256(self._roots[kid]).hexdigest()

    def key(self, purpose: str, kid: str | None = None) -> bytes:
        """32 bytes for one purpose; raises KeyError for a kid that is no longer on the ring."""
        return self._derive(purpose, kid or self.newest)

    def mac(self, purpose: str, message: str, kid: str | None = None) -> str:
        """HMAC-SHA256 of the message, in URL-safe base64 without padding."""
        digest = hmac.new(self.key(purpose, kid), message.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def macs(self, purpose: str, message: str) -> list[str]:
        """The MAC by every key on the ring, newest first, for looking up what an older key has written."""
        return [self.mac(purpose, message, kid) for kid in self._roots]

    def is_mac(self, purpose: str, message: str, mac: str) -> bool:
        """Whether any key on the ring made this MAC; takes the same time whatever differs."""
        given = mac.encode()
        matches = [hmac.compare_digest(own.encode(), given) for own in self.macs(purpose, message)]
        return any(matches)

    def _expand(self, purpose: str, kid: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=b"rms-billing", info=purpose.encode()).derive(
            self._roots[kid]
        )


def _parse(item: str) -> tuple[str, bytes]:
    kid, _, encoded = item.strip().partition(":")
    try:
        root = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise BadKeys(f"key {kid!r} in RMS_KEYS is not base64") from None
    if not kid.isalnum() or len(root) < SHORTEST_KEY:
        raise BadKeys(f"key {kid!r} in RMS_KEYS needs a plain name and at least {SHORTEST_KEY} random bytes")
    return kid, root


_ring: KeyRing | None = None


def configure(text: str) -> KeyRing:
    global _ring
    _ring = KeyRing(text)
    return _ring


def ring() -> KeyRing:
    if _ring is None:
        raise RuntimeError("the key ring is not configured: create_app() does it")
    return _ring
