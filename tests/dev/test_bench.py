"""A bench that nobody runs breaks unseen: each runs here at a tiny size. Its figures are read by people."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_bench_of_accounts_runs():
    assert_told("auth", "ratio", "audit trigger", "entries a second", "sign in at once")


def test_the_bench_of_the_editor_runs():
    assert_told("editor", "line save", "bytes", "list of 50", "search by amount", "PDF of 40", "memory")


def assert_told(name: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", name, "--tiny"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    for told in words:
        assert told in done.stdout
