"""The servers of a test run: one PostgreSQL and one Valkey for all workers, a migrated database for each.

The process that starts them must outlive the workers: the servers end with it, whatever happens. Under xdist
that is the controller, which hands the addresses to its workers; without xdist it is the only process.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.sql import SQL, Identifier

from rms.db.bootstrap import APP, OWNER, bootstrap
from rms.local.postgres import start_cluster
from rms.local.valkey import start_valkey

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "rms_template"
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Servers:
    """Where the servers of this run are; plain strings, to be sent to the workers."""

    superuser_url: str
    redis_url: str

    def url(self, role: str, database: str) -> str:
        """The address of a database for `rms_app` or `rms_owner`."""
        parts = urlsplit(self.superuser_url)
        return urlunsplit(
            parts._replace(
                netloc=f"{role}:{PASSWORD}@{parts.hostname}:{parts.port}", path=f"/{database}", query=""
            )
        )

    def superuser_url_of(self, database: str) -> str:
        return urlunsplit(urlsplit(self.superuser_url)._replace(path=f"/{database}"))

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def start(*, durable: bool = False) -> tuple[Servers, Callable[[], None]]:
    """Start both servers and make the migrated template; also gives the function that stops them.

    `durable`: commits wait for the disk, as in production and for what is measured.
    """
    # Outside of pytest's own folders, which the account that PostgreSQL runs under may not enter.
    folder = Path(tempfile.mkdtemp(prefix="rms-tests-"))
    folder.chmod(0o755)
    cluster = start_cluster(folder / "postgres", durable=durable)
    valkey = start_valkey(folder / "valkey")

    def stop() -> None:
        valkey.stop()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)

    try:
        servers = Servers(cluster.superuser_url(), valkey.url)
        make_database(servers, TEMPLATE)
        migrate(servers.url(OWNER, TEMPLATE))
    except BaseException:
        stop()
        raise
    return servers, stop


def make_database(servers: Servers, name: str) -> None:
    """An empty database with roles and extensions, as `flask db-bootstrap` makes it."""
    bootstrap(servers.superuser_url, servers.url(APP, name), servers.url(OWNER, name))


def clone_database(servers: Servers, name: str) -> None:
    """A copy of the migrated template, in the time it takes to copy some files."""
    with psycopg.connect(servers.superuser_url, autocommit=True) as server:
        server.execute(
            SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                Identifier(name), Identifier(OWNER), Identifier(TEMPLATE)
            )
        )
    # What a database as a whole allows is not copied with it.
    make_database(servers, name)


def drop_database(servers: Servers, name: str) -> None:
    with psycopg.connect(servers.superuser_url, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def alembic_config(owner_url: str) -> Config:
    config = Config(ROOT / "migrations" / "alembic.ini")
    config.attributes["owner_url"] = owner_url
    return config


def migrate(owner_url: str) -> None:
    command.upgrade(alembic_config(owner_url), "head")
