"""People who sign in, their sessions, and the proof that an address is theirs."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Computed, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, belongs_to
from rms.models.columns import count, flag, one_of, refers_to, rule, word


class User(TenantScoped, Base):
    """One person in one company; the same address in another company is another row.

    `email_norm` is generated: lower(email) may not bound an index under row-level security, a column may.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint("tenant_id", "email_norm"),
        one_of("role", "admin", "manager", "user"),
        rule("verified_users_say_when", "NOT email_verified OR email_verified_at IS NOT NULL"),
        # Not tenant first: sign-in knows the address and not yet the company (definer function only).
        Index("ix_users_email_norm", "email_norm"),
    )

    email: Mapped[str] = mapped_column(String(255))
    email_norm: Mapped[str] = mapped_column(String(255), Computed("lower(email)", persisted=True))
    password_hash: Mapped[str] = mapped_column(String(255))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[str] = word(50, "user")
    email_verified: Mapped[bool] = flag("false")
    email_verified_at: Mapped[dt.datetime | None]
    is_active: Mapped[bool] = flag("true")
    last_login_at: Mapped[dt.datetime | None]
    last_password_change: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    preferences: Mapped[dict | None]
    version: Mapped[int] = count(1)

    @property
    def full_name(self) -> str:
        """First and last name; the e-mail address when neither is known."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email


class UserSession(TenantScoped, Base):
    """One signed-in browser or program. `refresh_token` is the SHA-256 of the current token, never the token.

    The last two tokens are kept, so that reuse of an old one is noticed while a lost reply is forgiven
    (domain/rotation.py); `confirmed` holds once the current one has come back. `expires_at` is the absolute
    end, `idle_expires_at` the end unless the session is used within another `idle_seconds`.
    `authenticated_at` is when the password was checked last; `device_hash` tells a known browser from a new
    one. `access_token` stays empty: a token that authorises is not stored.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        one_of("audience", "web", "api"),
        rule("revoked_sessions_are_not_active", "revoked_at IS NULL OR NOT is_active"),
        Index("ix_sessions_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    refresh_token: Mapped[str] = mapped_column(String(500), unique=True)
    previous_refresh_token: Mapped[str | None] = mapped_column(String(500))
    access_token: Mapped[str | None] = mapped_column(String(500))
    expires_at: Mapped[dt.datetime]
    idle_expires_at: Mapped[dt.datetime]
    idle_seconds: Mapped[int] = count(28_800)
    audience: Mapped[str] = word(10, "web")
    authenticated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    with_second_factor: Mapped[bool] = flag("false")
    device_hash: Mapped[str | None] = mapped_column(String(100))
    rotated_at: Mapped[dt.datetime | None]
    confirmed: Mapped[bool] = flag("false")
    remember: Mapped[bool] = flag("false")
    last_seen_at: Mapped[dt.datetime | None]
    ip_address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None]
    is_active: Mapped[bool] = flag("true")
    revoked_at: Mapped[dt.datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(String(30))

    user: Mapped[User] = refers_to("UserSession.user_id", "User")


class EmailVerification(TenantScoped, Base):
    """A mailed link that proves an address: once, within 24 hours. `token` is the SHA-256 of its secret."""

    __tablename__ = "email_verifications"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        rule("used_tokens_say_when", "NOT is_used OR used_at IS NOT NULL"),
        Index("ix_email_verifications_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    email: Mapped[str] = mapped_column(String(255))
    token: Mapped[str] = mapped_column(String(255), unique=True)
    expires_at: Mapped[dt.datetime]
    is_used: Mapped[bool] = flag("false")
    used_at: Mapped[dt.datetime | None]
    superseded_at: Mapped[dt.datetime | None]

    user: Mapped[User] = refers_to("EmailVerification.user_id", "User")
