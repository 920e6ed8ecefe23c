"""Refresh tokens that rotate: what a presented token means, decided from two slots and the clock.

A session keeps the digests of its current and its previous token. Who presents the current one gets a new
pair once it is ten minutes old. A lone browser whose reply was lost presents the previous one: while the
current token has never come back, that is forgiven. Once it has, the previous one can only be a copy, and the
session ends for whoever holds it.
"""

import datetime as dt
import hmac
from dataclasses import dataclass
from enum import StrEnum

FRESH_FOR = dt.timedelta(minutes=10)
GRACE = dt.timedelta(seconds=30)


class Verdict(StrEnum):
    """What to do about a token whose MAC is ours."""

    ACCEPT = "accept"
    ROTATE = "rotate"
    REPLACE_LOST = "replace lost"
    REUSE = "reuse"


@dataclass(frozen=True)
class Slots:
    """The tokens of one session as digests. `confirmed`: the current one has been presented since it was
    made. `rotated_at` is when it was made.
    """

    current: str
    previous: str | None
    rotated_at: dt.datetime
    confirmed: bool


def judge(slots: Slots, presented: str, now: dt.datetime) -> Verdict:
    """What a presented digest means. Grace covers the immediate predecessor alone: parallel requests of one
    page present it in the seconds after one of them has rotated.
    """
    if hmac.compare_digest(slots.current, presented):
        return Verdict.ROTATE if now - slots.rotated_at >= FRESH_FOR else Verdict.ACCEPT
    if slots.previous is None or not hmac.compare_digest(slots.previous, presented):
        return Verdict.REUSE
    if now - slots.rotated_at <= GRACE:
        return Verdict.ACCEPT
    return Verdict.REUSE if slots.confirmed else Verdict.REPLACE_LOST


def confirms(slots: Slots, presented: str) -> bool:
    """Whether this presentation proves that the current token has arrived."""
    return hmac.compare_digest(slots.current, presented)


def rotated(slots: Slots, new: str, now: dt.datetime) -> Slots:
    """After ROTATE: the current token becomes the previous one."""
    return Slots(current=new, previous=slots.current, rotated_at=now, confirmed=False)


def replaced(slots: Slots, new: str, now: dt.datetime) -> Slots:
    """After REPLACE_LOST: the token that never arrived is forgotten, its predecessor stays forgiven."""
    return Slots(current=new, previous=slots.previous, rotated_at=now, confirmed=False)
