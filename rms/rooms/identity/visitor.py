"""What the room remembers of a visitor who is not signed in, and the doors to the company they talk about.

All of it is in the signed form-session cookie: ids and an address the visitor typed, nothing that opens
anything by itself. Sign-in and sign-out empty it, which also makes a new CSRF token.
"""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from flask import session

from rms.db.session import scope, unit_of_work
from rms.web.clock import now
from rms.web.moments import moment_words  # noqa: F401 - the views of this room take it from here

CHOICE_LASTS = dt.timedelta(minutes=5)


def in_company(tenant_id: UUID, user_id: UUID | None = None):
    """One transaction of that company, beside the request's own; who asks is kept for the audit trail."""
    return unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=user_id))


def in_no_company():
    """One transaction that may only call the functions that look across companies."""
    return unit_of_work(replace(scope(), tenant_id=None, user_id=None))


def remember_waiting(tenant_id: UUID, user_id: UUID, email: str) -> None:
    """This visitor waits for a confirmation mail."""
    session.pop("asked_for", None)
    session["waiting"] = [tenant_id.hex, user_id.hex]
    session["email"] = email


def waiting() -> tuple[UUID, UUID] | None:
    """(tenant, user) of the person who waits for a confirmation mail."""
    kept = session.get("waiting")
    return (UUID(kept[0]), UUID(kept[1])) if kept else None


def remember_choice(
    seats: list[tuple[UUID, UUID, str]], *, keep: bool, following: str | None, is_many: bool
) -> None:
    """The companies one password opens, for five minutes: (tenant, user, fingerprint of the checked hash).

    `is_many`: there are more, which were not tried.
    """
    session["choice"] = {
        "seats": [[tenant.hex, user.hex, fingerprint] for tenant, user, fingerprint in seats],
        "until": (now() + CHOICE_LASTS).timestamp(),
        "keep": keep,
        "next": following,
        "many": is_many,
    }


def choice() -> dict | None:
    """What `remember_choice` kept, unless its five minutes are over."""
    kept = session.get("choice")
    return kept if kept and now().timestamp() < kept["until"] else None
