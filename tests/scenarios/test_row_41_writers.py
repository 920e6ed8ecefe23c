"""Row 41: sixteen people lay eight receipts on eight invoices and take money off again, while workers die.

Real gunicorn, real requests, workers killed by SIGKILL in the middle of them. Each writer sends an act again
with the same form token until it is answered, as a browser does after an error, so that in the end every act
is answered once and the books must hold exactly what was answered.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, select

from rms.db.bootstrap import APP
from rms.db.session import db
from rms.models import Invoice, Receipt, ReceiptAllocation
from rms.queries.ledger_check import first_differences
from tests import factories
from tests.bench.product import Product, Visitor, web
from tests.factories import TODAY

WRITERS, RECEIPTS, INVOICES = 16, 8, 8
SECONDS = 30
SECONDS_BETWEEN_KILLS = 2.5
RETRIES = 200


class Writer:
    """One person at the allocation screen. What was answered is counted: `laid` by acts that were taken."""

    def __init__(self, product: Product, company, receipts: list[UUID], invoices: list[UUID], seed: int):
        self.chance = random.Random(seed)
        self.visitor = Visitor(product)
        self.base = f"/c/{company.slug}/receipts"
        self.receipts, self.invoices = receipts, invoices
        self.answers: Counter[int] = Counter()
        self.again = 0
        assert self.patiently(lambda: self.visitor.sign_in(company.admin.email)) == 303

    def work(self, until: float) -> None:
        while time.monotonic() < until:
            self.lay() if self.chance.random() < 0.7 else self.take_back()

    def lay(self) -> None:
        chosen = self.chance.sample(self.invoices, self.chance.randint(1, INVOICES))
        fields = {f"alloc-{one}": str(self.chance.choice((1, 250, 999.99, 5_000))) for one in chosen}
        self.send(f"{self.base}/{self.chance.choice(self.receipts)}/allocate", fields)

    def take_back(self) -> None:
        receipt, invoice = self.chance.choice(self.receipts), self.chance.choice(self.invoices)
        self.send(f"{self.base}/{receipt}/invoices/{invoice}/release", {})

    def send(self, path: str, fields: dict[str, str]) -> None:
        """The same form until somebody answers it."""
        form = {"csrf_token": self.visitor.csrf, "form_token": str(uuid4()), **fields}
        status = self.patiently(lambda: self.visitor.post(path, **form)[0])
        self.answers[status] += 1

    def patiently(self, ask) -> int:
        """A connection that breaks is a worker that died: once more."""
        for _ in range(RETRIES):
            try:
                return ask()
            except (OSError, HTTPException):
                self.again += 1
                time.sleep(0.05)
        raise AssertionError("nobody answered")


def workers_of(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def kill_at_random(master: int, until: float) -> int:
    """One worker after the other; the master starts new ones."""
    chance, killed = random.Random(41), 0
    while time.monotonic() < until:
        time.sleep(SECONDS_BETWEEN_KILLS)
        if workers := workers_of(master):
            os.kill(chance.choice(workers), signal.SIGKILL)
            killed += 1
    return killed


def deadlocks(superuser) -> int:
    superuser.execute("SELECT pg_stat_clear_snapshot()")
    return superuser.execute(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()[0]


def test_row_41_sixteen_writers_and_workers_that_die(nilgiri, test_servers, database_name, superuser):
    with nilgiri.scope():
        customer = factories.make_customer()
        invoices = [factories.make_invoice(customer, "100000.00").id for _ in range(INVOICES)]
        receipts = [factories.make_receipt(customer, "90000.00").id for _ in range(RECEIPTS)]
    before = deadlocks(superuser)
    app_url = test_servers.url(APP, database_name)
    with web(test_servers, app_url, bcrypt_cost=4, workers=3) as (port, master):
        product = Product(port, app_url, "", "")
        writers = [Writer(product, nilgiri, receipts, invoices, seed) for seed in range(WRITERS)]
        until = time.monotonic() + SECONDS
        threads = [threading.Thread(target=writer.work, args=(until,)) for writer in writers]
        for thread in threads:
            thread.start()
        killed = kill_at_random(master.pid, until)
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)
    answers = sum((writer.answers for writer in writers), Counter())
    # taken; refused in a sentence as there is no money (422), or nothing to take back (409)
    assert set(answers) <= {303, 409, 422}, answers
    assert answers[303] > 40, answers
    assert killed >= SECONDS / SECONDS_BETWEEN_KILLS - 2
    assert deadlocks(superuser) == before
    with nilgiri.scope():
        assert first_differences(TODAY) == []
        assert db().scalar(select(func.count()).where(Receipt.allocated_amount > Receipt.amount)) == 0
        assert db().scalar(select(func.count()).where(Invoice.balance < 0)) == 0
        taken_back = select(func.count()).where(ReceiptAllocation.released_on.is_not(None))
        assert db().scalar(taken_back) > 0
        settled = func.sum(ReceiptAllocation.allocated_amount)
        live = db().scalar(select(settled).where(ReceiptAllocation.released_on.is_(None)))
        assert live == sum(db().scalars(select(Receipt.allocated_amount)), Decimal(0))
        assert live == sum(db().scalars(select(Invoice.amount_paid)), Decimal(0))
    print(f"{dict(answers)}, {killed} workers killed, {sum(one.again for one in writers)} sent again")
