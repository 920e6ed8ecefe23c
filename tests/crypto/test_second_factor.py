"""Codes of the app against the vectors of RFC 6238, and recovery codes as people type them."""

import base64
import datetime as dt
from uuid import uuid4

import pytest

from rms.crypto import keys, recovery_codes, totp
from tests.conftest import TEST_KEYS

SECRET = base64.b32encode(b"12345678901234567890").decode()

# RFC 6238 appendix B, SHA-1; it prints eight digits, of which ours are the last six.
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def step(code: str, seconds: int, after: int | None = None) -> int | None:
    return totp.step_of(SECRET, code, now=moment(seconds), after=after)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds, code):
    assert totp.code_at(SECRET, moment(seconds)) == code[-6:]
    assert step(code[-6:], seconds) == seconds // 30


@pytest.mark.parametrize(("away", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_good_one_step_before_and_after_its_own(away, is_good):
    assert (step("005924", 1234567890 + away) is not None) == is_good


def test_a_step_is_not_good_again_nor_one_before_it():
    here = 1234567890 // 30
    assert step("005924", 1234567890, after=here - 1) == here
    assert step("005924", 1234567890, after=here) is None
    assert step("005924", 1234567890, after=here + 1) is None


@pytest.mark.parametrize("code", ["", "5924", "0059240", "00592a", "٠٠٥٩٢٤", "005924\n", " 005924"])
def test_what_is_no_code_is_none(code):
    assert step(code, 1234567890) is None


def test_secrets_are_160_bits_and_differ():
    drawn = {totp.new_secret() for _ in range(50)}
    assert len(drawn) == 50 and {len(base64.b32decode(one)) for one in drawn} == {20}


def test_the_address_names_issuer_and_account_whatever_they_hold():
    told = totp.address_of(SECRET, account="a@b.in", issuer="RMS Billing, Ravi: Sons & Co")
    assert told.startswith(
        "otpauth://totp/RMS%20Billing%2C%20Ravi%20%20Sons%20%26%20Co:a%40b.in?secret=" + SECRET
    )


def test_recovery_codes_are_ten_different_ones_of_fifty_bits():
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 10
    assert all(len(one) == 11 and one[5] == "-" for one in codes)
    assert set("".join(codes)) <= set(recovery_codes.ALPHABET + "-")
    assert len(recovery_codes.ALPHABET) == 32 and not set("OILU") & set(recovery_codes.ALPHABET)


@pytest.mark.parametrize("typed", ["7KQ2M-90W41", "7kq2m90w41", " 7KQ2M 9OW4I ", "7kq2m–9Ow4l"])
def test_a_recovery_code_is_read_as_people_write_it(typed):
    assert recovery_codes.read(typed) == "7KQ2M90W41"


@pytest.mark.parametrize("typed", ["", "7KQ2M-90W4", "7KQ2M-90W411", "7KQ2M-90W4U", "७KQ2M-90W41"])
def test_what_is_no_recovery_code_is_none(typed):
    assert recovery_codes.read(typed) is None


def test_what_is_stored_belongs_to_one_person_and_outlives_a_new_key():
    keys.configure(TEST_KEYS)
    tenant, user, code = uuid4(), uuid4(), "7KQ2M-90W41"
    stored = recovery_codes.digest(code, tenant_id=tenant, user_id=user)
    assert stored != recovery_codes.digest(code, tenant_id=tenant, user_id=uuid4())
    assert stored != recovery_codes.digest(code, tenant_id=uuid4(), user_id=user)
    newer = "t2:" + base64.b64encode(bytes(range(32))).decode()
    try:
        keys.configure(f"{newer},{TEST_KEYS}")
        assert stored in recovery_codes.digests("7kq2m 90w41", tenant_id=tenant, user_id=user)
    finally:
        keys.configure(TEST_KEYS)
