"""`./dev up`: the whole product on one machine, in the foreground, until Ctrl-C."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rms.local import Refusal
from rms.local.ports import LOOPBACK, listen
from rms.local.postgres import Cluster, start_cluster
from rms.local.process import tail
from rms.local.state import State, claim_state
from rms.local.supervisor import ChildFailed, Service, Stopped, Supervisor
from rms.local.valkey import start_valkey

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8000
STOP_ORDER = (("worker", "scheduler", "web"), ("mail",))
SECONDS_TO_SERVE = 120
# Settings of Flask's own command line that somebody's shell may carry and that would change what runs.
NOT_OURS = ("FLASK_APP", "FLASK_DEBUG", "FLASK_ENV", "PORT", "GUNICORN_CMD_ARGS")


def flask(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "flask", "--app", "wsgi", *words)


@dataclass(frozen=True, kw_only=True)
class Commands:
    """What is run for each step, as data; the tests of the supervisor run smaller things."""

    bootstrap: tuple[str, ...] = flask("db-bootstrap")
    migrate: tuple[str, ...] = flask("db", "upgrade")
    web: tuple[str, ...] = (
        sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app", "--bind", "fd://{fd}"
    )  # fmt: skip
    worker: tuple[str, ...] = flask("worker")
    scheduler: tuple[str, ...] = flask("scheduler")
    demo: tuple[str, ...] = flask("demo-data")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands on the command line of `./dev up`; port None means the default one."""

    folder: Path
    port: int | None = None
    with_demo: bool = True


def up(options: Options, commands: Commands = Commands()) -> int:  # noqa: B008 - it is frozen
    """Run the product until it is asked to end; the exit code of the command. Raises Refusal."""
    say = clock()
    state = claim_state(options.folder)
    try:
        listener = listen(
            DEFAULT_PORT if options.port is None else options.port,
            patience=5 if state.was_left_running() else 0,
        )
        run = Run(state, listener, commands, say)
        with run.supervisor:
            run.bring_up(with_demo=options.with_demo)
            run.supervisor.watch()
    except Stopped:
        say("stopped; the data stay in " + str(options.folder))
    except ChildFailed as failure:
        print(
            f"\n{failure}\n\nEverything was stopped; the data stay in {options.folder}.",
            file=sys.stderr,
            flush=True,
        )
        return 1
    finally:
        state.release()
    return 0


def clock() -> Callable[[str], None]:
    """Lines with the seconds since the command was typed (RMS_STARTED), which is before we were."""
    started = float(os.environ.pop("RMS_STARTED", time.time()))
    return lambda line: print(f"[{time.time() - started:6.1f} s] {line}", flush=True)


