"""A customer's page: its head, its tabs, and that each works with and without a script."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from rms.db.session import db
from rms.models import CreditNote
from rms.queries import customer_activity, customer_papers
from rms.queries.customer_figures import bounds_of_ages, figures_of, pace_of
from tests.factories import (
    NOW,
    TODAY,
    make_allocation,
    make_customer,
    make_draft,
    make_invoice,
    make_receipt,
)

DAY = dt.timedelta(days=1)


def settle(customer, days: int, *, dated=TODAY - 100 * DAY, amount="1180.00"):
    """An invoice that was paid so many days after its date."""
    invoice = make_invoice(customer, invoice_date=dated, due_date=dated + 30 * DAY)
    receipt = make_receipt(customer, amount, receipt_date=dated + days * DAY)
    make_allocation(receipt, invoice, amount, allocated_on=dated + days * DAY)
    db().refresh(invoice)
    invoice.restate(TODAY)
    db().flush()
    return invoice


def credit(customer, amount: str, **columns) -> CreditNote:
    note = CreditNote(
        customer_id=customer.id,
        credit_note_number=columns.pop("number", f"CN/{uuid4().hex[:6]}"),
        credit_note_date=columns.pop("day", TODAY),
        amount=Decimal(amount),
        total_credit=Decimal(amount),
        status="issued",
        issued_at=NOW,
        **columns,
    )
    db().add(note)
    db().flush()
    return note


def test_every_open_invoice_is_in_exactly_one_age(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 400):
            due = TODAY - days * DAY
            make_invoice(customer, invoice_date=due - 30 * DAY, due_date=due)
        figures = figures_of(customer.id, TODAY)
        assert figures.ages == tuple(Decimal("2360.00") for _ in range(6))
        assert (figures.balance, figures.open_invoices) == (Decimal("14160.00"), 12)
        assert (figures.overdue, figures.overdue_invoices) == (Decimal("11800.00"), 10)
        assert figures.oldest == TODAY - 400 * DAY
        assert sum(figures.ages) == figures.balance
        bounds = bounds_of_ages(TODAY)
        assert bounds[0] == (TODAY, None) and bounds[1] == (TODAY - 30 * DAY, TODAY - DAY)
        assert bounds[-1] == (None, TODAY - 181 * DAY)


def test_money_on_account_stands_apart_and_is_never_taken_off(nilgiri):
    with nilgiri.scope():
        customer, other = make_customer(), make_customer("Elsewhere")
        make_invoice(customer)
        make_receipt(customer, "500.00")
        make_receipt(customer, "70.00", status="bounced", reversed_on=TODAY, bounced_at=NOW)
        credit(customer, "118.00")
        credit(other, "1.00")
        figures = figures_of(customer.id, TODAY)
        assert (figures.balance, figures.advances, figures.credit) == (
            Decimal("1180.00"),
            Decimal("500.00"),
            Decimal("118.00"),
        )
        assert figures.on_account == Decimal("618.00")
        assert (figures.invoices, figures.papers) == (1, 3)


def test_the_pace_is_the_mean_of_the_last_year(nilgiri):
    with nilgiri.scope():
        customer, slow, new = make_customer(), make_customer("Slow"), make_customer("New")
        settle(customer, 10)
        settle(customer, 15)
        settle(customer, 90, dated=TODAY - 900 * DAY)  # too long ago
        make_invoice(customer)  # open
        settle(slow, 41)
        found = pace_of([customer.id, slow.id, new.id], TODAY)
        assert (found[customer.id].days, found[customer.id].invoices) == (13, 2)  # 12.5, half up
        assert found[slow.id].days == 41
        assert new.id not in found


def test_the_last_live_allocation_decides_the_day(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        dated = TODAY - 60 * DAY
        invoice = make_invoice(customer, invoice_date=dated, due_date=dated)
        first = make_receipt(customer, "600.00", receipt_date=dated + 5 * DAY)
        gone = make_receipt(customer, "580.00", receipt_date=dated + 6 * DAY)
        last = make_receipt(customer, "580.00", receipt_date=dated + 20 * DAY)
        make_allocation(first, invoice, "600.00", allocated_on=dated + 5 * DAY)
        released = make_allocation(gone, invoice, "580.00", allocated_on=dated + 6 * DAY)
        released.released_on = dated + 50 * DAY
        db().flush()
        make_allocation(last, invoice, "580.00", allocated_on=dated + 20 * DAY)
        db().refresh(invoice)
        invoice.restate(TODAY)
        db().flush()
        assert pace_of([customer.id], TODAY)[customer.id].days == 20


def test_the_activity_is_read_page_by_page_without_a_gap(nilgiri):
    with nilgiri.scope():
        customer, other = make_customer(), make_customer("Elsewhere")
        for days in range(12):
            make_invoice(customer, issued_at=NOW - days * DAY)
            make_receipt(customer, "10.00", receipt_date=TODAY - days * DAY)
        credit(customer, "118.00", reason="Not given")
        make_invoice(other)
        ask = {"zone": "Asia/Kolkata", "limit": 4}
        whole = customer_activity.activity_of(customer.id, zone="Asia/Kolkata", limit=100)
        rows, after = [], None
        while page := customer_activity.activity_of(customer.id, after=after, **ask):
            rows += page
            after = customer_activity.Key(page[-1].at, page[-1].rank, page[-1].id)
        assert rows == whole and len(whole) == 26
        assert [row.at for row in whole] == sorted((row.at for row in whole), reverse=True)
        kinds = [row.kind for row in whole]
        assert (kinds.count("issued"), kinds.count("received"), kinds.count("credited")) == (12, 12, 1)
        backdated = [row for row in whole if row.kind == "received" and not row.has_time]
        assert len(backdated) >= 11
        assert all(row.at.astimezone().tzinfo is not None for row in backdated)


def test_receipts_and_credit_notes_are_one_list(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        receipt = make_receipt(customer, "1000.00", receipt_date=TODAY - 3 * DAY)
        invoice = make_invoice(customer)
        make_allocation(receipt, invoice, "400.00")
        note = credit(customer, "118.00", day=TODAY - DAY)
        rows = customer_papers.papers_of(customer.id, limit=10)
        assert [(row.kind, row.id) for row in rows] == [("credit_note", note.id), ("receipt", receipt.id)]
        assert (rows[1].left, rows[1].numbers) == (Decimal("600.00"), [invoice.invoice_number])
        after = customer_papers.Key(rows[0].day, rows[0].id)
        assert [row.id for row in customer_papers.papers_of(customer.id, limit=10, after=after)] == [
            receipt.id
        ]


@pytest.fixture
def busy(nilgiri):
    """The id of a customer with an invoice, a draft, a receipt and a credit note."""
    with nilgiri.scope():
        customer = make_customer("Lotus Valley School", credit_limit=Decimal("1000.00"))
        make_invoice(
            customer, invoice_number="NFS/1", invoice_date=TODAY - 50 * DAY, due_date=TODAY - 40 * DAY
        )
        make_draft(customer)
        make_receipt(customer, "500.00", receipt_number="NFR/1")
        credit(customer, "118.00", number="NFC/1")
        return customer.id


def test_the_head_shows_what_is_owed_and_what_stands_apart(priya, busy):
    shown = priya.get(f"customers/{busy}").text
    assert "₹1,180.00" in shown and "1 open invoice" in shown
    assert "Received, on no invoice yet" in shown and "₹500.00" in shown
    assert "Credit notes not used yet" in shown and "₹118.00" in shown
    assert "Credit limit" in shown and "₹180.00 above it" in shown
    assert f"view=open&amp;customer={busy}&amp;due_from=" in shown and "31 to 60" in shown


def test_an_age_leads_to_the_invoices_that_add_up_to_it(priya, busy):
    shown = priya.get(f"customers/{busy}").text
    url = next(part for part in shown.split('"') if "due_from=" in part).replace("&amp;", "&")
    assert "NFS/1" in priya.get(url).text


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("activity", "NFS/1</a> issued"),
        ("invoices", "To collect"),
        ("receipts", "NFR/1"),
        ("details", "Who they are"),
    ],
)
def test_each_tab_has_an_address_and_a_fragment(priya, busy, tab, words):
    whole = priya.get(f"customers/{busy}?tab={tab}").text
    piece = priya.get(f"customers/{busy}?tab={tab}", hx=True).text
    assert words in whole and words in piece
    assert (
        "<html" in whole and "<html" not in piece and piece.lstrip().startswith('<div class="mt5" id="tab"')
    )
    assert f'tab={tab}" hx-get' in piece or tab == "activity"


def test_an_unknown_tab_is_the_first_one_and_a_cut_address_is_told(priya, busy):
    assert "NFS/1</a> issued" in priya.get(f"customers/{busy}?tab=nothing").text
    for tab in ("activity", "invoices", "receipts"):
        assert priya.get(f"customers/{busy}?tab={tab}&after=WyJ4Il0").status_code == 422
        assert priya.get(f"customers/{busy}?tab={tab}&after=WyJ4IiwieSIsInoiXQ").status_code == 422


def test_lists_of_a_tab_go_on_by_keyset(priya, nilgiri):
    with nilgiri.scope():
        customer = make_customer("Many")
        for number in range(60):
            make_invoice(customer, invoice_number=f"M/{number:03}", invoice_date=TODAY - number * DAY)
            make_receipt(customer, "1.00", receipt_number=f"R/{number:03}", receipt_date=TODAY - number * DAY)
        customer_id = customer.id
    for tab, last in (("invoices", "M/059"), ("receipts", "R/059")):
        first = priya.get(f"customers/{customer_id}?tab={tab}").text
        assert last not in first and "50 of 60, newest first" in first
        older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert last in priya.get(older).text
    seen, url = "", f"customers/{customer_id}"
    for _ in range(6):
        reply = priya.get(url).text
        seen += reply
        if 'rel="next"' not in reply:
            break
        url = reply.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert all(f"R/{number:03}" in seen and f"M/{number:03}" in seen for number in range(60))


def test_a_stranger_sees_no_tab(rohan, busy):
    for tab in ("activity", "invoices", "receipts", "details"):
        assert rohan.get(f"customers/{busy}?tab={tab}").status_code == 404
