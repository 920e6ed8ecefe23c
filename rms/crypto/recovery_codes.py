"""Codes for who has lost the authenticator: 50 random bits each, stored as an HMAC of the person's own.

Written with the alphabet of Douglas Crockford's base 32, which has no letter that looks like a digit; what
somebody reads as O, I or L means 0 or 1.
"""

import re
import secrets
from uuid import UUID

from rms.crypto.keys import ring

PURPOSE = "recovery"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
HOW_MANY = 10

_LOOKS_LIKE = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_codes() -> list[str]:
    """Ten different ones, as they are shown: XXXXX-XXXXX."""
    drawn: set[str] = set()
    while len(drawn) < HOW_MANY:
        drawn.add("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
    return [f"{one[:5]}-{one[5:]}" for one in drawn]


def read(typed: str) -> str | None:
    """The code without what people put between its letters; None for what cannot be one."""
    code = re.sub(r"[\s‐-―-]", "", typed).upper().translate(_LOOKS_LIKE)
    return code if _CODE.fullmatch(code) else None


def digest(code: str, *, tenant_id: UUID, user_id: UUID) -> str:
    """What is stored of it, by the newest key."""
    return ring().mac(PURPOSE, _message(code, tenant_id, user_id))


def digests(code: str, *, tenant_id: UUID, user_id: UUID) -> list[str]:
    """What may be stored of it, by every key of the ring."""
    return ring().macs(PURPOSE, _message(code, tenant_id, user_id))


def _message(code: str, tenant_id: UUID, user_id: UUID) -> str:
    return f"{tenant_id}|{user_id}|{read(code)}"
