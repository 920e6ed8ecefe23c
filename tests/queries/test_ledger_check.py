"""What the check of the books finds: each rule is broken behind the back of the application, one by one."""

import datetime as dt
from contextlib import contextmanager
from decimal import Decimal
from itertools import product

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.domain.lifecycle import status_of
from rms.models import CreditNote, CreditNoteApplication, CreditNoteLineItem, Invoice, Refund
from rms.queries.ledger_check import first_differences, status_by_facts
from tests import factories
from tests.factories import NOW, TODAY
from tests.http import counted_statements

DAY = dt.timedelta(days=1)


@pytest.fixture
def books(nilgiri):
    """An invoice part paid with TDS and part credited, a receipt with a refund, a used credit note."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer, invoice_number="B/1")  # 1,180.00
        receipt = factories.make_receipt(customer, "1000.00", receipt_number="RB/1")
        factories.make_allocation(receipt, invoice, "400.00", tds_amount=Decimal("100.00"))
        note = added(credit_note(customer.id))
        added(CreditNoteLineItem(credit_note_id=note.id, taxable_amount=Decimal(200), total=Decimal(200)))
        note.status, note.issued_at, note.credit_note_number = "issued", NOW, "CB/1"
        db().flush()
        added(
            CreditNoteApplication(
                credit_note_id=note.id, invoice_id=invoice.id, applied_amount=Decimal(150), applied_on=TODAY
            ),
            Refund(
                refund_number="P/1",
                refund_date=TODAY,
                customer_id=customer.id,
                receipt_id=receipt.id,
                amount=Decimal(50),
            ),
        )
        db().refresh(invoice)
        invoice.restate(TODAY)
    return nilgiri


def credit_note(customer_id) -> CreditNote:
    return CreditNote(
        customer_id=customer_id,
        credit_note_date=TODAY,
        is_financial=True,
        amount=Decimal(200),
        total_credit=Decimal(200),
    )


def added(*rows):
    db().add_all(rows)
    db().flush()
    return rows[0]


def differences(company, today=TODAY) -> set[tuple[str, str]]:
    with company.scope():
        return {(one.table, one.rule) for one in first_differences(today)}


def test_books_that_agree_are_clean(books):
    assert differences(books) == set()


@contextmanager
def behind_the_back(superuser):
    """Without triggers; the sums are neither kept nor frozen."""
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        yield superuser


SUM = "is the sum of"
BROKEN = [
    ("UPDATE invoices SET amount_paid = amount_paid - 0.01", "invoices", "paid is the sum of"),
    ("UPDATE invoices SET amount_credited = amount_credited + 0.01", "invoices", "credited is the sum of"),
    ("UPDATE invoices SET status = 'pending'", "invoices", "the status follows"),
    (
        "UPDATE invoice_line_items SET rate = 1, taxable_amount = 1, total = 1 + tax_amount",
        "invoices",
        "lines",
    ),
    ("UPDATE receipts SET allocated_amount = 399.99", "receipts", "allocated is the sum of"),
    ("UPDATE receipts SET refunded_amount = 0", "receipts", "paid back is the sum of"),
    (
        "UPDATE receipts SET status = 'bounced', bounced_at = now(), reversed_on = receipt_date",
        "receipts",
        "a bounced or cancelled receipt pays nothing",
    ),
    (
        "UPDATE invoices SET status = 'cancelled', cancelled_at = now()",
        "receipt_allocations",
        "a draft or cancelled invoice is not paid",
    ),
    ("UPDATE credit_notes SET applied_amount = 0", "credit_notes", "applied is the sum of"),
    ("UPDATE credit_notes SET refunded_amount = 1", "credit_notes", "paid back is the sum of"),
    ("UPDATE credit_notes SET status = 'applied'", "credit_notes", "the status follows"),
    (
        "UPDATE credit_note_line_items SET taxable_amount = 1, total = 1",
        "credit_notes",
        "the credit is the sum of the lines",
    ),
    ("UPDATE receipt_allocations SET tds_amount = 99.99", "invoices", "paid is the sum of"),
    ("UPDATE refunds SET amount = 49", "receipts", "paid back is the sum of"),
]


@pytest.mark.parametrize(("statement", "table", "rule"), BROKEN, ids=[one[0][:50] for one in BROKEN])
def test_what_was_changed_from_behind_is_found(books, superuser, statement, table, rule):
    with behind_the_back(superuser):
        changed = superuser.execute(f"{statement} WHERE tenant_id = %s", (books.tenant_id,))
        assert changed.rowcount == 1
    assert any(where == table and rule in told for where, told in differences(books)), differences(books)


BEYOND = [
    (
        "invoices",
        "ck_invoices_settled_is_between_zero_and_total",
        "amount_paid = total + 0.01, amount_credited = 0",
        "settled is at most the total",
    ),
    (
        "receipts",
        "ck_receipts_used_is_between_zero_and_amount",
        "refunded_amount = 600.01",
        "allocated and paid back is at most the amount",
    ),
    (
        "credit_notes",
        "ck_credit_notes_used_is_between_zero_and_total",
        "refunded_amount = 50.01",
        "applied and paid back is at most the credit",
    ),
]


@pytest.mark.parametrize(("table", "constraint", "change", "rule"), BEYOND, ids=[one[0] for one in BEYOND])
def test_more_than_there_is_would_be_found_without_its_constraint(
    books, superuser, table, constraint, change, rule
):
    """The last word is the database's, so it is taken away for this test, and put back as it was."""
    definition = superuser.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (constraint,)
    ).fetchone()[0]
    before = superuser.execute(f"SELECT * FROM {table} WHERE tenant_id = %s", (books.tenant_id,)).fetchall()
    assert before
    superuser.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        with behind_the_back(superuser):
            superuser.execute(f"UPDATE {table} SET {change} WHERE tenant_id = %s", (books.tenant_id,))
        assert (table, rule) in differences(books)
    finally:
        with behind_the_back(superuser):
            superuser.execute(
                f"UPDATE {table} SET {change.replace('0.01', '0').replace('.01', '')} WHERE tenant_id = %s",
                (books.tenant_id,),
            )
        superuser.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}")


