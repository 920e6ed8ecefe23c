"""PostgreSQL is away for a moment: every page says so, to who is signed in too, and the next one works."""

import pytest

from rms.db import session
from tests.http import HOST, Browser, headers

PAGES = ("/", "/login", "/signup", "/healthz", "/c/{slug}/", "/c/{slug}/invoices")


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def away(settings):
    """Call it to let the database be away until the test ends."""
    yield lambda: session.configure("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    session.configure(settings.database_url, pool_size=settings.pool_size)


def test_every_page_says_that_it_passes(priya, away):
    away()
    for path in PAGES:
        path = path.format(slug=priya.company.slug)
        reply = priya.get(path)
        assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5"), path
        assert "<h1" in reply.text and "Try again in a few seconds" in reply.text
        piece = priya.get(path, hx=True)
        assert (piece.status_code, piece.headers["HX-Retarget"]) == (503, "#banner"), path


def test_a_page_that_needs_no_database_is_served_all_the_same(app, priya, away):
    away()
    assert app.test_client().get("/login", base_url=HOST, headers=headers(False)).status_code == 200
    assert priya.get("/nothing-here").status_code == 404


def test_a_cut_connection_costs_one_reply_and_no_restart(priya, superuser):
    superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    replies = [priya.get("invoices").status_code for _ in range(3)]
    assert replies == [503, 200, 200]


def test_who_finds_no_free_connection_is_told_to_come_back(priya, settings, away):
    """One connection in all, and somebody else has it."""
    away()
    session.configure(settings.database_url, pool_size=1)
    session.engine().pool._timeout = 0.1
    with session.public_scope() as busy:
        busy.connection()
        reply = priya.get("invoices")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert priya.get("invoices").status_code == 200
