"""What accounts cost: a session on a request, the trail on a write, its sealing, sign-ins beside pages."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg

from rms.actions import seals
from rms.db.seals import MOST_ROWS
from rms.jobs.verify import Report, verify_chain
from tests import cast, factories
from tests.bench.product import Product, Visitor, running
from tests.bench.timing import p, seconds

SEED = 20_261_122


def run(*, tiny: bool) -> Iterator[str]:
    """Four figures, each beside what it is compared with."""
    with running(bcrypt_cost=4 if tiny else 12) as product:
        company = cast.nilgiri()
        yield _session_cost(product, company, requests=40 if tiny else 3_000)
        yield _trigger_cost(product, company, writes=50 if tiny else 4_000)
        yield _sealing_rate(product, company, entries=500 if tiny else 50_000)
        yield from _sign_ins_beside_pages(product, company, sign_ins=8 if tiny else 100)


# A session -------------------------------------------------------------------------------------------


def _session_cost(product: Product, company: cast.Company, *, requests: int) -> str:
    """The floor is the same request, through the same hooks, for nobody in particular."""
    signed_in, anybody = Visitor(product), Visitor(product)
    assert signed_in.sign_in(company.admin.email) == 303
    for_one, for_everybody = [], []
    for _ in range(requests):
        for_one.append(seconds(lambda: signed_in.get("/nothing/for-one")))
        for_everybody.append(seconds(lambda: anybody.get("/nothing/for-everybody")))
    ours, floor = statistics.median(for_one), statistics.median(for_everybody)
    return (
        f"authenticated no-op request: {ours * 1e3:.2f} ms, without a session {floor * 1e3:.2f} ms, "
        f"ratio {ours / floor:.2f} (aim <= 1.6), median of {requests}, one client"
    )


# The audit trail -------------------------------------------------------------------------------------


def _trigger_cost(product: Product, company: cast.Company, *, writes: int) -> str:
    """One UPDATE in each transaction, by raw psycopg as the application's role; the floor has no trigger."""
    with company.scope():
        ids = [factories.make_customer().id for _ in range(20)]
    turns = []
    for _ in range(4):
        turns.append(
            (_audited(product, company, ids, writes // 4), _unaudited(product, company, ids, writes // 4))
        )
    ours, floor = (statistics.median(column) for column in zip(*turns, strict=True))
    return (
        f"audit trigger: {ours * 1e6:.0f} us a write, without it {floor * 1e6:.0f} us, "
        f"ratio {ours / floor:.2f}, {writes} writes each, fsync on"
    )


def _unaudited(product: Product, company: cast.Company, ids: list, writes: int) -> float:
    with psycopg.connect(product.owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE customers DISABLE TRIGGER audit")
        try:
            return _audited(product, company, ids, writes)
        finally:
            owner.execute("ALTER TABLE customers ENABLE TRIGGER audit")


def _audited(product: Product, company: cast.Company, ids: list, writes: int) -> float:
    """Seconds for one write, the median of all."""
    dice = random.Random(SEED)
    taken = []
    with psycopg.connect(product.app_url, autocommit=True) as app:
        for number in range(writes):
            taken.append(seconds(lambda: _write(app, company, dice.choice(ids), number)))  # noqa: B023
    return statistics.median(taken)


def _write(app: psycopg.Connection, company: cast.Company, customer_id, number: int) -> None:
    with app.transaction():
        app.execute("SELECT set_config('app.tenant_id', %s, true)", (str(company.tenant_id),))
        app.execute(
            "UPDATE customers SET contact_person = %s, phone = %s WHERE id = %s",
            (f"Person {number}", f"+91 {number:010}", customer_id),
        )


# Sealing ---------------------------------------------------------------------------------------------


def _sealing_rate(product: Product, company: cast.Company, *, entries: int) -> str:
    """The sealer over entries that triggers wrote; verifying reads them all again."""
    with psycopg.connect(product.app_url) as app:
        app.execute("SELECT set_config('app.tenant_id', %s, true)", (str(company.tenant_id),))
        app.execute(
            "INSERT INTO client_types (id, code, name) "
            "SELECT gen_random_uuid(), 'C' || n, 'Type ' || n FROM generate_series(1, %s) n",
            (entries,),
        )
    started, sealed, batch = time.perf_counter(), 0, MOST_ROWS
    while seals.is_more_waiting(batch):
        with company.scope():
            batch = seals.seal()
        sealed += batch
    sealing = time.perf_counter() - started
    assert sealed >= entries
    started, report = time.perf_counter(), Report()
    assert verify_chain(company.tenant_id, report) is None
    verifying = time.perf_counter() - started
    return (
        f"sealing: {sealed / sealing:,.0f} entries a second, verifying {report.rows / verifying:,.0f} "
        f"({sealed:,} entries)"
    )


# Many sign in while others work ----------------------------------------------------------------------


def _sign_ins_beside_pages(product: Product, company: cast.Company, *, sign_ins: int) -> Iterator[str]:
    """Pages read by two signed-in people, quietly first, then while everybody else signs in at once."""
    readers = [Visitor(product) for _ in range(2)]
    for reader in readers:
        assert reader.sign_in(company.admin.email) == 303
    quiet = _read_until(readers, company, _after(seconds=3 if sign_ins > 10 else 0.5))
    ended = Event()
    with ThreadPoolExecutor(sign_ins + 1) as pool:
        crowd = [pool.submit(_try_to_sign_in, product, company.manager.email) for _ in range(sign_ins)]
        pool.submit(_set_when_done, crowd, ended)
        busy = _read_until(readers, company, ended.is_set)
    statuses = [one.result() for one in crowd]
    yield f"pages while nobody signs in: p50 {p(quiet, 50)}, p95 {p(quiet, 95)}, {len(quiet)} pages"
    yield (
        f"pages while {sign_ins} sign in at once: p50 {p(busy, 50)}, p95 {p(busy, 95)}, {len(busy)} pages "
        f"(aim p95 < 1 s); {statuses.count(303)} came in, {statuses.count(429)} were asked to wait"
    )


def _try_to_sign_in(product: Product, email: str) -> int:
    return Visitor(product).sign_in(email)


def _set_when_done(crowd: list, ended: Event) -> None:
    for one in crowd:
        one.exception()
    ended.set()


def _read_until(readers: list[Visitor], company: cast.Company, is_over: Callable[[], bool]) -> list[float]:
    with ThreadPoolExecutor(len(readers)) as pool:
        read = [pool.submit(_read_on, reader, company, is_over) for reader in readers]
        return [taken for one in read for taken in one.result()]


def _read_on(reader: Visitor, company: cast.Company, is_over: Callable[[], bool]) -> list[float]:
    taken = []
    while not taken or not is_over():
        taken.append(seconds(lambda: _expect_page(reader, company)))
    return taken


def _expect_page(reader: Visitor, company: cast.Company) -> None:
    status, _ = reader.get(f"/c/{company.slug}/invoices")
    assert status == 200, status


def _after(*, seconds: float) -> Callable[[], bool]:
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= until
