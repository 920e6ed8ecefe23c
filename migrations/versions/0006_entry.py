"""A choice between companies opens each of them once.

Revision ID: 0006
Revises: 0005
"""

from rms.db.ddl import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
