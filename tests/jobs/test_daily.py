"""What the scheduler queues for the trail and for the purges, and that a worker does it."""

import datetime as dt
import json
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select

from rms import queue
from rms.actions.seals import ANCHOR_FILE
from rms.db.session import db, public_scope
from rms.jobs import seals
from rms.jobs.schedule import Scheduler
from rms.models import BulkJob, IdempotencyKey, LoginAttempt, Tenant
from rms.queries.seals import head, tenants_waiting
from tests.jobs.conftest import wait_until
from tests.jobs.test_queue import work

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now() -> dt.datetime:
    """In the middle of a day and of a minute, so that a few seconds more change neither."""
    return dt.datetime.now(dt.UTC).replace(hour=12, minute=30, second=10)


@pytest.fixture
def scheduler(ours, firm) -> Scheduler:
    return Scheduler(ours)


def queued(*kinds: str) -> list[str]:
    return sorted(job_id for job_id in queue.queue().get_job_ids() if job_id.startswith(kinds))


def jobs_of(firm, now: dt.datetime) -> set[str]:
    return {
        f"seal-{firm.tenant_id}-{now:%Y%m%d%H%M}",
        f"anchor-{firm.tenant_id}-{now:%Y%m%d}",
        f"purge-{firm.tenant_id}-{now:%Y%m%d}",
        f"purge-attempts-{now:%Y%m%d}",
    }


def test_sealing_anchoring_and_purging_are_queued_once(firm, scheduler, now):
    scheduler.round(now)
    first = queued("seal-", "anchor-", "purge-")
    assert jobs_of(firm, now) <= set(first) and len(first) == len(set(first))
    scheduler.round(now + dt.timedelta(seconds=30))
    assert queued("seal-", "anchor-", "purge-") == first


def test_a_minute_brings_a_seal_and_a_day_the_rest(firm, scheduler, now):
    scheduler.round(now)
    before = set(queued("seal-", "anchor-", "purge-"))
    scheduler.round(now + MINUTE)
    fresh = set(queued("seal-", "anchor-", "purge-")) - before
    assert f"seal-{firm.tenant_id}-{now + MINUTE:%Y%m%d%H%M}" in fresh
    assert not [job_id for job_id in fresh if not job_id.startswith("seal-")]
    tomorrow = now + dt.timedelta(days=1)
    scheduler.round(tomorrow)
    assert jobs_of(firm, tomorrow) <= set(queued("seal-", "anchor-", "purge-"))


def test_who_has_nothing_to_seal_gets_no_job_for_it(firm, ours, scheduler, now):
    def is_waiting() -> bool:
        seals.seal_audit(str(firm.tenant_id))
        with public_scope():
            return tenants_waiting()[firm.tenant_id]

    wait_until(lambda: not is_waiting(), 10)
    scheduler.round(now)
    assert jobs_of(firm, now) - set(queued("seal-", "anchor-", "purge-")) == {
        f"seal-{firm.tenant_id}-{now:%Y%m%d%H%M}"
    }


def test_a_closed_company_is_sealed_and_purged_all_the_same(firm, scheduler, now):
    with firm.scope():
        db().get(Tenant, firm.tenant_id).is_active = False
    scheduler.round(now)
    assert jobs_of(firm, now) <= set(queued("seal-", "anchor-", "purge-"))


def test_what_an_emptied_redis_forgot_is_queued_again(firm, scheduler, now, redis):
    scheduler.round(now)
    redis.flushall()
    scheduler.round(now)
    assert jobs_of(firm, now) <= set(queued("seal-", "anchor-", "purge-"))


def test_work_on_many_rows_that_was_lost_goes_on_by_itself(firm, ours, scheduler, now):
    with firm.scope():
        lost = BulkJob(action="remind", created_by=firm.user_id, chosen=[str(uuid4())], total_count=1)
        db().add(lost)
        db().flush()
        job_id = lost.id
    scheduler.round(now)
    scheduler.round(now + MINUTE)
    assert queued("bulk-") == [f"bulk-{job_id}-{now:%Y%m%d%H}"]
    work(ours)
    with firm.scope():
        job = db().scalars(select(BulkJob)).one()
        assert (job.state, job.done_count, [one["ok"] for one in job.results]) == ("done", 1, [False])
    scheduler.round(now + 61 * MINUTE)
    assert queued("bulk-") == []


def test_a_worker_seals_anchors_and_purges(firm, ours, scheduler, now, tmp_path):
    month_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=31)
    with firm.scope():
        db().add(IdempotencyKey(key="old", purpose="x", created_at=month_ago))
        db().add(IdempotencyKey(key="new", purpose="x"))
    with public_scope():
        db().add(LoginAttempt(kind="x", account_hash="a", address_hash="b", created_at=month_ago))
    seals.configure(tmp_path)
    try:
        scheduler.round(now)
        work(ours)
    finally:
        seals.configure(None)
    with firm.scope():
        assert db().scalars(select(IdempotencyKey.key)).all() == ["new"]
        sealed = head()
    with public_scope():
        assert db().scalars(select(LoginAttempt.id)).all() == []
    heads = [json.loads(line) for line in (tmp_path / ANCHOR_FILE).read_text().splitlines()]
    [ours_recorded] = [line for line in heads if line["tenant"] == str(firm.tenant_id)]
    assert (ours_recorded["sequence"], ours_recorded["hash"]) <= (sealed.sequence, sealed.hash.hex())


def test_a_worker_takes_away_who_never_confirmed(firm, ours, scheduler, now, test_servers, own_database):
    with psycopg.connect(test_servers.superuser_url_of(own_database), autocommit=True) as server:
        server.execute(
            "UPDATE users SET email_verified = false, email_verified_at = NULL WHERE tenant_id = %s",
            (firm.tenant_id,),
        )
        server.execute(
            "UPDATE tenants SET created_at = now() - interval '8 days' WHERE id = %s", (firm.tenant_id,)
        )
    scheduler.round(now)
    work(ours)
    with firm.scope():
        gone = db().get(Tenant, firm.tenant_id)
        assert (gone.name, gone.slug, gone.is_active) == ("", f"gone-{firm.tenant_id.hex}", False)
