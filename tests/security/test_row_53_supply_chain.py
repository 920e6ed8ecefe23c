"""Row 53: what is installed is what was looked at, and what is forbidden is looked for.

The rules of .semgrep need a reader that is not installed here; .ci/own-rules proves that each finds its bad
examples, and these tests that each has some.
"""

import json
import re
from pathlib import Path

import pytest

from rms.local import lint
from rms.local.sbom import sbom

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ("requirements", "requirements-dev", "requirements-ci")
EXAMPLES = {"python.yml": "python.py", "templates.yml": "templates.html"}


def entries(name: str) -> list[str]:
    """Each requirement with its hashes, without comments."""
    lines = [
        line for line in (ROOT / f"{name}.txt").read_text().splitlines() if not line.lstrip().startswith("#")
    ]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


@pytest.mark.parametrize("name", LOCKED)
def test_row_53_every_package_is_pinned_by_version_and_hash(name):
    found = entries(name)
    assert len(found) > 20
    for entry in found:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==[0-9][^\s;]*( ; [^\\]+)? \\\n", entry), entry[
            :80
        ]
        assert re.findall(r"--hash=(\w+):", entry) and set(re.findall(r"--hash=(\w+):", entry)) == {"sha256"}


@pytest.mark.parametrize("name", LOCKED)
def test_row_53_nothing_comes_from_an_address_or_an_index_of_its_own(name):
    for suffix in ("in", "txt"):
        text = (ROOT / f"{name}.{suffix}").read_text()
        assert not re.search(r"://|git\+|^-e |--(extra-)?index-url|--find-links|--trusted-host", text, re.M)


@pytest.mark.parametrize("name", LOCKED)
def test_row_53_what_is_asked_for_is_what_is_pinned(name):
    """A line of the .in file whose version is not in the .txt was never locked."""
    locked = {entry.partition(" ")[0] for entry in entries(name)}
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            asked = re.sub(r"\[.*\]", "", line.strip())
            assert asked in {re.sub(r"\[.*\]", "", one) for one in locked}, line


def test_row_53_what_production_installs_holds_no_tool_of_ours():
    names = {entry.partition("==")[0] for entry in entries("requirements")}
    assert not names & {"pytest", "playwright", "bandit", "semgrep", "ruff", "uv", "aiosmtpd"}


def test_row_53_the_parts_list_names_every_package_with_its_hashes():
    parts = json.loads(sbom((ROOT / "requirements.txt").read_text()))
    assert (parts["bomFormat"], parts["specVersion"]) == ("CycloneDX", "1.6")
    assert len(parts["components"]) == len(entries("requirements"))
    flask = next(part for part in parts["components"] if part["name"] == "flask")
    assert flask["purl"] == f"pkg:pypi/flask@{flask['version']}"
    for part in parts["components"]:
        assert part["hashes"] and all(len(one["content"]) == 64 for one in part["hashes"]), part["name"]


def test_row_53_bandit_reads_everything_that_runs_and_every_silence_names_what_it_silences():
    assert {"rms", "wsgi.py", "dev", "deploy", "migrations"} <= set(lint.RUNS)
    sources = [path for part in lint.RUNS for path in (ROOT / part).rglob("*.py")] + [ROOT / "dev"]
    for path in sources:
        for line in path.read_text().splitlines():
            if "# nosec" in line:
                assert re.search(r"# nosec B\d{3}( #|$)", line), f"{path}: {line}"


@pytest.mark.parametrize("rules", EXAMPLES)
def test_row_53_every_rule_of_our_own_has_an_example_that_it_must_find(rules):
    ids = re.findall(r"^  - id: ([\w-]+)$", (ROOT / ".semgrep" / rules).read_text(), re.M)
    wanted = re.findall(r"\bruleid: ([\w-]+)", (ROOT / ".semgrep" / EXAMPLES[rules]).read_text())
    assert ids and set(ids) == set(wanted)


def test_row_53_no_other_rules_lie_there_unread():
    assert {path.name for path in (ROOT / ".semgrep").iterdir()} == {*EXAMPLES, *EXAMPLES.values()}


def test_row_53_the_checks_are_steps_that_every_change_goes_through():
    steps = (ROOT / ".ci" / "run").read_text()
    for step in (".ci/own-rules", "./dev lint", "./dev sbom"):
        assert re.search(rf'^step "[^"]+" {re.escape(step)}\b', steps, re.M), step
