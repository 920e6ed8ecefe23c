"""Attempts to get in: counted before a password is hashed, and slowed down after some that failed.

An account waits 1, 2, 4, 8 and then 15 minutes after its fifth failure in a row and each further one; a
network address waits once twenty failed within 15 minutes. Nothing is ever locked for good, a refused try is
not counted, and a reset by mail stays open. A browser that has signed in to the account before has a counter
of its own, so that strangers cannot keep the owner out. All of it is in PostgreSQL.

These functions open a transaction of their own, which commits whatever becomes of the request: call them when
none is open, or `release()` it.
"""

import datetime as dt
import ipaddress
import logging
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from rms.crypto.keys import ring
from rms.db.session import db, public_scope
from rms.domain.errors import N_, TooOften
from rms.models import LoginAttempt
from rms.queries import attempts as found

log = logging.getLogger(__name__)

PURPOSE = "attempts"
FREE_FAILURES = 5
WAITS = (1, 2, 4, 8, 15)  # minutes
REMEMBERED = dt.timedelta(hours=24)
MOST_FROM_ADDRESS = 20
ADDRESS_WINDOW = dt.timedelta(minutes=15)

HOUR = dt.timedelta(hours=1)
MAIL_GAP = dt.timedelta(seconds=60)
MAILS_TO_ACCOUNT = 3
MAILS_FROM_ADDRESS = 10

ALARM_AT = 100
ALARM_WINDOW = dt.timedelta(minutes=5)
ALARM_EVERY = dt.timedelta(seconds=15)


@dataclass(frozen=True)
class Attempt:
    """One that was counted; it stands as failed until `succeed`."""

    id: UUID


@dataclass(frozen=True)
class _Keys:
    """What account and network address are stored as, by every key of the ring, the newest first."""

    account: list[str]
    address: list[str]


def begin(
    kind: str,
    *,
    account: str,
    ip: str,
    now: dt.datetime,
    device: str | None = None,
    within: str | None = None,
) -> Attempt:
    """Count an attempt, or raise TooOften with the seconds until the next one may be made.

    `account` is whatever is tried: a mail address, a user. `device` names a browser that this account knows;
    it gets the account's patience for itself, whatever others do, also from the same network address.
    `within` is what has the wider limit in place of the network address.
    """
    keys = _keys(account if device is None else f"{device} {account}", within or ip)
    with public_scope():
        _one_at_a_time(kind, keys)
        _refuse_haste(kind, keys, now, is_known=device is not None)
        attempt = _note(kind, keys, now, succeeded=False)
    _alarm(now)
    return attempt


def succeed(attempt_id: UUID) -> None:
    """It was right: the account's failures before it no longer count."""
    with public_scope():
        db().execute(update(LoginAttempt).where(LoginAttempt.id == attempt_id).values(succeeded=True))


def spend_as_much(attempt_id: UUID) -> None:
    """Write as little and as long as an entry of the audit trail does, where no company has the address."""
    with public_scope():
        db().execute(update(LoginAttempt).where(LoginAttempt.id == attempt_id).values(succeeded=False))


def may_mail(kind: str, *, account: str, ip: str, now: dt.datetime, gap: dt.timedelta = MAIL_GAP) -> bool:
    """Whether a mail that anybody can ask for may go to this address now; if so it is counted.

    Three an hour to an address, a minute apart, and ten an hour for whoever asks. What is answered to
    somebody of whom nothing is known must not depend on it.
    """
    return seconds_until_mail(kind, account=account, ip=ip, now=now, gap=gap) == 0


def seconds_until_mail(
    kind: str, *, account: str, ip: str, now: dt.datetime, gap: dt.timedelta = MAIL_GAP
) -> int:
    """The same, as the seconds to wait; 0 when it may go now and was counted."""
    kind, keys = f"mail {kind}", _keys(account, ip)
    with public_scope():
        _one_at_a_time(kind, keys)
        to_account = found.mails_since(keys.account, kind, now - HOUR, by_address=False)
        from_address = found.mails_since(keys.address, kind, now - HOUR, by_address=True)
        ends = [
            *(sent + gap for sent in to_account[:1] if gap),
            *(sent + HOUR for sent in to_account[MAILS_TO_ACCOUNT - 1 : MAILS_TO_ACCOUNT]),
            *(sent + HOUR for sent in from_address[MAILS_FROM_ADDRESS - 1 : MAILS_FROM_ADDRESS]),
        ]
        wait = max((_seconds_until(end, now) for end in ends), default=0)
        if wait == 0:
            _note(kind, keys, now, succeeded=True)
    return wait


def _keys(account: str, ip: str) -> _Keys:
    return _Keys(
        ring().macs(PURPOSE, f"account {account.strip().lower()}"),
        ring().macs(PURPOSE, f"address {network_of(ip)}"),
    )


def network_of(ip: str) -> str:
    """Of IPv6 the first 64 bits: the rest is whatever a subscriber likes."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _one_at_a_time(kind: str, keys: _Keys) -> None:
    """Count and insert are one step, for the account and for the network address: of a hundred guesses at
    once each sees those before it. In ascending order, so that two cannot wait for each other.
    """
    for key in sorted((f"{kind} {keys.account[0]}", f"{kind} {keys.address[0]}")):
        db().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _refuse_haste(kind: str, keys: _Keys, now: dt.datetime, *, is_known: bool) -> None:
    failures = found.failures_of(keys.account, kind, now - REMEMBERED)
    if failures.count >= FREE_FAILURES:
        minutes = WAITS[min(failures.count - FREE_FAILURES, len(WAITS) - 1)]
        _refuse_until(failures.last + dt.timedelta(minutes=minutes), now, failures.count)
    if is_known:
        return
    oldest = found.nth_failure_from(keys.address, kind, now - ADDRESS_WINDOW, nth=MOST_FROM_ADDRESS)
    if oldest:
        _refuse_until(oldest + ADDRESS_WINDOW, now, MOST_FROM_ADDRESS)


def _refuse_until(end: dt.datetime, now: dt.datetime, count: int) -> None:
    seconds = _seconds_until(end, now)
    if seconds:
        raise TooOften(
            N_("There were %(count)s tries that were not right, so we slow down. Nothing is locked"),
            retry_after=seconds,
            count=count,
        )


def _seconds_until(end: dt.datetime, now: dt.datetime) -> int:
    return max(0, -int((now - end).total_seconds() // 1))


def _note(kind: str, keys: _Keys, now: dt.datetime, *, succeeded: bool) -> Attempt:
    row = LoginAttempt(
        id=uuid4(),
        kind=kind,
        account_hash=keys.account[0],
        address_hash=keys.address[0],
        succeeded=succeeded,
        created_at=now,
    )
    db().add(row)
    return Attempt(row.id)


_last_look = dt.datetime.min.replace(tzinfo=dt.UTC)


def _alarm(now: dt.datetime) -> None:
    """A flood spread over many accounts and addresses stays below every single limit, unseen."""
    global _last_look
    if now - _last_look < ALARM_EVERY:
        return
    _last_look = now
    with public_scope():
        count = found.failures_everywhere(now - ALARM_WINDOW, at_most=ALARM_AT + 1)
    if count > ALARM_AT:
        minutes = int(ALARM_WINDOW.total_seconds() // 60)
        log.warning("more than %s failed attempts to get in within %s minutes", ALARM_AT, minutes)
