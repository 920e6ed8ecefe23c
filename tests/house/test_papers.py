"""The papers at the top say what is so: every variable, every file and every command they name is there."""

import re
from pathlib import Path

import pytest

from rms import app as application
from rms import cli
from rms.domain.errors import DomainError
from rms.policy import Permission
from rms.rooms import mailbox

ROOT = Path(__file__).resolve().parents[2]
PAPERS = ("README.md", "ARCHITECTURE.md", "DEPLOY.md", "SECURITY.md", "NOTICE")
# Folders that a reader may be pointed to by a path inside of them.
FLOORS = ("", "rms/", "static/", "tests/", "tests/house/", "tests/db/")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def variables_of(source: str) -> set[str]:
    return set(re.findall(r"""environ(?:\.get\(|\[)["']([A-Z_]+)["']""", source))


def test_every_variable_that_is_read_is_explained_and_no_other():
    config = re.findall(r"""(?:environ\.get|needed|number)\(\s*["']([A-Z_]+)["']""", text_of("rms/config.py"))
    gunicorn = variables_of(text_of("deploy/gunicorn.conf.py"))
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", text_of("DEPLOY.md"), re.M))
    assert len(config) > 10 and len(gunicorn) > 3
    assert explained == set(config) | gunicorn


@pytest.mark.parametrize("name", PAPERS)
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\(([^)#]+)\)", text_of(name)):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("name", PAPERS)
def test_every_file_that_is_named_is_there(name):
    named = re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|md|sql|html|js|in))`", text_of(name))
    named += re.findall(r"`((?:rms|tests|templates|migrations|deploy|static)/[\w/]*)`", text_of(name))
    for path in named:
        assert any((ROOT / floor / path).exists() for floor in FLOORS), f"{name} names {path}"


def test_every_room_is_described():
    text = text_of("ARCHITECTURE.md")
    for folder in (ROOT / "rms" / "rooms").iterdir():
        if (folder / "__init__.py").exists():
            assert f"| `{folder.name}` |" in text, folder.name
    assert mailbox.room.url_prefix in text


def test_every_command_is_one(app):
    known = set(app.cli.commands) | {"db"}
    for name in ("README.md", "DEPLOY.md", "Procfile"):
        named = set(re.findall(r"flask --app wsgi ([\w-]+)", text_of(name)))
        assert named and named <= known, f"{name}: {named - known}"
    assert {"worker", "scheduler", "db-bootstrap"} <= known


def test_the_glossary_has_each_word_once():
    glossary = text_of("ARCHITECTURE.md").partition("## Glossary")[2].partition("\n## ")[0]
    words = [row.split("|")[1].strip() for row in glossary.splitlines() if row.startswith("| ")][1:]
    words = [word for word in words if not set(word) <= set("-")]
    assert len(words) == len(set(words)) > 20


def test_what_the_architecture_says_of_the_code_is_there():
    text = text_of("ARCHITECTURE.md")
    assert "app._open_rooms" in text and callable(application._open_rooms)
    for word in re.findall(r"`domain\.errors\.(\w+)`", text):
        assert word == DomainError.__name__
    for word in re.findall(r"\bP\.(\w+)\)", text):
        assert word in Permission.__members__, word
    assert cli.SCHEMA.relative_to(ROOT).as_posix() in text


@pytest.mark.parametrize("name", PAPERS)
def test_no_paper_names_a_place_that_only_one_machine_has(name):
    assert not re.search(r"(?<![\w.~-])/(?:home|work|root|Users|tmp)/", text_of(name))


def test_the_licence_is_whole():
    text = text_of("LICENSE")
    for part in ("Apache License", "Version 2.0, January 2004", "9. Accepting Warranty", "END OF TERMS"):
        assert part in text, part
