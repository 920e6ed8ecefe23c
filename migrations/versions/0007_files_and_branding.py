"""Files in chunks: logo, signature, papers that were drawn already.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from rms.db import purges, rls
from rms.db.ddl import (
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
    unique_index,
)

revision = "0007"
down_revision = "0006"

TABLES = ("files", "file_chunks")


def upgrade() -> None:
    tenant_table(
        "files",
        required("id", UUID),
        required("kind", sa.String(20)),
        required("name", sa.String(255)),
        required("media_type", sa.String(100)),
        required("size", sa.BigInteger()),
        required("sha256", sa.String(64)),
        optional("entity_type", sa.String(100)),
        optional("entity_id", UUID),
        optional("variant", sa.String(40)),
        optional("made_from", sa.String(64)),
        optional("expires_at", MOMENT),
        optional("created_by", UUID),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("users", "created_by"),
        one_of("kind", "logo", "signature", "paper", "export", "import", "attachment"),
        rule("size_is_not_negative", "size >= 0"),
        rule("sha256_is_one", "sha256 ~ '^[0-9a-f]{64}$'"),
        rule(
            "papers_say_what_they_show",
            "kind <> 'paper' OR (entity_type IS NOT NULL AND entity_id IS NOT NULL"
            " AND variant IS NOT NULL AND made_from IS NOT NULL)",
        ),
    )
    unique_index(
        "uq_files_paper", "files", "tenant_id, entity_type, entity_id, variant", where="kind = 'paper'"
    )
    index("ix_files_about", "files", "tenant_id, entity_type, entity_id", where="entity_id IS NOT NULL")
    index("ix_files_created_by", "files", "tenant_id, created_by", where="created_by IS NOT NULL")
    index("ix_files_ended", "files", "tenant_id, expires_at", where="expires_at IS NOT NULL")
    tenant_table(
        "file_chunks",
        required("id", UUID),
        required("file_id", UUID),
        count("position"),
        required("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        belongs_to("files", "file_id", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "file_id", "position"),
        rule("position_is_not_negative", "position >= 0"),
        rule("chunk_is_at_most_a_mebibyte", "octet_length(content) BETWEEN 1 AND 1048576"),
    )
    # PDF and PNG are compressed already; TOAST would try once more in vain.
    op.execute("ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTERNAL")
    for table in TABLES:
        run(rls.protect(table))
        run(purges.take_in(table))


def downgrade() -> None:
    for table in reversed(TABLES):
        run(purges.leave_out(table))
        op.drop_table(table)
