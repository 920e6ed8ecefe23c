"""The least SQL a job can be done with, by raw psycopg as the application: same triggers, same fsync."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg

_LOCK = "SELECT version, prices_include_tax FROM invoices WHERE id = %s FOR NO KEY UPDATE"
_LINES = """SELECT id, quantity, rate, tax_rate, taxable_amount, tax_amount
    FROM invoice_line_items WHERE invoice_id = %s"""
_LINE = """UPDATE invoice_line_items SET quantity = %(quantity)s, amount = %(taxable)s,
    taxable_amount = %(taxable)s, cgst_amount = %(half)s, sgst_amount = %(half)s, tax_amount = %(tax)s,
    total = %(total)s, version = version + 1 WHERE id = %(id)s"""
_SUMS = """UPDATE invoices SET subtotal = %(subtotal)s, cgst_total = %(half)s, sgst_total = %(half)s,
    tax_total = %(tax)s, total = %(total)s, totals_seq = totals_seq + 1 WHERE id = %(id)s"""


def save_line(
    app: psycopg.Connection, tenant_id: UUID, invoice_id: UUID, line_id: UUID, quantity: int
) -> None:
    """One line of a draft at 18 %, within a state, and the sums of its invoice: five statements."""
    with app.transaction():
        app.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant_id),))
        app.execute(_LOCK, (invoice_id,))
        lines = {row[0]: row for row in app.execute(_LINES, (invoice_id,))}
        taxable = quantity * lines[line_id][2]
        half = (taxable * 9 / 100).quantize(Decimal("0.01"))
        changed = {"id": line_id, "quantity": quantity, "taxable": taxable, "half": half, "tax": half * 2}
        app.execute(_LINE, {**changed, "total": taxable + half * 2})
        others = [row for row in lines.values() if row[0] != line_id]
        subtotal = taxable + sum(row[4] for row in others)
        tax = half * 2 + sum(row[5] for row in others)
        app.execute(
            _SUMS,
            {"id": invoice_id, "subtotal": subtotal, "half": tax / 2, "tax": tax, "total": subtotal + tax},
        )


_KEY = """INSERT INTO idempotency_keys (key, purpose) VALUES (%s, 'bench')
    ON CONFLICT DO NOTHING"""
_RECEIPT = "SELECT status, unallocated_amount FROM receipts WHERE id = %s FOR NO KEY UPDATE"
_INVOICES = """SELECT id, balance, total, due_date FROM invoices WHERE id = ANY(%s) ORDER BY id
    FOR NO KEY UPDATE"""
_ALLOCATE = """INSERT INTO receipt_allocations (id, receipt_id, invoice_id, allocated_amount, allocated_on)
    SELECT gen_random_uuid(), %s, one, %s, %s FROM unnest(%s::uuid[]) one"""
_STATES = """UPDATE invoices SET status = CASE WHEN balance = 0 THEN 'paid' WHEN due_date < %s THEN 'overdue'
    ELSE 'partially_paid' END WHERE id = ANY(%s)"""


def allocate(
    app: psycopg.Connection,
    tenant_id: UUID,
    receipt_id: UUID,
    invoices: Sequence[UUID],
    amount: Decimal,
    today: date,
) -> None:
    """One receipt over some invoices, with the locks of the product in its order, the triggers that keep the
    sums, the states that follow, and a key against double sending: six statements."""
    with app.transaction():
        app.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant_id),))
        app.execute(_KEY, (str(uuid4()),))
        _, left = app.execute(_RECEIPT, (receipt_id,)).fetchone()
        owed = {row[0]: row[1] for row in app.execute(_INVOICES, (list(invoices),))}
        if left < amount * len(invoices) or any(owed[one] < amount for one in invoices):
            raise ValueError("more is allocated than there is")
        app.execute(_ALLOCATE, (receipt_id, amount, today, list(invoices)))
        app.execute(_STATES, (today, list(invoices)))
