"""`flask ledger check` and the job of the night: what an operator reads, and the exit status of a monitor."""

import datetime as dt
import logging

import pytest

from rms import queue
from rms.config import Settings
from rms.jobs.ledger import check_ledger
from rms.jobs.schedule import Scheduler
from tests import factories

NIGHT = dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC)  # half past two in India
DAYTIME = dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.UTC)


@pytest.fixture
def run(app):
    def invoke(*words: str):
        with app.app_context():
            return app.test_cli_runner().invoke(args=["ledger", "check", *words])

    return invoke


@pytest.fixture
def broken(nilgiri, superuser):
    with nilgiri.scope():
        factories.make_invoice(factories.make_customer(), invoice_number="B/1", due_date=dt.date(2100, 1, 1))
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(
            "UPDATE invoices SET amount_paid = 1, status = 'partially_paid' WHERE tenant_id = %s",
            (nilgiri.tenant_id,),
        )
    return nilgiri


def test_clean_books_end_well(run, nilgiri):
    done = run("--tenant", nilgiri.slug)
    assert done.exit_code == 0 and "1 companies" in done.output and "no difference(s)" in done.output


def test_a_difference_is_named_and_ends_with_one(run, broken):
    done = run("--tenant", broken.slug)
    assert done.exit_code == 1
    assert (
        f"{broken.slug}: invoices B/1: paid is the sum of what is laid on it: stored 1.00, found 0.00"
        in done.output
    )


def test_every_company_is_looked_at_without_a_name(run, broken, sahyadri):
    done = run()
    assert done.exit_code == 1 and f"{broken.slug}: invoices B/1" in done.output


def test_a_company_that_is_not_there_is_no_success(run):
    done = run("--tenant", "nobody-at-all")
    assert done.exit_code == 1 and "no company is called nobody-at-all" in done.output


def test_the_nightly_job_says_it_in_the_log(broken, caplog):
    with caplog.at_level(logging.ERROR, "rms.jobs.ledger"):
        assert check_ledger(str(broken.tenant_id)) == 1
    assert "paid is the sum of what is laid on it" in caplog.text and "B/1" not in caplog.text


def test_the_scheduler_queues_it_once_a_night(ours: Settings, nilgiri):
    scheduler = Scheduler(ours)
    scheduler.check_books(DAYTIME)
    wanted = f"ledger-{nilgiri.tenant_id}-20261123"
    assert set(queue.unknown([wanted])) == {wanted}
    scheduler.check_books(NIGHT)
    scheduler.check_books(NIGHT + dt.timedelta(minutes=5))
    assert not queue.unknown([wanted])