class Run:
    """One run of the product: which servers are ours, what the application is told, what was started."""

    def __init__(
        self, state: State, listener: socket.socket, commands: Commands, say: Callable[[str], None]
    ) -> None:
        self._state, self._listener, self._commands, self._say = state, listener, commands, say
        self._mail_listener = listen(0)
        self._url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._bootstrap_url: str | None = None
        self._environment: dict[str, str] = {}
        self.supervisor = Supervisor(
            logs=state.logs, cwd=ROOT, say=say, stop_order=STOP_ORDER, changed=self._write_runtime
        )

    def bring_up(self, *, with_demo: bool) -> None:
        """Start everything; returns when the first page was served and the demo data stand."""
        self._start_mail()
        self._environment = self._application_environment(self._redis_url(), *self._database_urls())
        self.supervisor.environment = _with_ours(self._environment)
        self._make_roles()
        self._start_web()  # it loads while the migrations run; nobody has its address yet
        self.supervisor.run("db-upgrade", self._commands.migrate)
        self._say("the database has its tables")
        self._wait_for_first_page()
        self._start_jobs()
        demo = self._load_demo() if with_demo else ""
        print(demo, "Ctrl-C stops it.", sep="", flush=True)
        self.supervisor.settle()

    def _start_mail(self) -> None:
        fd = self._mail_listener.fileno()
        command = (
            sys.executable,
            "-m",
            "rms.local.mailcatcher",
            "--fd",
            str(fd),
            "--folder",
            str(self._state.mailbox),
        )
        self.supervisor.environment = _with_ours({})
        self.supervisor.start(Service(name="mail", command=command, pass_fds=(fd,), stop_seconds=5))

    def _database_urls(self) -> tuple[str, str]:
        """The application's and the owner's URL: the environment's, or those of a cluster of our own."""
        given, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
        if bool(given) != bool(owner):
            raise Refusal(
                "Set both DATABASE_URL and DATABASE_OWNER_URL, or neither to get a database of your own."
            )
        if given and owner:
            self._bootstrap_url = os.environ.get("RMS_BOOTSTRAP_URL")
            return given, owner
        return self._start_postgres()

    def _start_postgres(self) -> tuple[str, str]:
        home = self._state.folder / "postgres"
        if not (home / "place").exists():
            self._say("making the database (first start) ...")
        cluster = start_cluster(home, durable=True)
        self.supervisor.adopt("postgres", cluster, cluster.home / "postgres.log")
        self._say("PostgreSQL is up")
        self._bootstrap_url = cluster.superuser_url()
        passwords = self._state.passwords()
        return _role_url(cluster, "rms_app", passwords["app"]), _role_url(
            cluster, "rms_owner", passwords["owner"]
        )

    def _redis_url(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            return given
        folder = self._state.folder / "valkey"
        valkey = start_valkey(folder)
        self.supervisor.adopt("valkey", valkey, folder / "valkey.log")
        self._say("Valkey is up")
        return valkey.url

    def _application_environment(self, redis_url: str, database_url: str, owner_url: str) -> dict[str, str]:
        return {
            "RMS_ENV": "development",
            "PUBLIC_BASE_URL": self._url,
            "DATABASE_URL": database_url,
            "DATABASE_OWNER_URL": owner_url,
            "REDIS_URL": redis_url,
            "RMS_KEYS": os.environ.get("RMS_KEYS") or self._state.keys(),
            # Never the environment's: what is tried out here must not write to real customers.
            "SMTP_URL": f"smtp://{LOOPBACK}:{self._mail_listener.getsockname()[1]}",
            "MAIL_FROM": "RMS Billing <no-reply@rmsbilling.example>",
            "RMS_MAILBOX": str(self._state.mailbox),
            "RMS_ANCHORS": str(self._state.folder / "anchors"),
            "RMS_GRACEFUL_SECONDS": "5",
        }

    def _make_roles(self) -> None:
        if self._bootstrap_url:
            privileged = {**_with_ours(self._environment), "RMS_BOOTSTRAP_URL": self._bootstrap_url}
            self.supervisor.run("db-bootstrap", self._commands.bootstrap, privileged)

    def _start_web(self) -> None:
        fd = self._listener.fileno()
        web = tuple(word.format(fd=fd) for word in self._commands.web)
        self.supervisor.start(Service(name="web", command=web, pass_fds=(fd,)))

    def _start_jobs(self) -> None:
        self.supervisor.start(Service(name="worker", command=self._commands.worker, stop_seconds=20))
        self.supervisor.start(Service(name="scheduler", command=self._commands.scheduler))

    def _load_demo(self) -> str:
        """How to sign in to the demo company, as the command that makes it says."""
        printed = self.supervisor.run("demo-data", self._commands.demo).strip()
        self._say("the demo company is there")
        return f"{printed}\n" if printed else ""

    def _wait_for_first_page(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_SERVE
        self.supervisor.wait_until(lambda: self._serves("/healthz", 1) or time.monotonic() > deadline)
        if not self._serves("/", 10):
            log = self._state.logs / "web.log"
            raise ChildFailed(f"web did not serve its first page. The end of {log}:\n{tail(log)}")
        self._say("the first page was served")
        print(f"\nRMS Billing is ready at {self._url}\nMails appear at {self._url}/dev/mail", flush=True)

    def _serves(self, path: str, seconds: float) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._listener.getsockname()[1], timeout=seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _write_runtime(self, pids: Mapping[str, int]) -> None:
        self._state.write_runtime(
            {
                "url": self._url,
                "mails": f"{self._url}/dev/mail",
                "processes": {"supervisor": os.getpid(), **pids},
                "environment": self._environment,
                "bootstrap_url": self._bootstrap_url,
            }
        )


def _role_url(cluster: Cluster, role: str, password: str) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@{LOOPBACK}:{cluster.port}/rms"


def _with_ours(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return {**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment}
