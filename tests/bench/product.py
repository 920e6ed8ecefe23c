"""The product for a bench: servers that write to disk, gunicorn as in production, companies of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlencode

import rms.db.tenancy  # noqa: F401 - registers the tenant filter
from rms.crypto import keys
from rms.db import session
from rms.db.bootstrap import APP, OWNER
from tests import servers
from tests.conftest import TEST_KEYS
from tests.factories import PASSWORD
from tests.http import CSRF

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "rms_bench"
SECONDS_TO_START = 30


@dataclass(frozen=True)
class Product:
    """Where it serves, and the addresses of its database for each role."""

    port: int
    app_url: str
    owner_url: str
    superuser_url: str


@contextmanager
def running(*, bcrypt_cost: int) -> Iterator[Product]:
    """Servers and web server for the time of a bench; the database floor of this process is theirs too."""
    found, stop = servers.start(durable=True)
    try:
        servers.clone_database(found, DATABASE)
        app_url = found.url(APP, DATABASE)
        keys.configure(TEST_KEYS)
        session.configure(app_url, pool_size=5)
        with web(found, app_url, bcrypt_cost=bcrypt_cost) as (port, _):
            yield Product(port, app_url, found.url(OWNER, DATABASE), found.superuser_url_of(DATABASE))
    finally:
        session.engine().dispose()
        stop()


class Visitor:
    """One connection that is kept open, with cookies; as fast as a client in Python can be."""

    def __init__(self, product: Product) -> None:
        self._connection = HTTPConnection("127.0.0.1", product.port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.csrf = ""

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        return self._ask("POST", path, urlencode(fields))

    def post_piece(self, path: str, **fields: str) -> tuple[int, str]:
        """As htmx posts: a fragment comes back."""
        return self._ask("POST", path, urlencode({"csrf_token": self.csrf, **fields}), {"HX-Request": "true"})

    def sign_in(self, email: str) -> int:
        """The status: 303 for who is in."""
        _, page = self.get("/login")
        token = CSRF.search(page)[1]
        status = self.post("/login", csrf_token=token, email=email, password=PASSWORD)[0]
        if status == 303:
            self.csrf = CSRF.search(self.get("/account")[1])[1]
        return status

    def _ask(self, method: str, path: str, body: str | None, more: dict | None = None) -> tuple[int, str]:
        headers = (more or {}) | {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        }
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        reply = self._reply_to(method, path, body, headers)
        text = reply.read().decode(errors="replace")
        for line in reply.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return reply.status, text

    def _reply_to(self, method: str, path: str, body: str | None, headers: dict) -> HTTPResponse:
        """Once more on a new connection when the server has closed one that was idle."""
        try:
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, RemoteDisconnected):
            self._connection.close()
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()


@contextmanager
def web(
    found: servers.Servers, app_url: str, *, bcrypt_cost: int, workers: int = 2
) -> Iterator[tuple[int, subprocess.Popen]]:
    """gunicorn with as many processes: its port, and the process that keeps the others alive."""
    port = _free_port()
    environment = os.environ | {
        "RMS_ENV": "development",
        "DATABASE_URL": app_url,
        "REDIS_URL": found.redis_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "RMS_KEYS": TEST_KEYS,
        "RMS_BCRYPT_COST": str(bcrypt_cost),
        "WEB_CONCURRENCY": str(workers),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}", "tests.bench.wsgi:app"]
    master = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, master)
        yield port, master
    finally:
        master.terminate()
        master.wait(60)


def _wait_for(port: int, master: subprocess.Popen) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and master.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server of the bench did not start")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
