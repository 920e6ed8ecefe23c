"""A mail server in a thread of the test: keeps what it takes, and refuses or stalls where it is told to."""

import threading
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from aiosmtpd.controller import Controller

from rms.local.ports import LOOPBACK, free_port


@dataclass
class Postbox:
    """`letters` in the order they came. `refusals` maps an address to the reply it gets."""

    port: int = field(default_factory=free_port)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    reply_to_data: str = "250 2.0.0 Kept"
    # The nth recipient or text (from 1) waits until `go_on` is set, after `reached` was.
    stall_at_recipient: int = 0
    stall_after_letter: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    _asked: int = 0

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.letters]

    def open(self) -> "Postbox":
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port, enable_SMTPUTF8=True)
        self._controller.start()
        return self

    def close(self) -> None:
        self.go_on.set()
        self._controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self._asked += 1
        if self._asked == self.stall_at_recipient:
            await self._stall(server)
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Fine"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if not self.reply_to_data.startswith("250"):
            return self.reply_to_data
        self.letters.append(BytesParser(policy=policy.default).parsebytes(envelope.content))
        self.recipients.append(list(envelope.rcpt_tos))
        if len(self.letters) == self.stall_after_letter:
            await self._stall(server)
        return self.reply_to_data

    async def _stall(self, server) -> None:
        self.reached.set()
        await server.loop.run_in_executor(None, self.go_on.wait, 30)
