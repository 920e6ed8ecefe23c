"""Making roles and database, again and again, and refusing to serve with the wrong one."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from rms.db.bootstrap import APP, OWNER, WrongRole, bootstrap, refuse_privileged_role
from rms.db.session import sqlalchemy_url
from rms.local.postgres import start_cluster
from tests.servers import Servers, migrate


@pytest.fixture
def another_cluster() -> Iterator[Servers]:
    """A server where the roles do not exist yet."""
    folder = Path(tempfile.mkdtemp(prefix="rms-tests-"))
    folder.chmod(0o755)
    cluster = start_cluster(folder / "postgres", durable=False)
    yield Servers(cluster.superuser_url(), "")
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


def engine_for(url: str):
    return create_engine(sqlalchemy_url(url), poolclass=NullPool)


def test_it_may_be_run_again(test_servers, empty_database):
    name = empty_database()
    bootstrap(test_servers.superuser_url, test_servers.url(APP, name), test_servers.url(OWNER, name))
    with psycopg.connect(test_servers.url(APP, name)) as connection:
        extensions = connection.execute("SELECT extname FROM pg_extension").fetchall()
    assert {("pg_trgm",), ("btree_gin",)} <= set(extensions)


@pytest.mark.parametrize(
    "setting, value",
    [
        ("statement_timeout", "15s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("plan_cache_mode", "force_custom_plan"),
        ("TimeZone", "UTC"),
    ],
)
def test_the_application_works_under_limits(connected, setting, value):
    with psycopg.connect(connected.database_url) as connection:
        assert connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (value,)


def test_a_role_that_is_no_superuser_can_do_it(another_cluster):
    """Managed servers give nobody the superuser; a role that may create roles and databases is enough."""
    with psycopg.connect(another_cluster.superuser_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE operator LOGIN CREATEROLE CREATEDB PASSWORD 'only-for-tests'")
    urls = another_cluster.url(APP, "rms"), another_cluster.url(OWNER, "rms")
    for _ in range(2):
        bootstrap(another_cluster.url("operator", "postgres"), *urls)
    migrate(urls[1])
    refuse_privileged_role(engine_for(urls[0]))


def test_passwords_never_stand_in_a_statement(test_servers, empty_database, superuser):
    """What is stored is a SCRAM verifier, made on our side."""
    empty_database()
    found = superuser.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (APP,)).fetchone()
    assert found[0].startswith("SCRAM-SHA-256$")


def test_a_url_for_another_role_is_refused(test_servers):
    with pytest.raises(WrongRole, match="rms_owner names the role postgres"):
        bootstrap(test_servers.superuser_url, test_servers.url(APP, "x"), test_servers.superuser_url_of("x"))
    with pytest.raises(WrongRole, match="same database"):
        bootstrap(test_servers.superuser_url, test_servers.url(APP, "x"), test_servers.url(OWNER, "y"))


def test_the_app_role_may_serve(connected):
    refuse_privileged_role(engine_for(connected.database_url))


def test_the_owner_may_not_serve(connected):
    with pytest.raises(WrongRole, match="rms_owner of DATABASE_URL owns tables"):
        refuse_privileged_role(engine_for(connected.database_owner_url))


def test_a_superuser_may_not_serve(test_servers, database_name):
    with pytest.raises(WrongRole, match="is a superuser and may bypass row-level security and owns tables"):
        refuse_privileged_role(engine_for(test_servers.superuser_url_of(database_name)))
