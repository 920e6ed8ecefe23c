"""Sealed fields open in their own row, with a key of the ring, unchanged; and nowhere else."""

import base64
from uuid import UUID

import pytest

from rms.crypto import fields, keys
from rms.crypto.fields import CannotOpen

OLD = "old:" + base64.b64encode(bytes(range(32))).decode()
NEW = "new:" + base64.b64encode(bytes(range(100, 132))).decode()
OURS, RIVAL = UUID(int=1), UUID(int=2)
PLACE = {"tenant_id": OURS, "table": "companies", "column": "bank_account_number", "row_id": UUID(int=7)}
ACCOUNT = "50200012345678"


@pytest.fixture(autouse=True)
def ring():
    """A ring of these tests alone; the one of the product is put back."""
    before = keys._ring
    yield keys.configure(OLD)
    keys._ring = before


@pytest.mark.parametrize("text", [ACCOUNT, "", "₹ மழை 🌧", "x" * 5_000, "v1:not:sealed:at all"])
def test_what_is_sealed_opens_again(text):
    assert fields.open_sealed(fields.seal(text, **PLACE), **PLACE) == text


def test_the_stored_text_names_its_key_and_hides_the_rest():
    stored = fields.seal(ACCOUNT, **PLACE)
    assert stored.startswith("v1:old:")
    assert ACCOUNT not in stored
    assert ACCOUNT.encode() not in base64.urlsafe_b64decode(stored.split(":")[2])


def test_the_same_text_is_never_sealed_the_same_way():
    assert len({fields.seal(ACCOUNT, **PLACE) for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "other",
    [
        {"tenant_id": RIVAL},
        {"table": "invoices"},
        {"column": "upi_id"},
        {"row_id": UUID(int=8)},
        {"tenant_id": PLACE["row_id"], "row_id": PLACE["tenant_id"]},
    ],
    ids=["another tenant", "another table", "another column", "another row", "ids changed about"],
)
def test_a_ciphertext_copied_elsewhere_is_refused(other):
    stored = fields.seal(ACCOUNT, **PLACE)
    with pytest.raises(CannotOpen, match="another place"):
        fields.open_sealed(stored, **PLACE | other)


def test_every_changed_byte_is_noticed():
    mark, kid, body = fields.seal(ACCOUNT, **PLACE).split(":")
    kept = base64.urlsafe_b64decode(body)
    for at in range(len(kept)):
        changed = kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]
        text = f"{mark}:{kid}:{base64.urlsafe_b64encode(changed).decode()}"
        with pytest.raises(CannotOpen):
            fields.open_sealed(text, **PLACE)


@pytest.mark.parametrize("body", ["", "AAAA", "not base64 !", "ü", "A" * 15, "AAAA" * 4])
def test_what_is_cut_or_garbled_is_refused(body):
    with pytest.raises(CannotOpen):
        fields.open_sealed(f"v1:old:{body}", **PLACE)


def test_a_key_that_is_gone_is_named():
    stored = fields.seal(ACCOUNT, **PLACE)
    keys.configure(NEW)
    with pytest.raises(CannotOpen, match="'old'"):
        fields.open_sealed(stored, **PLACE)


def test_the_name_of_another_key_does_not_open_it():
    keys.configure(f"{NEW},{OLD}")
    stored = fields.seal(ACCOUNT, **PLACE)
    with pytest.raises(CannotOpen):
        fields.open_sealed(stored.replace("v1:new:", "v1:old:"), **PLACE)


def test_the_refusal_never_shows_what_it_refuses():
    stored = fields.seal(ACCOUNT, **PLACE)
    with pytest.raises(CannotOpen) as refused:
        fields.open_sealed(stored, **PLACE | {"tenant_id": RIVAL})
    assert stored not in str(refused.value)
    assert stored.split(":")[2] not in str(refused.value)


@pytest.mark.parametrize("clear", [ACCOUNT, "", "v1:", "v2:old:AAAA", "priya@okbank"])
def test_clear_text_from_before_comes_back_as_it_is(clear):
    assert not fields.is_sealed(clear)
    assert fields.open_sealed(clear, **PLACE) == clear
    assert fields.kid_of(clear) == ""


def test_keys_change_by_sealing_anew():
    stored = fields.seal(ACCOUNT, **PLACE)
    keys.configure(f"{NEW},{OLD}")
    again = fields.reseal(stored, **PLACE)
    assert fields.kid_of(again) == "new"
    assert fields.reseal(again, **PLACE) == again
    assert fields.kid_of(fields.reseal(ACCOUNT, **PLACE)) == "new"
    keys.configure(NEW)
    assert fields.open_sealed(again, **PLACE) == ACCOUNT


def test_the_key_is_not_one_that_signs_or_hashes():
    used = {keys.ring().key(purpose) for purpose in ("field", "pepper", "session", "link reset")}
    assert len(used) == 4
