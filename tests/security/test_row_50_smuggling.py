"""Row 50: two servers must never read two different requests out of the same bytes.

What is ambiguous (RFC 9112, 6.1 and 6.3) is refused or ends the connection, so that nothing behind it is
ever taken for a request of somebody else. Against gunicorn as the Procfile starts it.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import TEST_KEYS

ROOT = Path(__file__).resolve().parents[2]
# What an attacker hides behind the first request; its answer would begin a second status line.
HIDDEN = b"GET /signup HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"

ATTACKS = {
    "length and chunks": HEAD + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" + HIDDEN,
    "chunks under an odd name": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks twice": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    + HIDDEN,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + HIDDEN,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a length with a sign": HEAD + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a blank before the colon": HEAD + b"Content-Length : 0\r\nContent-Length: 44\r\n\r\n" + HIDDEN,
    "a folded header": HEAD + b"X-A: b\r\n Content-Length: 44\r\n\r\n" + HIDDEN,
    "a chunk size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n" + HIDDEN,
    "a chunk longer than said": HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcdef\r\n0\r\n\r\n" + HIDDEN,
    "an empty header name": HEAD + b": x\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a line feed alone": HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 44\n\n" + HIDDEN,
}


@pytest.fixture(scope="module")
def port(test_servers, connected):
    """The web server with a database; it needs no more of the product to refuse these."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    environment = os.environ | {
        "RMS_ENV": "development",
        "DATABASE_URL": connected.database_url,
        "REDIS_URL": connected.redis_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{number}",
        "RMS_KEYS": TEST_KEYS,
        "PYTHONPATH": str(ROOT),
        "WEB_CONCURRENCY": "1",
        "RMS_GRACEFUL_SECONDS": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{number}", "wsgi:app"]
    web = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_for(number)
        yield number
    finally:
        web.terminate()
        web.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if b"200" in _told(port, b"GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n"):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")


def _told(port: int, sent: bytes) -> bytes:
    """Everything that is answered until the server closes, or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(sent)
        heard = b""
        try:
            while piece := connection.recv(65_536):
                heard += piece
        except TimeoutError:
            pass
        return heard


def _statuses(heard: bytes) -> list[int]:
    return [int(part[:3]) for part in heard.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("name", ATTACKS)
def test_row_50_nothing_hidden_behind_an_ambiguous_request_is_answered(port, name):
    heard = _told(port, ATTACKS[name])
    # Gunicorn may add a second refusal, of the rest; the hidden request would be a 200.
    assert all(status >= 400 for status in _statuses(heard)), heard[:400]
    assert b"Send your first invoice today" not in heard


def test_row_50_a_wish_for_http_2_is_not_granted(port):
    asked = (
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n" % port
    )
    assert _statuses(_told(port, asked)) == [200]


def test_two_plain_requests_on_one_connection_get_two_answers(port):
    """The test would notice a second answer."""
    one = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % port
    assert _statuses(_told(port, one + b"\r\n" + one + b"Connection: close\r\n\r\n")) == [200, 200]
