"""What a new day brings, on each company's own calendar, and who sees to it."""

import datetime as dt
import threading
from dataclasses import replace

import psycopg
import pytest
from redis import Redis
from rq.registry import StartedJobRegistry
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from rms import queue
from rms.actions import statuses
from rms.config import BadSettings
from rms.jobs.leader import Leader
from rms.jobs.overdue import new_day
from rms.jobs.schedule import Scheduler, sweep_mails
from rms.models import Invoice, Subscription, Tenant
from tests import factories
from tests.jobs.conftest import wait_until
from tests.jobs.test_queue import work

DUE = dt.date(2026, 12, 22)
# The day after begins in India at 18:30 UTC.
LAST_SECOND = dt.datetime(2026, 12, 22, 18, 29, 59, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 12, 22, 18, 30, tzinfo=dt.UTC)


@pytest.fixture
def invoice(firm) -> Invoice:
    """1,180.00, due on 22 December."""
    with firm.scope():
        return factories.make_invoice(factories.make_customer(), due_date=DUE)


def status_of(firm, invoice) -> str:
    with firm.scope() as session:
        return session.get(Invoice, (firm.tenant_id, invoice.id)).status


def pay(firm, invoice, amount: str) -> None:
    with firm.scope() as session:
        invoice = session.get(Invoice, (firm.tenant_id, invoice.id))
        receipt = factories.make_receipt(invoice.customer, amount)
        factories.make_allocation(receipt, invoice, amount)
        invoice.status = "partially_paid" if invoice.balance else "paid"


def test_an_invoice_is_overdue_from_midnight_at_home(firm, invoice):
    new_day(firm.tenant_id, LAST_SECOND)
    assert status_of(firm, invoice) == "pending"
    new_day(firm.tenant_id, MIDNIGHT)
    assert status_of(firm, invoice) == "overdue"


def test_another_calendar_has_another_midnight(firm, invoice):
    with firm.scope() as session:
        session.get(Tenant, firm.tenant_id).settings = {"time_zone": "America/New_York"}
    new_day(firm.tenant_id, MIDNIGHT)
    assert status_of(firm, invoice) == "pending"
    new_day(firm.tenant_id, dt.datetime(2026, 12, 23, 5, 0, tzinfo=dt.UTC))  # UTC-5 in December
    assert status_of(firm, invoice) == "overdue"


def test_part_paid_becomes_overdue_and_paid_stays_paid(firm, invoice):
    pay(firm, invoice, "100.00")
    with firm.scope():
        paid = factories.make_invoice(factories.make_customer(), due_date=DUE)
    pay(firm, paid, "1180.00")
    new_day(firm.tenant_id, MIDNIGHT)
    assert (status_of(firm, invoice), status_of(firm, paid)) == ("overdue", "paid")


def test_drafts_and_other_companies_stay_as_they_are(firm, invoice, sahyadri):
    with sahyadri.scope():
        theirs = factories.make_invoice(factories.make_customer(), due_date=DUE)
    with firm.scope():
        draft = factories.make_draft(factories.make_customer(), due_date=DUE)
    new_day(firm.tenant_id, MIDNIGHT)
    assert status_of(firm, draft) == "draft"
    with sahyadri.scope() as session:
        assert session.get(Invoice, (sahyadri.tenant_id, theirs.id)).status == "pending"


def test_a_second_run_changes_nothing(firm, invoice):
    new_day(firm.tenant_id, MIDNIGHT)
    before = row_of(firm, invoice)
    new_day(firm.tenant_id, MIDNIGHT)
    assert row_of(firm, invoice) == before


def row_of(firm, invoice) -> tuple:
    with firm.scope() as session:
        row = session.get(Invoice, (firm.tenant_id, invoice.id))
        return row.status, row.updated_at, row.version


def test_many_are_swept_in_steps(firm, monkeypatch):
    monkeypatch.setattr(statuses, "AT_ONCE", 2)
    with firm.scope():
        customer = factories.make_customer()
        invoices = [factories.make_invoice(customer, due_date=DUE) for _ in range(5)]
    new_day(firm.tenant_id, MIDNIGHT)
    assert [status_of(firm, one) for one in invoices] == ["overdue"] * 5


