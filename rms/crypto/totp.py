"""Codes of an authenticator app: RFC 6238 over RFC 4226 with SHA-1, 30 seconds and 6 digits, which is what
every such app knows how to do.

A code is good one step before and after its own, for clocks that differ and for fingers that take a while
(RFC 6238 section 5.2). The step is given back, so that whoever asks can accept each step once.
"""

import datetime as dt
import hmac
import re

import pyotp

SECRET_CHARACTERS = 32  # 20 bytes in base32, as RFC 4226 section 4 recommends
DIGITS = 6
WINDOW = 1

_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A fresh secret in base32."""
    return pyotp.random_base32(SECRET_CHARACTERS)


def step_of(secret: str, code: str, *, now: dt.datetime, after: int | None) -> int | None:
    """The time step whose code this is, if it is near `now` and later than step `after`; otherwise None.

    Takes the same time whichever digit is wrong.
    """
    if not _CODE.fullmatch(code):
        return None
    totp = pyotp.TOTP(secret, digits=DIGITS)
    here = totp.timecode(now)
    near = range(here - WINDOW, here + WINDOW + 1)
    right = [step for step in near if hmac.compare_digest(totp.generate_otp(step), code)]
    return next((step for step in right if after is None or step > after), None)


def code_at(secret: str, moment: dt.datetime) -> str:
    """What the app shows at that moment."""
    return pyotp.TOTP(secret, digits=DIGITS).at(moment)


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth address that an app reads from a QR code. Apps part issuer and account at the colon."""
    return pyotp.TOTP(secret, digits=DIGITS).provisioning_uri(
        name=account.replace(":", " "), issuer_name=issuer.replace(":", " ")
    )
