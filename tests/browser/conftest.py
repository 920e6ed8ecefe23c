"""A real browser in front of the whole product: `./dev up` with web, worker, scheduler and mail catcher.

One product for the session, on a database and a Redis database of its own; each test makes its own companies.
With RMS_SHOTS=FOLDER every page that is looked at is kept there as a picture, and the logs beside them.
"""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from rms.db import session
from rms.db.bootstrap import APP, OWNER
from rms.db.session import db
from rms.models import Tenant
from tests import cast, servers
from tests.browser.person import Person, Product
from tests.conftest import TEST_KEYS

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
# A browser that looks for updates would make the tests depend on the network.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--font-render-hinting=none",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium. Where there is none the tests say so and are skipped, unless somebody insists."""
    path = shutil.which("chromium")
    if path is None:
        told = "no Chromium on this machine (Debian: apt install chromium), so nothing was tried in a browser"
        if os.environ.get("RMS_REQUIRE_BROWSER") == "1":
            pytest.fail(told)
        pytest.skip(told)
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """For one module, since an open Playwright keeps an event loop running that other tests would meet."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def product(chromium: str, test_servers: servers.Servers, database_name: str) -> Iterator[Product]:
    """The product as `./dev up` runs it, on the servers of this test run."""
    database = f"{database_name}_browser"
    servers.clone_database(test_servers, database)
    folder = Path(tempfile.mkdtemp(prefix="rms browser "))
    folder.chmod(0o755)
    log = folder / "up.log"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "rms.local",
                "up",
                "--port",
                "0",
                "--no-demo",
                "--state",
                str(folder / "state"),
            ],
            cwd=ROOT,
            env=_environment(test_servers, database),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = _address(run, log, folder / "state" / "runtime.json")
        yield Product(url, test_servers.url(APP, database), folder / "state" / "mailbox")
    finally:
        run.send_signal(signal.SIGTERM)
        run.wait(60)
        if pictures := os.environ.get("RMS_SHOTS"):
            shutil.copytree(folder / "state" / "logs", Path(pictures) / "logs", dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        servers.drop_database(test_servers, database)


def _environment(test_servers: servers.Servers, database: str) -> dict[str, str]:
    """A Redis database that no other test uses, and password hashes that cost nothing."""
    ours = {
        "DATABASE_URL": test_servers.url(APP, database),
        "DATABASE_OWNER_URL": test_servers.url(OWNER, database),
        "REDIS_URL": urlsplit(test_servers.redis_url)._replace(path="/0").geturl(),
        "RMS_KEYS": TEST_KEYS,
        "RMS_BCRYPT_COST": "4",
        "PYTHONPATH": str(ROOT),
    }
    outside = {"RMS_BOOTSTRAP_URL", "RMS_STARTED", "RMS_SESSION_DAYS", "RMS_SWEEP_SECONDS"}
    return {name: value for name, value in os.environ.items() if name not in outside} | ours


def _address(run: subprocess.Popen, log: Path, runtime: Path) -> str:
    """Where it serves, as soon as it says that all of it runs; fails with its log when it ends before."""
    with log.open() as printed:
        told = ""
        while "Ctrl-C stops it" not in told:
            if run.poll() is not None:
                pytest.fail(f"./dev up ended by itself:\n{told}{printed.read()}")
            told += printed.readline() or _patience()
    return json.loads(runtime.read_text())["url"]


def _patience() -> str:
    signal.sigtimedwait([], 0.05)
    return ""


@pytest.fixture
def nilgiri(connected, product: Product) -> Iterator[cast.Company]:
    """Nilgiri Facility Services LLP, Bengaluru, in the database of the running product, where its `scope()`
    opens transactions.
    """
    session.configure(product.database_url, pool_size=2)
    company = cast.nilgiri()
    with company.scope():
        tenant = db().get_one(Tenant, company.tenant_id)
        tenant.trial_end_date = dt.datetime.now(dt.UTC) + dt.timedelta(days=14)
    yield company
    session.configure(connected.database_url, pool_size=connected.pool_size)


@pytest.fixture
def open_browser(browser: Browser, product: Product) -> Iterator[Callable[..., Person]]:
    """A new person with cookies of their own: `open_browser(width=390)`. The test fails at its end when one
    of their pages complained in the console.
    """
    people: list[Person] = []

    def one(width: int = 1280, **options) -> Person:
        height = 844 if width < 768 else 900
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-IN", **options)
        context.set_default_timeout(10_000)
        people.append(Person(context, product, width))
        return people[-1]

    yield one
    for person in people:
        person.context.close()
    for person in people:
        person.has_no_complaints()


@pytest.fixture
def priya(open_browser, nilgiri: cast.Company) -> Person:
    """The admin of Nilgiri at a desk, signed in."""
    person = open_browser()
    person.sign_in(nilgiri)
    return person
