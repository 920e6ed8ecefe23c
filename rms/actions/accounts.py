"""What people change about themselves: their name, how the product looks and behaves, their password."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from rms.actions import passwords
from rms.crypto.passwords import fingerprint
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import accounts as rules
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.models import User

THEMES = ("", "light", "dark")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the form holds. An empty theme is that of the device; `keys` are the single-key shortcuts."""

    name: str | None
    theme: str = ""
    keys: bool = True


def change_profile(user_id: UUID, profile: Profile, *, version: int) -> User:
    """Store it. Raises Invalid by field, and StaleVersion with the stored row as `theirs`."""
    user = lock(User, user_id)
    if user.version != version:
        raise StaleVersion(N_("Your account was changed while you were editing."), theirs=user)
    if profile.theme not in THEMES:
        raise Invalid(N_("Choose one of the themes"), field="theme")
    user.first_name, user.last_name = rules.names_of(rules.check_person_name(profile.name))
    user.preferences = {**(user.preferences or {}), "theme": profile.theme, "keys": profile.keys}
    user.version += 1
    db().flush()
    return user


def change_password(user_id: UUID, *, checked: str, new_hash: str, now: dt.datetime, but: UUID) -> None:
    """Every other device is signed out and links that were mailed die.

    `checked` is the fingerprint of the hash the present password was compared with, outside this transaction;
    if a reset or another window was quicker, Invalid.
    """
    user = lock(User, user_id)
    if fingerprint(user.password_hash) != checked:
        raise Invalid(N_("Your password was changed a moment ago. Type the new one"), field="current")
    passwords.change(user_id, new_hash, because="password", now=now, but=but)
