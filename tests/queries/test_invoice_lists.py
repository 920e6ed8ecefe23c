"""One status for every reader, and sums that follow from it."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from rms.db.session import db
from rms.domain.lifecycle import status_of
from rms.models import Invoice
from rms.queries.invoice_lists import (
    Filter,
    Key,
    View,
    count_overdue,
    counts_of_views,
    in_view,
    list_invoices,
    status_on,
    sums,
)
from tests.factories import NOW, TODAY, make_customer, make_draft, make_invoice
from tests.rooms.invoices.making import pay

DAY = dt.timedelta(days=1)


@pytest.fixture
def mixed(nilgiri):
    """Every combination of due date, payment and stored word that a list may meet between two sweeps."""
    with nilgiri.scope():
        customer = make_customer()
        for due in (TODAY - DAY, TODAY, TODAY + DAY):
            for paid in (None, "80.00", "1180.00"):
                for stored in ("pending", "overdue", "partially_paid"):
                    _stored(customer, due, paid, stored)
        make_draft(customer, total=Decimal("5"), subtotal=Decimal("5"), due_date=TODAY)
        gone = make_invoice(customer, invoice_date=TODAY - 5 * DAY, due_date=TODAY - DAY)
        gone.cancelled_at, gone.status = NOW, "cancelled"
        db().flush()
    return nilgiri


def _stored(customer, due, paid, stored):
    invoice = make_invoice(customer, invoice_date=TODAY - 5 * DAY, due_date=due)
    if paid:
        pay(invoice, paid)
    if paid != "1180.00":
        invoice.status = stored
    db().flush()


@pytest.mark.parametrize("today", [TODAY - DAY, TODAY, TODAY + DAY, TODAY + 5 * DAY])
def test_sql_says_what_the_domain_says(mixed, today):
    with mixed.scope():
        rows = db().execute(select(Invoice, status_on(today))).all()
        assert len(rows) == 29
        for invoice, status in rows:
            assert status == status_of(
                issued=invoice.issued_at is not None,
                cancelled=invoice.cancelled_at is not None,
                total=invoice.total,
                settled=invoice.settled,
                due_date=invoice.due_date,
                today=today,
            )


@pytest.mark.parametrize("today", [TODAY - DAY, TODAY, TODAY + DAY])
def test_tabs_agree_with_the_status(mixed, today):
    holds = {
        View.ALL: None,
        View.DRAFT: {"draft"},
        View.OPEN: {"pending", "partially_paid", "overdue"},
        View.OVERDUE: {"overdue"},
        View.PAID: {"paid"},
        View.CANCELLED: {"cancelled"},
    }
    with mixed.scope():
        for view, words in holds.items():
            inside = set(db().scalars(select(Invoice.id).where(in_view(view, today))))
            rows = db().execute(select(Invoice.id, status_on(today)))
            assert inside == {row_id for row_id, status in rows if words is None or status in words}, view


def test_counts_are_those_of_the_lists(mixed):
    with mixed.scope():
        for wanted in (
            Filter(),
            Filter(search="Lakeview"),
            Filter(since=TODAY - 5 * DAY, until=TODAY - 5 * DAY),
        ):
            counts = counts_of_views(wanted, today=TODAY)
            for view, count in counts.items():
                found = list_invoices(
                    Filter(view, wanted.search, wanted.customer_id, wanted.since, wanted.until),
                    today=TODAY,
                    limit=100,
                )
                assert len(found.rows) == count, view
        assert count_overdue(TODAY) == counts_of_views(Filter(), today=TODAY)[View.OVERDUE] == 6


def test_sums_add_up_what_the_rows_show(mixed):
    with mixed.scope():
        for view in View:
            rows = list_invoices(Filter(view), today=TODAY, limit=100).rows
            added = sums(Filter(view), today=TODAY)
            assert added.to_collect == sum(row.to_collect for row in rows)
            sales = [row for row in rows if row.status not in ("draft", "cancelled")]
            counted = rows if view in (View.DRAFT, View.CANCELLED) else sales
            assert added.total == sum(row.total for row in counted)
            assert added.left_out == len(rows) - len(counted)


def test_keyset_goes_both_ways_over_equal_dates(mixed):
    with mixed.scope():
        everything = [row.id for row in list_invoices(Filter(), today=TODAY, limit=100).rows]
        seen, after = [], None
        while True:
            part = list_invoices(Filter(), today=TODAY, limit=4, after=after)
            seen += [row.id for row in part.rows]
            if not part.has_older:
                break
            after = Key.of(part.rows[-1])
        assert seen == everything
        back = list_invoices(Filter(), today=TODAY, limit=4, before=Key.of(part.rows[0]))
        assert [row.id for row in back.rows] == everything[-len(part.rows) - 4 : -len(part.rows)]
        assert back.has_older


def test_rival_counts_nothing(mixed, sahyadri):
    with sahyadri.scope():
        assert set(counts_of_views(Filter(), today=TODAY).values()) == {0}
        assert sums(Filter(), today=TODAY).count == 0
        assert count_overdue(TODAY + 9 * DAY) == 0
