"""The last step: one conversation with the mail server.

SMTP_URL is `smtp://` (TLS when the server offers it, and then with its certificate checked) or `smtps://`,
with `user:password@` where the server wants it. A password is never said in the clear but to this machine.
"""

import contextlib
import smtplib
import ssl
from email.message import EmailMessage as Letter
from urllib.parse import unquote, urlsplit

from rms.config import LOOPBACK
from rms.mail.outgoing import Route, conversation
from rms.mail.rendering import settings

SECONDS_PER_STEP = 20


class Refused(Exception):
    """The server will never take this mail; the text is its own sentence."""


def send(letter: Letter, route: Route | None = None) -> str | None:
    """Hand the letter to the server of SMTP_URL, or to the company's own; gives a sentence about copies that
    were refused, or None.

    Raises Refused when the server said no for good (5xx to our address, to To, or to the text). Every other
    trouble is raised as it comes and may pass: OSError, smtplib.SMTPException.
    """
    to = letter["To"].addresses[0].addr_spec
    with conversation(route) if route else _conversation(settings().smtp_url) as server:
        try:
            refusals = server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refusal:
            refusals = refusal.recipients
        except smtplib.SMTPNotSupportedError as refusal:
            raise Refused(str(refusal)) from refusal
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
            _raise_if_final(refusal.smtp_code, refusal.smtp_error, refusal)
            raise
    if to in refusals:
        code, words = refusals[to]
        _raise_if_final(code, words, None)
        raise smtplib.SMTPResponseException(code, words)
    return "; ".join(f"{address}: {_sentence(*reply)}" for address, reply in refusals.items()) or None


@contextlib.contextmanager
def _conversation(url: str):
    parts = urlsplit(url)
    host, is_here = parts.hostname or "127.0.0.1", (parts.hostname or "127.0.0.1") in LOOPBACK
    server = _connect(parts.scheme, host, parts.port)
    try:
        is_private = parts.scheme == "smtps" or _start_tls(server, is_here) or is_here
        if parts.username:
            if not is_private:
                raise smtplib.SMTPException("the mail server offers no TLS; its password stays with us")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
    finally:
        # The server has answered already: whether it also hears goodbye must not change what happened.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS_PER_STEP, context=context)
    return smtplib.SMTP(host, port or 25, timeout=SECONDS_PER_STEP)


def _start_tls(server: smtplib.SMTP, is_here: bool) -> bool:
    server.ehlo_or_helo_if_needed()
    if is_here or not server.has_extn("starttls"):
        return False
    server.starttls(context=ssl.create_default_context())
    return True


def _raise_if_final(code: int, words: bytes | str, cause: Exception | None) -> None:
    if 500 <= code < 600:
        raise Refused(_sentence(code, words)) from cause


def _sentence(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
