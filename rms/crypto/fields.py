"""Sealed fields: text that the database keeps and only the product can read, bound to the row it stands in.

AES-256-GCM with a fresh 96-bit nonce (NIST SP 800-38D section 8.2.2). Tenant, table, column and row are the
associated data: a ciphertext that somebody copies into another row does not open there. What is stored is
`v1:<kid>:<base64url of nonce and ciphertext>`; the kid names the key of the ring, so that keys can be
changed.
"""

import base64
import binascii
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rms.crypto.keys import ring

PURPOSE = "field"
MARK = "v1:"
NONCE_BYTES = 12


class CannotOpen(ValueError):
    """A sealed field that no key on the ring opens in this place; the message never holds what is in it."""


def seal(text: str, *, tenant_id: UUID, table: str, column: str, row_id: UUID) -> str:
    """The text sealed with the newest key, for this column of this row alone."""
    kid, nonce = ring().newest, os.urandom(NONCE_BYTES)
    place = _place(tenant_id, table, column, row_id)
    sealed = AESGCM(ring().key(PURPOSE, kid)).encrypt(nonce, text.encode(), place)
    return f"{MARK}{kid}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def open_sealed(text: str, *, tenant_id: UUID, table: str, column: str, row_id: UUID) -> str:
    """What was sealed; raises CannotOpen for another row's text, a changed one, or a key that is gone.

    Text that is not sealed is from before fields were, and comes back as it is.
    """
    if not is_sealed(text):
        return text
    kid, where = kid_of(text), f"{table}.{column} of row {row_id}"
    try:
        key = AESGCM(ring().key(PURPOSE, kid))
    except KeyError:
        raise CannotOpen(f"{where} is sealed with key {kid!r}, which is not in RMS_KEYS") from None
    try:
        kept = base64.b64decode(text.split(":", 2)[2], altchars=b"-_", validate=True)
        opened = key.decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], _place(tenant_id, table, column, row_id))
    except (binascii.Error, InvalidTag, ValueError):
        raise CannotOpen(f"{where} does not open: it was changed, or sealed for another place") from None
    return opened.decode()


def is_sealed(text: str) -> bool:
    """Whether the text is one of ours; what is typed never is, since no account number holds a colon."""
    return text.startswith(MARK) and text.count(":") == 2


def kid_of(text: str) -> str:
    """The name of the key that sealed it; empty for clear text."""
    return text.split(":", 2)[1] if is_sealed(text) else ""


def reseal(text: str, *, tenant_id: UUID, table: str, column: str, row_id: UUID) -> str:
    """The same text under the newest key; unchanged when it is sealed with that already."""
    if kid_of(text) == ring().newest:
        return text
    place = {"tenant_id": tenant_id, "table": table, "column": column, "row_id": row_id}
    return seal(open_sealed(text, **place), **place)


def _place(tenant_id: UUID, table: str, column: str, row_id: UUID) -> bytes:
    return f"{UUID(str(tenant_id))}|{table}|{column}|{UUID(str(row_id))}".encode()
