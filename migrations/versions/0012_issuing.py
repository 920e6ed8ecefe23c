"""What issuing asks for: letters of undertaking, delivery and export particulars.

Revision ID: 0012
Revises: 0011
"""

from rms.db.ddl import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
