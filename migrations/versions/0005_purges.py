"""A company whose sign-up nobody confirmed within a week can be taken away.

Needs the role `rms_purger`: repeat `flask db-bootstrap` before this migration.

Revision ID: 0005
Revises: 0004
"""

from rms.db import purges
from rms.db.ddl import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run(purges.install())


def downgrade() -> None:
    run(purges.uninstall())
