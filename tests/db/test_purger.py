"""A table that a later migration makes is taken in by that migration, and emptied with the others."""

from uuid import uuid4

import psycopg
from sqlalchemy import text

from rms.db import purges
from tests.servers import migrate

LATER_TABLES = (
    "CREATE TABLE boxes (tenant_id uuid, id int, PRIMARY KEY (tenant_id, id))",
    "CREATE TABLE labels (tenant_id uuid, box int, FOREIGN KEY (tenant_id, box) REFERENCES boxes)",
)


def test_a_later_table_is_taken_in(monkeypatch, test_servers, empty_database, engine_of):
    name, gone, stays = empty_database(), uuid4(), uuid4()
    migrate(test_servers.url("rms_owner", name))
    monkeypatch.setattr(purges, "LATER", ("boxes", "labels"))
    with engine_of("rms_owner", name).begin() as owner:
        for statement in LATER_TABLES:
            owner.execute(text(statement))
        for table in purges.LATER:
            for statement in purges.take_in(table):
                owner.execute(text(statement))
    with psycopg.connect(test_servers.superuser_url_of(name), autocommit=True) as superuser:
        for tenant_id in (gone, stays):
            superuser.execute(
                "INSERT INTO tenants (id, name, slug, email, created_at) "
                "VALUES (%s, 'Left', %s, 'a@b.in', now() - interval '8 days')",
                (tenant_id, f"left-{tenant_id.hex}"),
            )
            superuser.execute("INSERT INTO boxes VALUES (%s, 1)", (tenant_id,))
            superuser.execute("INSERT INTO labels VALUES (%s, 1)", (tenant_id,))
        with engine_of("rms_app", name).begin() as app:
            app.execute(text("SELECT set_config('app.tenant_id', :id, true)"), {"id": str(gone)})
            assert app.execute(text("SELECT remove_unverified_tenant()")).scalar_one() is True
        for table in purges.LATER:
            assert superuser.execute(f"SELECT tenant_id FROM {table}").fetchall() == [(stays,)]
        owners = superuser.execute(
            "SELECT pg_get_userbyid(proowner), has_function_privilege('public', oid, 'EXECUTE') "
            "FROM pg_proc WHERE proname = 'remove_unverified_tenant'"
        ).fetchall()
        assert owners == [(purges.PURGER, False)]
