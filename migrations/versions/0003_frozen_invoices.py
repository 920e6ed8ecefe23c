"""Issued invoices are frozen by the database itself.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from rms.db import frozen
from rms.db.ddl import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run(frozen.install())


def downgrade() -> None:
    for table in ("invoices", "invoice_line_items"):
        op.execute(f"DROP TRIGGER freeze_issued ON {table}")
    for function in frozen.FUNCTIONS:
        op.execute(f"DROP FUNCTION public.{function}")