def test_a_payment_that_commits_first_wins(firm, invoice):
    """The sweep waits for the cashier's lock and then decides by what the row says under its own."""
    with firm.scope() as session:
        session.execute(text("SELECT FROM invoices WHERE id = :id FOR NO KEY UPDATE"), {"id": invoice.id})
        sweep = threading.Thread(target=new_day, args=(firm.tenant_id, MIDNIGHT))
        sweep.start()
        row = session.get(Invoice, (firm.tenant_id, invoice.id))
        receipt = factories.make_receipt(row.customer, "1180.00")
        factories.make_allocation(receipt, row, "1180.00")
        row.status = "paid"
        session.flush()
        sweep.join(0.5)
        assert sweep.is_alive()
    sweep.join(10)
    assert status_of(firm, invoice) == "paid"


def test_trial_days_and_the_months_count_are_refreshed(firm):
    ends = dt.datetime(2026, 12, 25, 12, tzinfo=dt.UTC)
    with firm.scope() as session:
        session.add(Subscription(trial_start_date=ends - dt.timedelta(days=14), trial_end_date=ends))
        customer = factories.make_customer()
        # 30 November 18:29 UTC is still November in India, one minute later is December.
        for minute in (29, 30, 31):
            moment = dt.datetime(2026, 11, 30, 18, minute, tzinfo=dt.UTC)
            factories.make_invoice(customer, issued_at=moment)
        session.get(Tenant, firm.tenant_id).current_invoice_count = 40
    new_day(firm.tenant_id, MIDNIGHT)
    with firm.scope() as session:
        # From 22 December 18:30 to 25 December 12:00 is 2 days 17.5 hours.
        assert session.query(Subscription).one().trial_days_remaining == 3
        assert session.get(Tenant, firm.tenant_id).current_invoice_count == 2
    new_day(firm.tenant_id, ends + dt.timedelta(days=3))
    with firm.scope() as session:
        assert session.query(Subscription).one().trial_days_remaining == 0


# The scheduler


@pytest.fixture
def scheduler(ours) -> Scheduler:
    return Scheduler(ours)


def day_of(firm, day: str) -> str:
    return f"overdue-{firm.tenant_id}-{day}"


def test_a_day_is_queued_once_when_it_begins(firm, scheduler):
    scheduler.begin_days(LAST_SECOND)
    assert queue.queued_ids() == {day_of(firm, "20261222")}
    scheduler.begin_days(MIDNIGHT)
    scheduler.begin_days(MIDNIGHT + dt.timedelta(seconds=30))
    assert sorted(queue.queue().get_job_ids()) == [day_of(firm, "20261222"), day_of(firm, "20261223")]


def test_a_day_that_was_done_is_not_queued_again(firm, ours, scheduler, redis):
    scheduler.begin_days(MIDNIGHT)
    work(ours)
    assert queue.queued_ids() == set()
    scheduler.begin_days(MIDNIGHT + dt.timedelta(hours=23))
    assert queue.queued_ids() == set()


@pytest.mark.parametrize(
    "broken", [{"time_zone": "Mars/Olympus"}, {"reminder_steps": [-3, 7]}, ["no", "mapping"]]
)
def test_settings_nobody_can_read_stop_only_their_own_company(
    firm, sahyadri, scheduler, redis, broken, caplog
):
    with firm.scope() as session:
        session.get(Tenant, firm.tenant_id).settings = broken
    scheduler.begin_days(MIDNIGHT)
    assert queue.queued_ids() == {f"overdue-{sahyadri.tenant_id}-20261223"}
    assert str(firm.tenant_id) in caplog.text


