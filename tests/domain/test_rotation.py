"""The two slots: a lone browser is never signed out by lost replies, a copied token never goes unnoticed."""

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import count

import pytest

from rms.domain.rotation import GRACE, Slots, Verdict, confirms, judge, replaced, rotated

START = dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ACCESS_LIVES = 10 * MINUTE


def slots(**changed) -> Slots:
    given = {"current": "new", "previous": "old", "rotated_at": START, "confirmed": False}
    return Slots(**{**given, **changed})


@pytest.mark.parametrize(
    ("presented", "after", "confirmed", "verdict"),
    [
        ("new", 0 * MINUTE, False, Verdict.ACCEPT),
        ("new", 9.99 * MINUTE, True, Verdict.ACCEPT),
        ("new", 10 * MINUTE, True, Verdict.ROTATE),
        ("new", 10 * MINUTE, False, Verdict.ROTATE),
        ("old", GRACE, False, Verdict.ACCEPT),
        ("old", GRACE, True, Verdict.ACCEPT),
        ("old", GRACE + dt.timedelta(seconds=1), False, Verdict.REPLACE_LOST),
        ("old", GRACE + dt.timedelta(seconds=1), True, Verdict.REUSE),
        ("older", dt.timedelta(), False, Verdict.REUSE),
        ("older", dt.timedelta(), True, Verdict.REUSE),
    ],
)
def test_what_a_presented_token_means(presented, after, confirmed, verdict):
    assert judge(slots(confirmed=confirmed), presented, START + after) == verdict


def test_a_first_token_has_no_predecessor_to_forgive():
    assert judge(slots(previous=None), "old", START) == Verdict.REUSE


def test_grace_covers_the_immediate_predecessor_alone():
    after = rotated(slots(current="a", previous=None, confirmed=True), "b", START)
    after = rotated(after, "c", START)
    assert (after.previous, after.confirmed) == ("b", False)
    assert judge(after, "a", START) == Verdict.REUSE


def test_a_lost_token_is_replaced_and_its_predecessor_stays_forgiven():
    after = replaced(slots(), "newer", START + MINUTE)
    assert after == slots(current="newer", rotated_at=START + MINUTE)
    assert judge(after, "new", START + MINUTE) == Verdict.REUSE


# The model: what a server and its clients do over hours, with replies that get lost -------------------


@dataclass
class Server:
    slots: Slots
    names: count = field(default_factory=lambda: count(1))
    revoked: bool = False

    def present(self, token: str, now: dt.datetime) -> str | None:
        """The new token that travels back, if any; `revoked` afterwards tells of a reuse."""
        if self.revoked:
            return None
        verdict = judge(self.slots, token, now)
        if verdict == Verdict.REUSE:
            self.revoked = True
            return None
        if verdict == Verdict.ACCEPT:
            if confirms(self.slots, token):
                self.slots = Slots(
                    self.slots.current, self.slots.previous, self.slots.rotated_at, confirmed=True
                )
            return None
        new = f"t{next(self.names)}"
        self.slots = (rotated if verdict == Verdict.ROTATE else replaced)(self.slots, new, now)
        return new


@dataclass
class Client:
    """Presents its refresh token when its access token, which came with the last reply, is over."""

    token: str
    access_until: dt.datetime

    def ask(self, server: Server, now: dt.datetime, *, reply_is_lost: bool) -> bool:
        """Whether the server saw the refresh token."""
        if now < self.access_until:
            return False
        new = server.present(self.token, now)
        if not reply_is_lost:
            self.token = new or self.token
            self.access_until = now + ACCESS_LIVES
        return True


def new_session() -> tuple[Server, Client]:
    return Server(Slots("t0", None, START, confirmed=False)), Client("t0", START + ACCESS_LIVES)


def test_row_17_five_thousand_lone_clients_with_lost_replies_are_never_signed_out():
    dice = random.Random(17)
    for _ in range(5_000):
        server, client = new_session()
        now = START
        for _ in range(40):
            now += dt.timedelta(seconds=dice.choice([1, 5, 20, 45, 120, 900, 7_200]))
            client.ask(server, now, reply_is_lost=dice.random() < 0.3)
            assert not server.revoked


def test_row_17_no_theft_goes_unnoticed():
    """A copy of the refresh token is used beside its owner: the session ends after a few presentations."""
    dice = random.Random(71)
    seen = []
    for _ in range(20_000):
        server, owner = new_session()
        now = START
        for _ in range(dice.randrange(4)):
            now += dt.timedelta(seconds=dice.choice([300, 700, 1_500]))
            owner.ask(server, now, reply_is_lost=dice.random() < 0.1)
        thief = Client(owner.token, now)
        presentations = 0
        for _ in range(400):
            now += dt.timedelta(seconds=dice.choice([40, 200, 700, 1_500]))
            who = dice.choice([owner, thief])
            presentations += who.ask(server, now, reply_is_lost=dice.random() < 0.1)
            if server.revoked:
                break
        assert server.revoked
        seen.append(presentations)
    assert sorted(seen)[len(seen) // 2] <= 6
