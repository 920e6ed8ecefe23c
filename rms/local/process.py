"""Child processes that die with their parent and keep a log of their own."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
# Loaded before any fork: loading a library in the child, between fork and exec, can deadlock.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | str = "/",
    death_signal: int = signal.SIGTERM,
    **popen: Any,
) -> subprocess.Popen:
    """Start a command in a session of its own (so that Ctrl-C reaches only us), its output in `log`.

    On Linux it receives `death_signal` when we die, however we die. That signal follows the thread that
    forked, so call this from the main thread only.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=popen.pop("stdout", output),
            stderr=output,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=dying_with_us(death_signal),
            **popen,
        )


def dying_with_us(death_signal: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends this signal to the child when the thread that forks it is gone."""
    if LIBC is None:
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # the parent died before the line above: no signal will ever come
            os._exit(1)

    return ask_the_kernel


def stop(process: subprocess.Popen, *, seconds: float, by: int = signal.SIGTERM) -> None:
    """Ask the process to end, and after `seconds` end its whole session."""
    if process.poll() is None:
        process.send_signal(by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    end_session(process)


def end_session(process: subprocess.Popen) -> None:
    """Kill whatever is left of the process and of the children in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ending(process: subprocess.Popen) -> str:
    """How a process ended, in words: `exit code 3`, `killed by SIGKILL`."""
    if process.returncode is None or process.returncode >= 0:
        return f"exit code {process.returncode}"
    return f"killed by {signal.Signals(-process.returncode).name}"


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented for the terminal; empty when there are none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in last)


def start_afresh(log: Path) -> None:
    """Keep one older log and begin an empty one, so that logs of a long life do not fill the disk."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".old.log"))
    log.touch(mode=0o600)
