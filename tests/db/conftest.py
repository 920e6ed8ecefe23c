"""Databases of their own for tests that change the schema."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from rms.db.session import sqlalchemy_url
from tests import servers


@pytest.fixture
def empty_database(test_servers: servers.Servers) -> Iterator[Callable[[], str]]:
    """A function that makes a bootstrapped database without tables and gives its name."""
    made: list[str] = []

    def make() -> str:
        made.append(f"rms_scratch_{uuid4().hex[:12]}")
        servers.make_database(test_servers, made[-1])
        return made[-1]

    yield make
    for name in made:
        servers.drop_database(test_servers, name)


@pytest.fixture
def engine_of(test_servers: servers.Servers) -> Callable[[str, str], Engine]:
    """An engine for (role, database) that keeps no connection."""

    def make(role: str, database: str) -> Engine:
        return create_engine(sqlalchemy_url(test_servers.url(role, database)), poolclass=NullPool)

    return make
