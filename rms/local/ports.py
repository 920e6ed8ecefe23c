"""Ports on the loopback interface. Nothing here listens anywhere else."""

import contextlib
import errno
import socket
import time

from rms.local import Refusal

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody used a moment ago; whoever starts a server on it must be ready to try another."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def listen(port: int, *, patience: float = 0) -> socket.socket:
    """A listening socket to hand to a server; port 0 takes any free one.

    Because we hold it, it is ours from the first moment, and a server that is restarted loses no connection.
    `patience`: seconds to wait for a port that a server of a killed run may still hold.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _bound(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise Refusal(_why_not(port, error)) from None
        time.sleep(0.1)


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    with contextlib.ExitStack() as undo:
        undo.callback(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(1024)
        undo.pop_all()
    return listener


def _why_not(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; choose a free one with ./dev up --port N."
    if error.errno == errno.EACCES:
        return f"This account may not open port {port}; choose one above 1023 with ./dev up --port N."
    return f"Port {port} cannot be opened: {error.strerror}."
