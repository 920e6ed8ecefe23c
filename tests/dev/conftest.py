"""Tests of the commands run real servers, each in a folder that the account of PostgreSQL can reach."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LAST_LINE = "Ctrl-C stops it."
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder, with a space in its path, outside of pytest's own, which other accounts may not enter."""
    place = Path(tempfile.mkdtemp(prefix="rms test "))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start `./dev up` with the fake product; whatever a failed test leaves is killed."""
    started: list[subprocess.Popen] = []

    def start_one(
        state: Path,
        *changes: str,
        environment: dict | None = None,
        python: str = sys.executable,
        **popen: Any,
    ) -> subprocess.Popen:
        command = [python, str(Path(__file__).with_name("run_up.py")), str(state), *changes]
        run = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment() | (environment or {}),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **popen,
        )
        started.append(run)
        return run

    yield start_one
    for run in started:
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            run.wait()
        run.stdout.close()
        run.stderr.close()


def clean_environment() -> dict[str, str]:
    outside = (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "RMS_BOOTSTRAP_URL",
        "RMS_KEYS",
        "RMS_STARTED",
    )
    inherited = {name: value for name, value in os.environ.items() if name not in outside}
    return inherited | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def read_until(run: subprocess.Popen, words: str) -> str:
    """What it prints up to the line with these words; fails when it ends before."""
    printed = ""
    for line in run.stdout:
        printed += line
        if words in line:
            return printed
    pytest.fail(f"it ended without {words!r}: {printed}{run.stderr.read()}")


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Whether it happens in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def runtime(state: Path) -> dict:
    return json.loads((state / "runtime.json").read_text())


def everything_of(state: Path) -> set[int]:
    """The children that the supervisor knows of, and theirs."""
    known = set(runtime(state)["processes"].values())
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" ")
            parents[int(pid)] = int(rest.rpartition(")")[2].split()[1])
        except OSError:
            continue
    while new := {pid for pid, parent in parents.items() if parent in known} - known:
        known |= new
    return known


def ended_well(run: subprocess.Popen, signum: int = signal.SIGTERM) -> None:
    run.send_signal(signum)
    assert run.wait(60) == 0, run.stderr.read()


def working_on(folder: Path) -> list[str]:
    """The command lines that name this folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in lines if str(folder) in line]