def test_two_schedulers_queue_one_job(firm, ours, redis):
    both = [Scheduler(ours), Scheduler(ours)]
    start_together = threading.Barrier(2)

    def begin(one: Scheduler) -> None:
        start_together.wait()
        one.begin_days(MIDNIGHT)

    threads = [threading.Thread(target=begin, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert queue.queue().get_job_ids() == [day_of(firm, "20261223")]


def test_a_day_that_an_emptied_redis_forgot_is_queued_again(firm, scheduler, redis):
    scheduler.begin_days(MIDNIGHT)
    redis.flushall()
    scheduler.begin_days(MIDNIGHT)
    assert queue.queued_ids() == {day_of(firm, "20261223")}


def test_a_job_whose_worker_died_is_forgotten_and_queued_again(firm, scheduler, redis):
    scheduler.begin_days(MIDNIGHT)
    job_id = day_of(firm, "20261223")
    redis.lrem("rq:queue:rms", 0, job_id)
    registry = StartedJobRegistry(queue=queue.queue())
    redis.zadd(registry.key, {f"{job_id}:execution": 1})
    queue.forget_abandoned()
    assert not redis.exists(f"rq:job:{job_id}")
    scheduler.begin_days(MIDNIGHT)
    assert queue.queued_ids() == {job_id}


def test_a_sweep_queues_what_redis_lost_and_only_that(firm, redis):
    early = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=30)
    lost, waiting = firm.post(now=early), firm.post(now=early)
    later = firm.post(now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    redis.lrem("rq:queue:rms", 0, str(lost))  # the hash stays, as a killed worker leaves it
    assert sweep_mails() == 1
    assert sorted(queue.queue().get_job_ids()) == sorted([str(lost), str(waiting), str(later)])
    assert sweep_mails() == 0


def test_one_scheduler_leads_and_the_next_takes_over(ours):
    first, second = Leader(ours), Leader(ours)
    assert first.leads() and first.leads()
    assert not second.leads()
    first.resign()
    wait_until(second.leads, 5)
    assert not first.leads()
    second.resign()


def test_a_leader_whose_session_ended_knows_it_and_can_lead_again(ours, firm, test_servers, own_database):
    leader, other = Leader(ours), Leader(ours)
    assert leader.leads()
    with psycopg.connect(test_servers.superuser_url_of(own_database), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    with pytest.raises(OperationalError):
        leader.leads()
    wait_until(other.leads, 5)
    assert not leader.leads()
    other.resign()
    leader.resign()


def test_the_scheduler_refuses_a_pooler(ours):
    with pytest.raises(BadSettings, match="PgBouncer"):
        Scheduler(replace(ours, pgbouncer=True))


def test_a_scheduler_rides_out_a_redis_that_is_down(ours, caplog):
    queue.configure("redis://127.0.0.1:9/0")
    scheduler = Scheduler(ours)
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    wait_until(lambda: "cut short" in caplog.text, 10)
    scheduler.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_scheduler_ends_at_once_on_sigterm(firm, redis: Redis, start):
    process = start("scheduler")
    wait_until(lambda: any(b"overdue-" in job_id for job_id in redis.lrange("rq:queue:rms", 0, -1)), 30)
    process.terminate()
    assert process.wait(3) == 0


@pytest.fixture
def on_trial(firm):
    """A company with its row of the trial."""
    with firm.scope() as session:
        session.add(Subscription(plan_type="trial", is_trial=True, status="active"))
    return firm


def test_a_trial_that_is_over_is_written_down_once(on_trial):
    firm = on_trial
    with firm.scope() as session:
        tenant = session.get(Tenant, firm.tenant_id)
        end, tenant.subscription_status = tenant.trial_end_date, "trial"
    new_day(firm.tenant_id, end - dt.timedelta(seconds=1))
    assert standing_stored(firm) == ("trial", ["active"])
    new_day(firm.tenant_id, end)
    new_day(firm.tenant_id, end)
    assert standing_stored(firm) == ("expired", ["expired"])


@pytest.mark.parametrize("status", ["active", "cancelled", "suspended"])
def test_a_company_that_is_no_longer_on_trial_keeps_its_status(on_trial, status):
    firm = on_trial
    with firm.scope() as session:
        session.get(Tenant, firm.tenant_id).subscription_status = status
    new_day(firm.tenant_id, dt.datetime(2028, 1, 1, tzinfo=dt.UTC))
    assert standing_stored(firm) == (status, ["active"])


def standing_stored(firm) -> tuple[str, list[str]]:
    with firm.scope() as session:
        rows = session.execute(text("SELECT status FROM subscriptions")).scalars().all()
        return session.get(Tenant, firm.tenant_id).subscription_status, list(rows)
