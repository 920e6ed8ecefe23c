"""`flask audit ...`: what an operator types, and the exit status that a monitor reads."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from rms.app import create_app
from rms.db import session
from rms.jobs.seals import seal_audit
from tests import factories
from tests.servers import drop_database, make_database, migrate


def audit(app, *words: str):
    """As `flask` runs a command, inside the application's context."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=["audit", *words])


@pytest.fixture
def run(app):
    return lambda *words: audit(app, *words)


def test_verify_tells_what_it_has_seen_and_ends_well(run, nilgiri):
    with nilgiri.scope():
        factories.make_customer()
    seal_audit(str(nilgiri.tenant_id))
    done = run("verify", "--tenant", nilgiri.slug)
    assert done.exit_code == 0, done.output
    assert "1 companies, " in done.output and "no difference(s)" in done.output


def test_verify_ends_with_one_when_something_differs(run, nilgiri, superuser):
    with nilgiri.scope():
        factories.make_customer()
    seal_audit(str(nilgiri.tenant_id))
    superuser.execute("SET session_replication_role = replica")
    changed = superuser.execute(
        "UPDATE audit_seals SET hash = sha256('x') WHERE tenant_id = %s", (nilgiri.tenant_id,)
    )
    superuser.execute("SET session_replication_role = origin")
    assert changed.rowcount
    done = run("verify", "--tenant", nilgiri.slug)
    assert done.exit_code == 1
    assert f"{nilgiri.slug}: seal 1: the seal itself was changed" in done.output


def test_verify_of_a_company_that_is_not_there_is_no_success(run):
    done = run("verify", "--tenant", "nobody-at-all")
    assert done.exit_code == 1 and "no company is called nobody-at-all" in done.output


@pytest.mark.parametrize("words", [(), ("--reason", "  ")])
def test_a_new_epoch_needs_a_reason(run, words):
    done = run("new-epoch", *words)
    assert done.exit_code == 2 and "reason" in done.output


def test_a_new_epoch_needs_the_role_that_owns_the_tables(connected):
    without = create_app(replace(connected, database_owner_url=None))
    done = audit(without, "new-epoch", "--reason", "a restore")
    assert done.exit_code == 2 and "DATABASE_OWNER_URL" in done.output


def test_a_new_epoch_begins_with_the_next_entry(connected, test_servers, nilgiri):
    """On a database of its own: an epoch is for good."""
    name = f"rms_epoch_{uuid4().hex[:8]}"
    make_database(test_servers, name)
    owner_url, app_url = test_servers.url("rms_owner", name), test_servers.url("rms_app", name)
    migrate(owner_url)
    try:
        there = create_app(replace(connected, database_url=app_url, database_owner_url=owner_url))
        tenant_id = factories.make_tenant("Restored")
        done = audit(there, "new-epoch", "--reason", "the dump of 3 May")
        assert (done.exit_code, done.output) == (0, "Epoch 2 has begun.\n")
        with session.tenant_scope(tenant_id):
            factories.make_customer()
        with session.tenant_scope(tenant_id) as open_session:
            epochs = set(open_session.execute(text("SELECT DISTINCT epoch FROM audit_logs")).scalars())
        assert epochs == {1, 2}
        seal_audit(str(tenant_id))
        verified = audit(there, "verify")
        assert verified.exit_code == 0, verified.output
        assert "1 companies, " in verified.output
    finally:
        session.engine().dispose()
        create_app(connected)
        drop_database(test_servers, name)
