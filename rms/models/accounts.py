"""What surrounds a person's account: links in mails, the second factor, and every attempt to sign in."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Computed, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from rms.db.base import Base, TenantScoped, Timestamps, belongs_to
from rms.models.columns import count, flag, live_only, one_of, refers_to, rule
from rms.models.users import User


class PasswordReset(TenantScoped, Base):
    """A mailed link to choose a new password: once, within 60 minutes. `token` is the SHA-256 of its secret.

    A newer link, or any other change of the password, supersedes it.
    """

    __tablename__ = "password_resets"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        Index("ix_password_resets_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    email: Mapped[str] = mapped_column(String(255))
    token: Mapped[str] = mapped_column(String(255), unique=True)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    superseded_at: Mapped[dt.datetime | None]

    user: Mapped[User] = refers_to("PasswordReset.user_id", "User")


class UserInvitation(TenantScoped, Base):
    """An invitation to join the company in a role, open for 7 days. `token` is the SHA-256 of its secret.

    Sent again it stays the same row with a new `sent_at`, `expires_at` and `round`, which is part of its
    secret. `user_id` is who joined by it.
    """

    __tablename__ = "user_invitations"
    __table_args__ = (
        belongs_to("users", "invited_by"),
        belongs_to("users", "user_id"),
        one_of("role", "admin", "manager", "user"),
        rule("accepted_or_withdrawn", "accepted_at IS NULL OR withdrawn_at IS NULL"),
        rule("accepted_invitations_say_who", "(accepted_at IS NULL) = (user_id IS NULL)"),
        live_only(
            "uq_user_invitations_open",
            "tenant_id",
            "email_norm",
            where="accepted_at IS NULL AND withdrawn_at IS NULL",
            unique="one open invitation for each address",
        ),
        Index("ix_user_invitations_invited_by", "tenant_id", "invited_by"),
        Index("ix_user_invitations_user", "tenant_id", "user_id"),
    )

    email: Mapped[str] = mapped_column(String(255))
    email_norm: Mapped[str] = mapped_column(String(255), Computed("lower(email)", persisted=True))
    role: Mapped[str] = mapped_column(String(50))
    token: Mapped[str] = mapped_column(String(255), unique=True)
    round: Mapped[int] = count(1)
    sent_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    invited_by: Mapped[UUID | None]
    accepted_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]
    user_id: Mapped[UUID | None]
    version: Mapped[int] = count(1)


class EmailChange(TenantScoped, Base):
    """A change of a person's address: the new one confirms within 24 hours, the old one may undo for 7 days.

    `token` and `undo_token` are the SHA-256 of the two links' secrets.
    """

    __tablename__ = "email_changes"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        rule("undone_after_confirmed", "undone_at IS NULL OR confirmed_at IS NOT NULL"),
        Index("ix_email_changes_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    old_email: Mapped[str] = mapped_column(String(255))
    new_email: Mapped[str] = mapped_column(String(255))
    token: Mapped[str] = mapped_column(String(255), unique=True)
    undo_token: Mapped[str] = mapped_column(String(255), unique=True)
    expires_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    undo_until: Mapped[dt.datetime | None]
    undone_at: Mapped[dt.datetime | None]
    superseded_at: Mapped[dt.datetime | None]

    user: Mapped[User] = refers_to("EmailChange.user_id", "User")


class SecondFactor(TenantScoped, Base):
    """A person's authenticator app (TOTP, RFC 6238). `secret` is encrypted for this row alone.

    Without `confirmed_at` it is being set up and asks nobody for a code. `last_step` is the time step of the
    last accepted code, so that a code works once.
    """

    __tablename__ = "second_factors"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    secret: Mapped[str]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)

    user: Mapped[User] = refers_to("SecondFactor.user_id", "User")


class RecoveryCode(TenantScoped, Base):
    """One of the codes for who has lost the authenticator; `code_hash` is an HMAC, each works once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        belongs_to("users", "user_id", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "code_hash"),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[str] = mapped_column(String(100))
    used_at: Mapped[dt.datetime | None]


class LoginAttempt(Timestamps, Base):
    """One attempt to get in, or to have a mail sent. Outside the tenants: who tries has none yet.

    `account_hash` and `address_hash` are HMACs of the mail address that was typed and of the network address,
    so that the table names nobody. Purged after 30 days.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (
        rule("kind_is_named", "kind <> ''"),
        Index("ix_login_attempts_account", "account_hash", "kind", "created_at"),
        Index("ix_login_attempts_address", "address_hash", "kind", "created_at"),
        Index("ix_login_attempts_created", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    kind: Mapped[str] = mapped_column(String(30))
    account_hash: Mapped[str] = mapped_column(String(100))
    address_hash: Mapped[str] = mapped_column(String(100))
    succeeded: Mapped[bool] = flag("false")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), sort_order=1)
