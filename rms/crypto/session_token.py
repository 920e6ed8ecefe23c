"""The session cookie: `v1.<tenant id>.<session id>.<random>.<hmac>`.

The MAC is checked before anything is looked up, the tenant is bound from the token, and the row is then read
by key. Only SHA-256 of the whole token is stored, so the database holds nothing that signs anybody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from rms.crypto.keys import ring

PURPOSE = "session"


@dataclass(frozen=True)
class SessionToken:
    """A token whose MAC is ours; whether its session still lives is the database's to say."""

    tenant_id: UUID
    session_id: UUID
    text: str

    @property
    def digest(self) -> str:
        """What the `sessions` row stores: SHA-256 in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def issue(tenant_id: UUID, session_id: UUID) -> SessionToken:
    """A fresh token with 256 random bits."""
    body = f"v1.{tenant_id.hex}.{session_id.hex}.{secrets.token_urlsafe(32)}"
    return SessionToken(tenant_id, session_id, f"{body}.{ring().mac(PURPOSE, body)}")


def read(text: str) -> SessionToken | None:
    """The token, or None for anything that we did not make."""
    body, _, mac = text.rpartition(".")
    parts = body.split(".")
    if len(parts) != 4 or parts[0] != "v1" or not ring().is_mac(PURPOSE, body, mac):
        return None
    return SessionToken(UUID(hex=parts[1]), UUID(hex=parts[2]), text)
