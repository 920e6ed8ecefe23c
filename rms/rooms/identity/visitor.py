"""What the room remembers of a visitor who is not signed in, and the doors to the company they talk about.

All of it is in the signed form-session cookie: ids and an address the visitor typed, nothing that opens
anything by itself. What a right password allows next is good only with its pass (actions/passes.py), once, so
that a copy of the cookie is worth nothing. Sign-in and sign-out empty it, which also makes a new CSRF token.
"""

from dataclasses import replace
from uuid import UUID

from flask import session

from rms.actions import passes
from rms.db.session import public_scope, scope, unit_of_work
from rms.web.clock import now
from rms.web.moments import moment_words  # noqa: F401 - the views of this room take it from here


def in_company(tenant_id: UUID, user_id: UUID | None = None):
    """One transaction of that company, beside the request's own; who asks is kept for the audit trail."""
    return unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=user_id))


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
    given = give_passes([user for _, user, _ in seats])
    session["choice"] = {
        "seats": [
            [tenant.hex, user.hex, fingerprint, one]
            for (tenant, user, fingerprint), one in zip(seats, given, strict=True)
        ],
        "until": (now() + passes.LASTS).timestamp(),
        "keep": keep,
        "next": following,
        "many": is_many,
    }


def choice() -> dict | None:
    """What `remember_choice` kept, unless its five minutes are over or it was used."""
    kept = session.get("choice")
    if not kept or now().timestamp() >= kept["until"]:
        return None
    return kept if are_good(_passes_of_choice()) else None


def give_passes(user_ids: list[UUID]) -> list[str]:
    """For what is asked next; what was asked before is over."""
    use_up_passes()
    with public_scope():
        return [one.hex for one in passes.give(user_ids, now=now())]


def are_good(kept: list[str]) -> bool:
    """Whether these may be used: they are given together, and end together."""
    with public_scope():
        return len(passes.good_of(map(UUID, kept), now=now())) == len(kept) > 0


def use_up_passes() -> bool:
    """Whatever this visitor may do next is done, or over; False when somebody was first."""
    kept = _passes_of_choice() + _pass_of_pending()
    session.pop("choice", None)
    session.pop("pending", None)
    if not kept:
        return False
    with public_scope():
        return len(passes.use_up(map(UUID, kept), now=now())) == len(kept)


def _passes_of_choice() -> list[str]:
    return [one for *_, one in session.get("choice", {}).get("seats", ())]


def _pass_of_pending() -> list[str]:
    return [session["pending"]["pass"]] if "pending" in session else []
