"""A customer's account and the age of what is open, as of any day; every figure worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from rms.actions import issuing, receipt_life, receipts, refunds
from rms.actions.refunds import RefundDraft
from rms.domain.allocation import Claim
from rms.domain.ledger import BUCKET_WORDS, BUCKETS, WORDS, Kind, bucket_of
from rms.queries.ageing import advances_on, aged_of, ageing, open_on
from rms.queries.ledger import account_of, balance_on
from tests import factories
from tests.factories import NOW, TODAY
from tests.http import counted_statements

DAY = dt.timedelta(days=1)
LAKH = Decimal("118000.00")


def october(day: int) -> dt.date:
    return dt.date(2026, 10, day)


def told(account) -> list[tuple]:
    return [
        (one.day.day, one.kind.value, str(one.debit), str(one.credit), str(one.balance))
        for one in account.entries
    ]


@pytest.fixture
def bounced(nilgiri):
    """CBIC's textbook case: 1 Oct invoice 1,18,000; 10 Oct cheque; 14 Oct it bounces."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(
            customer, "100000.00", invoice_date=october(1), due_date=october(8), invoice_number="B/1"
        )
        receipt = factories.make_receipt(
            customer,
            "118000.00",
            receipt_date=october(10),
            receipt_number="RB/1",
            payment_method="cheque",
            status="pending",
            cleared_at=None,
        )
        factories.make_allocation(receipt, invoice, "118000.00", allocated_on=october(10))
        ids = customer.id, receipt.id
    with nilgiri.scope():
        receipt_life.bounce(ids[1], on=october(14), reason="No funds", now=NOW, today=TODAY)
    return ids[0]


def test_a_bounced_cheque_is_told_and_was_there_until_it_bounced(nilgiri, bounced):
    with nilgiri.scope():
        assert [balance_on(bounced, october(day)) for day in (1, 9, 10, 12, 13, 14, 30)] == [
            LAKH, LAKH, 0, 0, 0, LAKH, LAKH,
        ]  # fmt: skip
        assert told(account_of(bounced, None, TODAY)) == [
            (1, "invoice", "118000.00", "0.00", "118000.00"),
            (10, "receipt", "0.00", "118000.00", "0.00"),
            (14, "receipt_reversed", "118000.00", "0.00", "118000.00"),
        ]
        # the due date is what it was: 8 Oct, so 6 days late on the 14th, and 1 on the 9th
        assert aged_of(bounced, october(14)).buckets[1] == LAKH
        assert aged_of(bounced, october(12)).balance == 0
        assert [one.days_late for one in open_on(bounced, october(14))] == [6]


