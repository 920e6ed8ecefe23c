"""The supervisor's own promises, with small children and no servers."""

import signal
import sys
from pathlib import Path

import pytest

from rms.local.process import start_afresh, tail
from rms.local.supervisor import MOST_RESTARTS, ChildFailed, Service, Supervisor
from tests.dev.conftest import ROOT, is_alive, within

FAKE = (sys.executable, str(Path(__file__).with_name("fake_product.py")))


@pytest.fixture
def pids() -> dict[str, int]:
    return {}


@pytest.fixture
def supervisor(tmp_path, pids):
    """With pids as it reports them; the signal handlers it sets are put back."""
    before = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    order = [["first"], ["second"]]
    yield Supervisor(logs=tmp_path, cwd=ROOT, stop_order=order, changed=pids.update, pause=lambda deaths: 0)
    for signum, handler in before.items():
        signal.signal(signum, handler)


def test_a_child_that_will_not_listen_is_killed_in_the_end(supervisor, pids, tmp_path):
    with supervisor:
        supervisor.start(Service(name="stubborn", command=(*FAKE, "stubborn"), stop_seconds=0.3))
        assert within(10, lambda: "deaf" in (tmp_path / "stubborn.log").read_text())
    assert not is_alive(pids["stubborn"])


def test_groups_end_one_after_the_other(supervisor, tmp_path):
    ends = tmp_path / "ends"
    with supervisor:
        for name in ("second", "first"):
            supervisor.start(Service(name=name, command=(*FAKE, "sign", str(ends), name)))
            assert within(10, lambda log=tmp_path / f"{name}.log": "ready" in log.read_text())
    # The first takes half a second to end and the second none: asked together, the second would have won.
    assert ends.read_text().split() == ["first", "second"]


def test_what_a_command_prints_is_given_back(supervisor):
    with supervisor:
        assert supervisor.run("greeting", (*FAKE, "say", "Sign", "in")) == "Sign in\n"


def test_a_service_that_keeps_dying_is_given_up(supervisor, capsys):
    with supervisor, pytest.raises(ChildFailed, match=r"broken failed \(exit code 3\)[^$]+    no such table"):
        supervisor.settle()
        supervisor.start(Service(name="broken", command=(*FAKE, "fail", "no such table")))
        supervisor.watch()
    assert capsys.readouterr().out.count("starting it again") == MOST_RESTARTS


def test_the_log_of_the_run_before_is_kept(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("yesterday\n")
    start_afresh(log)
    assert (log.read_text(), (tmp_path / "web.old.log").read_text()) == ("", "yesterday\n")


def test_the_tail_of_a_log_is_its_last_lines(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("\n".join(map(str, range(5000))))
    assert tail(log, 2) == "    4998\n    4999"
    assert tail(tmp_path / "none.log") == ""
