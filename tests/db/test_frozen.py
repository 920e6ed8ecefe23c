"""Row 43: once an invoice is issued the database itself refuses to change its figures, whoever asks."""

import pytest
from psycopg.errors import CheckViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rms.db import frozen
from rms.db.base import Base
from rms.db.session import db
from tests import factories


@pytest.fixture
def issued(nilgiri):
    """The id of an issued invoice with one line."""
    with nilgiri.scope():
        return factories.make_invoice(factories.make_customer()).id


@pytest.fixture
def draft(nilgiri):
    with nilgiri.scope():
        invoice = factories.make_draft(factories.make_customer())
        factories.make_line(invoice, "10.00")
        return invoice.id


# A value of each type that differs from what the factories store.
OTHER = {
    "NUMERIC": "123.00",
    "VARCHAR": "'27'",
    "TEXT": "'other'",
    "DATE": "'2026-01-01'",
    "UUID": "gen_random_uuid()",
    "CHAR": "gen_random_uuid()",
    "BOOLEAN": "NOT COLUMN",
    "INTEGER": "77",
    "JSONB": """'{"other": 1}'""",
    "TIMESTAMP": "now() - interval '3 days'",
    "DATETIME": "now() - interval '3 days'",
}


def others(table: str, free=()) -> list[tuple[str, str]]:
    """Each frozen column with SQL for another value."""
    found = []
    for column in Base.metadata.tables[table].columns:
        if column.computed is not None or column.name in {*free, "tenant_id", "created_at", "updated_at"}:
            continue
        kind = column.type.compile().partition("(")[0].split()[0]
        found.append((column.name, OTHER[kind].replace("COLUMN", column.name)))
    return found


def refused(company, statement: str, **given) -> None:
    with pytest.raises(IntegrityError) as caught, company.scope():
        db().execute(text(statement), given)
    assert isinstance(caught.value.orig, CheckViolation)


@pytest.mark.parametrize(
    ("column", "value"), others("invoices", frozen.MAY_CHANGE), ids=lambda one: one if one.islower() else ""
)
def test_row_43_no_column_of_an_issued_invoice_can_be_changed(nilgiri, issued, column, value):
    refused(nilgiri, f"UPDATE invoices SET {column} = {value} WHERE id = :id", id=issued)


@pytest.mark.parametrize(
    ("column", "value"), others("invoice_line_items"), ids=lambda one: one if one.islower() else ""
)
def test_row_43_no_column_of_its_lines_can_be_changed(nilgiri, issued, column, value):
    refused(nilgiri, f"UPDATE invoice_line_items SET {column} = {value} WHERE invoice_id = :id", id=issued)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM invoices WHERE id = :id",
        "UPDATE invoices SET status = 'draft' WHERE id = :id",
        "DELETE FROM invoice_line_items WHERE invoice_id = :id",
        "INSERT INTO invoice_line_items (id, invoice_id, position) VALUES (gen_random_uuid(), :id, 9)",
    ],
)
def test_row_43_nothing_is_taken_away_or_added(nilgiri, issued, statement):
    refused(nilgiri, statement, id=issued)


def test_a_line_of_a_draft_is_not_moved_onto_an_issued_invoice(nilgiri, issued, draft):
    statement = "UPDATE invoice_line_items SET invoice_id = :issued WHERE invoice_id = :draft"
    refused(nilgiri, statement, issued=issued, draft=draft)


def test_row_43_even_a_superuser_is_refused(superuser, issued):
    with pytest.raises(CheckViolation):
        superuser.execute("UPDATE invoices SET total = total + 1 WHERE id = %s", (issued,))


@pytest.mark.parametrize(
    "change",
    [
        "notes = 'Thank you', reference_number = 'PO 7', version = version + 1",
        "sent_at = now()",
        "status = 'overdue'",
        "status = 'cancelled', cancelled_at = now(), cancel_reason = 'entered twice'",
    ],
)
def test_what_is_harmless_or_follows_may_change(nilgiri, issued, change):
    with nilgiri.scope():
        db().execute(text(f"UPDATE invoices SET {change} WHERE id = :id"), {"id": issued})


def test_a_draft_changes_freely(nilgiri, draft):
    with nilgiri.scope():
        db().execute(text("UPDATE invoices SET subtotal = 5, total = 5 WHERE id = :id"), {"id": draft})
        db().execute(text("UPDATE invoice_line_items SET rate = 5 WHERE invoice_id = :id"), {"id": draft})
        db().execute(text("DELETE FROM invoices WHERE id = :id"), {"id": draft})


SNAPSHOT = """UPDATE invoices SET seller_snapshot = jsonb_build_object(
    'name', CAST(:name AS text), 'bank_account_number', CAST(:number AS text)) WHERE id = :id"""


def test_the_sellers_account_number_may_be_sealed_anew_and_nothing_else_of_the_snapshot(nilgiri, draft):
    with nilgiri.scope():
        db().execute(text(SNAPSHOT), {"id": draft, "name": "Nilgiri", "number": "001922004471"})
        issue = (
            "UPDATE invoices SET status = 'pending', invoice_number = 'S/1', issued_at = now() WHERE id = :id"
        )
        db().execute(text(issue), {"id": draft})
        for sealed in ("v1:old:abc", "v1:new:xyz"):
            db().execute(text(SNAPSHOT), {"id": draft, "name": "Nilgiri", "number": sealed})
    refused(nilgiri, SNAPSHOT, id=draft, name="Nilgiri", number="12345678")
    refused(nilgiri, SNAPSHOT, id=draft, name="Other", number="v1:new:xyz")
