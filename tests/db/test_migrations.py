"""What the migrations make is what the models say, and they can be taken back."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import rms.models  # noqa: F401
from rms.db import (
    audit,
    credit_triggers,
    definers,
    frozen,
    frozen_quotes,
    ledger_triggers,
    purges,
    rls,
    seals,
    searches,
)
from rms.db.base import Base
from rms.db.bootstrap import APP, OWNER
from rms.db.catalogue import dump_schema
from tests.servers import alembic_config, migrate

SCHEMA_SQL = Path(__file__).resolve().parents[2] / "migrations" / "schema.sql"

LEFT_OVER = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
    AND relname <> 'alembic_version'
    UNION ALL
    SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def test_models_and_migrations_agree_for_alembic(test_servers, database_name):
    command.check(alembic_config(test_servers.url(OWNER, database_name)))


def test_models_and_migrations_agree_in_every_detail(empty_database, engine_of, database_name):
    """`alembic check` sees no INCLUDE, WHERE, kind of index, CHECK, policy, trigger or grant."""
    from_models = empty_database()
    engine = engine_of(OWNER, from_models)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        for statement in what_protects_the_tables():
            connection.execute(text(statement))
    assert blocks_of(dump_schema(engine)) == blocks_of(dump_schema(engine_of(OWNER, database_name)))


def blocks_of(dump: str) -> list[list[str]]:
    """Table by table; a column that a later migration added stands last there, but not in its model."""
    return [sorted(line.rstrip(",") for line in block.splitlines()) for block in dump.split("\n\n")]


def what_protects_the_tables():
    yield rls.TOUCH
    for table in rls.GRANTS:
        yield from rls.protect(table)
    yield from definers.install()
    for table in definers.LATER_READS:
        yield from definers.let_read(table)
    for signature in definers.LATER:
        yield from definers.add(signature)
    yield from ledger_triggers.install()
    yield from audit.install(audit.DERIVED)
    yield from frozen.install()
    yield from frozen_quotes.install()
    yield from frozen.let_be_completed()
    yield from credit_triggers.install()
    yield from searches.install()
    yield from seals.install()
    yield from purges.install()
    for table in purges.LATER:
        yield from purges.take_in(table)


def test_the_written_schema_is_the_migrated_one(engine_of, database_name):
    """When this fails after a new migration: `flask schema-dump`, and look at the difference."""
    assert dump_schema(engine_of(APP, database_name)).splitlines() == SCHEMA_SQL.read_text().splitlines()


def test_downgrade_takes_everything_back_and_upgrade_makes_it_again(empty_database, engine_of, test_servers):
    name = empty_database()
    config = alembic_config(test_servers.url(OWNER, name))
    command.upgrade(config, "head")
    before = dump_schema(engine_of(OWNER, name))
    command.downgrade(config, "base")
    with engine_of(OWNER, name).connect() as connection:
        assert connection.execute(text(LEFT_OVER)).all() == []
    command.upgrade(config, "head")
    assert dump_schema(engine_of(OWNER, name)) == before


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config("")).get_heads()) == 1


def test_a_migration_gives_up_a_lock_after_three_seconds(empty_database, engine_of, test_servers):
    name = empty_database()
    owner_url = test_servers.url(OWNER, name)
    migrate(owner_url)
    before = dump_schema(engine_of(OWNER, name))
    with engine_of(OWNER, name).begin() as holder:
        holder.execute(text("LOCK TABLE tenants IN ACCESS SHARE MODE"))
        with pytest.raises(OperationalError) as refused:
            command.downgrade(alembic_config(owner_url), "base")
    assert isinstance(refused.value.orig, LockNotAvailable)
    migrate(owner_url)  # none was left half done
    assert dump_schema(engine_of(OWNER, name)) == before
