"""Checking the password of whoever is signed in, and hashing another. No transaction is open meanwhile."""

from flask import current_app
from flask_login import current_user

from rms.actions import sign_ins
from rms.crypto import passwords
from rms.domain.errors import N_, Invalid
from rms.web.clock import now
from rms.web.lifecycle import release


def check(password: str) -> str:
    """The fingerprint of the hash it matches. Raises Invalid at `current`, TooOften after some wrong ones:
    at an open screen, too, nobody may guess on and on.
    """
    release()
    who = (current_user.tenant_id, current_user.user_id)
    checked = sign_ins.prove_password(*who, password, session_id=current_user.session_id, now=now())
    if checked is None:
        raise Invalid(N_("That is not your password"), field="current")
    return checked


def hashed(password: str) -> str:
    release()
    with passwords.turn():
        return passwords.make(password, cost=current_app.config["RMS"].bcrypt_cost)
