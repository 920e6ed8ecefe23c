"""A second factor is turned on, accepts each code once, and is turned off."""

import datetime as dt
from uuid import uuid4

import pytest

from rms.actions import second_factor as acts
from rms.crypto import totp
from rms.crypto.fields import is_sealed
from rms.db.session import tenant_scope
from rms.domain.errors import Forbidden, IllegalMove, Invalid, NotFound, TooOften
from rms.queries.second_factor import factor_of, is_on, row_of, secret_of
from tests.actions.test_receipts_at_once import all_at_once
from tests.second_factors import App, turn_on

NOW = dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def configured(app) -> None:
    """Letters are posted."""


@pytest.fixture
def phone(nilgiri) -> App:
    return turn_on(nilgiri, nilgiri.admin)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def events(superuser, company, action: str) -> list:
    found = superuser.execute(
        "SELECT user_id, entity_id, new_values FROM audit_logs WHERE tenant_id = %s AND action = %s",
        (company.tenant_id, action),
    )
    return found.fetchall()


def mails(superuser, company, kind: str) -> list[str]:
    found = superuser.execute(
        "SELECT to_address FROM email_messages WHERE tenant_id = %s AND kind = %s ORDER BY to_address",
        (company.tenant_id, kind),
    )
    return [address for (address,) in found]


def test_what_is_begun_asks_nobody(nilgiri):
    with nilgiri.scope():
        acts.begin(nilgiri.admin.id)
        assert not is_on(nilgiri.admin.id)
        first = factor_of(nilgiri.admin.id).secret
        assert not acts.check(nilgiri.admin.id, totp.code_at(first, NOW), now=NOW)
        acts.begin(nilgiri.admin.id)
        assert factor_of(nilgiri.admin.id).secret not in ("", first)


def test_the_secret_is_sealed_for_its_row(nilgiri, superuser):
    with nilgiri.scope():
        acts.begin(nilgiri.admin.id)
        secret = secret_of(row_of(nilgiri.admin.id))
    [stored] = superuser.execute(
        "SELECT secret FROM second_factors WHERE user_id = %s", (nilgiri.admin.id,)
    ).fetchone()
    assert is_sealed(stored) and secret not in stored


def test_a_wrong_code_does_not_turn_it_on(nilgiri):
    with nilgiri.scope():
        acts.begin(nilgiri.admin.id)
        with pytest.raises(Invalid) as refused:
            acts.confirm(nilgiri.admin.id, "12345", here=uuid4(), now=NOW)
        assert refused.value.field == "code" and not is_on(nilgiri.admin.id)


def test_turning_it_on_is_told_and_gives_ten_codes(nilgiri, superuser):
    with nilgiri.scope(nilgiri.admin):
        acts.begin(nilgiri.admin.id)
        code = totp.code_at(secret_of(row_of(nilgiri.admin.id)), NOW)
        codes = acts.confirm(nilgiri.admin.id, code, here=uuid4(), now=NOW)
        factor = factor_of(nilgiri.admin.id)
        assert factor.is_on and factor.codes_left == 10 == len(set(codes)) and factor.secret == ""
    who = nilgiri.admin.id
    assert events(superuser, nilgiri, "second_factor_on") == [(who, who, None)]
    assert mails(superuser, nilgiri, "second_factor_on") == [nilgiri.admin.email]


def test_the_code_that_turned_it_on_does_not_sign_in(nilgiri):
    with nilgiri.scope():
        acts.begin(nilgiri.admin.id)
        code = totp.code_at(secret_of(row_of(nilgiri.admin.id)), NOW)
        acts.confirm(nilgiri.admin.id, code, here=uuid4(), now=NOW)
        assert not acts.check(nilgiri.admin.id, code, now=NOW)


def test_neither_begun_nor_confirmed_twice(nilgiri, phone):
    with nilgiri.scope():
        with pytest.raises(IllegalMove):
            acts.begin(nilgiri.admin.id)
        with pytest.raises(IllegalMove):
            acts.confirm(nilgiri.admin.id, phone.code(), here=uuid4(), now=now())


def test_each_code_opens_once_and_none_before_it(nilgiri, phone):
    with nilgiri.scope():
        assert acts.check(nilgiri.admin.id, f" {phone.code()[:3]} {phone.code()[3:]} ", now=now())
        assert not acts.check(nilgiri.admin.id, phone.code(), now=now())
        assert not acts.check(nilgiri.admin.id, phone.code(-1), now=now())
        assert acts.check(nilgiri.admin.id, phone.code(1), now=now())


def test_twenty_at_once_with_one_code_are_one(nilgiri, phone):
    code = phone.code()

    def try_it():
        with tenant_scope(nilgiri.tenant_id):
            return acts.check(nilgiri.admin.id, code, now=now())

    assert sorted(all_at_once([try_it] * 20)) == [False] * 19 + [True]


