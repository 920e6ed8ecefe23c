"""`./dev up` ends, or a part of it does: nothing is left behind and nothing is lost. The servers are real."""

import os
import signal
import socket

from tests.dev.conftest import (
    LAST_LINE,
    ended_well,
    everything_of,
    is_alive,
    read_until,
    runtime,
    within,
    working_on,
)


def test_ctrl_c_and_sigterm_stop_every_process(folder, start):
    for signum in (signal.SIGINT, signal.SIGTERM):
        run = start(folder / "state")
        read_until(run, LAST_LINE)
        processes = everything_of(folder / "state")
        assert (
            len(processes) > 8
        )  # supervisor, mail, web, worker, scheduler, valkey, postgres and its helpers
        ended_well(run, signum)
        assert not [pid for pid in processes if is_alive(pid)]
        assert not (folder / "state" / "runtime.json").exists()


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_one_starts(folder, start):
    run = start(folder / "state")
    read_until(run, LAST_LINE)
    keys, processes = (folder / "state" / "keys").read_text(), everything_of(folder / "state")
    run.kill()
    run.wait()
    following = start(folder / "state")
    assert within(15, lambda: not [pid for pid in processes if is_alive(pid)])
    read_until(following, LAST_LINE)
    assert (folder / "state" / "keys").read_text() == keys
    ended_well(following)


def test_a_first_start_that_is_killed_leaves_no_orphan_and_is_begun_again(folder, start):
    run = start(folder / "state")
    read_until(run, "making the database")
    assert within(10, lambda: working_on(folder / "state" / "postgres"))
    run.kill()
    run.wait()
    assert within(10, lambda: not working_on(folder))
    following = start(folder / "state")
    read_until(following, LAST_LINE)
    ended_well(following)


def test_a_killed_worker_is_started_again(folder, start):
    run = start(folder / "state")
    read_until(run, LAST_LINE)
    before = runtime(folder / "state")["processes"]
    os.kill(before["worker"], signal.SIGKILL)
    printed = read_until(run, "worker stopped")
    assert "killed by SIGKILL" in printed
    assert within(10, lambda: runtime(folder / "state")["processes"]["worker"] != before["worker"])
    after = runtime(folder / "state")["processes"]
    assert is_alive(after["worker"])
    assert {**after, "worker": 0} == {**before, "worker": 0}
    ended_well(run)


def test_a_killed_mail_server_loses_no_connection(folder, start):
    run = start(folder / "state")
    read_until(run, LAST_LINE)
    facts = runtime(folder / "state")
    os.kill(facts["processes"]["mail"], signal.SIGKILL)
    port = int(facts["environment"]["SMTP_URL"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 15) as connection:
        assert connection.recv(100).startswith(b"220 ")
    ended_well(run)


def test_a_lost_database_ends_everything_and_shows_why(folder, start):
    run = start(folder / "state")
    read_until(run, LAST_LINE)
    processes = everything_of(folder / "state")
    os.kill(runtime(folder / "state")["processes"]["postgres"], signal.SIGKILL)
    assert run.wait(60) == 1
    assert "postgres failed (killed by SIGKILL). The end of " in run.stderr.read()
    assert within(10, lambda: not [pid for pid in processes if is_alive(pid)])
