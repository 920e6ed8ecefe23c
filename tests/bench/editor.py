"""What invoices cost: saving a line, reading and searching a long list, drawing a PDF."""

import gzip
import multiprocessing
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from uuid import UUID

import psycopg

from rms.actions import invoices as drafts
from rms.documents.invoice_pdf import render_invoice
from rms.documents.of_invoice import paper_by_id
from rms.queries.invoices import find_invoice, lines_of
from tests import cast, factories
from tests.bench import floors, many
from tests.bench.product import Product, Visitor, running
from tests.bench.timing import p, seconds, together
from tests.factories import TODAY
from tests.house.test_statements import SAVES

SEED = 20_261_122
CLIENTS = 8
LINES = 15
CELLS = {
    "name": "Housekeeping",
    "hsn_sac": "998533",
    "quantity": "2",
    "unit": "MON",
    "rate": "1250.00",
    "tax": "18",
}


def run(*, tiny: bool) -> Iterator[str]:
    """Five figures; the floor, or the short list, is measured in the same run."""
    with running(bcrypt_cost=4) as product:
        company = cast.nilgiri()
        yield from _line_saves(product, company, each=3 if tiny else 250)
        yield from _long_lists(
            product, few=30 if tiny else 300, much=200 if tiny else 80_000, times=4 if tiny else 150
        )
        yield from _papers(company, times=2 if tiny else 20, papers=3 if tiny else 300)


# Saving a line ---------------------------------------------------------------------------------------


@dataclass
class Desk:
    """One of the clients with a draft of its own."""

    invoice_id: UUID
    line_id: UUID
    version: int
    visitor: Visitor
    path: str


def _line_saves(product: Product, company: cast.Company, *, each: int) -> Iterator[str]:
    """Eight people save the last line of a draft of 15 lines; the floor does the same for eight others."""
    desks = [_desk(product, company) for _ in range(CLIENTS)]
    for desk in desks:
        _save(desk, 1)
    ours, taken = together(desks, lambda desk, number: _save(desk, 2 + number % 90), each)
    body = _save(desks[0], 7)
    raw = {desk.invoice_id: psycopg.connect(product.app_url, autocommit=True) for desk in desks}

    def save_raw(desk: Desk, number: int) -> None:
        floors.save_line(
            raw[desk.invoice_id], company.tenant_id, desk.invoice_id, desk.line_id, 2 + number % 90
        )

    floor, floor_taken = together(desks, save_raw, each)
    for connection in raw.values():
        connection.close()
    yield (
        f"line save: {ours:,.0f} a second with {CLIENTS} clients, floor {floor:,.0f}, "
        f"ratio {ours / floor:.2f} (aim >= 0.5); p50 {p(taken, 50)}, p95 {p(taken, 95)}, "
        f"floor p50 {p(floor_taken, 50)}, p95 {p(floor_taken, 95)}"
    )
    yield f"line save: {SAVES['invoices.change_line']} statements (a test holds that figure), floor 5"
    plain, packed = len(body.encode()), len(gzip.compress(body.encode()))
    yield f"line save: the reply has {plain:,} bytes, {packed:,} with gzip (aim <= 2,560)"


def _desk(product: Product, company: cast.Company) -> Desk:
    with company.scope(company.admin):
        customer = factories.make_customer()
        made = drafts.create_draft(
            customer_id=customer.id, today=TODAY, created_by=company.admin.id, lines=[CELLS] * LINES
        )
        line = lines_of(made.id)[-1]
        invoice_id, line_id, version = made.id, line.id, line.version
    visitor = Visitor(product)
    assert visitor.sign_in(company.admin.email) == 303
    path = f"/c/{company.slug}/invoices/{invoice_id}/lines/{line_id}"
    return Desk(invoice_id, line_id, version, visitor, path)


def _save(desk: Desk, quantity: int) -> str:
    """The reply; the version that the next save names is one more."""
    cells = {**CELLS, "quantity": str(quantity), "version": str(desk.version)}
    sent = {f"lines-{desk.line_id}-{name}": text for name, text in cells.items()}
    status, body = desk.visitor.post_piece(desk.path, **sent)
    assert status == 200, (status, body[:300])
    desk.version += 1
    return body


# A long list -----------------------------------------------------------------------------------------


