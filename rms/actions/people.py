"""What is done to people of a company: another role, switched off and on again, removed, left.

Each act locks every active admin and the person, in ascending id, so that of two admins who remove each other
one is second and sees that the other is the last. Sessions end in the same transaction: the very next request
of that person is refused, whatever its tokens say.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import select

from rms.actions import limits, mails, sessions
from rms.db.locks import lock_all
from rms.db.session import db
from rms.domain.errors import N_, Forbidden, Invalid, NotFound, StaleVersion
from rms.models import User
from rms.queries.sign_in import company_name

ADMIN = "admin"
ROLES = (ADMIN, "manager", "user")


class LastAdmin(Invalid):
    """Without an admin nobody could let anybody in again."""

    def __init__(self) -> None:
        super().__init__(N_("A company keeps at least one admin. Make somebody else admin first"))


def change_role(user_id: UUID, role: str, *, version: int, by: UUID, now: dt.datetime) -> User:
    """Give a person another role, which ends their sessions, and tell them.

    Raises Invalid for what is no role, Forbidden for one's own, LastAdmin, NotFound, and StaleVersion with
    the stored person as `theirs`.
    """
    if role not in ROLES:
        raise Invalid(N_("Choose one from the list"), field="role")
    user, admins = _somebody_else(user_id, by, N_("Nobody changes their own role. Ask another admin"))
    if user.version != version:
        raise StaleVersion(N_("This person was changed while you were choosing."), theirs=user)
    if user.role == role:
        return user
    _keep_an_admin(admins, without=user)
    user.role = role
    _changed(user)
    sessions.end_all_of(user.id, because="role", now=now)
    _tell("role_changed", user, now, role=role)
    return user


def deactivate(user_id: UUID, *, by: UUID, now: dt.datetime) -> User:
    """Switch a person off: they keep their place and their name, and cannot sign in."""
    user, admins = _somebody_else(user_id, by, N_("You cannot switch yourself off. Ask another admin"))
    if not user.is_active:
        return user
    _keep_an_admin(admins, without=user)
    user.is_active = False
    _changed(user)
    _shut_out(user, now)
    return user


def activate(user_id: UUID, *, by: UUID, now: dt.datetime) -> User:
    """Switch a person on again, with the password and the role they had. PaymentRequired beyond the plan."""
    user, _ = _somebody_else(user_id, by, N_("You are active already"))
    if not user.is_active:
        user.is_active = True
        _changed(user)
        limits.check_users(now=now)
    return user


def remove(user_id: UUID, *, by: UUID, now: dt.datetime) -> User:
    """Take a person out of the company. What they did keeps their name; an invitation brings them back."""
    user, admins = _somebody_else(user_id, by, N_("You cannot remove yourself. Ask another admin"))
    _keep_an_admin(admins, without=user)
    _take_out(user, now)
    return user


def leave(user_id: UUID, *, now: dt.datetime) -> User:
    """Somebody goes of their own will. Raises LastAdmin, NotFound."""
    user, admins = _locked(user_id)
    _keep_an_admin(admins, without=user)
    _take_out(user, now)
    return user


def _somebody_else(user_id: UUID, by: UUID, refusal: str) -> tuple[User, list[User]]:
    """The person and the admins, locked, for an admin who still is one: while they waited for the lock they
    may have been demoted themselves.
    """
    if user_id == by:
        raise Forbidden(refusal)
    user, admins = _locked(user_id)
    if by not in {admin.id for admin in admins}:
        raise Forbidden(N_("You are no longer an admin of this company."))
    return user, admins


def _locked(user_id: UUID) -> tuple[User, list[User]]:
    """The person, and those who are active admins under the lock; whoever becomes one meanwhile is not
    counted on.
    """
    admins = db().scalars(select(User.id).where(User.role == ADMIN, User.is_active)).all()
    rows = lock_all(User, [*admins, user_id])
    found = [row for row in rows if row.id == user_id and row.deleted_at is None]
    if not found:
        raise NotFound()
    return found[0], [row for row in rows if _is_active_admin(row)]


def _is_active_admin(user: User) -> bool:
    return user.role == ADMIN and user.is_active and user.email_verified and user.deleted_at is None


def _keep_an_admin(admins: list[User], *, without: User) -> None:
    if not any(admin.id != without.id for admin in admins):
        raise LastAdmin


def _changed(user: User) -> None:
    user.version += 1
    db().flush()


def _take_out(user: User, now: dt.datetime) -> None:
    user.is_active, user.deleted_at = False, now
    _changed(user)
    _shut_out(user, now)


def _shut_out(user: User, now: dt.datetime) -> None:
    sessions.end_all_of(user.id, because="removed", now=now)
    _tell("removed", user, now)


def _tell(kind: str, user: User, now: dt.datetime, **more: str) -> None:
    params = {"first_name": user.first_name or user.email, "company_name": company_name(), **more}
    mails.post(kind, to_address=user.email, params=params, about=("users", user.id), now=now)
