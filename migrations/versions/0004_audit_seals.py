"""The audit trail is sealed: entries carry their transaction, seals chain their hashes, values can be erased.

Entries that are there already get the id of this migration's transaction: they are sealed together, in the
order they were written.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from rms.db import rls, seals
from rms.db.ddl import (
    MOMENT,
    TEXT,
    UUID,
    count,
    generated,
    index,
    optional,
    required,
    rule,
    run,
    tenant_table,
)

revision = "0004"
down_revision = "0003"

BYTES, BIG = sa.LargeBinary(), sa.BigInteger()


def new_columns() -> tuple[sa.Column, ...]:
    return (
        required("transaction_id", BIG, "((pg_current_xact_id())::text)::bigint"),
        required("epoch", sa.Integer(), "1"),
        optional("erased_old", BYTES),
        optional("erased_new", BYTES),
        optional("erased_at", MOMENT),
        optional("erased_reason", TEXT),
    )


def upgrade() -> None:
    for column in new_columns():
        op.add_column("audit_logs", column)
    index("ix_audit_logs_to_seal", "audit_logs", "tenant_id, epoch, transaction_id, created_at, id")
    tenant_table(
        "audit_seals",
        required("sequence", BIG),
        count("epoch", "1"),
        required("from_xid", BIG),
        required("to_xid", BIG),
        required("to_created_at", MOMENT),
        required("to_id", UUID),
        required("row_count", sa.Integer()),
        required("entries", BYTES),
        required("previous_hash", BYTES),
        required("hash", BYTES),
        required("created_at", MOMENT, "clock_timestamp()"),
        generated("updated_at", MOMENT, "created_at"),
        sa.PrimaryKeyConstraint("tenant_id", "sequence"),
        rule("a_seal_holds_entries", "row_count > 0 AND octet_length(entries) = 32 * row_count"),
        timestamps=False,
    )
    run(rls.protect("audit_seals"))
    run(seals.install())


def downgrade() -> None:
    run(seals.uninstall())
    op.drop_table("audit_seals")
    op.execute("DROP INDEX ix_audit_logs_to_seal")
    for column in reversed(new_columns()):
        op.drop_column("audit_logs", column.name)
