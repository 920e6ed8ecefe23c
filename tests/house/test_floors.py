"""Who may import whom (ARCHITECTURE.md, "Floors"): read from the imports themselves, wherever they stand."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Which parts of rms each floor may use. A floor may always use itself.
BESIDE_QUERIES = {"domain", "db", "models", "queries", "crypto"}
FLOORS: dict[str, set[str]] = {
    "domain": set(),
    "policy": set(),
    "crypto": {"domain"},
    "config": {"crypto", "policy"},
    "db": {"domain", "crypto"},
    "models": {"domain", "db"},
    "queries": {"domain", "db", "models", "crypto"},
    "documents": BESIDE_QUERIES,
    "mail": BESIDE_QUERIES | {"config", "documents"},
    "queue": {"config"},
    "actions": BESIDE_QUERIES | {"mail", "queue", "policy"},
    "jobs": BESIDE_QUERIES | {"documents", "mail", "queue", "actions", "config", "policy"},
    "web": {"domain", "db", "crypto", "policy", "config"},
    "forms": BESIDE_QUERIES | {"actions", "web", "policy"},
    "rooms": BESIDE_QUERIES | {"actions", "documents", "mail", "web", "forms", "policy", "config"},
    "api": BESIDE_QUERIES | {"actions", "web", "policy", "config"},
    "local": {"crypto"},
}
ABOVE_ALL = {"app", "cli", "demo", "extensions", "__init__"}
MAY_SAY_FLASK = {"web", "forms", "rooms", "api"} | ABOVE_ALL


def modules():
    return sorted((ROOT / "rms").rglob("*.py"))


def floor_of(path: Path) -> str:
    first = path.relative_to(ROOT / "rms").parts[0]
    return first.removesuffix(".py")


def imported_by(path: Path) -> set[str]:
    """Full names of everything a module imports, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def parts_of_rms(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("rms.")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_the_floors_below(path):
    floor = floor_of(path)
    if floor in ABOVE_ALL:
        return
    assert floor in FLOORS, f"{floor} is no floor of the house: say where it stands"
    foreign = parts_of_rms(imported_by(path)) - FLOORS[floor] - {floor}
    assert not foreign, f"rms/{floor} may not import {foreign}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_upper_floors_know_flask(path):
    if floor_of(path) in MAY_SAY_FLASK:
        return
    flask = {
        name for name in imported_by(path) if name.split(".")[0].startswith(("flask", "werkzeug", "wtforms"))
    }
    assert not flask


@pytest.mark.parametrize("floor", ["domain", "policy"])
def test_the_pure_floors_use_the_standard_library_alone(floor):
    for path in modules():
        if floor_of(path) == floor:
            tops = {name.split(".")[0] for name in imported_by(path)} - {"rms"}
            assert tops <= set(sys.stdlib_module_names), f"{path}: {tops - set(sys.stdlib_module_names)}"


def test_no_room_imports_another_room():
    for path in (ROOT / "rms" / "rooms").rglob("*.py"):
        own = path.relative_to(ROOT / "rms" / "rooms").parts[0]
        rooms = {name.split(".")[2] for name in imported_by(path) if name.startswith("rms.rooms.")}
        assert rooms <= {own}, f"{path}: {rooms - {own}}"


def test_commit_and_flush_of_transactions_stay_below():
    """Only db/ and the lifecycle end a transaction; a commit elsewhere would split a request in two."""
    for path in modules():
        if floor_of(path) in {"db", "local"} or path.name == "lifecycle.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            is_commit = isinstance(node, ast.Attribute) and node.attr == "commit"
            assert not is_commit, f"{path}:{node.lineno} commits"


def test_the_dependency_tree_has_no_file_above_four_hundred_lines():
    long = {str(path): len(path.read_text().splitlines()) for path in modules()}
    assert not {path: count for path, count in long.items() if count > 400}
