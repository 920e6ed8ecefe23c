"""The short-lived access token: a JWT (RFC 7519), HS256, that names tenant, user and session, and no role.

It spares ten minutes of looking at the refresh token and authorises nothing by itself: the session's row is
read for each request, so that a revocation or a changed role holds at once.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

import jwt

from rms.crypto.keys import ring

Audience = Literal["web", "api"]

PURPOSE = "jwt"
ISSUER = "rms"
TYPE = "access"
LIVES = dt.timedelta(minutes=10)
LEEWAY = dt.timedelta(seconds=30)
CLAIMS = ["exp", "iat", "nbf", "aud", "iss", "sub", "sid", "tid", "typ", "jti"]


@dataclass(frozen=True)
class AccessToken:
    """A token that is ours and has not expired."""

    tenant_id: UUID
    user_id: UUID
    session_id: UUID
    audience: Audience


def issue(tenant_id: UUID, user_id: UUID, session_id: UUID, *, audience: Audience, now: dt.datetime) -> str:
    """A token for ten minutes from `now`, signed with the newest key."""
    claims = {
        "iss": ISSUER,
        "aud": _audience(audience),
        "sub": user_id.hex,
        "sid": session_id.hex,
        "tid": tenant_id.hex,
        "typ": TYPE,
        "jti": uuid4().hex,
        "iat": now,
        "nbf": now,
        "exp": now + LIVES,
    }
    kid = ring().newest
    return jwt.encode(claims, ring().key(PURPOSE, kid), algorithm="HS256", headers={"kid": kid})


def read(text: str, *, audience: Audience) -> AccessToken | None:
    """The token, or None for anything that we did not make, made for another audience, or that is over.

    One algorithm, and of the header only a `kid` that is on our ring: nothing else in it is believed
    (RFC 8725, 3.1 and 3.5). PyJWT accepts a token without `exp` unless it is required.
    """
    try:
        claims = jwt.decode(
            text,
            _key_of(text),
            algorithms=["HS256"],
            audience=_audience(audience),
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": CLAIMS, "strict_aud": True},
        )
        if claims["typ"] != TYPE:
            return None
        return AccessToken(UUID(claims["tid"]), UUID(claims["sub"]), UUID(claims["sid"]), audience)
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
        return None


def _key_of(text: str) -> bytes:
    """KeyError for a kid that is not on the ring; it is only ever looked up, never opened as a path."""
    return ring().key(PURPOSE, jwt.get_unverified_header(text)["kid"])


def _audience(audience: Audience) -> str:
    return f"rms-{audience}"
