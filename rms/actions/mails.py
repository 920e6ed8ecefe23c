"""The outbox: a mail is posted with its cause, in one transaction, and delivered by a worker afterwards.

At least once, and never lost: the worker holds the row's lock while it talks to the mail server and commits
`sent` after the server's 250. A kill between the two repeats one letter under the same Message-ID.
"""

import datetime as dt
import logging
import smtplib
from uuid import UUID, uuid4

from rms import mail as letters
from rms import queue
from rms.actions import limits
from rms.db.session import after_commit, current_tenant, db, scope
from rms.domain.errors import Forbidden, Invalid, PaymentRequired
from rms.domain.letters import LONGEST_SUBJECT
from rms.mail.addresses import addresses, one_address, one_line
from rms.mail.failures import in_words
from rms.mail.own_server import own_route
from rms.models import EmailMessage
from rms.policy import Use
from rms.queries import mails as found

log = logging.getLogger(__name__)

# Seconds until the next attempt, about two days in all; the first come soon, for a server that only restarts.
PAUSES = (30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800, 28_800, 28_800)


def post(
    kind: str,
    *,
    to_address: str,
    params: dict,
    about: tuple[str, UUID] | None,
    now: dt.datetime,
    reply_to: str | None = None,
    cc: str | None = None,
    subject: str | None = None,
    born_sent: bool = False,
) -> EmailMessage:
    """Write a mail into the outbox; it leaves after the commit of this transaction, and never without it.

    `params` are JSON (decimals and dates as text) and hold all that `mail.KINDS[kind].needs` names, but no
    secret. `about` is the table and id it is about. `cc` may list several addresses; `subject` takes the
    place of the kind's own. A mail that is `born_sent` is history and is not sent. Raises Invalid at
    `to_address`, `cc` or `reply_to`; for a letter to a customer PaymentRequired, or Forbidden for a suspended
    company, when the plan does not send it.
    """
    if missing := letters.KINDS[kind].needs - params.keys():
        raise ValueError(f"a mail of kind {kind} needs {', '.join(sorted(missing))}")
    if letters.KINDS[kind].to_customers:
        limits.require(Use.CUSTOMER_MAIL, now=now)
    mail_id = uuid4()
    entity_type, entity_id = about or (None, None)
    mail = EmailMessage(
        id=mail_id,
        kind=kind,
        to_address=one_address(to_address),
        cc=", ".join(addresses(cc)) or None,
        reply_to=one_address(reply_to, field="reply_to") if reply_to else None,
        subject=one_line(subject, LONGEST_SUBJECT) if subject else letters.subject_of(kind, params),
        params=params,
        entity_type=entity_type,
        entity_id=entity_id,
        state="sent" if born_sent else "queued",
        sent_at=now if born_sent else None,
        next_attempt_at=now,
        message_id=letters.message_id_of(mail_id),
        created_at=now,
        created_by=scope().user_id,
    )
    db().add(mail)
    if not born_sent:
        _enqueue_after_commit(mail)
    return mail


def _enqueue_after_commit(mail: EmailMessage) -> None:
    tenant_id, mail_id = current_tenant(), mail.id
    after_commit(lambda: queue.enqueue("deliver_mail", tenant_id, mail_id, job_id=str(mail_id)))


def deliver(mail_id: UUID, now: dt.datetime) -> None:
    """Send a waiting mail and write down how it went.

    Does nothing when it is sent, failed, not yet due or in another worker's hands: the row stays locked for
    the whole conversation with the server, so no two workers send the same mail.
    """
    mail = found.find_due_mail(mail_id)
    if mail is None or (mail.attempts and mail.next_attempt_at > now):
        return
    mail.attempts += 1
    try:
        mail.last_error = _send(mail, now)
    except (letters.Refused, letters.Unsendable, Forbidden, PaymentRequired) as refusal:
        _give_up(mail, str(refusal))
    except (OSError, smtplib.SMTPException) as trouble:
        _try_again(mail, trouble, now)
    except Exception as trouble:
        # A template or a paper that breaks is our mistake: it is mended in less time than a mail is kept for.
        log.exception("mail %s could not be written", mail_id)
        _try_again(mail, trouble, now)
    else:
        mail.state, mail.sent_at = "sent", now


def _send(mail: EmailMessage, now: dt.datetime) -> str | None:
    route = None
    if letters.KINDS[mail.kind].to_customers:
        # Asked again: the company may have been suspended while the letter waited.
        limits.require(Use.CUSTOMER_MAIL, now=now)
        route = own_route()
    # A savepoint: SQL that fails while the letter is written must not keep us from noting the attempt.
    with db().begin_nested():
        letter = letters.render(mail, now, from_address=route.from_address if route else "")
    if route is None:
        return letters.send(letter)
    try:
        return letters.send(letter, route)
    except Invalid as refusal:
        raise letters.Refused(str(refusal)) from refusal


def _give_up(mail: EmailMessage, why: str) -> None:
    mail.state, mail.last_error = "failed", why
    log.warning("mail %s failed for good: %s", mail.id, why)


def _try_again(mail: EmailMessage, trouble: Exception, now: dt.datetime) -> None:
    # The company can mend its own server, so the reason is in words; ours is for us to mend.
    words = in_words(trouble) if letters.KINDS[mail.kind].to_customers and own_route() else None
    why = str(words) if words else f"{type(trouble).__name__}: {trouble}"[:1_000]
    if mail.attempts > len(PAUSES):
        return _give_up(mail, why)
    mail.last_error = why
    mail.next_attempt_at = now + dt.timedelta(seconds=PAUSES[mail.attempts - 1])
    log.warning("mail %s did not leave (attempt %s): %s", mail.id, mail.attempts, why)
    return None
