"""Inviting somebody by mail: a link that works once, for seven days, and only the newest one.

Every act on invitations locks the tenant last, so that the day's limit and "one open invitation for each
address" hold against a second admin who invites in the same moment.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update

from rms.actions import limits, mails, sessions
from rms.actions.people import ROLES
from rms.crypto import links
from rms.db.audit import audit_event
from rms.db.locks import lock, lock_all
from rms.db.session import act_as, current_tenant, db
from rms.domain.accounts import check_email, names_of
from rms.domain.errors import N_, DomainError, IllegalMove, Invalid, NotFound, TooOften
from rms.models import (
    EmailChange,
    EmailMessage,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    Tenant,
    User,
    UserInvitation,
)
from rms.queries.people_list import Offer, offer_of
from rms.queries.sign_in import company_name

PURPOSE = "invite"
KIND = "invitation"
TABLE = "user_invitations"
LINK_LIVES = dt.timedelta(days=7)
MOST_A_DAY = 50
MOST_AN_HOUR = 3  # to one address
SECONDS_BETWEEN = 60


class InvitedAlready(DomainError):
    """An invitation to this address is open; `invitation_id` names it."""

    status = 409

    def __init__(self, invitation: UserInvitation) -> None:
        super().__init__(
            N_("%(email)s is invited already. Send the invitation again if the mail did not arrive."),
            email=invitation.email,
        )
        self.invitation_id = invitation.id


@dataclass(frozen=True)
class Joining:
    """A filled-in form of somebody who was invited; the password is hashed before any transaction begins."""

    name: str
    password_hash: str


def invite(email: str, role: str, *, by: UUID, now: dt.datetime) -> UserInvitation:
    """Mail an invitation to join in this role.

    Raises Invalid at `email` or `role`, also for somebody who works here already, InvitedAlready, TooOften,
    and PaymentRequired where the plan has no room for one more.
    """
    email = check_email(email)
    if role not in ROLES:
        raise Invalid(N_("Choose one from the list"), field="role")
    _refuse_member(email)
    lock(Tenant, current_tenant())
    limits.check_users(now=now, to_come=1)
    if found := _open_for(email):
        raise InvitedAlready(found)
    _keep_to_limits(email, now)
    invitation = UserInvitation(id=uuid4(), email=email, role=role, round=1, created_at=now)
    _send(invitation, by, now)
    audit_event("invited", TABLE, invitation.id, {"email": email, "role": role})
    return invitation


def resend(invitation_id: UUID, *, by: UUID, now: dt.datetime) -> UserInvitation:
    """Mail another link for seven more days; the one before stops working. Raises TooOften, IllegalMove."""
    invitation = _still_open(invitation_id)
    _refuse_member(invitation.email)
    lock(Tenant, current_tenant())
    _keep_to_limits(invitation.email, now)
    invitation.round += 1
    invitation.version += 1
    _send(invitation, by, now)
    return invitation


def withdraw(invitation_id: UUID, *, now: dt.datetime) -> UserInvitation:
    """Take an invitation back: its link opens nothing any more. Raises IllegalMove when it was taken up."""
    invitation = _still_open(invitation_id)
    invitation.withdrawn_at = now
    invitation.version += 1
    db().flush()
    return invitation


def accept(link: links.Link, joining: Joining, *, now: dt.datetime) -> tuple[str, Offer | None]:
    """Use the link. Gives what it was before ("open": the person has joined now) and its offer.

    "unknown" comes without an offer. The invitation's row is locked, so that of many presses of the button
    one joins and the others find it used. The mail reached the address, so it counts as confirmed.
    """
    offer = offer_of(link)
    if offer is None:
        return "unknown", None
    former = _former(offer.email)
    invitation = lock(UserInvitation, link.row_id)
    offer = offer_of(link)
    state = offer.state(now) if offer else "unknown"
    if state == "open":
        user = _come_back(former, now) if former else _new_person(invitation.email)
        _describe(user, invitation, joining, now)
        invitation.accepted_at, invitation.user_id = now, user.id
        invitation.version += 1
        db().flush()
        limits.check_users(now=now)
        audit_event("joined", "users", user.id, {"invitation": str(invitation.id), "role": user.role})
    return state, offer


def _refuse_member(email: str) -> None:
    of_address = select(User).where(User.email_norm == email.lower(), User.deleted_at.is_(None))
    member = db().scalars(of_address).first()
    if member is None:
        return
    if member.is_active:
        raise Invalid(N_("%(email)s works here already"), field="email", email=member.email)
    told = N_("%(email)s is switched off here. Activate them instead")
    raise Invalid(told, field="email", email=member.email)


def _open_for(email: str) -> UserInvitation | None:
    statement = select(UserInvitation).where(
        UserInvitation.email_norm == email.lower(),
        UserInvitation.accepted_at.is_(None),
        UserInvitation.withdrawn_at.is_(None),
    )
    return db().scalars(statement).first()


def _still_open(invitation_id: UUID) -> UserInvitation:
    invitation = lock(UserInvitation, invitation_id)
    if invitation.accepted_at:
        raise IllegalMove(N_("%(email)s has joined in the meantime."), email=invitation.email)
    if invitation.withdrawn_at:
        raise NotFound()
    return invitation


def _keep_to_limits(email: str, now: dt.datetime) -> None:
    """Nobody's letter box is filled by us: so many mails a day for a company, a few an hour to an address."""
    a_day_ago = now - dt.timedelta(days=1)
    sent = _sent().where(EmailMessage.created_at > a_day_ago)
    today = db().scalars(sent).all()
    if len(today) >= MOST_A_DAY:
        wait = _seconds_until(today[MOST_A_DAY - 1] + dt.timedelta(days=1), now)
        told = N_("A company sends at most %(most)s invitations a day. Send more tomorrow")
        raise TooOften(told, retry_after=wait, most=MOST_A_DAY)
    to_them = db().scalars(sent.where(func.lower(EmailMessage.to_address) == email.lower())).all()
    if to_them and _seconds_until(to_them[0] + dt.timedelta(seconds=SECONDS_BETWEEN), now):
        wait = _seconds_until(to_them[0] + dt.timedelta(seconds=SECONDS_BETWEEN), now)
        raise TooOften(N_("Try again in %(seconds)s seconds"), retry_after=wait, seconds=wait)
    if len(to_them) >= MOST_AN_HOUR:
        wait = _seconds_until(to_them[MOST_AN_HOUR - 1] + dt.timedelta(hours=1), now)
        if wait:
            told = N_("%(email)s got %(most)s invitations within an hour. Wait before you send another")
            raise TooOften(told, retry_after=wait, email=email, most=MOST_AN_HOUR)


