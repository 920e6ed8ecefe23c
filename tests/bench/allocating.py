"""What it costs to lay one receipt on eight invoices, beside the least SQL that does the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg

from tests import cast, factories
from tests.bench import floors
from tests.bench.product import Product, Visitor
from tests.bench.timing import p, together
from tests.factories import TODAY
from tests.house.test_statements import SAVES

CLIENTS, INVOICES = 8, 8
PART = Decimal("1.00")


@dataclass
class Desk:
    """One client with a customer, eight invoices and receipts enough of its own."""

    invoices: list[UUID]
    receipts: list[UUID]
    visitor: Visitor
    path: str


def measure(product: Product, company: cast.Company, *, each: int) -> Iterator[str]:
    """Each act takes a receipt of its own, so that every one does the same work."""
    desks = [_desk(product, company, each) for _ in range(CLIENTS)]
    ours, taken = together(desks, _allocate, each)
    raw = {id(desk): psycopg.connect(product.app_url, autocommit=True) for desk in desks}

    def allocate_raw(desk: Desk, number: int) -> None:
        receipt = desk.receipts[each + number]
        floors.allocate(raw[id(desk)], company.tenant_id, receipt, desk.invoices, PART, TODAY)

    floor, floor_taken = together(desks, allocate_raw, each)
    for connection in raw.values():
        connection.close()
    yield (
        f"1 receipt over {INVOICES} invoices: {ours:,.0f} a second with {CLIENTS} clients, "
        f"floor {floor:,.0f}, ratio {ours / floor:.2f}; p50 {p(taken, 50)}, p95 {p(taken, 95)}, "
        f"floor p50 {p(floor_taken, 50)}, p95 {p(floor_taken, 95)}"
    )
    yield f"1 receipt: {SAVES['receipts.use']} statements (a test holds that figure), floor 6"


def _desk(product: Product, company: cast.Company, each: int) -> Desk:
    with company.scope(company.admin):
        customer = factories.make_customer()
        invoices = [factories.make_invoice(customer, "100000.00").id for _ in range(INVOICES)]
        receipts = [factories.make_receipt(customer, "10.00").id for _ in range(2 * each)]
    visitor = Visitor(product)
    assert visitor.sign_in(company.admin.email) == 303
    return Desk(invoices, receipts, visitor, f"/c/{company.slug}/receipts")


def _allocate(desk: Desk, number: int) -> None:
    fields = {f"alloc-{one}": str(PART) for one in desk.invoices}
    path = f"{desk.path}/{desk.receipts[number]}/allocate"
    status, body = desk.visitor.post(path, csrf_token=desk.visitor.csrf, form_token=str(uuid4()), **fields)
    assert status == 303, (status, body[:300])
