"""Tables of strangers are read in a process of their own, which has bounds and knows no secrets.

Whatever a file makes of its reader, that process ends, and nothing else: it has no connection, none of our
settings, so much memory and so much time.
"""

import json
import resource
import subprocess  # nosec B404 # our own module, without a shell
import sys
from pathlib import Path

from rms.domain.errors import N_, Invalid

ROOT = Path(__file__).resolve().parents[2]
MOST_MEMORY = 512 * 1024 * 1024
SECONDS_OF_WORK = 15
SECONDS_IN_ALL = 25

_TOO_MUCH = N_("This file takes too much to read. Send a shorter period, or a CSV file")


def read_apart(content: bytes) -> list[list[str]]:
    """What `tables.read` gives; raises Invalid as it does, and where the reader came to its bounds."""
    command = [sys.executable, "-m", "rms.documents.tables_apart"]
    try:
        done = subprocess.run(  # nosec B603 # nothing of the file is in the command
            command, input=content, capture_output=True, cwd=ROOT, env={}, timeout=SECONDS_IN_ALL, check=False
        )
    except subprocess.TimeoutExpired:
        raise Invalid(_TOO_MUCH, field="file") from None
    if done.returncode != 0:
        raise Invalid(_TOO_MUCH, field="file")
    said = json.loads(done.stdout)
    if "refused" in said:
        raise Invalid(said["refused"], field="file", **said["params"])
    return said["rows"]


def _bind() -> None:
    """Before anything of the file is looked at. It writes no file, and starts nothing."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, SECONDS_OF_WORK),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    from rms.documents import tables

    _bind()
    try:
        said = {"rows": tables.read(sys.stdin.buffer.read())}
    except Invalid as error:
        said = {"refused": error.message, "params": error.params}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
