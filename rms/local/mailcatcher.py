"""A real SMTP server that delivers to a folder: one .eml file for each message, never sent on.

`python -m rms.local.mailcatcher --fd N --folder DIR` serves the listening socket N that it inherits.
"""

import argparse
import asyncio
import os
import secrets
import signal
import socket
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MESSAGE = 40 * 1024 * 1024


class Mailbox:
    """The handler of aiosmtpd: every recipient is known, every message is kept, repeated ones too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.to_thread(self._keep, envelope)
        return "250 2.0.0 Kept"

    def _keep(self, envelope: Envelope) -> None:
        """On the disk, whole, under its final name before the sender hears 250."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self._folder / f"{name}.draft"
        with draft.open("wb") as file:
            file.write(_delivery_headers(envelope) + envelope.content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / f"{name}.eml")


def _delivery_headers(envelope: Envelope) -> bytes:
    """What a mail server adds on delivery (RFC 5321 §4.4): it also shows who got a blind copy."""
    lines = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {to}" for to in envelope.rcpt_tos)]
    return "".join(f"{line}\r\n" for line in lines).encode()


async def serve(listener: socket.socket, folder: Path) -> None:
    """Take mail until SIGTERM; a message that is being received is finished first."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, ended.set)
    server = await loop.create_server(lambda: _conversation(folder), sock=listener)
    await ended.wait()
    server.close()
    await asyncio.sleep(0.2)


def _conversation(folder: Path) -> SMTP:
    return SMTP(Mailbox(folder), hostname="localhost", data_size_limit=LARGEST_MESSAGE, enable_SMTPUTF8=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(socket.socket(fileno=options.fd), options.folder))


if __name__ == "__main__":
    main()
