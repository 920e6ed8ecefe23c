"""Visits through public links: let in by the secret, counted, and slowed down when somebody guesses.

A guess finds nothing: 256 bits cannot be tried through. Who misses sixty times in a minute is sent away for
the rest of it, so that the noise stays out of the way of those who come to read.
"""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert

from rms.actions import limits
from rms.actions.attempts import network_of
from rms.crypto import public_links as secrets
from rms.crypto.keys import ring
from rms.db.session import db, public_scope, rebind, rollback, scope
from rms.domain.devices import device_of
from rms.domain.errors import N_, NotFound, TooOften
from rms.domain.visitors import is_robot
from rms.models import DocumentView, LoginAttempt, PublicLink
from rms.policy import Use
from rms.queries.attempts import mails_since
from rms.queries.mails import today_at_home
from rms.queries.public_links import open_link, whose

PURPOSE = "visits"
MISS, ANSWER = "public link missed", "public answer"
MOST_MISSES, MISSES_WITHIN = 60, dt.timedelta(minutes=1)
MOST_ANSWERS, ANSWERS_WITHIN = 20, dt.timedelta(hours=1)
# Looking again within this time is the same looking.
ONE_VISIT = dt.timedelta(minutes=30)


def admit(secret: str, entity_type: str, *, now: dt.datetime) -> PublicLink:
    """The link behind a secret, with the rest of this request in the scope of its company.

    Raises NotFound alike for a secret that is garbled, unknown, ended, over or of another kind of document,
    TooOften for who missed too often, PaymentRequired or Forbidden when the company's plan is closed.
    """
    _refuse_haste(MISS, MOST_MISSES, MISSES_WITHIN, now)
    link = _link_of(secret, entity_type, now)
    if link is None:
        _count(MISS, now)
        raise NotFound(N_("Nothing here."))
    limits.require(Use.PUBLIC_LINK, now=now)
    return link


def begin_answer(*, now: dt.datetime) -> None:
    """Count an answer from this network address; raises TooOften beyond twenty in an hour."""
    _refuse_haste(ANSWER, MOST_ANSWERS, ANSWERS_WITHIN, now)
    _count(ANSWER, now)


def note_view(link: PublicLink, *, now: dt.datetime) -> bool:
    """Write down that a person looked; false for a program, by the name it gives itself."""
    agent = scope().user_agent
    if is_robot(agent):
        return False
    device = device_of(agent)
    row = {
        "id": uuid4(),
        "link_id": link.id,
        "visitor": secrets.visitor(link.tenant_id, network_of(scope().ip), agent),
        "seen_on": today_at_home(now),
        "first_at": now,
        "last_at": now,
        "device": " on ".join(filter(None, (device.browser, device.system)))[:100],
    }
    db().execute(_upsert(row, now))
    return True


def _upsert(row: dict, now: dt.datetime):
    seen = DocumentView
    is_same_visit = seen.last_at > now - ONE_VISIT
    again = {"count": seen.count + case((is_same_visit, 0), else_=1), "last_at": now}
    return (
        insert(seen)
        .values(row)
        .on_conflict_do_update(
            index_elements=[seen.tenant_id, seen.link_id, seen.visitor, seen.seen_on], set_=again
        )
    )


def _link_of(secret: str, entity_type: str, now: dt.datetime) -> PublicLink | None:
    found = whose(secret)
    if found is None:
        return None
    tenant_id, link_id = found
    rebind(replace(scope(), tenant_id=tenant_id))
    link = open_link(link_id, today_at_home(now))
    return link if link and link.entity_type == entity_type else None


def _refuse_haste(kind: str, most: int, within: dt.timedelta, now: dt.datetime) -> None:
    times = mails_since(_hashes(), kind, now - within, by_address=True)
    if len(times) >= most:
        wait = times[most - 1] + within - now
        raise TooOften(
            N_("That was too often in a short time. Wait a moment and try again."),
            retry_after=max(1, -int(-wait.total_seconds() // 1)),
        )


def _count(kind: str, now: dt.datetime) -> None:
    """In a transaction of its own, as the request's is rolled back; no failure: nobody tried to sign in."""
    hashed = _hashes()[0]
    rollback()
    with public_scope():
        db().add(
            LoginAttempt(kind=kind, account_hash="", address_hash=hashed, succeeded=True, created_at=now)
        )


def _hashes() -> list[str]:
    return ring().macs(PURPOSE, network_of(scope().ip))
