"""Files in chunks: logo, signature, papers that were drawn already.

Revision ID: 0007
Revises: 0006
"""

from rms.db.ddl import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run(())


def downgrade() -> None:
    run(())
