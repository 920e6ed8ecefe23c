"""A company with very many invoices, written by the owner of the server behind every trigger."""

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from rms.models import Invoice
from tests import cast, factories

CUSTOMERS = 400
# A year of small-business billing repeated: nine of ten are paid, the rest is owed.
_CHANGED = {
    "id": "gen_random_uuid()",
    "invoice_number": "'NFS/' || lpad((n / 100000)::text, 2, '0') || '/' || lpad(n::text, 6, '0')",
    "invoice_date": "date '2026-11-22' - (n %% 700)",
    "due_date": "date '2026-12-22' - (n %% 700)",
    "customer_id": "(SELECT ids[1 + n %% array_length(ids, 1)] FROM buyers)",
    "reference_number": "'PO-' || (n * 7919 %% 100000)",
    "subtotal": "100.00 * (1 + n * 31 %% 900)",
    "cgst_total": "9.00 * (1 + n * 31 %% 900)",
    "sgst_total": "9.00 * (1 + n * 31 %% 900)",
    "tax_total": "18.00 * (1 + n * 31 %% 900)",
    "total": "118.00 * (1 + n * 31 %% 900)",
    "amount_paid": "CASE WHEN n %% 10 = 0 THEN 0 ELSE 118.00 * (1 + n * 31 %% 900) END",
    "status": "CASE WHEN n %% 10 > 0 THEN 'paid' WHEN n %% 700 > 30 THEN 'overdue' ELSE 'pending' END",
}


def fill(superuser_url: str, company: cast.Company, *, invoices: int) -> None:
    """Copies of one issued invoice with other numbers, days, customers and sums; then fresh statistics."""
    with company.scope():
        sample = factories.make_invoice(factories.make_customer("Sample Stores"))
        for number in range(min(CUSTOMERS, invoices)):
            factories.make_customer(f"{_NAMES[number % len(_NAMES)]} {number:04}")
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            _copies_of(sample, invoices - 1), {"tenant": company.tenant_id, "sample": sample.id}
        )
        superuser.execute("VACUUM ANALYZE invoices")
        superuser.execute("ANALYZE customers")


_NAMES = ("Lakeview Residency", "Coorg Coffee Works", "Meenakshi Silks", "Deccan Pumps", "Patel & Sons")


def _copies_of(sample: Invoice, copies: int):
    columns = [column.name for column in Invoice.__table__.columns if column.computed is None]
    values = [
        SQL(_CHANGED[name]) if name in _CHANGED else SQL("s.{}").format(Identifier(name)) for name in columns
    ]
    return SQL(
        "WITH buyers AS (SELECT array_agg(id ORDER BY code) ids FROM customers WHERE tenant_id = %(tenant)s) "
        "INSERT INTO invoices ({}) SELECT {} FROM invoices s, generate_series(1, {}) n "
        "WHERE s.id = %(sample)s"
    ).format(SQL(", ").join(map(Identifier, columns)), SQL(", ").join(values), Literal(copies))