def _long_lists(product: Product, *, few: int, much: int, times: int) -> Iterator[str]:
    short, long = (_filled(product, invoices) for invoices in (few, much))
    taken: tuple[list, list] = ([], [])
    for _ in range(times):
        for (visitor, path), times_of in zip((short, long), taken, strict=True):
            times_of.append(seconds(lambda: _read(visitor, path)))  # noqa: B023
    small, large = (statistics.median(some) for some in taken)
    yield (
        f"list of 50: {large * 1e3:.1f} ms among {much:,} invoices, {small * 1e3:.1f} ms among {few:,}, "
        f"ratio {large / small:.2f} (aim <= 1.3); p95 {p(taken[1], 95)}"
    )
    visitor, path = long
    for head in ("number", "due", "total", "balance", "customer"):
        read = [seconds(lambda: _read(visitor, f"{path}?sort=-{head}")) for _ in range(times // 4)]  # noqa: B023
        yield f"list by {head} among {much:,}: p50 {p(read, 50)}, p95 {p(read, 95)}"
    for what, asked in _SEARCHES.items():
        found = [seconds(lambda: _read(visitor, f"{path}?q={text}")) for text in _repeated(asked, times)]  # noqa: B023
        yield f"search by {what} among {much:,}: p50 {p(found, 50)}, p95 {p(found, 95)}"


_SEARCHES = {
    "number": ("004217", "NFS%2F00%2F0123", "77"),
    "customer": ("Coorg+Coffee", "pumps+0103", "meenakshi"),
    "amount": ("1%2C062", "59000", "1180.00"),
    "GSTIN": ("AALCM9032F", "29AALCM"),
    "PO": ("PO-4123", "PO-99"),
}


def _repeated(asked: tuple[str, ...], times: int) -> list[str]:
    rounds = cycle(asked)
    return [next(rounds) for _ in range(times)]


def _filled(product: Product, invoices: int) -> tuple[Visitor, str]:
    company = cast.nilgiri()
    many.fill(product.superuser_url, company, invoices=invoices)
    visitor = Visitor(product)
    assert visitor.sign_in(company.admin.email) == 303
    return visitor, f"/c/{company.slug}/invoices"


def _read(visitor: Visitor, path: str) -> None:
    status, _ = visitor.get(path)
    assert status == 200, status


# Papers ----------------------------------------------------------------------------------------------


def _papers(company: cast.Company, *, times: int, papers: int) -> Iterator[str]:
    """Typeset in a process of its own, as in a worker; nothing comes from the cache of drawn papers."""
    drawn = {lines: _paper(company, lines) for lines in (15, 40)}
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        for lines, paper in drawn.items():
            taken = pool.apply(_drawn_often, (paper, times))
            yield f"PDF of {lines} lines, warm: p50 {p(taken, 50)}, p95 {p(taken, 95)}"
        before, after = pool.apply(_memory_of, (drawn[15], papers))
    yield f"memory of a worker: {after:,} MB after {papers} PDFs more, {before:,} MB before them"


def _paper(company: cast.Company, lines: int):
    dice = random.Random(SEED)
    with company.scope(company.admin):
        cells = [{**CELLS, "quantity": str(dice.randint(1, 40))} for _ in range(lines)]
        customer = factories.make_customer()
        made = drafts.create_draft(
            customer_id=customer.id, today=TODAY, created_by=company.admin.id, lines=cells
        )
        assert len(lines_of(find_invoice(made.id).id)) >= lines
        return paper_by_id(made.id)


def _drawn_often(paper, times: int) -> list[float]:
    _draw(paper, times)
    return [seconds(lambda: _draw(paper, turn)) for turn in range(times)]  # noqa: B023


def _draw(paper, turn: int) -> None:
    """Never the same paper twice: the typesetter remembers what it has laid out before."""
    lines = tuple(replace(line, details=f"Visit {turn}, part {at}") for at, line in enumerate(paper.lines))
    render_invoice(replace(paper, number=f"NFS/26-27/{turn:04}", lines=lines), translate=str)


def _memory_of(paper, papers: int) -> tuple[int, int]:
    before = _resident_megabytes()
    for turn in range(papers):
        _draw(paper, turn)
    return before, _resident_megabytes()


def _resident_megabytes() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        found = next(line for line in status if line.startswith("VmRSS"))
    return int(found.split()[1]) // 1024
