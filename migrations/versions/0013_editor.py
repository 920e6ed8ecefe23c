"""What the editor keeps: drafts that were thrown away, for a day.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from rms.db import purges, rls
from rms.db.ddl import JSON, MOMENT, UUID, index, required, run, tenant_table

revision = "0013"
down_revision = "0012"

TABLE = "deleted_drafts"


def upgrade() -> None:
    tenant_table(
        TABLE,
        required("id", UUID),
        required("invoice_id", UUID),
        required("rows", JSON),
        required("deleted_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    index("ix_deleted_drafts_by_age", TABLE, "tenant_id, deleted_at")
    run(rls.protect(TABLE))
    run(purges.take_in(TABLE))


def downgrade() -> None:
    run(purges.leave_out(TABLE))
    op.drop_table(TABLE)
