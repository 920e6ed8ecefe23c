"""Who is asking: the person behind a session cookie, with the company they work in."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import psycopg

from rms.db.session import current_tenant, db
from rms.models import GstSetting, SecondFactor, Tenant, User, UserSession
from rms.queries.companies import STEPS

DEFAULT_ZONE = "Asia/Kolkata"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A signed-in person in their company, as one request sees them; Flask-Login's `current_user`.

    `trial_ends_on` is a day of the company, None when no trial runs. `setup_done` holds once every step of
    the set-up is done or skipped, or the set-up was dismissed. `authenticated_at` is when the password was
    given last; the session ends at `session_ends_at`, and before it after `idle_seconds` without a request.
    """

    user_id: UUID
    tenant_id: UUID
    session_id: UUID
    email: str
    name: str
    first_name: str
    initials: str
    role: str
    slug: str
    company_name: str
    gstin: str | None
    time_zone: str
    users_may_draft: bool
    trial_ends_on: dt.date | None
    trial_ends_at: dt.datetime | None
    subscription_status: str
    setup_done: bool
    version: int
    preferences: dict
    authenticated_at: dt.datetime
    last_seen_at: dt.datetime
    session_ends_at: dt.datetime
    idle_seconds: int
    with_second_factor: bool
    has_second_factor: bool
    require_second_factor: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.user_id)


def person_of_session(session_id: UUID, audience: str) -> Person | None:
    """The person, or None for a session that is over; read anew for each request, so that a revocation or a
    changed role holds at once. One statement by key, in the scope of the tenant; whoever asks has proved to
    hold the session (web/credentials.py).

    Every request begins with it, so it is compiled once and sent without the ORM, which would take longer
    than the database. The tenant is therefore named here, where the ORM would add it.
    """
    given = {"tenant": current_tenant(), "session": session_id, "audience": audience}
    row = db().connection().exec_driver_sql(_by_session(), given).first()
    return _person(row) if row else None


@dataclass(frozen=True)
class SessionEnds:
    """When a session ends without being used, and at the latest."""

    idle_end: dt.datetime
    absolute_end: dt.datetime


def ends_of_session(session_id: UUID) -> SessionEnds | None:
    """None for a session that is over."""
    statement = select(UserSession.idle_expires_at, UserSession.expires_at).where(
        UserSession.id == session_id, UserSession.revoked_at.is_(None)
    )
    row = db().execute(statement).first()
    return SessionEnds(*row) if row else None


@dataclass(frozen=True)
class Helper:
    """Somebody of the company who may do what another may not."""

    name: str
    role: str
    email: str


def helpers(roles: list[str], *, at_most: int = 3) -> list[Helper]:
    """Those who were here last among the people of these roles, for the page that refuses somebody."""
    statement = (
        select(User.first_name, User.last_name, User.email, User.role)
        .where(User.role.in_(roles), User.is_active, User.email_verified, User.deleted_at.is_(None))
        .order_by(User.last_login_at.desc().nulls_last(), User.id)
        .limit(at_most)
    )
    return [Helper(full_name(row), row.role, row.email) for row in db().execute(statement)]


def password_hash_of(user_id: UUID) -> str:
    return db().scalars(select(User.password_hash).where(User.id == user_id)).one()


_BY_SESSION = (
    select(
        UserSession.tenant_id,
        UserSession.id.label("session_id"),
        UserSession.authenticated_at,
        UserSession.created_at,
        UserSession.last_seen_at,
        UserSession.expires_at,
        UserSession.idle_seconds,
        UserSession.with_second_factor,
        User.id.label("user_id"),
        User.email,
        User.first_name,
        User.last_name,
        User.role,
        User.version,
        User.preferences,
        Tenant.slug,
        Tenant.name.label("company_name"),
        Tenant.settings,
        Tenant.subscription_status,
        Tenant.trial_end_date,
        GstSetting.gst_number,
        SecondFactor.confirmed_at.label("second_factor_since"),
    )
    .join(User, (User.tenant_id == UserSession.tenant_id) & (User.id == UserSession.user_id))
    .join(Tenant, Tenant.id == UserSession.tenant_id)
    .outerjoin(GstSetting, GstSetting.tenant_id == UserSession.tenant_id)
    .outerjoin(
        SecondFactor,
        (SecondFactor.tenant_id == UserSession.tenant_id) & (SecondFactor.user_id == UserSession.user_id),
    )
    .where(
        UserSession.tenant_id == bindparam("tenant"),
        UserSession.id == bindparam("session"),
        UserSession.audience == bindparam("audience"),
        UserSession.is_active,
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > func.now(),
        UserSession.idle_expires_at > func.now(),
        User.is_active,
        User.email_verified,
        User.deleted_at.is_(None),
        Tenant.is_active,
    )
)


@cache
def _by_session() -> str:
    return str(_BY_SESSION.compile(dialect=psycopg.dialect()))


def _person(row) -> Person:
    settings = row.settings or {}
    zone = settings.get("time_zone") or DEFAULT_ZONE
    return Person(
        user_id=row.user_id,
        tenant_id=row.tenant_id,
        session_id=row.session_id,
        email=row.email,
        name=full_name(row),
        first_name=row.first_name or row.email,
        initials=initials_of(full_name(row)),
        role=row.role,
        slug=row.slug,
        company_name=row.company_name,
        gstin=row.gst_number,
        time_zone=zone,
        users_may_draft=bool(settings.get("users_may_draft")),
        trial_ends_on=_trial_ends_on(row, zone),
        trial_ends_at=row.trial_end_date,
        subscription_status=row.subscription_status,
        setup_done=_is_set_up(settings.get("onboarding") or {}),
        version=row.version,
        preferences=row.preferences or {},
        authenticated_at=row.authenticated_at,
        last_seen_at=row.last_seen_at or row.created_at,
        session_ends_at=row.expires_at,
        idle_seconds=row.idle_seconds,
        with_second_factor=row.with_second_factor,
        has_second_factor=row.second_factor_since is not None,
        require_second_factor=bool(settings.get("require_second_factor")),
    )


def full_name(row) -> str:
    """First and last name; the address when neither is known."""
    return " ".join(part for part in (row.first_name, row.last_name) if part) or row.email


def initials_of(name: str) -> str:
    """The first letters of the first and the last word, for a face without a picture."""
    words = [word for word in name.split() if word[0].isalnum()] or [name or "?"]
    chosen = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in chosen).upper()


def _trial_ends_on(row, zone: str) -> dt.date | None:
    if row.subscription_status != "trial" or row.trial_end_date is None:
        return None
    return row.trial_end_date.astimezone(ZoneInfo(zone)).date()


def _is_set_up(onboarding: dict) -> bool:
    settled = {*onboarding.get("done", ()), *onboarding.get("skipped", ())}
    return bool(onboarding.get("dismissed")) or settled >= STEPS
