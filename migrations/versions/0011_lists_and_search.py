"""Work on many rows at once, and the search over everything.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from rms.db import purges, rls, searches
from rms.db.ddl import (
    JSON,
    MOMENT,
    UUID,
    belongs_to,
    count,
    index,
    one_of,
    optional,
    required,
    rule,
    run,
    tenant_table,
    word,
)

revision = "0011"
down_revision = "0010"

TABLES = ("bulk_jobs",)
INDEXES = ("ix_invoices_by_total", "ix_invoices_reference_trigrams", "ix_receipts_reference_trigrams")


def upgrade() -> None:
    tenant_table(
        "bulk_jobs",
        required("id", UUID),
        required("action", sa.String(10)),
        word("state", 10, "queued"),
        required("created_by", UUID),
        required("chosen", JSON),
        required("results", JSON, "'[]'"),
        count("total_count"),
        count("done_count"),
        word("language", 20, "en_IN"),
        optional("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "created_by", ondelete="CASCADE"),
        one_of("action", "pdf", "issue", "send", "remind", "csv", "xlsx"),
        one_of("state", "queued", "running", "done", "failed"),
        rule("progress_is_within", "done_count BETWEEN 0 AND total_count"),
    )
    index("ix_bulk_jobs_of_user", "bulk_jobs", "tenant_id, created_by, created_at")
    for table in TABLES:
        run(rls.protect(table))
        run(purges.take_in(table))
    index("ix_invoices_by_total", "invoices", "tenant_id, total, id")
    trigrams = "tenant_id, reference_number gin_trgm_ops, customer_gst gin_trgm_ops"
    index("ix_invoices_reference_trigrams", "invoices", trigrams, using="gin")
    index("ix_receipts_reference_trigrams", "receipts", "tenant_id, reference gin_trgm_ops", using="gin")
    run(searches.install())


def downgrade() -> None:
    run(searches.uninstall())
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)
