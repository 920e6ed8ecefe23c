"""The state folder: all that `./dev up` keeps between two runs, and what its other commands read.

keys            RMS_KEYS, made once; without it nobody can sign in to the data beside it
passwords.json  of the two database roles
postgres/ valkey/ mail/ logs/ anchors/
lock            held by the running supervisor
runtime.json    only while it runs: addresses, processes and the environment of the application
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from rms.local import Refusal

KEY_BYTES = 48
OURS = {"keys", "passwords.json", "postgres", "valkey", "mail", "logs", "anchors", "lock", "runtime.json"}


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@dataclass
class State:
    """An opened state folder. Only `claim_state` gives one that may be written to."""

    folder: Path
    _lock: int | None = field(default=None, repr=False)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def mailbox(self) -> Path:
        return self.folder / "mail"

    def keys(self) -> str:
        return (self.folder / "keys").read_text().strip()

    def passwords(self) -> dict[str, str]:
        return json.loads((self.folder / "passwords.json").read_text())

    def was_left_running(self) -> bool:
        """Whether the run before this one was killed and may not have let go of its ports yet."""
        return (self.folder / "runtime.json").exists()

    def write_runtime(self, facts: dict) -> None:
        write_secret(self.folder / "runtime.json", json.dumps(facts, indent=2))

    def release(self) -> None:
        """The run is over, and in good order."""
        (self.folder / "runtime.json").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def claim_state(folder: Path) -> State:
    """Open the folder for one supervisor, making what is missing.

    Raises Refusal and changes nothing when it is in use, incomplete or not ours.
    """
    folder = Path(folder).absolute()
    _refuse_what_is_not_ours(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Root's PostgreSQL runs under another account and has to pass through.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        lock = _lock(folder)
    except OSError as error:
        raise Refusal(f"The state folder {folder} cannot be used: {error.strerror}.") from None
    _make_secrets(folder)
    state = State(folder, lock)
    for part in (state.logs, state.mailbox):
        part.mkdir(mode=0o700, exist_ok=True)
    return state


def running_state(folder: Path) -> dict:
    """What the supervisor of this folder wrote about itself. Raises Refusal when none runs."""
    folder = Path(folder).absolute()
    with contextlib.suppress(OSError, ValueError):
        facts = json.loads((folder / "runtime.json").read_text())
        if _is_locked(folder):
            return facts
    raise Refusal(
        f"Nothing runs on the state folder {folder}; start it with ./dev up, or name another by --state."
    )


def _refuse_what_is_not_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Refusal(f"{folder} is a file; --state takes a folder.")
    found = {path.name for path in folder.iterdir() if path.suffix != ".draft"}
    if strangers := sorted(found - OURS):
        raise Refusal(
            f"{folder} holds other things (such as {strangers[0]}) and is no state folder; "
            "name an empty or a new one with --state."
        )
    if (folder / "postgres" / "place").exists() and not {"keys", "passwords.json"} <= found:
        raise Refusal(
            f"The state folder {folder} holds a database but not its files keys and passwords.json; "
            "put them back, or move the folder aside to begin anew."
        )


def _lock(folder: Path) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 20, 0).decode() or "unknown"
        os.close(lock)
        raise Refusal(
            f"Another ./dev up (process {owner}) already runs on {folder}; "
            "stop it, or name another by --state."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _is_locked(folder: Path) -> bool:
    lock = os.open(folder / "lock", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _make_secrets(folder: Path) -> None:
    if not (folder / "keys").exists():
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        write_secret(folder / "keys", f"k{secrets.token_hex(3)}:{key}\n")
    if not (folder / "passwords.json").exists():
        passwords = {"owner": secrets.token_urlsafe(24), "app": secrets.token_urlsafe(24)}
        write_secret(folder / "passwords.json", json.dumps(passwords))
    if ":" not in (folder / "keys").read_text():
        raise Refusal(f"The file {folder / 'keys'} is damaged; put its copy back, or move the folder aside.")
