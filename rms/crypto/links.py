"""Links in mails: `<tenant id>.<row id>.<mac>`.

The secret part is derived by HMAC when the mail is rendered, so neither the database, the outbox nor Redis
ever holds a link that works; the row stores SHA-256 of it.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from rms.crypto.keys import ring


@dataclass(frozen=True)
class Link:
    """A link token whose MAC is ours; whether it is used or expired is the row's to say."""

    tenant_id: UUID
    row_id: UUID
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def make(purpose: str, tenant_id: UUID, row_id: UUID) -> Link:
    """The same row always gives the same link, as long as the key is on the ring."""
    body = f"{tenant_id.hex}.{row_id.hex}"
    return Link(tenant_id, row_id, f"{body}.{ring().mac(f'link {purpose}', body)}")


def read(purpose: str, text: str) -> Link | None:
    """The link, or None for a garbled one or one made for another purpose."""
    body, _, mac = text.rpartition(".")
    tenant, _, row = body.partition(".")
    if not ring().is_mac(f"link {purpose}", body, mac):
        return None
    return Link(UUID(hex=tenant), UUID(hex=row), text)
