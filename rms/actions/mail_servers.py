"""A mail server of one's own: named, tried out, switched off again."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import uuid4

from rms.crypto.fields import seal
from rms.db.session import current_tenant, db
from rms.domain.contacts import Checks, one_line
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.errors import sentence as say
from rms.mail.addresses import one_address
from rms.mail.outgoing import check
from rms.models import MailServer
from rms.queries.mail_servers import COLUMN, TABLE, find_server, password_of

SECURITIES = ("starttls", "tls", "none")


@dataclass(frozen=True)
class ServerDraft:
    """As typed. An empty password leaves the one that is kept, as long as host and user stay the same."""

    host: str | None
    port: int | None
    security: str
    from_address: str | None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def save(draft: ServerDraft, *, version: int) -> MailServer:
    """Letters to customers leave through it from now on. `version` is 0 where there was none yet.

    Raises Invalid at its fields, StaleVersion when somebody saved in between.
    """
    row = _current(version)
    draft = _checked(draft, row)
    if row is None:
        row = MailServer(id=uuid4(), tenant_id=current_tenant(), version=0)
        db().add(row)
    _keep_password(row, draft)
    row.host, row.port, row.security = draft.host, draft.port, draft.security
    row.username, row.from_address, row.is_on = draft.username, draft.from_address, True
    row.tested_at = row.test_error = None
    row.version += 1
    db().flush()
    return row


def switch_off(*, version: int) -> None:
    """Our own server sends again; what was typed goes, the password with it."""
    row = _current(version)
    if row is not None:
        db().delete(row)
        db().flush()


def note_test(error: str | None, *, now: dt.datetime) -> None:
    """How the last test went; nothing when the server was taken away meanwhile."""
    if row := find_server():
        row.tested_at, row.test_error = now, error
        db().flush()


def _current(version: int) -> MailServer | None:
    row = find_server()
    if (row.version if row else 0) != version:
        told = N_("Somebody else changed this in the meantime. What you typed is not stored yet.")
        raise StaleVersion(told, theirs=row)
    return row


def _checked(draft: ServerDraft, row: MailServer | None) -> ServerDraft:
    checks = Checks()
    host = checks.clean("host", _host, draft.host)
    port = checks.clean("port", _port, draft.port)
    if host and port:
        checks.clean("host", check, host, port)
    address = checks.clean("from_address", _address, draft.from_address)
    username = checks.clean("username", one_line, draft.username, 255)
    if draft.security not in SECURITIES:
        checks.refuse("security", say(N_("Choose how the connection is kept private")))
    if draft.security == "none" and (draft.password or username):
        checks.refuse("security", say(N_("A password is not sent without TLS. Choose STARTTLS or TLS")))
    keeps = row is not None and row.password and (row.host, row.username) == (host, username)
    if username and not draft.password and not keeps and draft.security != "none":
        checks.refuse("password", say(N_("Enter the password of this user")))
    checks.finish()
    return ServerDraft(host, port, draft.security, address, username, draft.password)


def _host(text: str | None) -> str:
    host = (one_line(text, 253) or "").rstrip(".").lower()
    if not host or any(sign in host for sign in " /@:") or not host.isascii():
        raise Invalid(N_("A mail server has a name like smtp.example.com"), field="host")
    return host


def _port(port: int | None) -> int:
    if port is None or not 1 <= port <= 65_535:
        raise Invalid(N_("A port is a number, usually 587"), field="port")
    return port


def _address(text: str | None) -> str:
    return one_address(text or "", field="from_address")


def _keep_password(row: MailServer, draft: ServerDraft) -> None:
    """Sealed for this row; the same one is not sealed anew, as the trail would show a change."""
    if not draft.username or draft.security == "none":
        row.password = None
    elif draft.password and draft.password != password_of(row):
        place = {"tenant_id": current_tenant(), "table": TABLE, "column": COLUMN, "row_id": row.id}
        row.password = seal(draft.password, **place)
