"""Attempts are counted before anything is hashed, and wait after some that failed: security rows 22, 28."""

import datetime as dt
import logging
import threading
from uuid import uuid4

import pytest
import redis

from rms.actions import attempts
from rms.crypto import keys
from rms.domain.errors import TooOften
from tests.conftest import TEST_KEYS
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("connected")

_networks = iter(range(1, 65_000))


def network() -> str:
    """A network address that no other test uses."""
    number = next(_networks)
    return f"10.{uuid4().int % 250}.{number // 250}.{number % 250}"


@pytest.fixture
def account() -> str:
    return f"kavya.{uuid4().hex}@example.in"


def fail(account: str, times: int, *, now=NOW, kind="test", **more) -> None:
    for _ in range(times):
        attempts.begin(kind, account=account, ip=network(), now=now, **more)


def wait_of(account: str, *, now=NOW, kind="test", ip=None, **more) -> int:
    """Seconds that the next attempt would have to wait; one that is let through counts."""
    try:
        attempts.begin(kind, account=account, ip=ip or network(), now=now, **more)
    except TooOften as refusal:
        return refusal.retry_after
    return 0


def test_row_22_the_sixth_attempt_waits_a_minute_whatever_its_password(account):
    fail(account, 5)
    assert wait_of(account) == 60
    assert wait_of(account, now=NOW + dt.timedelta(seconds=59)) == 1
    assert wait_of(account, now=NOW + dt.timedelta(seconds=60)) == 0


def test_row_22_the_wait_doubles_up_to_fifteen_minutes_and_never_locks(account):
    fail(account, 5)
    moment, waits = NOW, []
    for _ in range(8):
        waits.append(wait_of(account, now=moment))
        moment += dt.timedelta(seconds=waits[-1])
        assert wait_of(account, now=moment) == 0, "after the wait it may be tried"
    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]


def test_refused_attempts_are_not_counted(account):
    fail(account, 5)
    assert {wait_of(account) for _ in range(20)} == {60}


def test_a_success_forgives_what_was_before(account):
    fail(account, 4)
    right = attempts.begin("test", account=account, ip=network(), now=NOW + dt.timedelta(seconds=1))
    attempts.succeed(right.id)
    fail(account, 5, now=NOW + dt.timedelta(seconds=2))
    assert wait_of(account, now=NOW + dt.timedelta(seconds=2)) == 60


def test_after_a_day_failures_are_forgotten(account):
    fail(account, 5)
    assert wait_of(account, now=NOW + dt.timedelta(hours=24)) == 0
    assert wait_of(account, now=NOW + dt.timedelta(hours=24)) == 0


def test_the_address_is_compared_without_case(account):
    fail(account.upper(), 5)
    assert wait_of(f" {account} ") == 60


def test_kinds_are_counted_apart(account):
    fail(account, 5)
    assert wait_of(account, kind="other") == 0


def test_row_22_a_known_device_has_a_counter_of_its_own(account):
    fail(account, 5)
    assert wait_of(account) == 60
    assert wait_of(account, device="d1") == 0
    fail(account, 4, device="d1")
    assert (wait_of(account, device="d1"), wait_of(account, device="d2")) == (60, 0)


def test_row_22_twenty_failures_from_one_network_address_wait(account):
    ip = network()
    for number in range(20):
        attempts.begin("test", account=f"{number}{account}", ip=ip, now=NOW + dt.timedelta(seconds=number))
    moment = NOW + dt.timedelta(seconds=30)
    assert wait_of(f"x{account}", ip=ip, now=moment) == 15 * 60 - 30
    assert wait_of(f"x{account}", now=moment) == 0, "others are not held up"
    assert wait_of(f"y{account}", ip=ip, now=moment, device="known") == 0
    assert wait_of(f"z{account}", ip=ip, now=NOW + dt.timedelta(minutes=16)) == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("", "", True),
    ],
)
def test_a_network_address_is_a_subscriber(one, other, is_same):
    assert (attempts.network_of(one) == attempts.network_of(other)) is is_same


def test_row_22_of_a_hundred_guesses_at_once_five_pass(account):
    waits, ready = [], threading.Barrier(20)

    def guess() -> None:
        ready.wait()
        waits.extend(wait_of(account) for _ in range(5))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(waits), waits.count(0)) == (100, 5)


def test_row_22_emptying_redis_resets_nothing(account, settings):
    fail(account, 5)
    redis.Redis.from_url(settings.redis_url).flushall()
    assert wait_of(account) == 60


def test_failures_count_on_when_the_key_changes(account):
    fail(account, 5)
    try:
        keys.configure(f"t2:{'bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0xMjM='},{TEST_KEYS}")
        assert wait_of(account) == 60
    finally:
        keys.configure(TEST_KEYS)


def test_the_table_names_nobody(account, superuser):
    ip = network()
    attempts.begin("test", account=account, ip=ip, now=NOW)
    rows = superuser.execute("SELECT t::text FROM login_attempts t").fetchall()
    assert rows
    assert not any(account in row or ip in row for (row,) in rows)


def test_more_than_a_hundred_failures_within_five_minutes_are_told_in_the_log(caplog, monkeypatch):
    far = NOW + dt.timedelta(days=400)
    monkeypatch.setattr(attempts, "_last_look", far)
    for _ in range(101):
        attempts.begin("test", account=uuid4().hex, ip=network(), now=far)
    with caplog.at_level(logging.WARNING, logger="rms.actions.attempts"):
        attempts.begin("test", account=uuid4().hex, ip=network(), now=far + dt.timedelta(seconds=14))
        assert not caplog.records, "looked at no more often than every 15 seconds"
        attempts.begin("test", account=uuid4().hex, ip=network(), now=far + dt.timedelta(seconds=15))
    assert "more than 100 failed attempts" in caplog.text


# Mails ---------------------------------------------------------------------------------------------


def test_row_28_a_minute_lies_between_two_mails_and_three_go_in_an_hour(account):
    let = [
        second
        for second in range(0, 7200, 30)
        if attempts.may_mail("test", account=account, ip=network(), now=NOW + dt.timedelta(seconds=second))
    ]
    assert let == [0, 60, 120, 3600, 3660, 3720]


def test_row_28_ten_mails_an_hour_for_whoever_asks(account):
    ip = network()
    let = [attempts.may_mail("test", account=f"{number}{account}", ip=ip, now=NOW) for number in range(20)]
    assert let.count(True) == 10
    assert attempts.may_mail("test", account=f"x{account}", ip=ip, now=NOW + dt.timedelta(hours=1))


def test_row_28_twenty_askings_at_once_bring_one_mail(account):
    let, ready = [], threading.Barrier(20)

    def ask() -> None:
        ready.wait()
        let.append(attempts.may_mail("test", account=account, ip=network(), now=NOW))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(let), let.count(True)) == (20, 1)


def test_two_windows_that_send_one_sign_up_at_once_may_read_the_clock_in_either_order(account):
    later = NOW + dt.timedelta(milliseconds=20)
    for moment in (later, NOW):
        assert attempts.may_mail("test", account=account, ip=network(), now=moment, gap=dt.timedelta(0))