def test_money_laid_on_another_customers_invoice_is_found(books, superuser):
    with books.scope():
        other = factories.make_customer("Somebody else")
    for table in ("receipts", "credit_notes"):
        with behind_the_back(superuser):
            superuser.execute(
                f"UPDATE {table} SET customer_id = %s WHERE tenant_id = %s", (other.id, books.tenant_id)
            )
    assert differences(books) == {
        ("receipt_allocations", "money stays with its customer"),
        ("credit_note_applications", "a credit stays with its customer"),
    }


def test_another_companys_books_are_its_own(books, sahyadri, superuser):
    with behind_the_back(superuser):
        superuser.execute(
            "UPDATE invoices SET amount_paid = amount_paid - 1 WHERE tenant_id = %s", (books.tenant_id,)
        )
    assert differences(sahyadri) == set()


def test_what_fell_due_yesterday_may_wait_for_the_morning(nilgiri):
    with nilgiri.scope():
        factories.make_invoice(factories.make_customer(), due_date=TODAY)
    assert differences(nilgiri, TODAY + DAY) == set()
    assert differences(nilgiri, TODAY + 2 * DAY) == {("invoices", "the status follows from the facts")}


def test_its_statements_do_not_grow_with_the_books(books):
    with counted_statements() as few, books.scope():
        first_differences(TODAY)
    with books.scope():
        for _ in range(30):
            factories.make_invoice(factories.make_customer())
    with counted_statements() as many, books.scope():
        first_differences(TODAY)
    assert len(few) == len(many)


def test_the_status_in_sql_is_the_status_of_the_domain(nilgiri):
    """Every combination of facts, on the day before, on and after the due date."""
    with nilgiri.scope():
        customer = factories.make_customer()
        paid = factories.make_invoice(customer, due_date=TODAY)
        factories.make_allocation(factories.make_receipt(customer), paid, "1180.00")
        part = factories.make_invoice(customer, due_date=TODAY)
        factories.make_allocation(factories.make_receipt(customer), part, "0.01")
        factories.make_invoice(customer, due_date=TODAY)
        void = factories.make_invoice(customer, due_date=TODAY)
        void.status, void.cancelled_at = "cancelled", NOW
        factories.make_draft(customer, due_date=TODAY)
    seen = set()
    for offset in (-1, 0, 1):
        day = TODAY + offset * DAY
        with nilgiri.scope():
            for invoice, found in db().execute(select(Invoice, status_by_facts(day))):
                seen.add((offset, found))
                assert found == status_of(
                    issued=invoice.issued_at is not None,
                    cancelled=invoice.cancelled_at is not None,
                    total=invoice.total,
                    settled=invoice.settled,
                    due_date=invoice.due_date,
                    today=day,
                )
    always = {"paid", "cancelled", "draft"}
    assert seen == set(product((-1, 0, 1), always)) | {
        (-1, "pending"),
        (-1, "partially_paid"),
        (0, "pending"),
        (0, "partially_paid"),
        (1, "overdue"),
    }
