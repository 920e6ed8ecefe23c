"""The long list of invoices, sorted by number and by due date.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

from rms.db.ddl import index

revision = "0014"
down_revision = "0013"

INDEXES = ("ix_invoices_by_number", "ix_invoices_by_due_date")


def upgrade() -> None:
    index("ix_invoices_by_number", "invoices", "tenant_id, coalesce(invoice_number, ''), id")
    index("ix_invoices_by_due_date", "invoices", "tenant_id, due_date, id")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
