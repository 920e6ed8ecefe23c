"""What the editor keeps.

Revision ID: 0013
Revises: 0012
"""

from rms.db.ddl import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
