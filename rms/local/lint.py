"""`./dev lint`: ruff's rules, ruff's format, bandit, and the house rules for templates."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rms.local.templates import complaints_about

# What runs somewhere; tests may do what they warn of.
RUNS = ("rms", "wsgi.py", "dev", "deploy", "migrations")


def lint(root: Path) -> int:
    """Run every check even when an earlier one fails; 0 when all are content."""
    results = [
        _ruff(root, "check"),
        _ruff(root, "format", "--check"),
        _bandit(root),
        _templates(root),
    ]
    return 0 if all(results) else 1


def _ruff(root: Path, *words: str) -> bool:
    print(f"ruff {' '.join(words)}", flush=True)
    return subprocess.run([sys.executable, "-m", "ruff", *words, "."], cwd=root).returncode == 0


def _bandit(root: Path) -> bool:
    """What it says on standard error, of `nosec` on the later parts of a long string, is shown to nobody."""
    print(f"bandit {' '.join(RUNS)}", flush=True)
    command = [sys.executable, "-m", "bandit", "--quiet", "-c", "pyproject.toml", "-r", *RUNS]
    done = subprocess.run(command, cwd=root, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr, flush=True)
    return done.returncode == 0


def _templates(root: Path) -> bool:
    templates = sorted(_templates_of(root))
    print(f"templates ({len(templates)})", flush=True)
    complaints = [complaint for path in templates for complaint in complaints_about(path, root / "templates")]
    for complaint in complaints:
        print(f"  {complaint}", flush=True)
    print(
        "All templates keep the rules." if not complaints else f"{len(complaints)} to put right.", flush=True
    )
    return not complaints


def _templates_of(root: Path) -> Iterator[Path]:
    for suffix in ("html", "svg", "txt", "xml"):
        yield from (root / "templates").rglob(f"*.{suffix}")
