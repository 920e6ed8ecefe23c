"""What has to exist before the first migration: roles, database, extensions. Run once by a privileged role.

Five roles: `rms_owner` migrates and owns the tables, `rms_app` serves pages and jobs. `rms_definer`,
`rms_audit` and `rms_purger` cannot sign in and own the few functions that see more than one tenant
(db/definers.py), write the audit trail (db/audit.py), or take a company away (db/purges.py).
"""

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import Engine, text

from rms.db.base import Base

OWNER, APP, DEFINER, AUDIT = "rms_owner", "rms_app", "rms_definer", "rms_audit"
PURGER = "rms_purger"
EXTENSIONS = ("pg_trgm", "btree_gin")
ONE_AT_A_TIME = 7_246_301

# By ALTER ROLE and not in the connection string: a pooler between us and the database drops the latter.
# A generic plan is right for no tenant: the largest has a thousand times the rows of the median one.
SETTINGS = {
    APP: {
        "statement_timeout": "15s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "60s",
        "plan_cache_mode": "force_custom_plan",
        "timezone": "UTC",
    },
    OWNER: {"timezone": "UTC"},
}


class MigrateAdapter:
    """All that Flask-Migrate asks of a database object when there is no Flask-SQLAlchemy."""

    metadata = Base.metadata


class WrongRole(RuntimeError):
    """A URL names a role that must not be used for what the URL is for."""


def bootstrap(bootstrap_url: str, app_url: str, owner_url: str) -> None:
    """Make roles, database, extensions and grants; safe to run again and by two machines at once.

    The role of `bootstrap_url` must be a superuser, or on a managed server one that may create roles and
    databases. Passwords are taken from the other two URLs and leave this process only as SCRAM verifiers.
    """
    _expect_role(app_url, APP)
    _expect_role(owner_url, OWNER)
    database = _database_of(app_url)
    if database != _database_of(owner_url):
        raise WrongRole("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
    with psycopg.connect(bootstrap_url, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", (ONE_AT_A_TIME,))
        _make_roles(server, {APP: app_url, OWNER: owner_url})
        _make_database(server, database)
        with psycopg.connect(bootstrap_url, dbname=database, autocommit=True) as inside:
            _prepare_database(inside, database)


def refuse_privileged_role(engine: Engine) -> None:
    """Raise WrongRole when the application would serve with a role that row-level security does not bind."""
    with engine.connect() as connection:
        found = connection.execute(text(_PRIVILEGES)).one()
    reasons = {
        "is a superuser": found.rolsuper,
        "may bypass row-level security": found.rolbypassrls,
        "owns tables, or may become the role that does": found.owns_tables,
    }
    wrong = " and ".join(reason for reason, holds in reasons.items() if holds)
    if wrong:
        raise WrongRole(
            f"The role {found.name} of DATABASE_URL {wrong}. Serve with {APP}; {OWNER} is for migrations."
        )


_PRIVILEGES = """
    SELECT current_user AS name, r.rolsuper, r.rolbypassrls, EXISTS (
        SELECT FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(r.oid, c.relowner, 'MEMBER')
    ) AS owns_tables
    FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""


def _expect_role(url: str, role: str) -> None:
    named = urlsplit(url).username
    if named != role:
        raise WrongRole(f"The URL for {role} names the role {named or '(none)'}; grants are made for {role}.")


def _database_of(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))


def _make_roles(server: psycopg.Connection, urls: dict[str, str]) -> None:
    existing = {name for (name,) in server.execute("SELECT rolname FROM pg_catalog.pg_roles")}
    for role in (OWNER, APP, DEFINER, AUDIT, PURGER):
        if role not in existing:
            server.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
    for role, url in urls.items():
        _let_sign_in(server, role, url)
    # Without a superuser, as on managed servers, a database can only be given to a role one can become.
    if not server.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:
        server.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(OWNER)))
    # Functions are handed over to these three by the owner's migrations, which takes membership.
    server.execute(SQL("GRANT {}, {}, {} TO {}").format(*map(Identifier, (DEFINER, AUDIT, PURGER, OWNER))))
    for role, settings in SETTINGS.items():
        for name, value in settings.items():
            server.execute(
                SQL("ALTER ROLE {} SET {} = {}").format(Identifier(role), Identifier(name), Literal(value))
            )


def _let_sign_in(server: psycopg.Connection, role: str, url: str) -> None:
    server.execute(SQL("ALTER ROLE {} LOGIN NOCREATEDB NOCREATEROLE").format(Identifier(role)))
    found = server.execute(
        "SELECT rolsuper OR rolbypassrls OR rolreplication FROM pg_catalog.pg_roles WHERE rolname = %s",
        (role,),
    ).fetchone()
    if found and found[0]:
        server.execute(SQL("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS NOREPLICATION").format(Identifier(role)))
    password = urlsplit(url).password
    if password is not None:
        server.execute(_set_password(server, role, unquote(password)))


def _set_password(server: psycopg.Connection, role: str, password: str) -> Composed:
    """The verifier instead of the password: statements end up in server logs."""
    verifier = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    return SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(verifier))


def _make_database(server: psycopg.Connection, database: str) -> None:
    if server.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", (database,)).fetchone():
        return
    server.execute(
        SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
            Identifier(database), Identifier(OWNER)
        )
    )


def _prepare_database(inside: psycopg.Connection, database: str) -> None:
    name = Identifier(database)
    app, owner = Identifier(APP), Identifier(OWNER)
    for extension in EXTENSIONS:
        inside.execute(SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(Identifier(extension)))
    for statement in (
        SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name),
        SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(name, app, owner),
        SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        SQL("GRANT USAGE, CREATE ON SCHEMA public TO {} WITH GRANT OPTION").format(owner),
        SQL("GRANT USAGE ON SCHEMA public TO {}, {}, {}, {}").format(
            app, Identifier(DEFINER), Identifier(AUDIT), Identifier(PURGER)
        ),
    ):
        inside.execute(statement)
