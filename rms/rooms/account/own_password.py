"""Checking the password of whoever is signed in, and hashing another. No transaction is open meanwhile."""

from flask import current_app
from flask_login import current_user

from rms.crypto import passwords
from rms.domain.errors import N_, Invalid
from rms.queries.people import password_hash_of
from rms.web.lifecycle import release


def check(password: str) -> str:
    """The fingerprint of the hash it matches. Raises Invalid at `current`, TooOften after some wrong ones."""
    stored = password_hash_of(current_user.user_id)
    release()
    with passwords.turn():
        is_right = passwords.matches(password, stored)
    if not is_right:
        raise Invalid(N_("That is not your password"), field="current")
    return passwords.fingerprint(stored)


def hashed(password: str) -> str:
    release()
    with passwords.turn():
        return passwords.make(password, cost=current_app.config["RMS"].bcrypt_cost)
