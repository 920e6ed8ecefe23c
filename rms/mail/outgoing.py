"""The company's own mail server: where it may be, and a conversation that reaches no place but that.

Whoever can name a host could make us ask things inside our own network. The name is looked up once, every
address behind it must be a public one, and the connection goes to the address that was looked at, so that the
name cannot mean another place a moment later. The certificate is checked against the name all the same.
"""

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from rms.domain.errors import N_, Invalid
from rms.mail.rendering import settings

PORTS = (25, 465, 587, 2525)
SECONDS_PER_STEP = 20


@dataclass(frozen=True)
class Route:
    """A mail server as it is spoken to. `security` is tls, starttls or none; `from_address` sends."""

    host: str
    port: int
    security: str
    from_address: str
    username: str = ""
    password: str = field(default="", repr=False)


def check(host: str, port: int) -> None:
    """Raises Invalid at `port` or `host` for what is never spoken to, whatever the name means now."""
    if not _is_open() and port not in PORTS:
        raise Invalid(
            N_("Mail servers listen on port %(ports)s"), field="port", ports=", ".join(map(str, PORTS))
        )
    with contextlib.suppress(ValueError):
        if not _is_public(ipaddress.ip_address(host.strip("[]"))) and not _is_open():
            raise NotPublic(host)


class NotPublic(Invalid):
    """The name leads into a network that nobody outside should reach."""

    def __init__(self, host: str) -> None:
        told = N_("%(host)s is not a public address. Name a mail server on the internet")
        super().__init__(told, field="host", host=host)


@contextlib.contextmanager
def conversation(route: Route, *, seconds: float | None = None) -> Iterator[smtplib.SMTP]:
    """Signed in and ready. With `seconds` all of it ends by then, however slowly the server answers."""
    check(route.host, route.port)
    server = _Direct(route, timeout=min(SECONDS_PER_STEP, seconds or SECONDS_PER_STEP))
    guard = threading.Timer(seconds, server.hang_up) if seconds else None
    try:
        if guard:
            guard.start()
        server.open()
        yield server.smtp
    except smtplib.SMTPServerDisconnected as trouble:
        if server.is_late:
            raise TimeoutError from trouble
        raise
    finally:
        if guard:
            guard.cancel()
        server.close()


class _Direct:
    """One connection to the address that was looked at."""

    def __init__(self, route: Route, *, timeout: float) -> None:
        self._route, self._timeout = route, timeout
        self._socket: socket.socket | None = None
        self.is_late = False
        self.smtp: smtplib.SMTP = _PinnedTls(self) if route.security == "tls" else _Pinned(self)

    def open(self) -> None:
        route = self._route
        try:
            code, words = self.smtp.connect(route.host, route.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
            if route.security == "starttls":
                self.smtp.starttls(context=ssl.create_default_context())
            if route.username and route.security != "none":
                self.smtp.login(route.username, route.password)
        except (OSError, smtplib.SMTPException) as trouble:
            if self.is_late:
                raise TimeoutError from trouble
            raise

    def dial(self, host: str, port: int) -> socket.socket:
        last: OSError | None = None
        for family, kind, protocol, place in _places(host, port):
            dialled = socket.socket(family, kind, protocol)
            dialled.settimeout(self._timeout)
            try:
                dialled.connect(place)
            except OSError as trouble:
                dialled.close()
                last = trouble
                continue
            self._socket = dialled
            return dialled
        raise last or OSError("no address")

    def hang_up(self) -> None:
        """From the timer's thread: whoever reads then finds the line dead."""
        self.is_late = True
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if not self.is_late:
                self.smtp.quit()
        self.smtp.close()


class _Pinned(smtplib.SMTP):
    def __init__(self, direct: _Direct) -> None:
        self._direct = direct
        super().__init__(timeout=direct._timeout)
        self._host = direct._route.host  # what a certificate must name

    def _get_socket(self, host, port, timeout):
        return self._direct.dial(host, port)


class _PinnedTls(smtplib.SMTP_SSL):
    def __init__(self, direct: _Direct) -> None:
        self._direct = direct
        super().__init__(timeout=direct._timeout, context=ssl.create_default_context())
        self._host = direct._route.host

    def _get_socket(self, host, port, timeout):
        return self.context.wrap_socket(self._direct.dial(host, port), server_hostname=host)


def _places(host: str, port: int) -> list[tuple]:
    """Where the name leads, all of it public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        if not _is_open() and not _is_public(ipaddress.ip_address(place[0].partition("%")[0])):
            raise NotPublic(host)
    return [(family, kind, protocol, place) for family, kind, protocol, _, place in found]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Also behind an IPv4 address that is written as one of IPv6 (mapped, 6to4, NAT64)."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96"):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


def _is_open() -> bool:
    """Development and tests have their mail server on the same machine."""
    return settings().environment != "production"
