"""Starts services in order, keeps them alive, and stops all of them however it ends itself.

Children are forked by the main thread only (see `process.spawn`), receive a signal from the kernel when
we are killed, and are stopped last-started first when we are not.
"""

import contextlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rms.local.process import end_session, ending, spawn, start_afresh, stop, tail

MOST_RESTARTS = 5
WITHIN_SECONDS = 60
LOOK_EVERY = 0.1
STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class ChildFailed(Exception):
    """A child ended that must not; the message names it and shows the end of its log."""


class Stopped(BaseException):
    """We were asked to end. Not an Exception, so that nobody on the way swallows it."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A long-running child, as data. One that `restarts` is brought back when it dies after a good start."""

    name: str
    command: Sequence[str]
    restarts: bool = True
    stop_seconds: float = 15
    pass_fds: tuple[int, ...] = ()


@dataclass
class Child:
    """A service that was started: its process now, and when the earlier ones died."""

    service: Service
    process: subprocess.Popen
    deaths: list[float] = field(default_factory=list)
    restart_at: float | None = None


@dataclass
class Server:
    """A server that somebody else started and knows how to stop."""

    name: str
    process: subprocess.Popen
    stop: Callable[[], None]
    log: Path


class Supervisor:
    """Use it as a context: leaving it stops every child.

    `stop_order` names services in groups: a group is asked to end together and has ended before the next is
    asked; services not named end with the last group, adopted servers after that, the newest first.
    """

    def __init__(
        self,
        *,
        logs: Path,
        cwd: Path,
        say: Callable[[str], None] = print,
        stop_order: Sequence[Sequence[str]] = (),
        changed: Callable[[dict[str, int]], None] = lambda pids: None,
        pause: Callable[[int], float] = lambda deaths: 0.25 * 2**deaths,
    ) -> None:
        self.environment: Mapping[str, str] | None = None
        self._logs, self._cwd, self._say = logs, cwd, say
        self._changed, self._pause = changed, pause
        self._stop_order = list(stop_order)
        self._children: dict[str, Child] = {}
        self._servers: list[Server] = []
        self._tasks: dict[str, tuple[subprocess.Popen, Callable[[], str]]] = {}
        self._is_settled = False

    def __enter__(self) -> "Supervisor":
        for signum in STOPPING_SIGNALS:
            if (
                signum != signal.SIGHUP or signal.getsignal(signum) is not signal.SIG_IGN
            ):  # nohup asked to stay
                signal.signal(signum, _raise_stopped)
        return self

    def __exit__(self, *_: object) -> None:
        for signum in STOPPING_SIGNALS:  # an impatient second Ctrl-C must not leave half of them running
            signal.signal(signum, signal.SIG_IGN)
        self._stop_everything()

    def adopt(self, name: str, server: object, log: Path) -> None:
        """Watch a server that has `process` and `stop()`; it is stopped after all services."""
        self._servers.append(Server(name, server.process, server.stop, log))
        self._tell()

    def start(self, service: Service) -> None:
        """Start a service and go on at once."""
        start_afresh(self._log(service.name))
        self._children[service.name] = Child(service, self._spawn(service))
        self._tell()

    def begin(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a command that ends by itself; `finish` waits for it."""
        log = self._log(name)
        start_afresh(log)
        output = tempfile.TemporaryFile()  # noqa: SIM115 - it is read once the process has ended
        process = spawn(command, log=log, env=environment or self.environment, cwd=self._cwd, stdout=output)
        self._tasks[name] = (process, lambda: _read(output))

    def finish(self, name: str) -> str:
        """Wait for a begun command and give what it printed. Raises ChildFailed when anything failed."""
        process, output = self._tasks[name]
        self.wait_until(lambda: process.poll() is not None)
        del self._tasks[name]
        printed = output()
        if process.returncode != 0:
            log = self._log(name)
            with log.open("a") as file:
                file.write(printed)
            raise ChildFailed(_obituary(name, process, log))
        return printed

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
        self.begin(name, command, environment)
        return self.finish(name)

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Look after the children until something has happened. Raises ChildFailed."""
        while not happened():
            self._look_after_children()
            time.sleep(LOOK_EVERY)

    def settle(self) -> None:
        """The start has succeeded: from now on a service that dies is brought back rather than given up."""
        self._is_settled = True

    def watch(self) -> None:
        """Look after the children until we are asked to end. Raises ChildFailed, or Stopped by a signal."""
        self.wait_until(lambda: False)

    def _look_after_children(self) -> None:
        for server in self._servers:
            if server.process.poll() is not None:
                raise ChildFailed(_obituary(server.name, server.process, server.log))
        for child in self._children.values():
            if child.restart_at is None and child.process.poll() is not None:
                self._mourn(child)
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                child.process, child.restart_at = self._spawn(child.service), None
                self._tell()

    def _mourn(self, child: Child) -> None:
        end_session(child.process)  # what it had started would go on serving beside its successor
        now = time.monotonic()
        child.deaths = [death for death in child.deaths if death > now - WITHIN_SECONDS] + [now]
        name = child.service.name
        if not (self._is_settled and child.service.restarts) or len(child.deaths) > MOST_RESTARTS:
            raise ChildFailed(_obituary(name, child.process, self._log(name)))
        child.restart_at = now + self._pause(len(child.deaths))
        self._say(f"{name} stopped ({ending(child.process)}); starting it again. Log: {self._log(name)}")

    def _spawn(self, service: Service) -> subprocess.Popen:
        return spawn(
            service.command,
            log=self._log(service.name),
            env=self.environment,
            cwd=self._cwd,
            pass_fds=service.pass_fds,
        )

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _tell(self) -> None:
        pids = {name: child.process.pid for name, child in self._children.items()}
        self._changed(pids | {server.name: server.process.pid for server in self._servers})

    def _stop_everything(self) -> None:
        with contextlib.ExitStack() as leaving:
            for server in self._servers:
                leaving.callback(server.stop)
            leaving.callback(self._stop_services)
            for process, _ in self._tasks.values():
                leaving.callback(stop, process, seconds=5)

    def _stop_services(self) -> None:
        named = [name for group in self._stop_order for name in group]
        rest = [name for name in self._children if name not in named]
        for group in [*self._stop_order, rest]:
            self._stop_together([self._children[name] for name in group if name in self._children])

    def _stop_together(self, group: list[Child]) -> None:
        for child in group:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        for child in group:
            left = asked + child.service.stop_seconds - time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, left))
            end_session(child.process)


def _raise_stopped(signum: int, frame: object) -> None:
    raise Stopped


def _read(file) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _obituary(name: str, process: subprocess.Popen, log: Path) -> str:
    return f"{name} failed ({ending(process)}). The end of {log}:\n{tail(log) or '    (it wrote nothing)'}"
