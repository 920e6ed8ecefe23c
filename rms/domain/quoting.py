"""Which state a quote is in, and what may be done with it from there.

As with invoices, the state is never set by hand: it follows from what happened to the quote and from the day.
"""

import datetime as dt
from enum import StrEnum

from rms.domain.errors import N_, IllegalMove

VALID_FOR_DAYS = 14
LONGEST_VALIDITY_DAYS = 366


class Status(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    INVOICED = "invoiced"


class Verb(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    SEND = "send"
    SHARE = "share"
    ACCEPT = "accept"
    DECLINE = "decline"
    RECORD = "record"
    INVOICE = "invoice"
    REVISE = "revise"
    ARCHIVE = "archive"


WORDS: dict[Status, str] = {
    Status.DRAFT: N_("Draft"),
    Status.SENT: N_("Sent"),
    Status.ACCEPTED: N_("Accepted"),
    Status.DECLINED: N_("Declined"),
    Status.EXPIRED: N_("Expired"),
    Status.INVOICED: N_("Invoiced"),
}


def status_of(
    *, sent: bool, answer: str | None, invoiced: bool, valid_until: dt.date, today: dt.date
) -> Status:
    """The state that follows from the facts. `answer` is "accepted", "declined" or None.

    The last day of validity still counts. An answer outlives that day, and an invoice outlives the answer.
    """
    if not sent:
        return Status.DRAFT
    if invoiced:
        return Status.INVOICED
    if answer is not None:
        return Status(answer)
    return Status.EXPIRED if valid_until < today else Status.SENT


_OUT = frozenset(Status) - {Status.DRAFT}

# RECORD is the company writing down an answer it heard; ACCEPT and DECLINE are the customer's own, once.
# An expired quote may still be recorded as accepted and be invoiced: the company is free to honour it.
OPEN: dict[Verb, frozenset[Status]] = {
    Verb.EDIT: frozenset({Status.DRAFT}),
    Verb.DELETE: frozenset({Status.DRAFT}),
    Verb.SEND: frozenset({Status.DRAFT, Status.SENT, Status.ACCEPTED}),
    Verb.SHARE: frozenset({Status.SENT, Status.ACCEPTED}),
    Verb.ACCEPT: frozenset({Status.SENT}),
    Verb.DECLINE: frozenset({Status.SENT}),
    Verb.RECORD: frozenset({Status.SENT, Status.DECLINED, Status.EXPIRED}),
    Verb.INVOICE: frozenset({Status.SENT, Status.ACCEPTED, Status.EXPIRED, Status.INVOICED}),
    Verb.REVISE: _OUT,
    Verb.ARCHIVE: frozenset({Status.DECLINED, Status.EXPIRED, Status.INVOICED}),
}

_REFUSALS: dict[tuple[Status, Verb], str] = {
    (Status.DRAFT, Verb.SHARE): N_("This quote is a draft. Send it before you share it"),
    (Status.DRAFT, Verb.RECORD): N_("This quote is a draft. Send it first"),
    (Status.DRAFT, Verb.INVOICE): N_("This quote is a draft. Send it first, or write an invoice"),
    (Status.DRAFT, Verb.ARCHIVE): N_("This quote is a draft. Delete it instead"),
    (Status.EXPIRED, Verb.ACCEPT): N_("This quote is no longer valid. Ask for a new one"),
    (Status.EXPIRED, Verb.DECLINE): N_("This quote is no longer valid. Nothing needs to be declined"),
    (Status.EXPIRED, Verb.SEND): N_("This quote is no longer valid. Make a new version with a later date"),
    (Status.DECLINED, Verb.SEND): N_("This quote was declined. Make a new version of it"),
    (Status.DECLINED, Verb.INVOICE): N_("This quote was declined. Record that it is accepted first"),
    (Status.SENT, Verb.ARCHIVE): N_("This quote waits for an answer. Record the answer first"),
    (Status.ACCEPTED, Verb.ARCHIVE): N_("This quote is accepted. Make its invoice first"),
    (Status.INVOICED, Verb.SEND): N_("This quote is invoiced. Send the invoice instead"),
}
_BY_VERB: dict[Verb, str] = {
    Verb.EDIT: N_("This quote is sent and stays as it was sent. Make a new version instead"),
    Verb.DELETE: N_("This quote is sent and its number is used. It cannot be deleted"),
    Verb.ACCEPT: N_("This quote has been answered already"),
    Verb.DECLINE: N_("This quote has been answered already"),
    Verb.RECORD: N_("This quote is accepted already"),
    Verb.SHARE: N_("This quote is closed. Make a new version of it"),
    Verb.REVISE: N_("This quote is a draft. Change it as it is"),
}


def can(status: Status, verb: Verb) -> bool:
    """Whether a quote in this state is open to this act."""
    return status in OPEN[verb]


def check(status: Status, verb: Verb) -> None:
    """Raise IllegalMove with what to do instead, unless the act is open."""
    if not can(status, verb):
        raise IllegalMove(_REFUSALS.get((status, verb)) or _BY_VERB[verb])
