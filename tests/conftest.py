"""What every test may ask for: servers, the product on a database of its own, and two rival companies.

Nothing is cleaned up between tests: every row belongs to a tenant, and each test makes tenants of its own.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

import rms.db.tenancy  # noqa: F401  (registers the tenant filter)
from rms import create_app
from rms.actions import limits
from rms.config import Settings
from rms.crypto import keys
from rms.db import session
from rms.db.bootstrap import APP, OWNER
from tests import cast, servers

TEST_KEYS = "t1:" + "dGhpcy1pcy1vbmx5LWEta2V5LWZvci10ZXN0cy0xMjM0NTY3OA=="


SERVERS = pytest.StashKey[servers.Servers]()
STOP = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    if stop := config.stash.get(STOP, None):
        stop()


class Controller:
    """Hooks of xdist, which only its controller calls."""

    def pytest_configure_node(self, node) -> None:
        node.workerinput["servers"] = _start_once(node.config).as_dict()


def pytest_plugin_registered(plugin, manager) -> None:
    if type(plugin).__name__ == "DSession":
        manager.register(Controller(), "rms-servers")


def _start_once(config: pytest.Config) -> servers.Servers:
    if SERVERS not in config.stash:
        config.stash[SERVERS], config.stash[STOP] = servers.start()
    return config.stash[SERVERS]


@pytest.fixture(scope="session")
def test_servers(request: pytest.FixtureRequest) -> servers.Servers:
    """PostgreSQL and Valkey of this run."""
    config = request.config
    if hasattr(config, "workerinput"):
        return servers.Servers(**config.workerinput["servers"])
    return _start_once(config)


@pytest.fixture(scope="session")
def database_name(test_servers: servers.Servers, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of this worker alone."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"rms_{worker}"
    servers.clone_database(test_servers, name)
    yield name


@pytest.fixture(scope="session")
def settings(test_servers: servers.Servers, database_name: str) -> Settings:
    """The settings of the product under test: the app role, cheap password hashes."""
    worker_number = int("".join(filter(str.isdigit, database_name)) or "0") % 15
    redis = urlsplit(test_servers.redis_url)._replace(path=f"/{worker_number + 1}").geturl()
    return Settings(
        environment="test",
        database_url=test_servers.url(APP, database_name),
        database_owner_url=test_servers.url(OWNER, database_name),
        redis_url=redis,
        public_base_url="https://billing.test",
        keys=TEST_KEYS,
        bcrypt_cost=4,
        pool_size=5,
    )


@pytest.fixture(scope="session")
def connected(settings: Settings) -> Settings:
    """The database floor alone, for tests that need no web: scopes open transactions as the app role."""
    keys.configure(settings.keys)
    session.configure(settings.database_url, pool_size=settings.pool_size)
    limits.configure(settings.after_trial, settings.help_address)
    return settings


@pytest.fixture(scope="session")
def app(connected: Settings):
    """The whole application."""
    return create_app(connected)


@pytest.fixture
def superuser(test_servers: servers.Servers, database_name: str) -> Iterator[psycopg.Connection]:
    """A connection that row-level security does not bind, to look behind it."""
    url = test_servers.superuser_url_of(database_name)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def nilgiri(connected: Settings) -> cast.Company:
    """Nilgiri Facility Services LLP, Bengaluru: Priya (admin), Imran (manager), Asha (user)."""
    return cast.nilgiri()


@pytest.fixture
def sahyadri(connected: Settings) -> cast.Company:
    """Sahyadri Traders, Pune: the rival, with Rohan (admin)."""
    return cast.sahyadri()
