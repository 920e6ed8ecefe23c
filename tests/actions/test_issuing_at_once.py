"""Issuing, cancelling and paying at the same moment: real threads, real commits."""

import random
from decimal import Decimal

import pytest
from sqlalchemy import select

from rms.actions import invoices, issuing, receipts
from rms.db.session import db, tenant_scope
from rms.domain.allocation import Claim
from rms.domain.errors import DomainError, IllegalMove, StaleVersion
from rms.models import Invoice, InvoiceLineItem, Receipt
from tests import factories
from tests.actions.test_receipts_at_once import all_at_once, make_invoices, recording
from tests.factories import NOW, TODAY


class ChangedItsMind(Exception):
    """Somebody whose transaction ends after the number was taken."""


def make_drafts(company, count: int) -> list:
    with company.scope(company.admin):
        customer = factories.make_customer()
        drafts = [
            invoices.create_draft(customer_id=customer.id, today=TODAY, created_by=company.admin.id)
            for _ in range(count)
        ]
        for draft in drafts:
            invoices.add_line(
                draft.id, cells={"name": "Tea", "hsn_sac": "998533", "rate": "100", "tax": "18"}
            )
        return [draft.id for draft in drafts]


def issuing_of(company, invoice_id, *, fails: bool = False):
    def issue():
        with tenant_scope(company.tenant_id):
            number = issuing.issue(invoice_id, now=NOW, today=TODAY).invoice_number
            if fails:
                raise ChangedItsMind
            return number

    return issue


def test_numbers_have_no_gap_whoever_fails(nilgiri):
    drafts = make_drafts(nilgiri, 24)
    unlucky = set(random.Random(7).sample(drafts, 8))
    results = all_at_once([issuing_of(nilgiri, one, fails=one in unlucky) for one in drafts])
    assert sum(isinstance(one, ChangedItsMind) for one in results) == 8
    running = sorted(int(one.rpartition("/")[2]) for one in results if isinstance(one, str))
    assert running == list(range(1, 17))


def test_one_draft_is_issued_once(nilgiri):
    [draft] = make_drafts(nilgiri, 1)
    results = all_at_once([issuing_of(nilgiri, draft)] * 6)
    assert sum(isinstance(one, str) for one in results) == 1, results
    assert sum(isinstance(one, IllegalMove) for one in results) == 5


def test_what_is_issued_is_what_its_lines_say(nilgiri):
    """While it is issued, somebody else changes the line: either before it, or refused."""
    drafts = make_drafts(nilgiri, 6)

    def changing(invoice_id):
        def change():
            with tenant_scope(nilgiri.tenant_id):
                line = db().scalars(select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == invoice_id))
                chosen = [one for one in line if one.rate][0]
                cells = {"name": "Tea", "hsn_sac": "998533", "rate": "333.33", "tax": "18"}
                invoices.change_line(invoice_id, chosen.id, cells, version=chosen.version)

        return change

    results = all_at_once([task for one in drafts for task in (issuing_of(nilgiri, one), changing(one))])
    assert all(one is None or isinstance(one, str | IllegalMove) for one in results), results
    with nilgiri.scope():
        for invoice in db().scalars(select(Invoice).where(Invoice.id.in_(drafts))):
            lines = list(
                db().scalars(select(InvoiceLineItem).where(InvoiceLineItem.invoice_id == invoice.id))
            )
            assert invoice.subtotal == sum(line.taxable_amount for line in lines)
            # 100.00 + 9.00 + 9.00, or 333.33 + 30.00 + 30.00 rounded to the rupee
            assert invoice.total in (Decimal("118.00"), Decimal("393.00"))


def test_paying_and_cancelling_leave_no_money_on_a_cancelled_invoice(nilgiri):
    customer_id, found = make_invoices(nilgiri, *["1000.00"] * 6)
    with nilgiri.scope():
        customer = db().get(factories.Customer, (nilgiri.tenant_id, customer_id))
        kept = [factories.make_receipt(customer, "1180.00").id for _ in found]

    def cancelling(invoice_id):
        def cancel():
            with tenant_scope(nilgiri.tenant_id):
                issuing.cancel(invoice_id, reason="Wrong address", now=NOW, today=TODAY)

        return cancel

    def using(receipt_id, invoice_id):
        def allocate():
            with tenant_scope(nilgiri.tenant_id):
                receipts.allocate(receipt_id, [Claim(invoice_id, Decimal("100.00"))], today=TODAY)

        return allocate

    tasks = []
    for receipt_id, one in zip(kept, found, strict=True):
        claims = [Claim(one, Decimal("1000.00"))]
        tasks += [recording(nilgiri, customer_id, claims), cancelling(one), using(receipt_id, one)]
    results = all_at_once(tasks)
    assert all(one is None or isinstance(one, Receipt | DomainError) for one in results), results
    with nilgiri.scope():
        for invoice in db().scalars(select(Invoice).where(Invoice.id.in_(found))):
            assert invoice.status != "cancelled" or invoice.amount_paid == 0
        for receipt in db().scalars(select(Receipt)):
            live = [row.allocated_amount for row in receipt.allocations if row.released_on is None]
            assert receipt.allocated_amount == sum(live)


def test_money_that_arrives_while_somebody_cancels_is_shown_first(nilgiri, monkeypatch):
    customer_id, [invoice_id] = make_invoices(nilgiri, "1000.00")
    lock_all = issuing.lock_all

    def a_moment_too_late(model, ids):
        [paid] = all_at_once([recording(nilgiri, customer_id, [Claim(invoice_id, Decimal("500.00"))])])
        assert isinstance(paid, Receipt)
        return lock_all(model, ids)

    monkeypatch.setattr(issuing, "lock_all", a_moment_too_late)
    with pytest.raises(StaleVersion, match="arrived at this moment"), nilgiri.scope():
        issuing.cancel(invoice_id, reason="Wrong address", now=NOW, today=TODAY)
    monkeypatch.undo()
    with nilgiri.scope():
        cancelled = issuing.cancel(invoice_id, reason="Wrong address", now=NOW, today=TODAY)
        assert (cancelled.status, cancelled.amount_paid) == ("cancelled", 0)


def test_fifty_people_pay_one_invoice_of_one_hundred(nilgiri):
    """Ten rupees each: ten get through, whoever they are."""
    customer_id, [invoice_id] = make_invoices(nilgiri, "84.75")  # 84.75 + 7.63 + 7.63 = 100.01
    results = all_at_once([recording(nilgiri, customer_id, [Claim(invoice_id, Decimal("10.00"))])] * 50)
    assert sum(isinstance(one, Receipt) for one in results) == 10, results
    assert sum(isinstance(one, DomainError) for one in results) == 40
    with nilgiri.scope():
        invoice = db().get(Invoice, (nilgiri.tenant_id, invoice_id))
        assert (invoice.amount_paid, invoice.balance) == (Decimal("100.00"), Decimal("0.01"))
        assert invoice.status == "partially_paid" and invoice.due_date >= TODAY
