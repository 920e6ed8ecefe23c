"""The key ring, session tokens and links in mails."""

from uuid import uuid4

import pytest

from rms.crypto import keys, links, session_token
from rms.crypto.keys import BadKeys, KeyRing

OLD = "old:" + "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQ="
NEW = "new:" + "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy1uZXc="
GARBLED = ["", ".", "....", "v1.a.b.c.d", "v2.x", "தேயிலை", "a" * 10_000, "\x00", "0.0.0"]


@pytest.fixture(autouse=True)
def ring():
    """A ring of these tests alone; the one of the product is put back."""
    before = keys._ring
    yield keys.configure(OLD)
    keys._ring = before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "RMS_KEYS is empty"),
        (" , ", "RMS_KEYS is empty"),
        ("k1:not base64!", "is not base64"),
        ("k1:c2hvcnQ=", "at least 32 random bytes"),
        (OLD.replace("old", "o-d"), "needs a plain name"),
        (OLD.replace("old", ""), "needs a plain name"),
    ],
)
def test_keys_that_cannot_be_used_say_why(text, sentence):
    with pytest.raises(BadKeys, match=sentence):
        KeyRing(text)


def test_every_purpose_has_a_key_of_its_own(ring):
    assert len({ring.key(purpose) for purpose in ("csrf", "session", "pepper", "trial")}) == 4
    assert ring.key("csrf") == KeyRing(OLD).key("csrf")


def test_macs_of_all_keys_come_newest_first():
    both = KeyRing(f"{NEW},{OLD}")
    assert both.macs("trial", "kavya@example.in") == [
        KeyRing(NEW).mac("trial", "kavya@example.in"),
        KeyRing(OLD).mac("trial", "kavya@example.in"),
    ]


def test_a_session_token_names_tenant_and_session():
    tenant, session_id = uuid4(), uuid4()
    token = session_token.issue(tenant, session_id)
    assert session_token.read(token.text) == token
    assert (token.tenant_id, token.session_id, len(token.digest)) == (tenant, session_id, 64)
    assert session_token.issue(tenant, session_id).text != token.text


def test_a_token_made_with_an_older_key_is_read_until_the_key_is_gone():
    token = session_token.issue(uuid4(), uuid4())
    keys.configure(f"{NEW},{OLD}")
    assert session_token.read(token.text) == token
    keys.configure(NEW)
    assert session_token.read(token.text) is None


def test_a_token_with_any_part_changed_is_not_ours():
    text = session_token.issue(uuid4(), uuid4()).text
    for at in range(0, len(text), 7):
        other = "0" if text[at] != "0" else "1"
        assert session_token.read(text[:at] + other + text[at + 1 :]) is None


@pytest.mark.parametrize("text", GARBLED)
def test_what_is_no_token_is_none(text):
    assert session_token.read(text) is None


def test_a_link_is_the_same_each_time_it_is_made():
    tenant, row = uuid4(), uuid4()
    link = links.make("verify", tenant, row)
    assert links.make("verify", tenant, row) == link
    assert links.read("verify", link.text) == link


def test_a_link_is_good_for_one_purpose_only():
    link = links.make("verify", uuid4(), uuid4())
    assert links.read("reset", link.text) is None


@pytest.mark.parametrize("text", GARBLED)
def test_what_is_no_link_is_none(text):
    assert links.read("verify", text) is None
