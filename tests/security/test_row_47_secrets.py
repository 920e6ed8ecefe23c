"""Row 47: nothing that opens anything stands in this repository, and no key of its tests opens production."""

import base64
import binascii
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from rms.config import BadSettings, from_environment
from rms.crypto.keys import PUBLISHED, KeyRing
from tests.conftest import TEST_KEYS
from tests.house.test_settings import DRAWN, RIGHT

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key of AWS": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of Slack": re.compile(r"\bxox[abeprs]-[0-9A-Za-z-]{10,}"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{30,}|\bgithub_pat_\w{30,}"),
    "a key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a key of Stripe or Razorpay": re.compile(
        r"\b[sr]k_(live|test)_[0-9A-Za-z]{16,}|\brzp_(live|test)_\w{10,}"
    ),
    "a JSON web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a password in an address": re.compile(
        r"\w+://[\w.%-]*:(?P<secret>[^\s/@:{}\"'<>]+)@(?P<host>[\w.-]+|\[)"
    ),
    "a long value after the name of a secret": re.compile(
        r"(?i)(secret|token|api_?key|password|passwd|rms_keys)[\w\"']{0,12}\s*[:=]\s*[\"']?"
        r"(?P<value>[A-Za-z0-9+/_-]{32,}={0,2})"
    ),
    "a key of ours": re.compile(r"\b\w{1,8}:[\"' +]{0,5}(?P<key>[A-Za-z0-9+/]{43,}={0,2})"),
}
# Where it is no secret, and why.
ALLOWED = {
    ("DEPLOY.md", "a password in an address"): "PASSWORD and password stand for one",
    ("tests/conftest.py", "a key of ours"): "says of itself that it is only for tests; production refuses it",
    ("tests/actions/test_sign_up_and_trial.py", "a key of ours"): "the word new, eleven times",
    ("tests/crypto/test_passwords.py", "a key of ours"): "the word new, eleven times",
    ("tests/crypto/test_tokens.py", "a key of ours"): "the word new, eleven times",
}
TEXT_OF_OTHERS = re.compile(r"^(requirements.*\.txt|static/(fonts|vendor)/.*|.*\.(woff2|png|ico|pdf))$")


@cache
def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts():
    for name in tracked():
        if not TEXT_OF_OTHERS.match(name) and Path(name) != Path(__file__).relative_to(ROOT):
            yield name, (ROOT / name).read_text(errors="replace")


def found_in(text: str):
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            named = match.groupdict()
            is_own_machine = named.get("host") in ("127.0.0.1", "localhost", "[")
            if not is_own_machine and _is_random_enough(named.get("value")):
                yield kind, match[0]


def _is_random_enough(value: str | None) -> bool:
    """A name is as long as a secret at times, and holds no digit; form tokens are UUIDs and open nothing."""
    is_uuid = value is not None and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
    return value is None or (not is_uuid and any(map(str.isdigit, value)) and len(set(value)) > 12)


def test_row_47_no_secret_stands_in_the_repository():
    assert len(tracked()) > 500
    found = {(name, kind): shown for name, text in texts() for kind, shown in found_in(text)}
    assert {key: shown for key, shown in found.items() if key not in ALLOWED} == {}


def test_row_47_no_exception_outlives_its_reason():
    found = {(name, kind) for name, text in texts() for kind, _ in found_in(text)}
    assert set(ALLOWED) <= found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a private key", "-----BEGIN EC " + "PRIVATE KEY-----"),
        ("a key of AWS", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("a token of Slack", "xoxb-" + "123456789012-abcdef"),
        ("a token of GitHub", "ghp_" + "a1" * 18),
        ("a key of Stripe or Razorpay", "rzp_live_" + "a1b2c3d4e5f6g7"),
        ("a JSON web token", ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlLW9m"))),
        ("a password in an address", "postgresql://rms:hunter2@db.example.in/rms"),
        ("a long value after the name of a secret", 'API_KEY = "' + "f3a91c07b2d84e65" * 2 + '"'),
        ("a key of ours", "k1:" + base64.b64encode(bytes(range(48))).decode()),
    ],
)
def test_row_47_the_search_would_find_one(kind, text):
    assert kind in {one for one, _ in found_in(text)}


def test_row_47_files_that_hold_secrets_on_a_machine_are_never_committed():
    wrong = re.compile(
        r"(^|/)(\.env(\..*)?|.*\.(pem|key|p12|pfx|kdbx|dump|sqlite3?)|id_(rsa|ed25519))$|^\.rms/"
    )
    assert [name for name in tracked() if wrong.search(name)] == []


def keys_in_the_repository() -> list[str]:
    """Whatever could be given to the product as a key: a name and 32 bytes or more."""
    written = {match["key"] for _, text in texts() for match in PATTERNS["a key of ours"].finditer(text)}
    return [f"k1:{one}" for one in sorted(written) if _is_key(one)]


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) >= 32
    except binascii.Error:
        return False


def test_row_47_production_refuses_every_key_that_stands_in_the_repository():
    found = keys_in_the_repository()
    assert f"k1:{TEST_KEYS.partition(':')[2]}" in found
    for key in found:
        with pytest.raises(BadSettings, match="RMS_KEYS"):
            from_environment({**RIGHT, "RMS_KEYS": key})
        with pytest.raises(BadSettings, match="RMS_KEYS"):
            from_environment({**RIGHT, "RMS_KEYS": f"{DRAWN},k0:{key.partition(':')[2]}"})


def test_row_47_a_published_key_is_known_by_its_fingerprint_whatever_it_is_called(monkeypatch):
    """Even one that was drawn: a demo's that was copied into production."""
    ring = KeyRing(DRAWN)
    assert ring.published_kids == [] and KeyRing(TEST_KEYS).published_kids == ["t1"]
    monkeypatch.setattr("rms.crypto.keys.PUBLISHED", PUBLISHED | {ring.fingerprint("k1")})
    with pytest.raises(BadSettings, match="key 'other' in RMS_KEYS stands in the source"):
        from_environment({**RIGHT, "RMS_KEYS": f"other:{DRAWN.partition(':')[2]}"})
    assert from_environment({**RIGHT, "RMS_ENV": "development"}).keys == DRAWN