def _sent():
    """When invitations were mailed, the newest first."""
    return (
        select(EmailMessage.created_at)
        .where(EmailMessage.entity_type == TABLE, EmailMessage.kind == KIND)
        .order_by(EmailMessage.created_at.desc())
    )


def _seconds_until(moment: dt.datetime, now: dt.datetime) -> int:
    return max(0, -int((now - moment).total_seconds() // 1))


def _send(invitation: UserInvitation, by: UUID, now: dt.datetime) -> None:
    link = links.make(PURPOSE, current_tenant(), invitation.id, round=invitation.round)
    invitation.token = link.digest
    invitation.sent_at, invitation.expires_at, invitation.invited_by = now, now + LINK_LIVES, by
    db().add(invitation)
    inviter = db().scalars(select(User).where(User.id == by)).one()
    mails.post(
        KIND,
        to_address=invitation.email,
        params={
            "inviter": inviter.full_name,
            "company_name": company_name(),
            "role": invitation.role,
            "round": invitation.round,
        },
        about=(TABLE, invitation.id),
        now=now,
        reply_to=inviter.email,
    )
    db().flush()


def _former(email: str) -> User | None:
    """Somebody who worked here under this address and was removed, locked."""
    found = db().scalars(
        select(User.id).where(User.email_norm == email.lower(), User.deleted_at.is_not(None))
    )
    rows = lock_all(User, found.all())
    return rows[0] if rows else None


def _come_back(user: User, now: dt.datetime) -> User:
    """The same row again, so that what they did stays theirs; nothing that opened it before opens it now."""
    act_as(user.id)
    sessions.end_all_of(user.id, because="removed", now=now)
    for model in (SecondFactor, RecoveryCode):
        db().execute(delete(model).where(model.user_id == user.id))
    for model, used in ((PasswordReset, PasswordReset.used_at), (EmailChange, EmailChange.undone_at)):
        open_links = update(model).where(
            model.user_id == user.id, used.is_(None), model.superseded_at.is_(None)
        )
        db().execute(open_links.values(superseded_at=now))
    user.version += 1
    user.deleted_at = None
    return user


def _new_person(email: str) -> User:
    user = User(id=uuid4(), email=email)
    act_as(user.id)
    return user


def _describe(user: User, invitation: UserInvitation, joining: Joining, now: dt.datetime) -> None:
    user.first_name, user.last_name = names_of(joining.name)
    user.password_hash, user.last_password_change = joining.password_hash, now
    user.role, user.is_active = invitation.role, True
    user.email_verified, user.email_verified_at = True, now
    db().add(user)
    db().flush()
