"""Why a mail did not leave, in a sentence that somebody who runs a company can act on."""

import smtplib
import socket
import ssl

from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say


def in_words(trouble: Exception) -> Sentence | None:
    """What went wrong with a company's own mail server, with its own answer; None for what is not known."""
    if isinstance(trouble, Invalid):
        return trouble.sentence
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        told = N_("The mail server did not accept user and password: %(answer)s")
        return say(told, answer=_answer(trouble.smtp_code, trouble.smtp_error))
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return say(N_("The mail server does not offer what was chosen: %(answer)s"), answer=str(trouble))
    if isinstance(trouble, smtplib.SMTPResponseException):
        answer = _answer(trouble.smtp_code, trouble.smtp_error)
        return say(N_("The mail server answered: %(answer)s"), answer=answer)
    if isinstance(trouble, smtplib.SMTPServerDisconnected):
        return say(N_("The mail server ended the conversation without an answer."))
    return _of_the_line(trouble)


def _of_the_line(trouble: Exception) -> Sentence | None:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        told = N_("The mail server's certificate is not right: %(answer)s")
        return say(told, answer=trouble.verify_message)
    if isinstance(trouble, ssl.SSLError):
        return say(N_("The mail server does not speak TLS on this port. Choose STARTTLS, or another port."))
    if isinstance(trouble, TimeoutError):
        return say(N_("The mail server did not answer in time."))
    if isinstance(trouble, socket.gaierror):
        return say(N_("There is no mail server of this name."))
    if isinstance(trouble, ConnectionRefusedError):
        return say(N_("Nothing answers at this host and port."))
    if isinstance(trouble, OSError):
        return say(N_("The mail server cannot be reached."))
    return None


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:500]
