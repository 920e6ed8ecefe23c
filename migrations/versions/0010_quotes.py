"""Quotes and their lines.

Revision ID: 0010
Revises: 0009
"""

from rms.db.ddl import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
