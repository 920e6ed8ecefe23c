"""The schema as text, read from PostgreSQL's own catalogue: `migrations/schema.sql`.

For people who review a change, and for the test that compares it with what the migrations make. pg_dump would
not do: its output differs from one version to the next. What is listed here reads the same from PostgreSQL 14
to 18, in an order that depends on names alone. Partitions of the audit trail are left out, as they come with
the months.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text

HEADER = """\
-- The database schema as the migrations make it: for reading and for review. Not a script to run.
-- Written by `flask schema-dump` from the catalogue and compared with it by a test; do not edit.
"""

# Tables of ours: what extensions brought and the months of the audit trail are not listed.
_TABLES = """
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
           CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND c.relname NOT LIKE 'audit\\_logs\\_%' AND c.relname <> 'alembic_version'
    ORDER BY c.relname
"""

_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attgenerated,
           pg_get_expr(d.adbin, d.adrelid) AS expression
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = :table AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""

# From PostgreSQL 18 on, NOT NULL is listed here as well; it stands with the column already.
_CONSTRAINTS = """
    SELECT k.conname, pg_get_constraintdef(k.oid) AS definition
    FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = :table AND k.contype IN ('p', 'u', 'f', 'c')
    ORDER BY position(k.contype::text IN 'pufc'), k.conname
"""

_INDEXES = """
    SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') AS definition
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = :table
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
    ORDER BY c.relname
"""

_POLICIES = """
    SELECT p.policyname, p.permissive, p.cmd, array_to_string(p.roles, ', ') AS roles, p.qual, p.with_check
    FROM pg_catalog.pg_policies p
    WHERE p.schemaname = 'public' AND p.tablename = :name ORDER BY p.policyname
"""

_TRIGGERS = """
    SELECT pg_get_triggerdef(t.oid) AS definition FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid = :table AND NOT t.tgisinternal ORDER BY t.tgname
"""

# What the owner may do with its own tables differs between versions and goes without saying.
_GRANTS = """
    SELECT grantee, string_agg(verb, ', ' ORDER BY verb COLLATE "C") AS verbs FROM (
        SELECT pg_get_userbyid(g.grantee) AS grantee, g.privilege_type AS verb
        FROM pg_catalog.pg_class c, aclexplode(c.relacl) g
        WHERE c.oid = :table AND g.grantee <> c.relowner
        UNION ALL
        SELECT pg_get_userbyid(g.grantee),
               g.privilege_type || ' (' || string_agg(a.attname, ', ' ORDER BY a.attname) || ')'
        FROM pg_catalog.pg_attribute a, aclexplode(a.attacl) g
        WHERE a.attrelid = :table GROUP BY g.grantee, g.privilege_type
    ) granted GROUP BY grantee ORDER BY grantee
"""

_FUNCTIONS = """
    SELECT p.oid::regprocedure::text AS signature, pg_get_functiondef(p.oid) AS definition,
           pg_get_userbyid(p.proowner) AS owner,
           coalesce((SELECT string_agg(callers.name, ', ' ORDER BY callers.name) FROM (
               SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END AS name
               FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
               WHERE g.grantee <> p.proowner) callers), '(nobody)') AS callers
    FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY p.oid::regprocedure::text COLLATE "C"
"""


def dump_schema(engine: Engine) -> str:
    """Every table with its columns, rules, indexes, policies, triggers and grants; then every function."""
    with engine.connect() as connection:
        tables = connection.execute(text(_TABLES)).all()
        parts = [_table(connection, table) for table in tables]
        parts += [_function(row) for row in connection.execute(text(_FUNCTIONS))]
    return "\n\n".join((HEADER.rstrip(), *parts)) + "\n"


def _table(connection: Connection, table) -> str:
    def rows(statement: str):
        values = {"table": table.oid} if ":table" in statement else {"name": table.relname}
        return connection.execute(text(statement), values)

    inside = [f"    {_column(row)}" for row in rows(_COLUMNS)]
    inside += [f"    CONSTRAINT {row.conname} {row.definition}" for row in rows(_CONSTRAINTS)]
    partitioned = f" PARTITION BY {table.partition_key}" if table.partition_key else ""
    lines = [f"CREATE TABLE {table.relname} (\n" + ",\n".join(inside) + f"\n){partitioned};"]
    lines += [f"{row.definition};" for row in rows(_INDEXES)]
    lines += [*_security(table), *(_policy(table.relname, row) for row in rows(_POLICIES))]
    lines += [f"{row.definition};" for row in rows(_TRIGGERS)]
    lines += [f"GRANT {row.verbs} ON {table.relname} TO {row.grantee};" for row in rows(_GRANTS)]
    return "\n".join(lines)


def _column(row) -> str:
    words = [row.attname, row.type]
    if row.attgenerated:
        words.append(f"GENERATED ALWAYS AS ({row.expression}) STORED")
    elif row.expression:
        words.append(f"DEFAULT {row.expression}")
    if row.attnotnull:
        words.append("NOT NULL")
    return " ".join(words)


def _security(table) -> Iterator[str]:
    if table.relrowsecurity:
        yield f"ALTER TABLE {table.relname} ENABLE ROW LEVEL SECURITY;"
    if table.relforcerowsecurity:
        yield f"ALTER TABLE {table.relname} FORCE ROW LEVEL SECURITY;"


def _policy(table: str, row) -> str:
    kind = "" if row.permissive == "PERMISSIVE" else " AS RESTRICTIVE"
    using = f" USING ({row.qual})" if row.qual else ""
    check = f" WITH CHECK ({row.with_check})" if row.with_check else ""
    return f"CREATE POLICY {row.policyname} ON {table}{kind} FOR {row.cmd} TO {row.roles}{using}{check};"


def _function(row) -> str:
    body = "\n".join(line.rstrip() for line in row.definition.splitlines())
    return f"{body};\n-- {row.signature}: owned by {row.owner}, may be called by {row.callers}"
