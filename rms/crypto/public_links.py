"""The secret of a link that opens a document: 256 bits in 43 letters, with no id in it.

It is the HMAC of the link's row, so that a mail can be written with it although only its SHA-256 is stored.
Opening asks for the hash alone: a link given out under an older key opens for as long as its row says so.
"""

import hashlib
import re
from uuid import UUID, uuid4

from rms.crypto.keys import ring

PURPOSE, TICKET = "public link", "public ticket"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def make(tenant_id: UUID, row_id: UUID) -> str:
    """The secret of a new link, by the newest key."""
    return ring().mac(PURPOSE, _place(tenant_id, row_id))


def made_before(tenant_id: UUID, row_id: UUID, hashed: str) -> str | None:
    """The secret again; None once the key that made it has left the ring."""
    secrets = ring().macs(PURPOSE, _place(tenant_id, row_id))
    return next((secret for secret in secrets if digest(secret) == hashed), None)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_one(text: str) -> bool:
    """Whether the text looks like a secret at all; nothing else is asked for."""
    return _SECRET.fullmatch(text) is not None


def visitor(tenant_id: UUID, ip: str, user_agent: str) -> str:
    """Tells visitors of one company's documents apart and names nobody."""
    return ring().mac("visitor", f"{tenant_id.hex} {ip} {user_agent}")


def _place(tenant_id: UUID, row_id: UUID) -> str:
    return f"{tenant_id.hex}.{row_id.hex}"


def ticket(secret: str) -> str:
    """Comes with a form on the page of a link and is good there alone: its id makes the form count once."""
    given = uuid4()
    return f"{given.hex}.{ring().mac(TICKET, f'{secret} {given.hex}')}"


def ticket_id(secret: str, text: str) -> UUID | None:
    """The id of a ticket that this link's page gave out."""
    given, _, mac = text.partition(".")
    if not ring().is_mac(TICKET, f"{secret} {given}", mac):
        return None
    return UUID(hex=given)
