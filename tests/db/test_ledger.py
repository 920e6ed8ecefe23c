"""The sums that the database keeps, and what it refuses, whoever asks and however many ask at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from rms.db.session import db, tenant_scope
from rms.models import Customer, Invoice, Receipt, ReceiptAllocation, Tenant, User
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def owed(nilgiri):
    """An invoice of 1,180.00 and a receipt of 1,000.00, as ids."""
    with nilgiri.scope():
        customer = factories.make_customer()
        return factories.make_invoice(customer).id, factories.make_receipt(customer, "1000.00").id


def sums(company, invoice_id, receipt_id):
    with company.scope():
        invoice = db().get(Invoice, (company.tenant_id, invoice_id))
        receipt = db().get(Receipt, (company.tenant_id, receipt_id))
        return tuple(
            str(amount)
            for amount in (
                invoice.amount_paid,
                invoice.balance,
                receipt.allocated_amount,
                receipt.unallocated_amount,
            )
        )


def allocate(company, invoice_id, receipt_id, cash: str, **more) -> ReceiptAllocation:
    with company.scope():
        row = ReceiptAllocation(
            receipt_id=receipt_id,
            invoice_id=invoice_id,
            allocated_amount=Decimal(cash),
            allocated_on=TODAY,
            **more,
        )
        db().add(row)
    return row


def test_an_allocation_pays_the_invoice_and_uses_up_the_receipt(nilgiri, owed):
    allocate(nilgiri, *owed, "400.00")
    # 1,180 - 400 = 780 owed; 1,000 - 400 = 600 left
    assert sums(nilgiri, *owed) == ("400.00", "780.00", "400.00", "600.00")


def test_tax_deducted_and_written_off_settle_without_using_cash(nilgiri, owed):
    settled = {
        "tds_amount": Decimal("100"),
        "gst_tds_amount": Decimal("20"),
        "write_off_amount": Decimal("60"),
    }
    allocate(nilgiri, *owed, "1000.00", **settled)
    # 1,000 + 100 + 20 + 60 = 1,180 settled
    assert sums(nilgiri, *owed) == ("1180.00", "0.00", "1000.00", "0.00")


def test_changing_releasing_and_deleting_undo_exactly_what_was_done(nilgiri, owed, superuser):
    row = allocate(nilgiri, *owed, "400.00", tds_amount=Decimal("10"))
    with nilgiri.scope():
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).allocated_amount = Decimal("250")
    assert sums(nilgiri, *owed) == ("260.00", "920.00", "250.00", "750.00")
    with nilgiri.scope():
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).released_on = TODAY
    assert sums(nilgiri, *owed) == ("0.00", "1180.00", "0.00", "1000.00")
    allocate(nilgiri, *owed, "100.00")
    with superuser.transaction():
        superuser.execute("DELETE FROM receipt_allocations WHERE receipt_id = %s", (owed[1],))
    assert sums(nilgiri, *owed) == ("0.00", "1180.00", "0.00", "1000.00")


def test_a_row_that_was_released_counts_for_nothing_when_it_changes(nilgiri, owed):
    row = allocate(nilgiri, *owed, "400.00")
    with nilgiri.scope():
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).released_on = TODAY
    with nilgiri.scope():
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).allocated_amount = Decimal("900")
    assert sums(nilgiri, *owed) == ("0.00", "1180.00", "0.00", "1000.00")


def test_more_than_the_invoice_is_refused(nilgiri, owed):
    with pytest.raises(IntegrityError, match="ck_invoices_settled_is_between_zero_and_total"):
        allocate(nilgiri, *owed, "1000.00", tds_amount=Decimal("180.01"))
    assert sums(nilgiri, *owed) == ("0.00", "1180.00", "0.00", "1000.00")


def test_more_than_the_receipt_is_refused(nilgiri, owed):
    with pytest.raises(IntegrityError, match="ck_receipts_allocated_is_between_zero_and_amount"):
        allocate(nilgiri, *owed, "1000.01")


@pytest.mark.parametrize("cash, more", [("0", {}), ("-1", {}), ("1", {"tds_amount": Decimal("-1")})])
def test_an_allocation_of_nothing_or_less_is_refused(nilgiri, owed, cash, more):
    with pytest.raises(IntegrityError, match="ck_receipt_allocations_"):
        allocate(nilgiri, *owed, cash, **more)


def test_one_live_row_per_receipt_and_invoice(nilgiri, owed):
    first = allocate(nilgiri, *owed, "1.00")
    with pytest.raises(IntegrityError, match="uq_receipt_allocations_one_live_per_invoice"):
        allocate(nilgiri, *owed, "2.00")
    with nilgiri.scope():
        db().get(ReceiptAllocation, (nilgiri.tenant_id, first.id)).released_on = TODAY
    allocate(nilgiri, *owed, "2.00")
    assert sums(nilgiri, *owed)[0] == "2.00"


def test_an_allocation_cannot_be_moved_to_another_invoice(nilgiri, owed):
    row = allocate(nilgiri, *owed, "1.00")
    with pytest.raises(IntegrityError, match="stays with its receipt"), nilgiri.scope():
        other = factories.make_invoice(factories.make_customer())
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).invoice_id = other.id


def test_a_draft_cannot_be_paid(nilgiri, owed):
    with pytest.raises(IntegrityError, match="draft or cancelled invoice cannot be paid"), nilgiri.scope():
        draft = factories.make_draft(subtotal=100, total=100)
        factories.make_allocation(db().get(Receipt, (nilgiri.tenant_id, owed[1])), draft, "1.00")


def test_cancelling_needs_its_money_released_by_the_end_of_the_transaction(nilgiri, owed):
    row = allocate(nilgiri, *owed, "400.00")
    with pytest.raises(IntegrityError, match="draft or cancelled invoice cannot be paid"), nilgiri.scope():
        cancel(db().get(Invoice, (nilgiri.tenant_id, owed[0])))
    with nilgiri.scope():
        cancel(db().get(Invoice, (nilgiri.tenant_id, owed[0])))
        db().flush()
        db().get(ReceiptAllocation, (nilgiri.tenant_id, row.id)).released_on = TODAY
    assert sums(nilgiri, *owed) == ("0.00", "1180.00", "0.00", "1000.00")


def cancel(invoice: Invoice) -> None:
    invoice.status, invoice.cancelled_at = "cancelled", NOW


def test_a_bounced_receipt_pays_nothing(nilgiri, owed):
    allocate(nilgiri, *owed, "400.00")
    with pytest.raises(IntegrityError, match="bounced or cancelled receipt pays nothing"), nilgiri.scope():
        receipt = db().get(Receipt, (nilgiri.tenant_id, owed[1]))
        receipt.status, receipt.bounced_at, receipt.reversed_on = "bounced", NOW, receipt.receipt_date


def test_sums_and_balances_cannot_be_typed_in(nilgiri, owed):
    with pytest.raises(Exception, match="generated column"), nilgiri.scope():
        db().execute(text("UPDATE invoices SET balance = 0"))


def test_sixteen_people_at_once_never_settle_more_than_there_is(nilgiri):
    """No lock is taken first: the constraints alone hold, and the stored sums stay those of the rows."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoices = [factories.make_invoice(customer).id for _ in range(2)]
        receipts = [factories.make_receipt(customer, "500.00").id for _ in range(8)]

    def attempt(number: int) -> str:
        try:
            allocate(nilgiri, invoices[number % 2], receipts[number // 2], "400.00")
        except IntegrityError as refused:
            return refused.orig.diag.constraint_name
        return "ok"

    with ThreadPoolExecutor(4) as people:
        outcomes = list(people.map(attempt, range(16)))
    # 1,180 takes two times 400, and a receipt of 500 one time.
    assert outcomes.count("ok") == 4
    assert set(outcomes) == {
        "ok",
        "ck_invoices_settled_is_between_zero_and_total",
        "ck_receipts_allocated_is_between_zero_and_amount",
    } or set(outcomes) == {"ok", "ck_invoices_settled_is_between_zero_and_total"}
    with nilgiri.scope():
        live = db().execute(
            text(
                "SELECT i.amount_paid = coalesce(sum(a.allocated_amount), 0) FROM invoices i "
                "LEFT JOIN receipt_allocations a ON a.invoice_id = i.id GROUP BY i.id, i.amount_paid"
            )
        )
        assert set(live.scalars()) == {True}
        assert {str(row.amount_paid) for row in db().scalars(select(Invoice))} == {"800.00"}


def counts(company) -> tuple[int, int]:
    with company.scope():
        tenant = db().get(Tenant, company.tenant_id)
        return tenant.current_customer_count, tenant.current_user_count


def test_active_people_and_customers_are_counted(nilgiri):
    assert counts(nilgiri) == (0, 3)
    with nilgiri.scope():
        kept, off, gone = (factories.make_customer(name) for name in ("Kept", "Off", "Gone"))
        user = factories.make_user("Leaving")
    assert counts(nilgiri) == (3, 4)
    with nilgiri.scope():
        db().get(Customer, (nilgiri.tenant_id, off.id)).is_active = False
        db().delete(db().get(Customer, (nilgiri.tenant_id, gone.id)))
        db().get(User, (nilgiri.tenant_id, user.id)).deleted_at = NOW
    assert counts(nilgiri) == (1, 3)
    with nilgiri.scope():
        db().get(Customer, (nilgiri.tenant_id, kept.id)).name = "Renamed"
        db().get(Customer, (nilgiri.tenant_id, off.id)).is_active = True
        db().delete(db().get(Customer, (nilgiri.tenant_id, kept.id)))
    assert counts(nilgiri) == (1, 3)


def test_counts_are_right_when_many_are_added_at_once(nilgiri):
    def add(number: int) -> None:
        with tenant_scope(nilgiri.tenant_id):
            db().add_all([Customer(code=f"P{number}-{row}", name="Parallel") for row in range(5)])

    with ThreadPoolExecutor(4) as people:
        list(people.map(add, range(8)))
    assert counts(nilgiri) == (40, 3)


def test_what_is_changed_says_when(nilgiri, owed):
    with nilgiri.scope():
        before = db().get(Invoice, (nilgiri.tenant_id, owed[0]))
        created, updated = before.created_at, before.updated_at
    with nilgiri.scope():
        db().execute(text("UPDATE invoices SET notes = 'x', updated_at = '2001-01-01'"))
    with nilgiri.scope():
        after = db().get(Invoice, (nilgiri.tenant_id, owed[0]))
    assert after.created_at == created
    assert updated < after.updated_at <= dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)
