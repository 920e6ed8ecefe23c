"""Accounts: sessions that rotate, links in mails, the second factor, attempts to sign in.

Bank account numbers become longer texts, since they are encrypted: `flask keys rotate` encrypts those that
are stored in clear.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from rms.db import audit, definers, rls
from rms.db.ddl import (
    JSON,
    MOMENT,
    TEXT,
    UUID,
    belongs_to,
    count,
    flag,
    generated,
    global_table,
    index,
    moment,
    one_of,
    optional,
    required,
    rule,
    run,
    tenant_table,
    unique_index,
    word,
)

revision = "0002"
down_revision = "0001"

TABLES = (
    "password_resets",
    "user_invitations",
    "email_changes",
    "second_factors",
    "recovery_codes",
    "login_attempts",
)
NEW_SESSION_COLUMNS = (
    "idle_seconds",
    "audience",
    "authenticated_at",
    "with_second_factor",
    "device_hash",
    "revoked_because",
)


def upgrade() -> None:
    extend_sessions()
    op.add_column("users", optional("preferences", JSON))
    op.alter_column("companies", "bank_account_number", type_=TEXT)
    op.add_column("companies", optional("bank_account_last4", sa.String(4)))
    create_links()
    create_second_factor()
    create_attempts()
    for table in TABLES:
        run(rls.protect(table))
        if table in audit.DERIVED:
            op.execute(audit.row_trigger(table))
    op.execute("DROP TRIGGER audit ON sessions")
    op.execute(audit.row_trigger("sessions"))
    run(definers.add("sign_in_candidates(text, text)"))


def downgrade() -> None:
    op.execute("DROP FUNCTION public.sign_in_candidates(text, text)")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("companies", "bank_account_last4")
    op.alter_column("companies", "bank_account_number", type_=sa.String(34))
    op.drop_column("users", "preferences")
    op.drop_constraint(op.f("ck_sessions_audience_is_known"), "sessions")
    for column in NEW_SESSION_COLUMNS:
        op.drop_column("sessions", column)


def extend_sessions() -> None:
    for column in (
        count("idle_seconds", "28800"),
        word("audience", 10, "web"),
        moment("authenticated_at"),
        flag("with_second_factor"),
        optional("device_hash", sa.String(100)),
        optional("revoked_because", sa.String(30)),
    ):
        op.add_column("sessions", column)
    op.create_check_constraint("audience_is_known", "sessions", "audience IN ('web', 'api')")


def create_links() -> None:
    """What the links in mails are about."""
    tenant_table(
        "password_resets",
        required("id", UUID),
        required("user_id", UUID),
        required("email", sa.String(255)),
        required("token", sa.String(255)),
        required("expires_at", MOMENT),
        optional("used_at", MOMENT),
        optional("superseded_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("token"),
    )
    index("ix_password_resets_user", "password_resets", "tenant_id, user_id")
    tenant_table(
        "user_invitations",
        required("id", UUID),
        required("email", sa.String(255)),
        generated("email_norm", sa.String(255), "lower(email)"),
        required("role", sa.String(50)),
        required("token", sa.String(255)),
        count("round", "1"),
        required("sent_at", MOMENT),
        required("expires_at", MOMENT),
        optional("invited_by", UUID),
        optional("accepted_at", MOMENT),
        optional("withdrawn_at", MOMENT),
        optional("user_id", UUID),
        count("version", "1"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "invited_by"),
        belongs_to("users", "user_id"),
        sa.UniqueConstraint("token"),
        one_of("role", "admin", "manager", "user"),
        rule("accepted_or_withdrawn", "accepted_at IS NULL OR withdrawn_at IS NULL"),
        rule("accepted_invitations_say_who", "(accepted_at IS NULL) = (user_id IS NULL)"),
    )
    unique_index(
        "uq_user_invitations_open",
        "user_invitations",
        "tenant_id, email_norm",
        where="accepted_at IS NULL AND withdrawn_at IS NULL",
    )
    index("ix_user_invitations_invited_by", "user_invitations", "tenant_id, invited_by")
    index("ix_user_invitations_user", "user_invitations", "tenant_id, user_id")
    tenant_table(
        "email_changes",
        required("id", UUID),
        required("user_id", UUID),
        required("old_email", sa.String(255)),
        required("new_email", sa.String(255)),
        required("token", sa.String(255)),
        required("undo_token", sa.String(255)),
        required("expires_at", MOMENT),
        optional("confirmed_at", MOMENT),
        optional("undo_until", MOMENT),
        optional("undone_at", MOMENT),
        optional("superseded_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("token"),
        sa.UniqueConstraint("undo_token"),
        rule("undone_after_confirmed", "undone_at IS NULL OR confirmed_at IS NOT NULL"),
    )
    index("ix_email_changes_user", "email_changes", "tenant_id, user_id")


def create_second_factor() -> None:
    tenant_table(
        "second_factors",
        required("id", UUID),
        required("user_id", UUID),
        required("secret", TEXT),
        optional("confirmed_at", MOMENT),
        optional("last_step", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "user_id"),
    )
    tenant_table(
        "recovery_codes",
        required("id", UUID),
        required("user_id", UUID),
        required("code_hash", sa.String(100)),
        optional("used_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "user_id", "code_hash"),
    )


def create_attempts() -> None:
    """Outside the tenants, as the trial ledger is: HMACs and moments, nobody's name."""
    global_table(
        "login_attempts",
        required("id", UUID),
        required("kind", sa.String(30)),
        required("account_hash", sa.String(100)),
        required("address_hash", sa.String(100)),
        flag("succeeded"),
        sa.PrimaryKeyConstraint("id"),
        rule("kind_is_named", "kind <> ''"),
    )
    index("ix_login_attempts_account", "login_attempts", "account_hash, kind, created_at")
    index("ix_login_attempts_address", "login_attempts", "address_hash, kind, created_at")
    index("ix_login_attempts_created", "login_attempts", "created_at")
