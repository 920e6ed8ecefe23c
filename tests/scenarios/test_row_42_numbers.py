"""Row 42: processes that issue at the same moment and are killed in the middle leave no gap and no duplicate.

Real processes, killed by SIGKILL: no `finally` runs, the database alone puts things right. Each child goes on
with the drafts that are left; what a killed one had not committed is a draft again, and its number is free.
"""

import os
import random
import signal
import time
from collections import Counter

from sqlalchemy import select

from rms.actions import issuing
from rms.db import session
from rms.db.session import db, tenant_scope
from rms.domain.errors import DomainError
from rms.models import Invoice, NumberCounter
from tests import cast
from tests.factories import NOW, TODAY, make_customer, make_draft, make_line

SLOWEST = 240  # seconds


def make_drafts(company, count: int) -> list:
    with company.scope(company.admin):
        customer = make_customer()
        drafts = [make_draft(customer) for _ in range(count)]
        for draft in drafts:
            make_line(draft, "100.00")
        return [draft.id for draft in drafts]


def issue_all(tenant_id, drafts: list) -> None:
    """What a child does until it is done or killed."""
    for draft in drafts:
        try:
            with tenant_scope(tenant_id):
                issuing.issue(draft, now=NOW, today=TODAY)
        except DomainError:  # issued by itself before it was killed, after the commit
            continue


class Writers:
    """One child for each share of the drafts; a killed one is followed by another."""

    def __init__(self, shares: list[tuple]) -> None:
        self.shares, self.children, self.killed = shares, {}, 0

    def start(self, place: int) -> None:
        child = os.fork()
        if child == 0:
            try:
                session.dispose_after_fork()
                issue_all(*self.shares[place])
                os._exit(0)
            except BaseException:
                os._exit(1)
        self.children[child] = place

    def run(self, *, kills: int, seed: int) -> None:
        chance = random.Random(seed)
        for place in range(len(self.shares)):
            self.start(place)
        ends = time.monotonic() + SLOWEST
        while self.children and time.monotonic() < ends:
            time.sleep(chance.uniform(0.02, 0.15))
            if self.killed < kills and self.children:
                self.kill(chance.choice(sorted(self.children)))
            self.reap()
        for child in self.children:
            os.kill(child, signal.SIGKILL)
        assert not self.children, "the writers did not come to an end"

    def kill(self, child: int) -> None:
        os.kill(child, signal.SIGKILL)
        self.killed += 1

    def reap(self) -> None:
        for child in list(self.children):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended:
                continue
            place = self.children.pop(child)
            if os.WIFSIGNALED(status):
                self.start(place)
            else:
                assert os.WEXITSTATUS(status) == 0, "a writer failed by itself"


def numbers_of(company) -> list[int]:
    with company.scope():
        issued = select(Invoice.invoice_number).where(Invoice.status != "draft")
        return sorted(int(number.rpartition("/")[2]) for number in db().scalars(issued))


def next_of(company) -> int:
    with company.scope():
        return db().scalars(select(NumberCounter.next_value)).one()


def test_row_42_eight_processes_of_one_company_killed_at_random(app, nilgiri):
    drafts = make_drafts(nilgiri, 800)
    writers = Writers([(nilgiri.tenant_id, drafts[place::8]) for place in range(8)])
    writers.run(kills=24, seed=42)
    assert writers.killed == 24
    assert numbers_of(nilgiri) == list(range(1, 801))
    assert next_of(nilgiri) == 801


def test_row_42_sixteen_processes_of_one_company_killed_at_random(app, nilgiri):
    drafts = make_drafts(nilgiri, 160)
    writers = Writers([(nilgiri.tenant_id, drafts[place::16]) for place in range(16)])
    writers.run(kills=12, seed=16)
    assert numbers_of(nilgiri) == list(range(1, 161))
    assert next_of(nilgiri) == 161


def test_row_42_sixteen_companies_at_once_killed_at_random(app):
    companies = [cast.nilgiri() for _ in range(16)]
    shares = [(company.tenant_id, make_drafts(company, 10)) for company in companies]
    writers = Writers(shares)
    writers.run(kills=12, seed=7)
    told = Counter(len(numbers_of(company)) for company in companies)
    assert told == {10: 16}
    for company in companies:
        assert numbers_of(company) == list(range(1, 11))
        assert next_of(company) == 11
