"""Choosing a new password by a mailed link: once, within 60 minutes, and by the newest link only."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import update

from rms.actions import mails, passwords, verification
from rms.crypto import links
from rms.db.locks import lock
from rms.db.session import act_as, current_tenant, db
from rms.models import PasswordReset, User
from rms.queries.password_resets import Reset, reset_behind
from rms.queries.sign_in import company_name

PURPOSE = "reset"
LINK_LIVES = dt.timedelta(minutes=60)


def ask(user_id: UUID, *, now: dt.datetime) -> None:
    """Mail a link to a person of the running company; every older one of theirs stops working."""
    user = lock(User, user_id)
    if not user.is_active or user.deleted_at:
        return
    passwords.supersede_resets(user_id, now)
    link = links.make(PURPOSE, current_tenant(), uuid4())
    row = PasswordReset(
        id=link.row_id,
        user_id=user.id,
        email=user.email,
        token=link.digest,
        expires_at=now + LINK_LIVES,
        created_at=now,
    )
    db().add(row)
    mails.post(
        "reset_password",
        to_address=user.email,
        params={"first_name": user.first_name or user.email, "company_name": company_name()},
        about=("password_resets", row.id),
        now=now,
    )


def use(link: links.Link, new_hash: str, *, now: dt.datetime) -> tuple[str, Reset | None]:
    """Use the link. Gives what it was before ("open": the password is changed now) and what it is about.

    "unknown" comes without it. Nobody is signed in by it and no address is proved: somebody whose address is
    not confirmed gets a new link for that. Under the person's lock one statement uses the link up, so that of
    many presses one wins.
    """
    reset = reset_behind(link)
    if reset is None:
        return "unknown", None
    user = lock(User, reset.user_id)
    act_as(user.id)
    if not _use_up(link.row_id, now):
        reset = reset_behind(link)
        return (reset.state(now), reset) if reset else ("unknown", None)
    passwords.change(user.id, new_hash, because="reset", now=now, but=None)
    if not user.email_verified:
        verification.post_link(user, company_name=company_name(), now=now)
    return "open", reset


def _use_up(reset_id: UUID, now: dt.datetime) -> bool:
    still_open = (PasswordReset.used_at.is_(None), PasswordReset.superseded_at.is_(None))
    statement = update(PasswordReset).where(
        PasswordReset.id == reset_id, *still_open, PasswordReset.expires_at > now
    )
    return db().execute(statement.values(used_at=now).returning(PasswordReset.id)).first() is not None
