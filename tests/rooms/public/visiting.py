"""Somebody with a link and no account, and invoices that have one."""

import datetime as dt
import html
import re
from uuid import UUID

from rms.actions import public_links
from tests.factories import NOW
from tests.http import HOST

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0 Mobile Safari/537.36"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


def shared(company, invoice_id: UUID, *, expires_on: dt.date | None = None, kind: str = "invoices") -> str:
    """The secret of a new link; committed."""
    with company.scope(company.admin):
        return public_links.create(kind, invoice_id, expires_on=expires_on, now=NOW)[1]


class Visitor:
    """A browser without cookies at an address of its own."""

    def __init__(self, app, *, agent: str = DESK, ip: str = "203.0.113.7") -> None:
        self.client = app.test_client()
        self.agent, self.ip = agent, ip

    def ask(self, method: str, path: str, **more):
        sent = {"Sec-Fetch-Site": "same-origin", "User-Agent": self.agent, **more.pop("headers", {})}
        return self.client.open(
            path,
            method=method,
            base_url=HOST,
            headers=sent,
            environ_base={"REMOTE_ADDR": self.ip},
            **more,
        )

    def get(self, path: str, **more):
        return self.ask("GET", path, **more)

    def answer(self, token: str, kind: str, *, ticket: str | None = None, **fields):
        """As the page's own form, with the ticket that came with it."""
        given = ticket if ticket is not None else self.ticket(token)
        named = {f"{kind}-{name}": value for name, value in fields.items()}
        return self.ask("POST", f"/i/{token}/answer", data={"ticket": given, "kind": kind, **named})

    def ticket(self, token: str) -> str:
        return TICKET.search(self.get(f"/i/{token}").text)[1]


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))
