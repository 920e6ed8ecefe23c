"""The `dev` script itself: what it says before anything is installed, and how it hands over."""

import ast
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from tests.dev.conftest import ROOT, clean_environment


@pytest.fixture(scope="module")
def dev():
    loader = importlib.machinery.SourceFileLoader("dev_script", str(ROOT / "dev"))
    script = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev_script", loader))
    loader.exec_module(script)
    return script


def run(*words: str, **environment: str) -> subprocess.CompletedProcess:
    """As somebody types it, from a folder that is not the checkout."""
    return subprocess.run(
        [str(ROOT / "dev"), *words],
        capture_output=True,
        text=True,
        cwd="/",
        env=clean_environment() | environment,
        timeout=120,
    )


def test_alone_it_explains_every_command(dev):
    explained = run()
    assert explained.returncode == 0
    assert not [command for command in dev.COMMANDS if f"./dev {command}" not in explained.stdout]


def test_an_unknown_command_is_one_sentence():
    answer = run("upp")
    assert (answer.returncode, answer.stderr) == (
        1,
        "./dev: there is no command 'upp'; ./dev alone lists them.\n",
    )


def test_an_old_python_is_one_sentence(dev):
    reason = dev.why_python_will_not_do((3, 10, 2), importlib.util.find_spec)
    assert reason == "Python 3.11 or newer is needed, and this is 3.10; try: python3.11 dev ..."


def test_an_old_python_can_read_it_as_far_as_that_sentence():
    """Debian 10 to 12 and RHEL 8 come with 3.6 to 3.9: newer syntax would be a SyntaxError instead."""
    ast.parse((ROOT / "dev").read_text(), feature_version=(3, 6))


def test_a_python_without_venv_is_one_sentence(dev):
    for missing in ("venv", "ensurepip"):
        reason = dev.why_python_will_not_do(
            sys.version_info, lambda name, lacks=missing: name != lacks or None
        )
        assert "apt install python3-venv" in reason
    assert dev.why_python_will_not_do(sys.version_info, importlib.util.find_spec) is None


def test_uv_is_installed_with_its_hashes_only(dev):
    uv, others = dev.split_requirements("uv")
    lines = uv.splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 5
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
    assert "\nuv==" not in others
    assert "\nflask==" in others


def test_every_requirement_has_a_hash_and_no_address():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        packages = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
        assert len(packages) > 20
        assert all(line.endswith("\\") for line in packages)
        assert "://" not in text


def test_without_a_home_no_cache_is_kept(dev, monkeypatch, tmp_path):
    monkeypatch.delenv("HOME")
    assert dev.tool_environment()["UV_NO_CACHE"] == "1"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "UV_NO_CACHE" not in dev.tool_environment()


def test_what_is_not_there_is_installed_once(dev, monkeypatch, tmp_path):
    """The real steps with the installing itself left out: it is timed by hand, and it needs a network."""
    steps = []
    monkeypatch.setattr(dev, "ROOT", str(tmp_path))
    monkeypatch.setattr(dev, "STAMP", str(tmp_path / "installed"))
    monkeypatch.setattr(dev, "make_venv", lambda: steps.append("venv"))
    monkeypatch.setattr(dev, "install_packages", lambda: steps.append("packages"))
    dev.install()
    dev.install()
    assert steps == ["venv", "packages"]
    monkeypatch.setattr(dev, "fingerprint", lambda: "other requirements")
    dev.install()
    assert steps == ["venv", "packages"] * 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["psql", "--state", "/nowhere/at all"], "Nothing runs on the state folder /nowhere/at all;"),
        (
            ["flask", "--state", "/nowhere/at all", "routes"],
            "Nothing runs on the state folder /nowhere/at all;",
        ),
        (["up", "--state", "/dev/null"], "/dev/null is a file; --state takes a folder."),
        (["up", "--state", "/usr"], "/usr holds other things (such as bin) and is no state folder;"),
        (["up", "--port", "seven"], "'seven' is no port; it is a number from 0 to 65535"),
        (["up", "--port", "65536"], "'65536' is no port; it is a number from 0 to 65535"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words, sentence):
    answer = run(*words)
    assert answer.returncode != 0
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_half_of_an_outside_database_is_refused(folder):
    answer = run(
        "up", "--port", "0", "--state", str(folder / "state"), DATABASE_URL="postgresql://x@127.0.0.1/rms"
    )
    assert answer.returncode == 1
    assert "Set both DATABASE_URL and DATABASE_OWNER_URL, or neither" in answer.stderr


def test_test_hands_its_arguments_to_pytest():
    collected = run(
        "test", "tests/dev/test_dev.py", "--collect-only", "-q", "-n", "0", "-k", "hands_its_arguments"
    )
    assert collected.returncode == 0, collected.stderr
    assert "test_test_hands_its_arguments_to_pytest" in collected.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_ci_script_is_sound_and_runs_every_part():
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", script], check=True)
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "set -euo pipefail" in text
    for part in (
        "./dev test",
        "./dev lint",
        "RMS_REQUIRE_BROWSER=1",
        "RMS_PG_BIN=/usr/lib/postgresql/15/bin",
    ):
        assert part in text