def test_tds_is_an_entry_of_its_own_beside_the_cash(nilgiri):
    """1,00,000 + 18 %: 1,08,000 in the bank and 10,000 of TDS settle 1,18,000."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer, "100000.00", invoice_date=october(1), due_date=october(31))
        receipt = factories.make_receipt(customer, "108000.00", receipt_date=october(20))
        factories.make_allocation(
            receipt, invoice, "107500.00",
            tds_amount=Decimal("10000"), write_off_amount=Decimal("500"), allocated_on=october(20),
        )  # fmt: skip
        assert told(account_of(customer.id, october(1), october(31))) == [
            (1, "invoice", "118000.00", "0.00", "118000.00"),
            (20, "receipt", "0.00", "108000.00", "10000.00"),
            (20, "tds", "0.00", "10000.00", "0.00"),
            (20, "write_off", "0.00", "500.00", "-500.00"),
        ]
        # 500 of the cash lies on nothing
        assert advances_on(customer.id, october(31)) == Decimal("500.00")
        assert advances_on(customer.id, october(19)) == 0
        ids = receipt.id, invoice.id, customer.id
    with nilgiri.scope():
        receipt_life.release(ids[0], ids[1], today=TODAY)
        account = account_of(ids[2], TODAY, TODAY)
        assert account.opening == Decimal("-500.00")
        assert sorted(one.kind.value for one in account.entries) == ["tds_reversed", "write_off_reversed"]
        assert account.closing == Decimal("10000.00") == LAKH - Decimal("108000.00")


def test_what_is_added_to_a_row_on_another_day_is_one_tds(nilgiri):
    """More money for the same invoice takes the place of the row from before, TDS included: no noise."""
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer, "100000.00", invoice_date=october(1))
        receipt = factories.make_receipt(customer, "108000.00", receipt_date=october(2))
        factories.make_allocation(
            receipt, invoice, "8000.00", tds_amount=Decimal("10000"), allocated_on=october(2)
        )
        ids = receipt.id, invoice.id, customer.id
    with nilgiri.scope():
        receipts.allocate(ids[0], [Claim(ids[1], Decimal("100000.00"))], today=TODAY)
        assert [one.kind.value for one in account_of(ids[2], None, TODAY).entries] == [
            "invoice",
            "receipt",
            "tds",
        ]


def test_a_cancelled_invoice_is_no_entry_where_it_was_made_and_one_in_a_later_span(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        invoice = factories.make_invoice(customer, invoice_date=october(1), due_date=october(31))
        ids = customer.id, invoice.id
    with nilgiri.scope():
        issuing.cancel(ids[1], reason="Wrong party", now=NOW, today=TODAY)
    with nilgiri.scope():
        whole = account_of(ids[0], None, TODAY)
        assert (list(whole.entries), whole.closing) == ([], 0)
        before, after = account_of(ids[0], None, october(31)), account_of(ids[0], dt.date(2026, 11, 1), TODAY)
        assert before.closing == after.opening == Decimal("1180.00")
        assert told(after) == [(22, "invoice_reversed", "0.00", "1180.00", "0.00")]


def test_a_refund_and_its_cancellation(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        receipt = factories.make_receipt(customer, "900.00", receipt_date=TODAY - 5 * DAY)
        ids = customer.id, receipt.id
    with nilgiri.scope():
        draft = RefundDraft(Decimal("400"), TODAY - 2 * DAY, "upi")
        refund = refunds.pay_back_receipt(ids[1], draft, today=TODAY, created_by=None)
    with nilgiri.scope():
        refunds.cancel(refund.id, on=TODAY, reason="came back", today=TODAY)
        days = [balance_on(ids[0], TODAY - back * DAY) for back in (6, 5, 2, 1, 0)]
        assert [str(one) for one in days] == ["0.00", "-900.00", "-500.00", "-500.00", "-900.00"]
        assert advances_on(ids[0], TODAY - DAY) == Decimal("500.00")


def test_an_invoice_of_a_coming_day_takes_its_money_on_that_day(nilgiri):
    """Paid today, dated in a week: until then the money lies on nothing that is there."""
    with nilgiri.scope():
        customer = factories.make_customer()
        later = factories.make_invoice(customer, invoice_date=TODAY + 7 * DAY, due_date=TODAY + 30 * DAY)
        receipt = factories.make_receipt(customer, "1180.00")
        factories.make_allocation(receipt, later, "1180.00", allocated_on=TODAY)
        assert balance_on(customer.id, TODAY) == Decimal("-1180.00")
        assert advances_on(customer.id, TODAY) == Decimal("1180.00")
        assert aged_of(customer.id, TODAY).balance == Decimal("-1180.00")
        assert aged_of(customer.id, TODAY + 7 * DAY).balance == 0


def test_the_closing_of_any_span_is_the_opening_of_the_next(nilgiri, bounced):
    days = [october(1) + step * DAY for step in range(31)]
    with nilgiri.scope():
        for day in days:
            first, second = account_of(bounced, None, day), account_of(bounced, day + DAY, TODAY)
            assert first.closing == second.opening == balance_on(bounced, day)
            assert first.opening + first.debits - first.credits == first.closing


@pytest.fixture
def aged(nilgiri):
    """Six invoices of 118.00 to Lotus, one for each bucket on 22 Nov, and an advance of 50.00 of Patel."""
    with nilgiri.scope():
        lotus, patel = factories.make_customer("Lotus"), factories.make_customer("Patel")
        for late in (0, 30, 60, 90, 180, 181):
            due = TODAY - late * DAY
            factories.make_invoice(lotus, "100.00", invoice_date=due - 10 * DAY, due_date=due)
        factories.make_receipt(patel, "50.00")
        return lotus.id, patel.id


def test_each_bucket_ends_where_it_says(nilgiri, aged):
    with nilgiri.scope():
        report = ageing(TODAY)
        assert [(row.name, row.balance) for row in report.rows] == [
            ("Lotus", Decimal("708.00")),
            ("Patel", Decimal("-50.00")),
        ]
        assert report.rows[0].buckets == (Decimal("118.00"),) * 6
        assert (report.rows[1].open, report.rows[1].advances) == (0, Decimal("50.00"))
        # never netted: the total shows both
        assert (report.total.open, report.total.advances, report.customers) == (
            Decimal("708.00"),
            Decimal("50.00"),
            2,
        )
        # from the invoice's date each is ten days older: 10, 40, 70, 100, 190, 191
        by_date = ageing(TODAY, by="invoice").rows[0].buckets
        assert [int(one) for one in by_date] == [0, 118, 118, 118, 118, 236]


def test_it_goes_on_after_the_last_customer_seen(nilgiri, aged):
    with nilgiri.scope():
        first = ageing(TODAY, limit=1)
        [lotus] = first.rows
        second = ageing(TODAY, after=(lotus.name, lotus.customer_id), limit=1)
        assert [one.name for one in first.rows + second.rows] == ["Lotus", "Patel"]
        assert first.total == second.total and first.customers == second.customers == 2


def test_buckets_of_sql_and_domain_agree(nilgiri, aged):
    with nilgiri.scope():
        for offset in range(-3, 200, 7):
            day = TODAY + offset * DAY
            places = [0] * (len(BUCKETS) + 1)
            for one in open_on(aged[0], day):
                places[bucket_of(one.days_late)] += 1
            found = aged_of(aged[0], day).buckets
            assert [int(amount / 118) for amount in found] == places, day
    assert len(BUCKET_WORDS) == len(BUCKETS) + 1 and set(WORDS) == set(Kind)


def test_another_companys_customers_owe_nothing_here(nilgiri, sahyadri, aged):
    with sahyadri.scope():
        assert ageing(TODAY).rows == [] and balance_on(aged[0], TODAY) == 0


def test_its_statements_do_not_grow(nilgiri, aged):
    with counted_statements() as few, nilgiri.scope():
        ageing(TODAY)
        account_of(aged[0], october(1), TODAY)
    with nilgiri.scope():
        for number in range(20):
            factories.make_invoice(factories.make_customer(f"Customer {number}"))
    with counted_statements() as many, nilgiri.scope():
        ageing(TODAY)
        account_of(aged[0], october(1), TODAY)
    assert len(few) == len(many)
