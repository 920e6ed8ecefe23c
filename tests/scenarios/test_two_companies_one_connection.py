"""One pooled connection for two companies whose requests alternate: nobody sees the other's rows."""

import threading

import pytest

from rms.db import session
from rms.db.session import db, tenant_scope
from rms.models import Customer
from tests import factories
from tests.http import Browser

PAGES = ("customers", "customers/_/options?q=canary", "invoices", "receipts", "services", "")
ROUNDS = 34  # times six pages: more than 200 requests of each company


@pytest.fixture
def one_connection(settings):
    session.configure(settings.database_url, pool_size=1)
    yield
    session.configure(settings.database_url, pool_size=settings.pool_size)


@pytest.fixture
def browsers(app, nilgiri, sahyadri, one_connection):
    """By the canary of each company: the name of its customer, which stands on most of its pages."""
    found = {}
    for company, canary in ((nilgiri, "canary of Nilgiri"), (sahyadri, "canary of Sahyadri")):
        with company.scope():
            customer = factories.make_customer(canary)
            factories.make_receipt(customer)
            factories.make_invoice(customer)
        found[canary] = Browser(app, company, company.admin)
    return found


def test_pages_of_two_companies_alternate(browsers):
    seen = dict.fromkeys(browsers, 0)
    for _ in range(ROUNDS):
        for path in PAGES:
            for canary, browser in browsers.items():
                _look(browser, path, canary, browsers, seen)
    assert all(count >= ROUNDS * 4 for count in seen.values()), "the canary must stand on the pages at all"


def test_pages_of_two_companies_at_once(browsers):
    seen = dict.fromkeys(browsers, 0)
    trouble = []

    def walk(canary, browser):
        try:
            for path in PAGES * 5:
                _look(browser, path, canary, browsers, seen)
        except AssertionError as error:
            trouble.append(error)

    threads = [threading.Thread(target=walk, args=pair) for pair in browsers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not trouble and not any(thread.is_alive() for thread in threads)
    assert all(seen.values())


def test_sign_in_with_one_connection_waits_for_nobody(app, nilgiri, one_connection):
    """It opens a transaction of its own: beside an open one it would wait for a connection for ever."""
    session.engine().pool._timeout = 1
    first, second = (Browser(app, nilgiri, nilgiri.admin) for _ in range(2))
    assert first.get("invoices").status_code == second.get("invoices").status_code == 200
    again = first.post("/login", email=first.person.email, password=factories.PASSWORD)
    assert again.status_code == 303
    first.get("invoices")
    assert first.post("/logout").status_code == 303


def test_a_connection_forgets_its_company(nilgiri, sahyadri, one_connection):
    with nilgiri.scope():
        theirs = factories.make_customer("Only Nilgiri's").id
    with tenant_scope(sahyadri.tenant_id):
        assert db().get(Customer, (nilgiri.tenant_id, theirs)) is None
    with session.public_scope():
        bound = db().connection().exec_driver_sql("select current_setting('app.tenant_id', true)").scalar()
        assert bound == ""
        assert db().connection().exec_driver_sql("select count(*) from customers").scalar() == 0


def _look(browser, path, canary, browsers, seen) -> None:
    reply = browser.get(path)
    assert reply.status_code == 200, path
    seen[canary] += canary in reply.text
    for other in browsers.keys() - {canary}:
        assert other not in reply.text, f"{path} shows the other company"