def test_twenty_at_once_with_one_recovery_code_are_one(nilgiri, phone):
    def try_it():
        with tenant_scope(nilgiri.tenant_id):
            return acts.check(nilgiri.admin.id, phone.codes[3], now=now())

    assert sorted(all_at_once([try_it] * 20)) == [False] * 19 + [True]


def test_a_recovery_code_opens_once_and_is_told(nilgiri, phone, superuser):
    with nilgiri.scope(nilgiri.admin):
        assert acts.check(nilgiri.admin.id, phone.codes[0].lower().replace("-", " "), now=now())
        assert not acts.check(nilgiri.admin.id, phone.codes[0], now=now())
        assert acts.check(nilgiri.admin.id, phone.codes[1], now=now())
        assert factor_of(nilgiri.admin.id).codes_left == 8
    assert len(events(superuser, nilgiri, "recovery_code_used")) == 2


def test_codes_of_somebody_else_open_nothing(nilgiri, sahyadri, phone):
    other = turn_on(nilgiri, nilgiri.manager)
    rival = turn_on(sahyadri, sahyadri.admin)
    with nilgiri.scope():
        for stranger in (other, rival):
            assert not acts.check(nilgiri.admin.id, stranger.code(), now=now())
            assert not acts.check(nilgiri.admin.id, stranger.codes[0], now=now())
    with sahyadri.scope():
        assert not acts.check(nilgiri.admin.id, phone.code(), now=now())
        assert not is_on(nilgiri.admin.id)


def test_new_recovery_codes_make_the_old_ones_void(nilgiri, phone):
    with nilgiri.scope():
        renewed = acts.renew_codes(nilgiri.admin.id)
        assert len(renewed) == 10 and not set(renewed) & set(phone.codes)
        assert not acts.check(nilgiri.admin.id, phone.codes[0], now=now())
        assert acts.check(nilgiri.admin.id, renewed[0], now=now())


def test_turned_off_it_asks_no_more_and_nothing_of_it_stays(nilgiri, phone, superuser):
    with nilgiri.scope(nilgiri.admin):
        assert acts.turn_off(nilgiri.admin.id, now=now())
        assert not acts.turn_off(nilgiri.admin.id, now=now())
        assert factor_of(nilgiri.admin.id) == factor_of(uuid4())
        assert not acts.check(nilgiri.admin.id, phone.codes[0], now=now())
        with pytest.raises(IllegalMove):
            acts.renew_codes(nilgiri.admin.id)
    assert len(events(superuser, nilgiri, "second_factor_off")) == 1
    assert mails(superuser, nilgiri, "second_factor_off") == [nilgiri.admin.email]


def test_an_admin_takes_it_away_and_both_are_told(nilgiri, superuser):
    turn_on(nilgiri, nilgiri.user)
    with nilgiri.scope(nilgiri.admin):
        acts.take_away(nilgiri.user.id, by=nilgiri.admin.id, now=now())
        assert not is_on(nilgiri.user.id)
    told = events(superuser, nilgiri, "second_factor_off")
    assert told == [(nilgiri.admin.id, nilgiri.user.id, {"by": "admin"})]
    assert mails(superuser, nilgiri, "second_factor_off") == sorted([nilgiri.admin.email, nilgiri.user.email])


def test_nobody_takes_away_their_own_nor_without_being_admin(nilgiri, sahyadri):
    for person in (nilgiri.admin, nilgiri.user):
        turn_on(nilgiri, person)
    with nilgiri.scope():
        with pytest.raises(Forbidden):
            acts.take_away(nilgiri.admin.id, by=nilgiri.admin.id, now=now())
        with pytest.raises(Forbidden):
            acts.take_away(nilgiri.user.id, by=nilgiri.manager.id, now=now())
        with pytest.raises(NotFound):
            acts.take_away(sahyadri.admin.id, by=nilgiri.admin.id, now=now())
        with pytest.raises(IllegalMove):
            acts.take_away(nilgiri.manager.id, by=nilgiri.admin.id, now=now())
        assert is_on(nilgiri.user.id)


def test_wrong_codes_are_slowed_down_and_a_right_one_ends_that(nilgiri, phone, superuser):
    superuser.execute("DELETE FROM login_attempts")
    who = (nilgiri.tenant_id, nilgiri.admin.id)
    with nilgiri.scope():
        assert [acts.prove(*who, phone.wrong(), now=now()) for _ in range(5)] == [False] * 5
        with pytest.raises(TooOften) as refused:
            acts.prove(*who, phone.code(), now=now())
        assert 0 < refused.value.retry_after <= 60
        superuser.execute("UPDATE login_attempts SET created_at = created_at - interval '61 seconds'")
        assert acts.prove(*who, phone.code(), now=now())
        assert not acts.prove(*who, phone.wrong(), now=now())
