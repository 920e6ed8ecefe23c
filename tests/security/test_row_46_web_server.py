"""Rows 46 and 51: what gunicorn does before the product sees a request, and what it says
of it; as in production, but with an application of six lines.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-reset-token-94"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Its port and the file it writes to. The application tells who asked it, how, and fails at /fail."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "asked.py").write_text(
        "def app(environ, start):\n"
        "    if environ['PATH_INFO'].startswith('/fail'):\n"
        "        raise ValueError(environ['PATH_INFO'])\n"
        "    start('200 OK', [('Content-Type', 'text/plain'), ('Connection', 'close')])\n"
        "    names = ('wsgi.url_scheme', 'SCRIPT_NAME', 'PATH_INFO', 'REMOTE_ADDR')\n"
        "    return [' '.join(repr(environ.get(name)) for name in names).encode()]\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--workers", "1"]
    command += ["--bind", f"127.0.0.1:{port}", "asked:app"]
    path = os.pathsep.join((str(ROOT), str(folder)))
    with (folder / "stderr").open("wb") as written:
        web = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, stderr=written)
    try:
        _wait_for(port)
        yield port, folder / "stderr"
    finally:
        web.terminate()
        web.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if b"200 OK" in told(port, b"GET / HTTP/1.0\r\n\r\n"):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")


def told(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        heard = b""
        while piece := connection.recv(65_536):
            heard += piece
        return heard


def get(port: int, path: str = "/", **named: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    return told(port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Connection: close\r\n\r\n".encode())


def test_row_46_the_web_server_says_what_is_wrong_and_never_what_was_asked(server):
    port, written = server
    get(port, f"/fail/{CANARY}?q={CANARY}")
    told(port, f"GET /reset/{CANARY} HTTP/9.9x\r\n\r\n".encode())
    told(port, f"GET / HTTP/1.1\r\nHost : {CANARY}\r\n\r\n".encode())
    told(port, f"G@T /{CANARY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    text = written.read_text()
    assert CANARY not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert len([line for line in lines if line["event"].startswith("Invalid request from ip=")]) >= 3
    assert any(line.get("exception") == "ValueError" for line in lines)
    assert {line["logger"] for line in lines} == {"gunicorn.error"}


def test_row_51_an_address_that_is_too_long_is_refused_before_it_is_read_whole(server):
    assert get(server[0], "/" + "a" * 4000).startswith(b"HTTP/1.1 200")
    assert get(server[0], "/" + "a" * 5000).startswith(b"HTTP/1.1 414")


def test_row_51_too_many_headers_and_too_long_ones_are_refused(server):
    port = server[0]
    assert get(port, **{f"X_A{number}": "1" for number in range(60)}).startswith(b"HTTP/1.1 200")
    assert get(port, **{f"X_A{number}": "1" for number in range(70)}).startswith(b"HTTP/1.1 431")
    assert get(port, X_A="a" * 9000).startswith(b"HTTP/1.1 431")


def test_row_30_the_web_server_believes_nobody_about_scheme_path_or_address(server):
    plain = get(server[0]).partition(b"\r\n\r\n")[2]
    assert b"'http' '' '/' '127.0.0.1'" in plain
    lied = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "6.6.6.6", "X_Forwarded_Ssl": "on"}
    assert get(server[0], **lied).partition(b"\r\n\r\n")[2] == plain
    head = b"GET / HTTP/1.1\r\nHost: x\r\nSCRIPT_NAME: /evil\r\nPATH_INFO: /evil\r\nConnection: close\r\n\r\n"
    assert told(server[0], head).partition(b"\r\n\r\n")[2] == plain


def test_row_51_a_request_that_never_ends_is_given_up():
    settings: dict = {}
    exec(compile((ROOT / "deploy" / "gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"), settings)
    assert settings["timeout"] == 30 and settings["keepalive"] == 5 and settings["worker_class"] == "gthread"
    assert settings["accesslog"] is None and settings["preload_app"] is False
