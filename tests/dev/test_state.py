"""The state folder: made once, claimed by one, never overwritten."""

import base64
import json

import pytest

from rms.local import Refusal
from rms.local.state import claim_state, running_state, write_secret


def test_its_secrets_are_made_once_and_are_its_owners_only(tmp_path):
    first = claim_state(tmp_path / "state")
    keys, passwords = first.keys(), first.passwords()
    first.release()
    second = claim_state(tmp_path / "state")
    assert (second.keys(), second.passwords()) == (keys, passwords)
    kid, _, key = keys.partition(":")
    assert kid.isalnum()
    assert len(base64.b64decode(key)) >= 32
    for name in ("keys", "passwords.json"):
        assert (tmp_path / "state" / name).stat().st_mode & 0o777 == 0o600
    second.release()


def test_two_folders_have_different_secrets(tmp_path):
    one, two = claim_state(tmp_path / "one"), claim_state(tmp_path / "two")
    assert one.keys() != two.keys()
    assert one.passwords() != two.passwords()


def test_one_folder_has_one_supervisor(tmp_path):
    first = claim_state(tmp_path)
    with pytest.raises(Refusal, match=r"Another \./dev up \(process \d+\) already runs on"):
        claim_state(tmp_path)
    first.release()
    claim_state(tmp_path).release()


def test_a_folder_with_other_things_is_left_as_it_is(tmp_path):
    (tmp_path / "thesis.odt").write_text("my life's work")
    with pytest.raises(Refusal, match=r"holds other things \(such as thesis.odt\)"):
        claim_state(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


@pytest.mark.parametrize("lost", ["keys", "passwords.json"])
def test_a_database_without_its_secrets_is_refused_and_gets_no_new_ones(tmp_path, lost):
    claim_state(tmp_path).release()
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "place").write_text(".")
    (tmp_path / lost).unlink()
    with pytest.raises(
        Refusal, match="holds a database but not its files keys and passwords.json; put them back"
    ):
        claim_state(tmp_path)
    assert not (tmp_path / lost).exists()


def test_an_interrupted_first_start_is_simply_continued(tmp_path):
    """A kill between any two files it makes: none of them means that data exist."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "keys.draft").write_text("k1:")
    state = claim_state(tmp_path)
    assert state.keys()
    assert not (tmp_path / "keys.draft").exists()
    state.release()


def test_damaged_keys_are_not_replaced(tmp_path):
    claim_state(tmp_path).release()
    (tmp_path / "keys").write_text("")
    with pytest.raises(Refusal, match="is damaged; put its copy back"):
        claim_state(tmp_path)
    assert (tmp_path / "keys").read_text() == ""


def test_only_a_running_state_can_be_asked(tmp_path):
    state = claim_state(tmp_path)
    state.write_runtime({"url": "http://127.0.0.1:1"})
    assert running_state(tmp_path) == {"url": "http://127.0.0.1:1"}
    left_behind = (tmp_path / "runtime.json").read_text()
    state.release()
    assert not (tmp_path / "runtime.json").exists()
    (tmp_path / "runtime.json").write_text(left_behind)  # as a killed supervisor leaves it
    with pytest.raises(Refusal, match="Nothing runs on the state folder"):
        running_state(tmp_path)


def test_a_secret_replaces_what_was_there_whole(tmp_path):
    path = tmp_path / "secret"
    path.write_text("a longer text that anybody may read")
    write_secret(path, json.dumps({"a": 1}))
    assert path.read_text() == '{"a": 1}'
    assert path.stat().st_mode & 0o777 == 0o600
