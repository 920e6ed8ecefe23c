"""Who works in a company and who is invited, as the screen of users and roles shows them; and what an
invitation offers to whoever holds its link.
"""

import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from rms.crypto.links import Link
from rms.db.session import db
from rms.domain.errors import NotFound
from rms.models import SecondFactor, Tenant, User, UserInvitation, UserSession
from rms.queries.people import full_name, initials_of


@dataclass(frozen=True)
class Member:
    """Somebody who works here, also while switched off."""

    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    role: str
    is_active: bool
    version: int
    last_seen_at: dt.datetime | None
    has_second_factor: bool

    @property
    def name(self) -> str:
        return full_name(self)

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    @property
    def counts_as_admin(self) -> bool:
        return self.role == "admin" and self.is_active


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody has taken up or taken back; `invited_by` is "" when they are not known."""

    id: UUID
    email: str
    role: str
    sent_at: dt.datetime
    expires_at: dt.datetime
    invited_by: str

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at <= now


@dataclass(frozen=True)
class Offer:
    """What a mailed invitation offers. `is_member`: somebody of this address works here already."""

    id: UUID
    email: str
    role: str
    round: int
    sent_at: dt.datetime
    expires_at: dt.datetime
    accepted_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    company_name: str
    users_may_draft: bool
    inviter: str
    inviter_first_name: str
    is_member: bool
    is_newest: bool

    def state(self, now: dt.datetime) -> str:
        """ "open", or why the link opens nothing: "used", "withdrawn", "replaced" or "expired"."""
        if self.accepted_at or self.is_member:
            return "used"
        if self.withdrawn_at:
            return "withdrawn"
        if not self.is_newest:
            return "replaced"
        return "open" if now < self.expires_at else "expired"


def list_people() -> list[Member]:
    """Everybody who works here by name, those who are switched off last. One statement."""
    return [Member(*row) for row in db().execute(_PEOPLE)]


def find_person(user_id: UUID) -> Member:
    row = db().execute(_PEOPLE.where(User.id == user_id)).first()
    if row is None:
        raise NotFound()
    return Member(*row)


def list_invited() -> list[Invited]:
    """Open and expired invitations, the newest first."""
    rows = db().execute(_INVITED.order_by(UserInvitation.sent_at.desc(), UserInvitation.id))
    return [_invited(row) for row in rows]


def find_invited(invitation_id: UUID) -> Invited:
    row = db().execute(_INVITED.where(UserInvitation.id == invitation_id)).first()
    if row is None:
        raise NotFound()
    return _invited(row)


def offer_of(link: Link) -> Offer | None:
    """What the link offers; None when its row is gone, or its company, or the key it was made with."""
    row = db().execute(_OFFERS.where(UserInvitation.id == link.row_id)).first()
    if row is None or link.round is None or link.round > row.round:
        return None
    is_newest = link.round == row.round
    if is_newest and not hmac.compare_digest(row.token, link.digest):
        return None
    return Offer(
        id=row.id,
        email=row.email,
        role=row.role,
        round=row.round,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        withdrawn_at=row.withdrawn_at,
        company_name=row.company_name,
        users_may_draft=bool((row.settings or {}).get("users_may_draft")),
        inviter=_name_of_inviter(row),
        inviter_first_name=row.first_name or "",
        is_member=row.is_member,
        is_newest=is_newest,
    )


def _invited(row) -> Invited:
    return Invited(row.id, row.email, row.role, row.sent_at, row.expires_at, row.first_name or "")


def _name_of_inviter(row) -> str:
    return " ".join(part for part in (row.first_name, row.last_name) if part)


_LAST_SEEN = (
    select(func.max(UserSession.last_seen_at))
    .where(UserSession.tenant_id == User.tenant_id, UserSession.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_HAS_SECOND_FACTOR = (
    select(SecondFactor.id)
    .where(SecondFactor.tenant_id == User.tenant_id, SecondFactor.user_id == User.id)
    .where(SecondFactor.confirmed_at.is_not(None))
    .correlate(User)
    .exists()
)
_PEOPLE = (
    select(
        User.id,
        User.email,
        User.first_name,
        User.last_name,
        User.role,
        User.is_active,
        User.version,
        func.coalesce(_LAST_SEEN, User.last_login_at),
        _HAS_SECOND_FACTOR,
    )
    .where(User.deleted_at.is_(None))
    .order_by(
        User.is_active.desc(), func.lower(func.coalesce(User.first_name, User.email)), User.email, User.id
    )
)
_INVITED = (
    select(
        UserInvitation.id,
        UserInvitation.email,
        UserInvitation.role,
        UserInvitation.sent_at,
        UserInvitation.expires_at,
        User.first_name,
    )
    .outerjoin(User, (User.tenant_id == UserInvitation.tenant_id) & (User.id == UserInvitation.invited_by))
    .where(UserInvitation.accepted_at.is_(None), UserInvitation.withdrawn_at.is_(None))
)
_MEMBER = User.__table__.alias("member")
_OFFERS = (
    select(
        UserInvitation.id,
        UserInvitation.email,
        UserInvitation.role,
        UserInvitation.round,
        UserInvitation.token,
        UserInvitation.sent_at,
        UserInvitation.expires_at,
        UserInvitation.accepted_at,
        UserInvitation.withdrawn_at,
        Tenant.name.label("company_name"),
        Tenant.settings,
        User.first_name,
        User.last_name,
        select(_MEMBER.c.id)
        .where(_MEMBER.c.tenant_id == UserInvitation.tenant_id)
        .where(_MEMBER.c.email_norm == UserInvitation.email_norm, _MEMBER.c.deleted_at.is_(None))
        .correlate(UserInvitation)
        .exists()
        .label("is_member"),
    )
    .join(Tenant, Tenant.id == UserInvitation.tenant_id)
    .outerjoin(User, (User.tenant_id == UserInvitation.tenant_id) & (User.id == UserInvitation.invited_by))
    .where(Tenant.is_active)
)
