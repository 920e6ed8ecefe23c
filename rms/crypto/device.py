"""The cookie by which an account knows a browser again: `v1.<random id>.<mac>...`, one MAC for each account.

It opens nothing. Who holds it gets a counter of failed attempts of their own, for the accounts it was made
for alone: a browser that has signed in to one account is a stranger to every other.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

from rms.crypto.keys import ring

PURPOSE = "device"
MOST_ACCOUNTS = 6
_TOKEN = re.compile(r"v1\.([A-Za-z0-9_-]{22})((?:\.[A-Za-z0-9_-]{43}){0,6})")


@dataclass(frozen=True)
class Device:
    """A browser, with the MACs of the accounts that have signed in on it, the last one first."""

    id: str
    accounts: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What a session stores of it."""
        return hashlib.sha256(self.id.encode()).hexdigest()

    @property
    def text(self) -> str:
        return ".".join(("v1", self.id, *self.accounts))

    def knows(self, account: str) -> bool:
        message = _message(self.id, account)
        return any(ring().is_mac(PURPOSE, message, mac) for mac in self.accounts)

    def with_account(self, account: str) -> "Device":
        """The same browser after this account has signed in on it."""
        message = _message(self.id, account)
        others = [mac for mac in self.accounts if not ring().is_mac(PURPOSE, message, mac)]
        return Device(self.id, (ring().mac(PURPOSE, message), *others)[:MOST_ACCOUNTS])


def read(text: str) -> Device:
    """The device of a cookie; a new one for anything that has not the form of ours."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return Device(secrets.token_urlsafe(16))
    return Device(found[1], tuple(found[2].split(".")[1:]))


def _message(device_id: str, account: str) -> str:
    return f"{device_id} {account.strip().lower()}"
