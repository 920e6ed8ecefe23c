"""What is asked before anybody is signed in: whom an address may open, and what a mailed link proves."""

import datetime as dt
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from rms.crypto.links import Link
from rms.db.session import current_tenant, db
from rms.models import EmailVerification, SecondFactor, Tenant, User, UserSession
from rms.queries.people import initials_of

MOST_TRIED = 5

_CANDIDATES = text("SELECT * FROM sign_in_candidates(:email)")
_CANDIDATES_OF = text("SELECT * FROM sign_in_candidates(:email, :slug)")


@dataclass(frozen=True)
class Candidate:
    """A person of some company who has the address that was typed."""

    tenant_id: UUID
    user_id: UUID
    slug: str
    company_name: str
    password_hash: str
    email_verified: bool
    last_login_at: dt.datetime | None


@dataclass(frozen=True)
class Seat:
    """A place in a company that a checked password opens; `asks_code` when a second factor is on."""

    tenant_id: UUID
    user_id: UUID
    slug: str
    company_name: str
    email: str
    first_name: str | None
    role: str
    last_login_at: dt.datetime | None
    settings: dict | None
    asks_code: bool

    @property
    def initials(self) -> str:
        return initials_of(self.company_name)

    @property
    def begins_set_up(self) -> bool:
        """Whether the founder comes in for the first time, to a company nobody has described yet."""
        return (
            self.role == "admin"
            and self.last_login_at is None
            and not (self.settings or {}).get("onboarding")
        )


@dataclass(frozen=True)
class Proof:
    """A mailed link with what it would prove: that `email` belongs to this person.

    `confirmed_at` is set as soon as any link of this person was used.
    """

    user_id: UUID
    email: str
    first_name: str | None
    company_name: str
    sent_at: dt.datetime
    expires_at: dt.datetime
    superseded_at: dt.datetime | None
    is_used: bool
    confirmed_at: dt.datetime | None

    def state(self, now: dt.datetime) -> str:
        """ "open", or why the link opens nothing any more: "used", "replaced" or "expired"."""
        if self.is_used or self.confirmed_at:
            return "used"
        if self.superseded_at:
            return "replaced"
        return "open" if now < self.expires_at else "expired"


def candidates(email: str, slug: str | None = None) -> list[Candidate]:
    """People of any company who sign in with this address, verified ones first: at most MOST_TRIED and one
    more, which says that there are too many to try all; with a slug, that company's alone.

    For `public_scope()`: the functions behind it are the one place that looks across companies.
    """
    if slug:
        rows = db().execute(_CANDIDATES_OF, {"email": email, "slug": slug})
    else:
        rows = db().execute(_CANDIDATES, {"email": email})
    return [Candidate(*row) for row in rows]


def seat_of(user_id: UUID) -> Seat | None:
    """The seat of a person who may sign in to the company of the running scope."""
    statement = (
        select(User.tenant_id, User.id, Tenant.slug, Tenant.name, User.email, User.first_name)
        .add_columns(User.role, User.last_login_at, Tenant.settings, SecondFactor.id.is_not(None))
        .join(Tenant, Tenant.id == User.tenant_id)
        .outerjoin(
            SecondFactor,
            (SecondFactor.tenant_id == User.tenant_id)
            & (SecondFactor.user_id == User.id)
            & SecondFactor.confirmed_at.is_not(None),
        )
        .where(User.id == user_id, User.is_active, User.deleted_at.is_(None), Tenant.is_active)
    )
    row = db().execute(statement).first()
    return Seat(*row) if row else None


def has_used(user_id: UUID, device_hash: str) -> bool:
    """Whether this person has signed in from this browser before."""
    statement = select(UserSession.id).where(
        UserSession.user_id == user_id, UserSession.device_hash == device_hash
    )
    return db().scalar(statement.limit(1)) is not None


def proof_of(link: Link) -> Proof | None:
    """What the link is about; None when its row is gone or it was made with a key that we no longer use."""
    statement = _PROOFS.add_columns(EmailVerification.token).where(EmailVerification.id == link.row_id)
    row = db().execute(statement).first()
    if row is None or not hmac.compare_digest(row.token, link.digest):
        return None
    return Proof(*row[:-1])


def newest_proof_of(user_id: UUID) -> Proof | None:
    """The link that was mailed to this person last."""
    newest = _PROOFS.where(User.id == user_id).order_by(EmailVerification.created_at.desc()).limit(1)
    row = db().execute(newest).first()
    return Proof(*row) if row else None


def company_name() -> str:
    """The name of the company of the running scope."""
    return db().scalars(select(Tenant.name).where(Tenant.id == current_tenant())).one()


_PROOFS = (
    select(
        User.id,
        EmailVerification.email,
        User.first_name,
        Tenant.name,
        EmailVerification.created_at,
        EmailVerification.expires_at,
        EmailVerification.superseded_at,
        EmailVerification.is_used,
        User.email_verified_at,
    )
    .join(User, (User.tenant_id == EmailVerification.tenant_id) & (User.id == EmailVerification.user_id))
    .join(Tenant, Tenant.id == EmailVerification.tenant_id)
    .where(User.deleted_at.is_(None), Tenant.is_active)
)
