"""Every threat the product is built against has its proof, and every proof that is named exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# By the numbers of the threat model; what is missing between them belongs to rooms that are not built yet.
NUMBERS = [*range(1, 14), *range(15, 37), *range(39, 52), 53]


@cache
def rows() -> dict[int, list[str]]:
    lines = (ROOT / "tests" / "house" / "proofs.txt").read_text().splitlines()
    found = {}
    for line in lines:
        if line and not line.startswith("#"):
            number, _, tests = (part.strip() for part in line.split("|"))
            found[int(number)] = [one.strip() for one in tests.split(",")]
    return found


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("number", NUMBERS)
def test_every_threat_has_a_proof_that_exists(number):
    assert rows().get(number), f"row {number} has no proof"
    for named in rows()[number]:
        path, _, test = named.partition("::")
        assert test.startswith("test_") and test in names_in(path), f"{named} is not there"


def test_a_test_that_names_a_row_is_in_the_table():
    """A proof is found from both ends."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in names_in(str(path.relative_to(ROOT))):
            if re.match(r"test_row_\d", name):
                number = int(name.split("_")[2])
                assert number in rows(), f"{path.name}: {name}"
