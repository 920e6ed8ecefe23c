"""Recording money and laying it on invoices: what is kept, what is refused, what the database adds up."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.actions import issuing, receipts
from rms.db.session import db
from rms.domain.allocation import Claim
from rms.domain.errors import IllegalMove, Invalid, NotFound
from rms.models import Invoice, Receipt
from tests import factories
from tests.factories import NOW, TODAY

YESTERDAY = TODAY - dt.timedelta(days=1)


def make_customer_with(company, *subtotals, **columns):
    """A customer with one issued invoice of each subtotal, 18 % GST on top; their ids."""
    with company.scope():
        customer = factories.make_customer("Lotus Valley School")
        dated = {"invoice_date": TODAY - dt.timedelta(days=10), **columns}
        return customer.id, [factories.make_invoice(customer, one, **dated).id for one in subtotals]


def record(company, customer_id, amount, claims=(), /, **changes):
    usual = {"receipt_date": TODAY, "payment_method": "bank_transfer", "reference": "HDFCN26324871"}
    draft = receipts.ReceiptDraft(customer_id, **{"amount": Decimal(amount), **usual, **changes})
    laid = [Claim(invoice_id, Decimal(part)) for invoice_id, part in claims]
    with company.scope(company.admin):
        return receipts.record(draft, laid, now=NOW, today=TODAY, created_by=company.admin.id)


def stored(company, model, row_id):
    with company.scope():
        return db().get(model, (company.tenant_id, row_id))


def told(refusal):
    return {where: [str(one) for one in sentences] for where, sentences in refusal.value.errors.items()}


def test_it_records_money_and_settles_the_invoice(nilgiri):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")  # 1,180.00 with GST
    receipt = record(nilgiri, customer_id, "1180", [(invoice_id, "1180")])
    assert receipt.receipt_number.endswith("/26-27/0001")
    assert (receipt.status, receipt.cleared_at) == ("cleared", NOW)
    assert (receipt.allocated_amount, receipt.unallocated_amount) == (Decimal("1180.00"), Decimal("0.00"))
    invoice = stored(nilgiri, Invoice, invoice_id)
    assert (invoice.status, invoice.amount_paid, invoice.balance) == ("paid", Decimal("1180.00"), 0)


def test_part_of_an_invoice_makes_it_part_paid_and_past_due_it_stays_overdue(nilgiri):
    customer_id, [open_id] = make_customer_with(nilgiri, "1000.00")
    record(nilgiri, customer_id, "500", [(open_id, "500")])
    assert stored(nilgiri, Invoice, open_id).status == "partially_paid"
    customer_id, [late_id] = make_customer_with(nilgiri, "1000.00", due_date=YESTERDAY)
    record(nilgiri, customer_id, "500", [(late_id, "500")])
    assert stored(nilgiri, Invoice, late_id).status == "overdue"


def test_what_is_left_over_is_kept_on_account(nilgiri):
    customer_id, [first, second] = make_customer_with(nilgiri, "1000.00", "2000.00")  # 1,180 and 2,360
    receipt = record(nilgiri, customer_id, "4000", [(first, "1180"), (second, "2360")])
    # 4,000.00 - 1,180.00 - 2,360.00
    assert (receipt.unallocated_amount, receipt.keep_as) == (Decimal("460.00"), "advance")


def test_numbers_follow_each_other_and_a_refused_receipt_takes_none(nilgiri):
    customer_id, _ = make_customer_with(nilgiri)
    first = record(nilgiri, customer_id, "10")
    with pytest.raises(Invalid):
        record(nilgiri, customer_id, "0")
    second = record(nilgiri, customer_id, "10")
    numbers = [int(one.receipt_number.rpartition("/")[2]) for one in (first, second)]
    assert numbers == [1, 2]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"amount": Decimal(0)}, "amount", "Enter the amount that arrived. It must be more than 0"),
        ({"amount": Decimal(-5)}, "amount", "Enter the amount that arrived. It must be more than 0"),
        (
            {"receipt_date": TODAY + dt.timedelta(days=1)},
            "receipt_date",
            "This day has not come yet. Enter the day the money arrived",
        ),
        (
            {"receipt_date": dt.date(2017, 6, 30)},
            "receipt_date",
            "A receipt cannot be older than 1 Jul 2017",
        ),
        ({"payment_method": "barter"}, "payment_method", "Choose how the money came"),
    ],
)
def test_what_cannot_be_a_receipt_is_refused_at_its_field(nilgiri, changes, field, sentence):
    customer_id, _ = make_customer_with(nilgiri)
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "10", **changes)
    assert told(refusal) == {field: [sentence]}


def test_a_reference_that_is_too_long_is_refused_and_control_characters_are_dropped(nilgiri):
    customer_id, _ = make_customer_with(nilgiri)
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "10", reference="x" * 101)
    assert list(told(refusal)) == ["reference"]
    assert record(nilgiri, customer_id, "10", reference=" HDFC\x00 1 ").reference == "HDFC 1"


def test_the_day_money_arrived_may_be_the_first_day_of_gst(nilgiri):
    customer_id, _ = make_customer_with(nilgiri)
    receipt = record(nilgiri, customer_id, "10", receipt_date=dt.date(2017, 7, 1))
    assert "/17-18/" in receipt.receipt_number


def test_more_than_is_owed_is_refused_with_the_amount_that_fits(nilgiri):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "2000", [(invoice_id, "1200")])
    assert told(refusal) == {str(invoice_id): ["That is ₹20.00 more than is owed. Use ₹1,180.00"]}
    assert stored(nilgiri, Invoice, invoice_id).amount_paid == 0


def test_more_than_the_receipt_is_refused(nilgiri):
    customer_id, [first, second] = make_customer_with(nilgiri, "1000.00", "1000.00")
    with pytest.raises(Invalid) as refusal:
        record(nilgiri, customer_id, "2000", [(first, "1180"), (second, "1180")])
    assert told(refusal) == {"receipt": ["Allocated ₹360.00 more than the receipt"]}


def test_only_open_invoices_of_this_customer_take_money(nilgiri, sahyadri):
    customer_id, [paid] = make_customer_with(nilgiri, "1000.00")
    record(nilgiri, customer_id, "1180", [(paid, "1180")])
    _, [of_another_customer] = make_customer_with(nilgiri, "1000.00")
    _, [of_another_tenant] = make_customer_with(sahyadri, "1000.00")
    with nilgiri.scope():
        customer = db().get(factories.Customer, (nilgiri.tenant_id, customer_id))
        draft = factories.make_draft(customer).id
        cancelled = factories.make_invoice(customer, "1000.00").id
    with nilgiri.scope():
        issuing.cancel(cancelled, reason="Wrong", now=NOW, today=TODAY)
    foreign = "This invoice is not one of this customer's open invoices"
    for invoice_id, sentence in [
        (of_another_customer, foreign),
        (of_another_tenant, foreign),
        (draft, "This invoice is a draft. Issue it first"),
        (cancelled, f"{stored(nilgiri, Invoice, cancelled).invoice_number} is cancelled"),
        (paid, f"{stored(nilgiri, Invoice, paid).invoice_number} is already paid"),
    ]:
        with pytest.raises(Invalid) as refusal:
            record(nilgiri, customer_id, "100", [(invoice_id, "100")])
        assert told(refusal) == {str(invoice_id): [sentence]}


def test_a_customer_of_another_tenant_is_not_there(nilgiri, sahyadri):
    customer_id, _ = make_customer_with(sahyadri)
    with pytest.raises(NotFound):
        record(nilgiri, customer_id, "100")


def test_money_counts_from_the_day_it_arrived_but_not_before_the_invoice(nilgiri):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")  # dated ten days ago
    late = record(nilgiri, customer_id, "100", [(invoice_id, "100")], receipt_date=YESTERDAY)
    early = record(
        nilgiri, customer_id, "100", [(invoice_id, "100")], receipt_date=TODAY - dt.timedelta(days=30)
    )
    with nilgiri.scope():
        days = [
            db().get(Receipt, (nilgiri.tenant_id, one.id)).allocations[0].allocated_on
            for one in (late, early)
        ]
    assert days == [YESTERDAY, TODAY - dt.timedelta(days=10)]


def allocate(company, receipt_id, *claims, today=TODAY):
    with company.scope(company.admin):
        return receipts.allocate(
            receipt_id, [Claim(invoice_id, Decimal(part)) for invoice_id, part in claims], today=today
        )


def test_money_on_account_is_used_later(nilgiri):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")
    receipt = record(nilgiri, customer_id, "1500")
    used = allocate(nilgiri, receipt.id, (invoice_id, "1180"))
    assert used.unallocated_amount == Decimal("320.00")
    assert stored(nilgiri, Invoice, invoice_id).status == "paid"
    with pytest.raises(Invalid):
        allocate(nilgiri, receipt.id, (invoice_id, "1"))


def test_only_what_is_left_on_account_can_be_used(nilgiri):
    customer_id, [first, second] = make_customer_with(nilgiri, "1000.00", "1000.00")
    receipt = record(nilgiri, customer_id, "1500", [(first, "1180")])
    with pytest.raises(Invalid) as refusal:
        allocate(nilgiri, receipt.id, (second, "320.01"))
    assert told(refusal) == {"receipt": ["Allocated ₹0.01 more than the receipt"]}
    with pytest.raises(Invalid):
        allocate(nilgiri, receipt.id)


@pytest.mark.parametrize("days_later", [0, 3])
def test_more_money_for_the_same_invoice_stays_one_live_row(nilgiri, days_later):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")
    receipt = record(nilgiri, customer_id, "1000", [(invoice_id, "300")])
    allocate(nilgiri, receipt.id, (invoice_id, "200"), today=TODAY + dt.timedelta(days=days_later))
    with nilgiri.scope():
        kept = db().get(Receipt, (nilgiri.tenant_id, receipt.id))
        assert [row.allocated_amount for row in kept.live_allocations] == [Decimal("500.00")]
        assert kept.unallocated_amount == Decimal("500.00")
        assert len(kept.allocations) == (2 if days_later else 1)
    assert stored(nilgiri, Invoice, invoice_id).amount_paid == Decimal("500.00")


def test_a_bounced_receipt_pays_nothing(nilgiri):
    customer_id, [invoice_id] = make_customer_with(nilgiri, "1000.00")
    receipt = record(nilgiri, customer_id, "1000")
    with nilgiri.scope():
        row = db().get(Receipt, (nilgiri.tenant_id, receipt.id))
        row.status, row.bounced_at, row.reversed_on = "bounced", NOW, row.receipt_date
    with pytest.raises(IllegalMove):
        allocate(nilgiri, receipt.id, (invoice_id, "100"))


def test_a_receipt_of_another_tenant_is_not_there(nilgiri, sahyadri):
    customer_id, _ = make_customer_with(sahyadri)
    receipt = record(sahyadri, customer_id, "1000")
    with pytest.raises(NotFound):
        allocate(nilgiri, receipt.id)
