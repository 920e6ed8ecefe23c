"""Reminders, one for each step, and invoices that write themselves.

Revision ID: 0009
Revises: 0008
"""

from rms.db.ddl import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
