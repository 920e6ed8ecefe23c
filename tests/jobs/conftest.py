"""Jobs have a Valkey and a mail server of their own in tests, which empty the one and stop the other."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis

from rms import mail, queue
from rms.actions import mails
from rms.config import Settings
from rms.crypto import links
from rms.db import session as database
from rms.db.bootstrap import APP
from rms.db.session import db, tenant_scope
from rms.local.valkey import start_valkey
from rms.models import EmailMessage, EmailVerification
from tests import cast, servers
from tests.jobs.postbox import Postbox

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="rms-valkey-"))
    server = start_valkey(folder)
    yield server.url
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis(valkey: str) -> Redis:
    connection = Redis.from_url(valkey)
    connection.flushall()
    return connection


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox().open()
    yield box
    box.close()


@pytest.fixture(scope="session")
def own_database(test_servers: servers.Servers, database_name: str) -> str:
    """The scheduler looks at every tenant there is: here it meets only those of these tests."""
    servers.clone_database(test_servers, name := f"{database_name}_jobs")
    return name


@pytest.fixture
def ours(
    connected: Settings, test_servers, own_database: str, valkey: str, redis: Redis, postbox: Postbox
) -> Iterator[Settings]:
    """The settings of these tests, in force while one runs; what earlier ones left behind is put to rest."""
    changed = replace(
        connected,
        database_url=test_servers.url(APP, own_database),
        redis_url=valkey,
        smtp_url=postbox.url,
        sweep_seconds=1,
    )
    with psycopg.connect(test_servers.superuser_url_of(own_database), autocommit=True) as server:
        server.execute("UPDATE tenants SET is_active = false")
        server.execute("UPDATE email_messages SET state = 'failed' WHERE state = 'queued'")
    configure(changed)
    yield changed
    configure(connected)


def configure(settings: Settings) -> None:
    database.configure(settings.database_url, pool_size=settings.pool_size)
    queue.configure(settings.redis_url)
    mail.configure(settings)


@dataclass(frozen=True)
class Firm:
    """A tenant with one person who waits for mail."""

    tenant_id: UUID
    user_id: UUID

    def scope(self):
        return tenant_scope(self.tenant_id)

    def post(self, to_address: str = "priya@nilgirifs.example", **given) -> UUID:
        """Post a verification mail with a link of its own, committed; gives the mail's id."""
        with tenant_scope(self.tenant_id):
            return self.post_here(to_address, **given).id

    def post_here(self, to_address: str, **given) -> EmailMessage:
        params = {"first_name": "Priya", "company_name": "Nilgiri Facility Services"}
        return mails.post(
            "verify_email",
            to_address=to_address,
            params=given.pop("params", params),
            about=("email_verifications", self._verification().id),
            now=given.pop("now", dt.datetime.now(dt.UTC)),
            **given,
        )

    def mail(self, mail_id: UUID) -> EmailMessage:
        with tenant_scope(self.tenant_id) as session:
            return session.get(EmailMessage, (self.tenant_id, mail_id))

    def states(self) -> list[str]:
        with tenant_scope(self.tenant_id) as session:
            return [row.state for row in session.query(EmailMessage)]

    def _verification(self) -> EmailVerification:
        verification_id = uuid4()
        verification = EmailVerification(
            id=verification_id,
            user_id=self.user_id,
            email="priya@nilgirifs.example",
            token=links.make("verify", self.tenant_id, verification_id).digest,
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=24),
        )
        db().add(verification)
        db().flush()
        return verification


@pytest.fixture
def firm(ours: Settings, nilgiri: cast.Company) -> Firm:
    return Firm(nilgiri.tenant_id, nilgiri.admin.id)


@pytest.fixture
def start(ours: Settings) -> Iterator[Callable[[str], subprocess.Popen]]:
    """Start a worker or a scheduler; what is left of them is killed, each by its own process group."""
    started: list[subprocess.Popen] = []

    def start_one(role: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.process", role],
            cwd=ROOT,
            env=_environment(ours),
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "RMS_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "RMS_KEYS": settings.keys,
        "SMTP_URL": settings.smtp_url,
        "RMS_SWEEP_SECONDS": str(settings.sweep_seconds),
        "PYTHONPATH": str(ROOT),
    }


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(happened: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        time.sleep(0.05)
