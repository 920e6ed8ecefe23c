"""Links in mails: `<tenant id>.<row id>.<mac>`, or `<tenant id>.<row id>.<round>.<mac>`.

The secret part is derived by HMAC when the mail is rendered, so neither the database, the outbox nor Redis
ever holds a link that works; the row stores SHA-256 of it. Where the same row is mailed again with another
link, the round tells the two apart.
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
    round: int | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def make(purpose: str, tenant_id: UUID, row_id: UUID, *, round: int | None = None) -> Link:
    """The same row and round always give the same link, as long as the key is on the ring."""
    parts = [tenant_id.hex, row_id.hex, *([] if round is None else [str(round)])]
    body = ".".join(parts)
    return Link(tenant_id, row_id, f"{body}.{ring().mac(f'link {purpose}', body)}", round)


def read(purpose: str, text: str) -> Link | None:
    """The link, or None for a garbled one or one made for another purpose."""
    body, _, mac = text.rpartition(".")
    if not ring().is_mac(f"link {purpose}", body, mac):
        return None
    tenant, row, *rest = body.split(".")
    return Link(UUID(hex=tenant), UUID(hex=row), text, int(rest[0]) if rest else None)
