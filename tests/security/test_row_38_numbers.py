"""Row 38: what Python takes for a number and no ledger does: NaN, Infinity, 1e1000 and their kin."""

import pytest
from psycopg.errors import CheckViolation, NumericValueOutOfRange
from sqlalchemy import Numeric, func, select

from rms.db.base import Base
from rms.db.session import db
from rms.domain.errors import Invalid
from rms.domain.money import parse_money
from rms.models import Invoice, InvoiceLineItem, Receipt, ServiceType
from tests import factories
from tests.factories import TODAY
from tests.http import Browser
from tests.rooms.invoices.making import issued

NO_NUMBERS = (
    "NaN",
    "sNaN",
    "-NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "inf",
    "1e1000",
    "1e15",
    "1E3",
    "-1e-9",
    "0x10",
    "١٢٣e5",
    "9" * 40,
    "10000000000000.00",
    "1.234",
    "0.001",
    "--5",
    "5-",
    "∞",
    "½",
    "Ⅷ",
)
AS_DIGITS = {"१२३४.५०": "1234.50", "１２": "12.00", "٣": "3.00", " 5 ": "5.00", "1,18,000": "118000.00"}


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_row_38_what_is_no_amount_is_refused_in_a_sentence(typed):
    with pytest.raises(Invalid) as refused:
        parse_money(typed)
    assert str(refused.value)


@pytest.mark.parametrize(("typed", "meant"), AS_DIGITS.items())
def test_row_38_digits_of_other_scripts_are_read_and_written_as_ours(typed, meant):
    read = parse_money(typed)
    assert (str(read), read.is_finite()) == (meant, True)


def stored(company) -> list:
    """Everything that is a number in the tables that these forms write."""
    with company.scope():
        return [
            db().execute(select(func.count(), func.sum(column)).select_from(model)).one()
            for model, column in (
                (Receipt, Receipt.amount),
                (InvoiceLineItem, InvoiceLineItem.total),
                (ServiceType, ServiceType.default_rate),
                (Invoice, Invoice.amount_paid),
            )
        ]


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_row_38_every_money_field_refuses_it_with_422_and_stores_nothing(priya, nilgiri, typed):
    with nilgiri.scope():
        customer = factories.make_customer()
        customer_id, invoice_id = customer.id, issued(customer).id
    before = stored(nilgiri)
    receipt = {"customer_id": str(customer_id), "payment_method": "upi", "receipt_date": TODAY.isoformat()}
    forms = [
        ("receipts", {**receipt, "amount": typed}),
        ("receipts", {**receipt, "amount": "100", f"alloc-{invoice_id}": typed}),
        (f"invoices/{invoice_id}/pay", {**receipt, "amount": typed}),
        (f"invoices/{invoice_id}/pay", {**receipt, "amount": "100", "tds": typed}),
        ("services", {"name": "Tea", "default_rate": typed, "tax": "standard"}),
    ]
    for path, fields in forms:
        if path == "services" and typed in ("1.234", "0.001", "5-"):
            continue  # a rate has four decimals
        reply = priya.post(path, fields, hx=True)
        assert reply.status_code == 422, (path, fields, reply.status_code)
    assert stored(nilgiri) == before


def test_row_38_the_database_holds_no_nan_whoever_writes_it(nilgiri, superuser):
    """The last word: PostgreSQL takes NaN for larger than everything, so `amount > 0` alone would take it."""
    with nilgiri.scope():
        customer = factories.make_customer(credit_limit=1)
        invoice = factories.make_invoice(customer)
        receipt = factories.make_receipt(customer)
        factories.make_allocation(receipt, invoice, "1.00")
    for table, column in (
        ("receipts", "amount"),
        ("receipt_allocations", "tds_amount"),
        ("customers", "credit_limit"),
        ("tax_rates", "rate"),
    ):
        for value, refusal in (("NaN", CheckViolation), ("Infinity", NumericValueOutOfRange)):
            with pytest.raises(refusal):
                superuser.execute(f"UPDATE {table} SET {column} = '{value}'")


def test_row_38_every_column_of_numbers_is_under_that_rule(superuser):
    for table in Base.metadata.tables.values():
        numbers = [one.name for one in table.columns if isinstance(one.type, Numeric) and not one.computed]
        if numbers:
            [(told,)] = superuser.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
                (f"ck_{table.name}_numbers_are_numbers",),
            ).fetchall()
            assert all(name in told for name in numbers), (table.name, told)
