"""Stands in for the product where a test is about the supervisor: it serves a page, or just lives.

`fake_product.py web FD`, `live`, `say WORDS`, `fail WORDS`, `stubborn` (deaf to SIGTERM), `sign FILE NAME`
(writes its name there when it ends; the one called first is slow at that).
"""

import http.server
import signal
import socket
import sys
import time


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")


def web(fd: str) -> None:
    listener = socket.socket(fileno=int(fd))
    server = http.server.ThreadingHTTPServer(listener.getsockname(), Page, bind_and_activate=False)
    server.socket = listener
    server.serve_forever()


def live() -> None:
    while True:
        time.sleep(60)


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    live()


def sign(file: str, name: str) -> None:
    def end(*_: object) -> None:
        time.sleep(0.5 if name == "first" else 0)
        with open(file, "a") as signed:
            signed.write(f"{name}\n")
        sys.exit()

    signal.signal(signal.SIGTERM, end)
    print("ready", flush=True)
    live()


def say(*words: str) -> None:
    print(*words)


def fail(*words: str) -> None:
    print(*words, file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    parts = {"web": web, "live": live, "stubborn": stubborn, "sign": sign, "say": say, "fail": fail}
    parts[sys.argv[1]](*sys.argv[2:])
