"""What money costs: laying a receipt on invoices, and telling what is owed among very many of them."""

from collections.abc import Iterator

import psycopg

from tests import cast
from tests.bench import allocating, many
from tests.bench.product import Product, Visitor, running
from tests.bench.timing import p, seconds
from tests.house.test_statements import PAGES

# Each paid invoice of `many` gets a receipt of its own, laid on it ten days after its date.
_PAID = """
WITH paid AS (
    SELECT tenant_id, id, customer_id, invoice_date + 10 AS day, total, gen_random_uuid() AS receipt,
           row_number() OVER (ORDER BY id) AS n
    FROM invoices WHERE tenant_id = %(tenant)s AND status = 'paid'
), receipts_of AS (
    INSERT INTO receipts (tenant_id, id, receipt_number, receipt_date, customer_id, payment_method, amount,
                          allocated_amount, status, cleared_at, cleared_on)
    SELECT tenant_id, receipt, 'BR/' || n, day, customer_id, 'upi', total, total, 'cleared', now(), day
    FROM paid
)
INSERT INTO receipt_allocations (tenant_id, id, receipt_id, invoice_id, allocated_amount, allocated_on)
SELECT tenant_id, gen_random_uuid(), receipt, id, total, day FROM paid
"""


def run(*, tiny: bool) -> Iterator[str]:
    with running(bcrypt_cost=4) as product:
        company = cast.nilgiri()
        yield from allocating.measure(product, company, each=3 if tiny else 60)
        yield from _reports(product, invoices=300 if tiny else 80_000, times=4 if tiny else 60)


def _reports(product: Product, *, invoices: int, times: int) -> Iterator[str]:
    """The statement of the customer with the most invoices, and the ageing of all, today and in June."""
    company = cast.nilgiri()
    many.fill(product.superuser_url, company, invoices=invoices)
    with psycopg.connect(product.superuser_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(_PAID, {"tenant": company.tenant_id})
        superuser.execute("ANALYZE receipts")
        superuser.execute("ANALYZE receipt_allocations")
        customer, bills = superuser.execute(
            "SELECT customer_id, count(*) FROM invoices WHERE tenant_id = %s GROUP BY 1 ORDER BY 2 DESC, 1",
            (company.tenant_id,),
        ).fetchone()
    visitor = Visitor(product)
    assert visitor.sign_in(company.admin.email) == 303
    base, account = f"/c/{company.slug}", f"customers/{customer}/statement"
    for words, path, page in (
        (f"statement of this year, {bills} invoices", account, "customers.statement"),
        ("statement from the beginning", f"{account}?from=all", "customers.statement"),
        ("ageing today", "reports/ageing", "reports.ageing_report"),
        ("ageing as of 30 Jun", "reports/ageing?on=2026-06-30", "reports.ageing_report"),
        ("ageing of one customer", f"reports/ageing/{customer}", "reports.ageing_of"),
    ):
        taken = [seconds(lambda: _read(visitor, f"{base}/{path}")) for _ in range(times)]  # noqa: B023
        yield (
            f"{words}, among {invoices:,} invoices: p50 {p(taken, 50)}, p95 {p(taken, 95)}, "
            f"{PAGES[page]} statements"
        )


def _read(visitor: Visitor, path: str) -> None:
    status, _ = visitor.get(path)
    assert status == 200, status
