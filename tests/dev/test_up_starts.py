"""`./dev up`: what it serves, says and refuses. The servers are real."""

import socket
import urllib.request

from tests.dev.conftest import LAST_LINE, ended_well, read_until, runtime


def test_it_serves_and_says_where(folder, start):
    run = start(folder / "state")
    printed = read_until(run, LAST_LINE)
    url = runtime(folder / "state")["url"]
    assert f"\nRMS Billing is ready at {url}\nMails appear at {url}/dev/mail\n" in printed
    assert "\nSign in as priya@example.in\n" in printed
    assert urllib.request.urlopen(url, timeout=5).read() == b"a page"
    ended_well(run)


def test_two_run_at_once_on_two_state_folders(folder, start):
    runs = [start(folder / name) for name in ("one", "two")]
    for run in runs:
        read_until(run, LAST_LINE)
    first, second = (runtime(folder / name) for name in ("one", "two"))
    for variable in ("PUBLIC_BASE_URL", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "RMS_KEYS", "RMS_MAILBOX"):
        assert first["environment"][variable] != second["environment"][variable]
    for run in runs:
        ended_well(run)


def test_a_second_one_on_the_same_state_folder_is_refused(folder, start):
    run = start(folder / "state")
    read_until(run, LAST_LINE)
    second = start(folder / "state")
    assert second.wait(30) == 1
    assert second.stderr.read() == (
        f"Another ./dev up (process {run.pid}) already runs on {folder / 'state'}; "
        "stop it, or name another by --state.\n"
    )
    assert run.poll() is None
    ended_well(run)


def test_a_taken_port_is_one_sentence(folder, start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = start(folder / "state", f"port={port}")
        assert run.wait(30) == 1
    assert run.stderr.read() == (
        f"Port {port} is taken by another program; choose a free one with ./dev up --port N.\n"
    )


def test_a_failed_migration_shows_its_log_and_stops(folder, start):
    run = start(folder / "state", "migrate=fail relation invoices is missing")
    assert run.wait(60) == 1
    told = run.stderr.read()
    assert "db-upgrade failed (exit code 3)" in told
    assert "    relation invoices is missing\n" in told


def test_a_web_server_that_never_comes_up_is_not_waited_for(folder, start):
    run = start(folder / "state", "web=fail no module named rms")
    assert run.wait(60) == 1
    assert "web failed (exit code 3)" in run.stderr.read()


def test_servers_named_in_the_environment_are_used_and_left_alone(folder, start):
    host = start(folder / "host")
    read_until(host, LAST_LINE)
    lent = runtime(folder / "host")["environment"]
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    guest = start(folder / "guest", environment={name: lent[name] for name in names})
    read_until(guest, LAST_LINE)
    assert {name: runtime(folder / "guest")["environment"][name] for name in names} == {
        name: lent[name] for name in names
    }
    assert set(runtime(folder / "guest")["processes"]) == {"supervisor", "mail", "web", "worker", "scheduler"}
    ended_well(guest)
    assert host.poll() is None
    ended_well(host)
