"""Mails and disasters: whatever is killed or emptied, every mail arrives, and once."""

import datetime as dt
import os
import signal
import time

from rms.db.session import tenant_scope
from rms.jobs.schedule import SECONDS_OF_GRACE, sweep_mails
from tests.jobs.conftest import children_of, wait_until

MANY = 50


def post_many(firm, **given) -> None:
    with tenant_scope(firm.tenant_id):
        for number in range(MANY):
            firm.post_here(f"reader{number}@nilgirifs.example", **given)


def test_a_killed_worker_loses_no_mail_and_sends_none_twice(firm, redis, postbox, start):
    postbox.stall_at_recipient = 20
    post_many(firm)
    worker = start("worker")
    assert postbox.reached.wait(30)
    horses = children_of(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    for horse in horses:
        os.kill(horse, signal.SIGKILL)
    worker.wait()
    assert len(horses) == 1 and len(postbox.letters) == 19

    postbox.go_on.set()
    start("scheduler")
    start("worker")
    wait_until(lambda: firm.states().count("sent") == MANY, 60)
    # 19 before the kill, 31 after it; the twentieth was asked about twice and taken once.
    assert len(postbox.letters) == MANY
    assert len(set(postbox.ids)) == MANY


def test_the_child_of_a_killed_worker_finishes_its_mail(firm, redis, postbox, start):
    postbox.stall_at_recipient = 1
    mail_id = firm.post()
    worker = start("worker")
    assert postbox.reached.wait(30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    start("scheduler")
    start("worker")  # finds the row locked and leaves it alone
    time.sleep(2)
    postbox.go_on.set()
    wait_until(lambda: firm.mail(mail_id).state == "sent", 30)
    assert len(postbox.letters) == 1


def test_a_kill_between_the_servers_yes_and_our_commit_repeats_the_same_letter(firm, postbox, start):
    postbox.stall_after_letter = 1
    mail_id = firm.post()
    worker = start("worker")
    assert postbox.reached.wait(30)
    horses = children_of(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    os.kill(horses[0], signal.SIGKILL)
    worker.wait()
    postbox.go_on.set()
    start("scheduler")
    start("worker")
    wait_until(lambda: firm.mail(mail_id).state == "sent", 30)
    assert len(postbox.letters) == 2
    assert postbox.ids == [firm.mail(mail_id).message_id] * 2


def test_an_emptied_queue_loses_no_mail(firm, redis, postbox, start):
    post_many(firm)
    assert redis.llen("rq:queue:rms") == MANY
    redis.flushall()
    start("worker")
    start("scheduler")
    wait_until(lambda: firm.states().count("sent") == MANY, 60)
    assert len(set(postbox.ids)) == len(postbox.letters) == MANY


def test_one_round_of_the_sweeper_finds_everything_that_was_lost(firm, redis):
    post_many(firm, now=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=SECONDS_OF_GRACE + 1))
    redis.flushall()
    assert sweep_mails() == redis.llen("rq:queue:rms") == MANY


def test_sigterm_ends_a_worker_after_its_mail(firm, postbox, start):
    postbox.stall_at_recipient = 1
    mail_id = firm.post()
    worker = start("worker")
    assert postbox.reached.wait(30)
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert worker.poll() is None
    postbox.go_on.set()
    assert worker.wait(10) == 0
    assert firm.mail(mail_id).state == "sent"
