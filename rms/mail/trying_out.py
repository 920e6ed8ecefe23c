"""A test of the company's own mail server: one letter to whoever asked, within ten seconds."""

import datetime as dt
import smtplib
import time
from email.headerregistry import Address
from email.message import EmailMessage as Letter
from email.utils import make_msgid

from rms.domain.errors import Invalid, Sentence
from rms.mail.addresses import one_line
from rms.mail.failures import in_words
from rms.mail.outgoing import Route, conversation

SECONDS = 10


def try_out(route: Route, *, to_address: str, company_name: str, text: tuple[str, str], now: dt.datetime):
    """(seconds it took, None), or (seconds, what went wrong). `text` is subject and body."""
    began = time.monotonic()
    wrong = _send(route, _letter(route, to_address, company_name, text, now))
    return round(time.monotonic() - began, 1), wrong


def _send(route: Route, letter: Letter) -> Sentence | None:
    try:
        with conversation(route, seconds=SECONDS) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        return in_words(smtplib.SMTPResponseException(code, words))
    except (Invalid, OSError, smtplib.SMTPException) as trouble:
        return in_words(trouble) or Sentence(str(trouble).replace("%", "%%"))
    return None


def _letter(
    route: Route, to_address: str, company_name: str, text: tuple[str, str], now: dt.datetime
) -> Letter:
    letter = Letter()
    letter["From"] = Address(one_line(company_name, 120), addr_spec=route.from_address)
    letter["To"] = to_address
    letter["Subject"] = one_line(text[0])
    letter["Date"] = now
    letter["Message-ID"] = make_msgid(domain=route.from_address.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text[1])
    return letter
