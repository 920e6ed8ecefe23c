"""What settles an invoice beside cash, what the bank keeps, and how a receipt begins its life."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.actions import receipts
from rms.db.session import db
from rms.domain.allocation import Claim
from rms.domain.errors import Invalid
from rms.models import Invoice, Receipt, Tenant
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def lotus(nilgiri):
    """A customer and an invoice of 1,180.00, of which 1,000.00 is before GST."""
    with nilgiri.scope():
        customer = factories.make_customer("Lotus Valley School")
        invoice = factories.make_invoice(customer, "1000.00", invoice_date=TODAY - dt.timedelta(days=10))
        return customer.id, invoice.id


def claim(invoice_id, amount, **more):
    parts = {name: Decimal(text) if name.endswith("amount") else text for name, text in more.items()}
    return Claim(invoice_id, Decimal(amount), **parts)


def record(company, customer_id, amount, *claims, by="admin", **changes):
    usual = {"receipt_date": TODAY, "payment_method": "bank_transfer"}
    sums = {name: Decimal(changes.pop(name)) for name in ("bank_charges",) if name in changes}
    draft = receipts.ReceiptDraft(customer_id, Decimal(amount), **{**usual, **sums, **changes})
    person = getattr(company, by)
    with company.scope(person):
        return receipts.record(draft, claims, now=NOW, today=TODAY, created_by=person.id)


def laid(company, receipt):
    with company.scope():
        return db().get(Receipt, (company.tenant_id, receipt.id)).live_allocations


def told(refusal):
    return {where: [str(one) for one in sentences] for where, sentences in refusal.value.errors.items()}


def invoice_of(company, invoice_id):
    with company.scope():
        return db().get(Invoice, (company.tenant_id, invoice_id))


def test_tds_and_write_off_settle_what_the_cash_does_not(nilgiri, lotus):
    customer_id, invoice_id = lotus
    # 1,060.00 + 100.00 TDS + 20.00 GST TDS = 1,180.00
    whole = claim(invoice_id, "1060", tds_amount="100", gst_tds_amount="20", tds_section="393(1)-6iii-Db")
    [row] = laid(nilgiri, record(nilgiri, customer_id, "1060", whole))
    assert (row.tds_section, row.tds_rate, row.settled_amount) == ("393(1)-6iii-Db", 10, Decimal("1180.00"))
    invoice = invoice_of(nilgiri, invoice_id)
    assert (invoice.status, invoice.amount_paid, invoice.balance) == ("paid", Decimal("1180.00"), 0)


def test_a_rate_taken_with_gst_is_stored_as_it_was(nilgiri, lotus):
    customer_id, invoice_id = lotus
    # 118.00 of 1,000.00
    [row] = laid(nilgiri, record(nilgiri, customer_id, "1062", claim(invoice_id, "1062", tds_amount="118")))
    assert (row.tds_section, row.tds_rate) == (None, Decimal("11.8"))


def test_bank_charges_are_part_of_what_the_customer_paid(nilgiri, lotus):
    customer_id, invoice_id = lotus
    # 1,150.00 in the bank and 30.00 that it kept
    receipt = record(nilgiri, customer_id, "1180", claim(invoice_id, "1180"), bank_charges="30")
    assert (receipt.amount, receipt.bank_charges, receipt.unallocated_amount) == (1180, 30, 0)
    assert invoice_of(nilgiri, invoice_id).status == "paid"


@pytest.mark.parametrize(
    ("amount", "changes", "where"),
    [
        ("30", {"bank_charges": "30"}, "amount"),
        ("30", {"bank_charges": "-1"}, "bank_charges"),
        ("9999999999999.99", {"bank_charges": "-0.01"}, "bank_charges"),
        ("10000000000000.00", {"bank_charges": "1"}, "bank_charges"),
        ("30", {"keep_as": "gift"}, "keep_as"),
        ("30", {"kind": "write_off"}, "amount"),
    ],
)
def test_amounts_that_cannot_be(nilgiri, lotus, amount, changes, where):
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, lotus[0], amount, **changes)
    assert where in told(refusal)


def test_a_cheque_waits_for_clearance_and_pays_from_its_date(nilgiri, lotus):
    customer_id, invoice_id = lotus
    yesterday = TODAY - dt.timedelta(days=1)
    cheque = record(
        nilgiri,
        customer_id,
        "1180",
        claim(invoice_id, "1180"),
        payment_method="cheque",
        receipt_date=yesterday,
    )
    assert (cheque.status, cheque.cleared_on, cheque.cleared_at) == ("pending", None, None)
    assert laid(nilgiri, cheque)[0].allocated_on == yesterday
    assert invoice_of(nilgiri, invoice_id).status == "paid"
    cash = record(nilgiri, customer_id, "1", payment_method="cash", receipt_date=yesterday)
    assert (cash.status, cash.cleared_on, cash.cleared_at) == ("cleared", yesterday, NOW)


def test_what_is_left_may_be_kept_to_be_paid_back(nilgiri, lotus):
    receipt = record(nilgiri, lotus[0], "500", keep_as="refund")
    assert (receipt.keep_as, receipt.unallocated_amount) == ("refund", Decimal("500.00"))


def test_a_write_off_without_money(nilgiri, lotus):
    customer_id, invoice_id = lotus
    small = claim(invoice_id, "0", write_off_amount="1180", write_off_reason=" Gone out of business ")
    receipt = record(nilgiri, customer_id, "0", small, kind="write_off", payment_method=None)
    assert (receipt.kind, receipt.amount, receipt.status) == ("write_off", 0, "cleared")
    assert laid(nilgiri, receipt)[0].write_off_reason == "Gone out of business"
    assert invoice_of(nilgiri, invoice_id).status == "paid"


def test_without_money_only_a_write_off_stands(nilgiri, lotus):
    customer_id, invoice_id = lotus
    with pytest.raises(Invalid) as refusal:
        kept = claim(invoice_id, "0", tds_amount="100")
        record(nilgiri, customer_id, "0", kept, kind="write_off", payment_method=None)
    assert told(refusal) == {str(invoice_id): ["Without money only a write-off can stand here"]}
    with pytest.raises(Invalid):
        record(nilgiri, customer_id, "0", kind="write_off", payment_method=None)


def test_a_write_off_asks_for_its_reason(nilgiri, lotus):
    customer_id, invoice_id = lotus
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "1179", claim(invoice_id, "1179", write_off_amount="1"))
    assert told(refusal) == {str(invoice_id): ["Say why ₹1.00 is written off"]}


LIMIT = "More than ₹%s of an invoice can be written off by an Admin only"


def test_above_the_limit_only_an_admin_writes_off(nilgiri, lotus):
    customer_id, invoice_id = lotus
    small = claim(invoice_id, "0", write_off_amount="60", write_off_reason="Rounding")
    record(nilgiri, customer_id, "1", small, by="manager")
    with pytest.raises(Invalid) as refusal:  # 60.00 before and 60.00 now are above 100.00
        record(nilgiri, customer_id, "1", small, by="manager")
    assert told(refusal) == {str(invoice_id): [LIMIT % "100.00"]}
    record(nilgiri, customer_id, "1", small)
    assert invoice_of(nilgiri, invoice_id).amount_paid == 120


def test_the_company_sets_the_limit(nilgiri, lotus):
    customer_id, invoice_id = lotus
    with nilgiri.scope():
        tenant = db().get(Tenant, nilgiri.tenant_id)
        tenant.settings = {**(tenant.settings or {}), "write_off_limit": "10.50"}
    over = claim(invoice_id, "0", write_off_amount="10.51", write_off_reason="Rounding")
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "1", over, by="manager")
    assert told(refusal) == {str(invoice_id): [LIMIT % "10.50"]}


def test_what_is_kept_on_account_may_be_used_with_tds(nilgiri, lotus):
    customer_id, invoice_id = lotus
    receipt = record(nilgiri, customer_id, "1080", claim(invoice_id, "540", tds_amount="50"))
    with nilgiri.scope(nilgiri.admin):
        more = claim(invoice_id, "540", tds_amount="50", tds_section="393(1)-6iii-Db")
        receipts.allocate(receipt.id, [more], today=TODAY + dt.timedelta(days=1))
    [row] = laid(nilgiri, receipt)
    assert (row.tds_amount, row.tds_section, row.tds_rate) == (100, "393(1)-6iii-Db", 10)
    assert row.settled_amount == 1180
