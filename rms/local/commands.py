"""The commands of `./dev` that need the installed packages; `dev` itself explains them."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rms.local import Refusal
from rms.local.lint import lint
from rms.local.postgres import find_programs
from rms.local.sbom import write
from rms.local.state import running_state
from rms.local.up import ROOT, Options, flask, up

OWN_STATE = ROOT / ".rms"


def main(words: list[str]) -> int:
    """Run one command; the exit code. What the person can put right is told in one sentence."""
    commands = {
        "up": run_up,
        "psql": run_psql,
        "flask": run_flask,
        "lint": run_lint,
        "lock": run_lock,
        "sbom": run_sbom,
        "bench": run_bench,
    }
    try:
        return commands[words[0]](words[1:])
    except Refusal as refusal:
        print(f"./dev {words[0]}: {refusal}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def run_up(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev up", description="Run the whole product on this machine.")
    parser.add_argument(
        "--port", type=_port, metavar="N", help="of the web pages, 8000 by default; 0 for any free one"
    )
    parser.add_argument(
        "--state", type=Path, default=OWN_STATE, metavar="DIR", help="where the data live (.rms)"
    )
    parser.add_argument("--no-demo", action="store_true", help="begin without the demo company")
    chosen = parser.parse_args(words)
    return up(Options(folder=chosen.state.absolute(), port=chosen.port, with_demo=not chosen.no_demo))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it is a number from 0 to 65535")
    return int(text)


def run_psql(words: list[str]) -> int:
    """Opens psql on the running database; whatever we do not know is psql's."""
    parser = argparse.ArgumentParser(prog="./dev psql", add_help=False, allow_abbrev=False)
    parser.add_argument("--state", type=Path, default=OWN_STATE)
    parser.add_argument("--role", choices=("app", "owner"), default="app")
    chosen, for_psql = parser.parse_known_args(words)
    environment = running_state(chosen.state)["environment"]
    url = environment["DATABASE_URL" if chosen.role == "app" else "DATABASE_OWNER_URL"]
    connection, secret = _without_password(url)
    program = _psql()
    os.execve(program, [program, connection, *for_psql], os.environ | secret)


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """A password on a command line is open to every account of the machine; one in the environment is not."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(url.replace("+psycopg", "", 1))
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)} if password else {}


def _psql() -> str:
    ours = find_programs() / "psql"
    program = str(ours) if ours.exists() else shutil.which("psql")
    if program is None:
        raise Refusal("There is no psql here; install a PostgreSQL client.")
    return program


def run_flask(words: list[str]) -> int:
    """A command of the application on the running database and queue."""
    parser = argparse.ArgumentParser(prog="./dev flask", add_help=False, allow_abbrev=False)
    parser.add_argument("--state", type=Path, default=OWN_STATE)
    chosen, for_flask = parser.parse_known_args(words)
    facts = running_state(chosen.state)
    bootstrap = {"RMS_BOOTSTRAP_URL": facts["bootstrap_url"]} if facts["bootstrap_url"] else {}
    command = flask(*for_flask)
    os.execve(command[0], command, os.environ | {"PYTHONPATH": str(ROOT)} | facts["environment"] | bootstrap)


def run_lint(words: list[str]) -> int:
    argparse.ArgumentParser(prog="./dev lint", description="Check style, format and templates.").parse_args(
        words
    )
    return lint(ROOT)


def run_bench(words: list[str]) -> int:
    """Measures on servers of its own; the benches stand beside the tests, whose people they use."""
    command = [sys.executable, "-m", "tests.bench", *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}).returncode


def run_sbom(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev sbom", description="Write the parts list of the product.")
    parser.add_argument("file", type=Path, metavar="FILE")
    write(ROOT, parser.parse_args(words).file)
    return 0


def run_lock(words: list[str]) -> int:
    """Writes requirements*.txt anew; pins stay unless the .in files ask for another version."""
    parser = argparse.ArgumentParser(prog="./dev lock", description="Pin requirements*.in with hashes.")
    parser.add_argument("--upgrade", action="store_true", help="to the newest versions the .in files allow")
    chosen = parser.parse_args(words)
    for name in ("requirements", "requirements-dev", "requirements-ci"):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
        command += ["--quiet", "--generate-hashes", "--no-emit-index-url", f"{name}.in", "-o", f"{name}.txt"]
        command += ["--upgrade"] if chosen.upgrade else []
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "./dev lock"})
        if done.returncode != 0:
            return done.returncode
        print(f"{name}.txt is up to date", flush=True)
    return 0
