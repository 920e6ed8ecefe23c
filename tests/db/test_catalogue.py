"""No table of a tenant may be made without its walls: read from PostgreSQL's catalogue, not from our code."""

import pytest

from rms.db import purges
from rms.db.base import TENANT_SETTING
from rms.db.bootstrap import APP, AUDIT, DEFINER, OWNER, PURGER
from rms.db.rls import GLOBAL, GRANTS, TENANT_COLUMN, WITHOUT_UPDATES

# Keys that hold for all tenants together: an address of a company, and hashes that name one row in the world.
UNIQUE_FOR_ALL = {
    "uq_tenants_slug",
    "pk_tenants",
    "uq_sessions_refresh_token",
    "uq_email_verifications_token",
    "uq_password_resets_token",
    "uq_user_invitations_token",
    "uq_email_changes_token",
    "uq_email_changes_undo_token",
    "uq_public_links_token",
}
# Asked before the tenant is known, by a function of rms_definer.
INDEXED_FOR_ALL = {"ix_users_email_norm"}

TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname <> 'alembic_version'
"""
POLICIES = "SELECT policyname, cmd, roles::text[], qual, with_check FROM pg_policies WHERE tablename = %s"
KEYS_AND_INDEXES = """
    SELECT c.relname, i.indisunique,
           (SELECT attname FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0])
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass
"""
FOREIGN_KEYS = """
    SELECT k.conname, k.confrelid::regclass::text, k.confdeltype::text,
           (SELECT array_agg(a.attname::text ORDER BY p.at)
            FROM unnest(k.conkey) WITH ORDINALITY p(number, at)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number),
           (SELECT array_agg(a.attname::text ORDER BY p.at)
            FROM unnest(k.confkey) WITH ORDINALITY p(number, at)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number)
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = %s::regclass AND k.conparentid = 0
"""

TENANT_TABLES = sorted(set(GRANTS) - GLOBAL)


def test_every_table_is_known_to_the_walls(superuser):
    """A new table must be entered in rms/db/rls.py, which decides what the application may do with it."""
    assert {name for name, *_ in superuser.execute(TABLES)} == set(GRANTS)


def test_every_table_with_a_tenant_is_a_tenant_table(superuser):
    with_tenant = superuser.execute(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_name NOT LIKE 'audit_logs_%'"
    )
    assert {name for (name,) in with_tenant} | {"tenants"} == set(TENANT_TABLES)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_row_level_security_is_on_and_binds_the_owner(superuser, table):
    rows = {name: rest for name, *rest in superuser.execute(TABLES)}
    assert rows[table] == [True, True, OWNER]


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_the_policy_guards_reading_and_writing(superuser, table):
    policies = {name: rest for name, *rest in superuser.execute(POLICIES, (table,))}
    own = f"({TENANT_COLUMN.get(table, 'tenant_id')} = {TENANT_SETTING})"
    assert policies.pop("tenant_isolation") == ["ALL", [APP], own, own]
    if table in ("tenants", *purges.TABLES, *purges.LATER):
        assert policies.pop("removed_by_purger") == ["ALL", [PURGER], own, own]
    for command, roles, _, _ in policies.values():
        assert (command, roles) in [("SELECT", [DEFINER]), ("INSERT", [AUDIT])] or (
            table in ("audit_logs", "audit_seals") and roles == [AUDIT] and command in ("SELECT", "UPDATE")
        )


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_every_key_and_index_begins_with_the_tenant(superuser, table):
    for name, is_unique, first_column in superuser.execute(KEYS_AND_INDEXES, (table,)):
        if name in UNIQUE_FOR_ALL | INDEXED_FOR_ALL:
            continue
        assert first_column == TENANT_COLUMN.get(table, "tenant_id"), name
        assert not is_unique or name not in INDEXED_FOR_ALL


@pytest.mark.parametrize("table", sorted(set(TENANT_TABLES) - {"tenants"}))
def test_references_stay_inside_the_tenant(superuser, table):
    keys = list(superuser.execute(FOREIGN_KEYS, (table,)))
    assert ("tenants", ["tenant_id"], ["id"]) in [(to, own, theirs) for _, to, _, own, theirs in keys]
    for name, target, on_delete, own, theirs in keys:
        if target == "tenants":
            continue
        assert own[0] == "tenant_id" and theirs == ["tenant_id", "id"], name
        # SET NULL on a composite key would blank out tenant_id as well.
        assert on_delete in ("a", "c"), name


@pytest.mark.parametrize("table", sorted(set(TENANT_TABLES) - {"tenants"}))
def test_every_reference_to_another_row_is_a_foreign_key(superuser, table):
    """A column named after a row must be held by a key, or it may point into another company."""
    referring = {
        own[1] for _, target, _, own, _ in superuser.execute(FOREIGN_KEYS, (table,)) if len(own) == 2
    }
    columns = superuser.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND table_schema = 'public' "
        "AND data_type = 'uuid' AND column_name NOT IN ('id', 'tenant_id')",
        (table,),
    )
    loose = {name for (name,) in columns} - referring
    # Written by triggers, and kept when what they name is gone.
    allowed = {
        "audit_logs": {"user_id", "entity_id"},
        "audit_seals": {"to_id"},
        "email_messages": {"entity_id"},
        # What a paper shows may be of any kind; what is gone leaves at most a copy that ends by itself.
        "files": {"entity_id"},
        # A draft that was thrown away is no row any more; it comes back under its id.
        "deleted_drafts": {"invoice_id"},
        "public_links": {"entity_id"},
    }
    assert loose <= allowed.get(table, set())


def test_references_are_indexed(superuser):
    """Deleting a parent reads its children: the whole table without an index. Users are never deleted."""
    for table in sorted(set(TENANT_TABLES) - {"tenants"}):
        indexed = [
            columns
            for (columns,) in superuser.execute(
                "SELECT (SELECT array_agg(a.attname::text ORDER BY p.at) "
                "FROM unnest(i.indkey::int[]) WITH ORDINALITY p(number, at) "
                "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.number) "
                "FROM pg_index i WHERE i.indrelid = %s::regclass AND i.indpred IS NULL",
                (table,),
            )
        ]
        for name, target, _, own, _ in superuser.execute(FOREIGN_KEYS, (table,)):
            if len(own) == 2 and own[1] != "created_by":
                assert any(columns[:2] == own for columns in indexed), f"{name} to {target}"


def test_no_table_belongs_to_the_application_or_gives_it_more_than_rows(superuser):
    rows = superuser.execute(
        "SELECT c.relname, g.privilege_type FROM pg_class c, aclexplode(c.relacl) g "
        "WHERE c.relnamespace = 'public'::regnamespace AND pg_get_userbyid(g.grantee) = %s",
        (APP,),
    )
    assert {verb for _, verb in rows} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    owned = superuser.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", (APP,))
    assert owned.fetchone() == (0,)


def test_functions_that_see_more_than_one_tenant_are_locked_down(superuser):
    rows = superuser.execute(
        "SELECT p.proname, pg_get_userbyid(p.proowner), p.proconfig, l.lanname, "
        "has_function_privilege('public', p.oid, 'EXECUTE') "
        "FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
        "WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
    ).fetchall()
    assert len(rows) == 16
    for name, owner, settings, language, public_may_call in rows:
        alone = {(OWNER, "prepare_audit_months"), (PURGER, "remove_unverified_tenant")}
        assert owner in (DEFINER, AUDIT) or (owner, name) in alone
        assert settings == ["search_path=pg_catalog, pg_temp"]
        assert language == "plpgsql"
        assert not public_may_call, name


def test_roles_without_a_password_cannot_sign_in(superuser):
    rows = superuser.execute(
        "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = ANY(%s)",
        ([APP, OWNER, DEFINER, AUDIT, PURGER],),
    )
    assert sorted(rows.fetchall()) == [
        (APP, True, False, False),
        (AUDIT, False, False, False),
        (DEFINER, False, False, False),
        (OWNER, True, False, False),
        (PURGER, False, False, False),
    ]


def test_the_purger_deletes_where_it_must_and_nowhere_else(superuser):
    """Every table of a tenant but those that stay: a new one must be entered in rms/db/purges.py."""
    rows = superuser.execute(
        "SELECT c.relname, g.privilege_type FROM pg_class c, aclexplode(c.relacl) g "
        "WHERE c.relnamespace = 'public'::regnamespace AND pg_get_userbyid(g.grantee) = %s",
        (PURGER,),
    ).fetchall()
    assert {verb for _, verb in rows} == {"DELETE"}
    emptied = {*purges.TABLES, *purges.LATER}
    assert {name for name, _ in rows} == emptied == set(TENANT_TABLES) - set(purges.KEPT)


@pytest.mark.parametrize("table", sorted(set(GRANTS) - WITHOUT_UPDATES))
def test_timestamps_are_kept_by_the_database(superuser, table):
    columns = superuser.execute(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s AND column_name IN ('created_at', 'updated_at')",
        (table,),
    )
    assert sorted(columns.fetchall()) == [
        ("created_at", "timestamp with time zone", "NO"),
        ("updated_at", "timestamp with time zone", "NO"),
    ]
    triggers = superuser.execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'touch_updated_at'", (table,)
    )
    assert len(triggers.fetchall()) == 1
