"""Migrations run as the owner of the tables, wait three seconds for a lock, and apply whole or not at all.

A migration that waits for a lock makes every later query of that table wait behind it. It is better to fail,
change nothing and be tried again.
"""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import rms.models  # noqa: F401  (maps every table into the metadata)
from rms.db.base import Base
from rms.db.session import sqlalchemy_url

AUDIT_PARTITIONS = "audit_logs_"


def owner_url() -> str:
    """Handed in by tests and commands of ours; else from the application that `flask db` runs in."""
    if given := context.config.attributes.get("owner_url"):
        return given
    from flask import current_app

    url = current_app.config["RMS"].database_owner_url
    if not url:
        raise SystemExit("DATABASE_OWNER_URL is not set: migrations need the role that owns the tables.")
    return url


def is_ours(thing, name, kind, reflected, compare_to) -> bool:
    """Partitions come and go with the months; alembic would want to remove each of them."""
    return not (kind == "table" and reflected and name.startswith(AUDIT_PARTITIONS))


def migrate() -> None:
    engine = create_engine(
        sqlalchemy_url(owner_url()), poolclass=NullPool, connect_args={"options": "-c lock_timeout=3s"}
    )
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=is_ours,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations look at the database they change; writing them to a file is not supported.")
migrate()
