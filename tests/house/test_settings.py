"""The environment is read once; every mistake in it is named at once, and production is strict."""

import base64
import random
from pathlib import Path

import pytest

from rms.config import BadSettings, from_environment

DICE = random.Random(26)  # the same in every process: the parameters below are names of tests


def drawn(length: int = 32) -> str:
    return base64.b64encode(DICE.randbytes(length)).decode()


DRAWN = f"k1:{drawn()}"
RIGHT = {
    "DATABASE_URL": "postgresql://rms_app@db/rms",
    "REDIS_URL": "redis://queue/0",
    "PUBLIC_BASE_URL": "https://billing.example/",
    "RMS_KEYS": DRAWN,
}
DEVELOPMENT = {**RIGHT, "RMS_ENV": "development"}


def refused(**changed) -> str:
    with pytest.raises(BadSettings) as caught:
        from_environment({**RIGHT, **changed})
    return str(caught.value)


def test_what_is_not_said_is_production_with_careful_values():
    settings = from_environment(RIGHT)
    assert settings.environment == "production" and not settings.is_development
    assert settings.public_base_url == "https://billing.example", "without its slash: paths are put behind it"
    assert (settings.bcrypt_cost, settings.session_days, settings.mailbox) == (12, 7, None)
    assert not settings.is_plain_loopback


def test_every_mistake_is_named_at_once():
    told = str(
        pytest.raises(
            BadSettings,
            from_environment,
            {
                "RMS_ENV": "staging",
                "RMS_KEYS": "k1:c2hvcnQ=",
                "RMS_POOL_SIZE": "many",
                "RMS_BCRYPT_COST": "99",
                "RMS_SWEEP_SECONDS": "-1",
            },
        ).value
    )
    for named in (
        "DATABASE_URL is not set",
        "REDIS_URL is not set",
        "PUBLIC_BASE_URL is not set",
        "RMS_ENV is 'staging'",
        "key 'k1' in RMS_KEYS needs",
        "RMS_POOL_SIZE is 'many'",
        "RMS_BCRYPT_COST is '99'",
        "RMS_SWEEP_SECONDS is '-1'",
    ):
        assert named in told, named


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_what_is_needed_is_needed(name):
    assert f"{name} is not set" in refused(**{name: ""})


@pytest.mark.parametrize(
    "keys",
    [
        ",",
        "k1:not base64",
        f"k1:{drawn(31)}",
        f"k 1:{drawn()}",
        f":{drawn()}",
        DRAWN + ",k0:c2hvcnQ=",
    ],
)
def test_keys_that_are_short_or_garbled_are_refused_everywhere(keys):
    assert "RMS_KEYS" in refused(RMS_KEYS=keys)
    assert "RMS_KEYS" in refused(RMS_KEYS=keys, RMS_ENV="development")


@pytest.mark.parametrize("typed", [b"a" * 32, b"\0" * 32, b"this-is-only-a-key-for-tests-12345678"])
def test_production_refuses_a_key_that_somebody_typed(typed):
    """32 drawn bytes are never all ASCII, nor a few values over and over: see crypto/keys.py."""
    keys = "k1:" + base64.b64encode(typed).decode()
    assert "was typed and not drawn at random" in refused(RMS_KEYS=keys)
    assert "k0" in refused(RMS_KEYS=f"{DRAWN},k0:{keys[3:]}"), "an old key must be as good as the new one"
    from_environment({**DEVELOPMENT, "RMS_KEYS": keys})


@pytest.mark.parametrize("url", ["http://billing.example", "http://127.0.0.1:8000", "billing.example"])
def test_production_refuses_a_site_without_https(url):
    assert "PUBLIC_BASE_URL must begin with https://" in refused(PUBLIC_BASE_URL=url)


@pytest.mark.parametrize(
    "url",
    ["billing.example", "ftp://billing.example", "https://", "https://billing.example/rms", "https://a@b"],
)
def test_a_site_is_a_scheme_and_a_host_in_every_environment(url):
    told = refused(PUBLIC_BASE_URL=url, RMS_ENV="development")
    assert "PUBLIC_BASE_URL" in told


def test_production_shows_nobody_the_mails_of_others(tmp_path):
    assert "RMS_MAILBOX" in refused(RMS_MAILBOX=str(tmp_path))
    assert from_environment({**DEVELOPMENT, "RMS_MAILBOX": "/tmp/mails"}).mailbox == Path("/tmp/mails")


def test_production_refuses_cheap_password_hashes():
    assert "RMS_BCRYPT_COST must be at least 12" in refused(RMS_BCRYPT_COST="10")
    assert from_environment({**DEVELOPMENT, "RMS_BCRYPT_COST": "10"}).bcrypt_cost == 10


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("https://localhost:8000", False),
        ("http://192.0.2.7:8000", False),
        ("http://127.0.0.1.evil.example:8000", False),
    ],
)
def test_only_http_on_this_machine_is_plain(url, plain):
    assert from_environment({**DEVELOPMENT, "PUBLIC_BASE_URL": url}).is_plain_loopback is plain
