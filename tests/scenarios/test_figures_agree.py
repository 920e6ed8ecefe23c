"""Random invoices, entered as the editor enters them: every place that shows a sum shows the same one, and it
is what the law's formula gives for the lines.
"""

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import select

from rms.actions import invoices, issuing, receipts
from rms.db.session import db
from rms.documents.of_invoice import paper_by_id
from rms.domain.allocation import Claim
from rms.models import Invoice
from rms.queries import dashboard
from rms.queries.customers import list_customers, owed_by
from rms.queries.invoice_lists import Filter, View, counts_of_views, list_invoices, sums
from rms.queries.invoices import lines_of
from rms.queries.tax_rows import tax_rows
from tests import factories
from tests.factories import NOW, TODAY

DICE = random.Random(20261122)
COUNT = 40
RATES = ("0.25", "3", "5", "18", "40", "nil", "exempt")


def paise(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def random_cells() -> dict[str, str]:
    return {
        "name": "Item",
        "hsn_sac": DICE.choice(("998533", "998311")),
        "quantity": f"{DICE.randint(1, 99_999) / 1000:.3f}",
        "rate": f"{DICE.randint(1, 9_999_999) / 10_000:.4f}",
        "discount": DICE.choice(("", "", "12.5", "33.333", "100")),
        "tax": DICE.choice(RATES),
    }


def by_hand(lines: list[dict[str, str]], *, inter: bool) -> tuple[Decimal, Decimal, Decimal]:
    """Taxable value, tax, total. CGST Act s.15: discount first; each head of tax to the paisa on its line;
    s.170: the whole to the rupee."""
    taxable = tax = Decimal(0)
    for cells in lines:
        gross = paise(Decimal(cells["quantity"]) * Decimal(cells["rate"]))
        net = gross - paise(gross * Decimal(cells["discount"] or 0) / 100)
        rate = Decimal(cells["tax"]) if cells["tax"][0].isdigit() else Decimal(0)
        tax += paise(net * rate / 100) if inter else 2 * paise(net * rate / 200)
        taxable += net
    return taxable, tax, (taxable + tax).quantize(Decimal(1), rounding=ROUND_HALF_UP)


@pytest.fixture(scope="module")
def made(connected):
    """(company, its invoices by id with what they come to by hand); some are paid, in part or whole."""
    from tests import cast

    company = cast.nilgiri()
    with company.scope(company.admin):
        near, far = factories.make_customer("Near"), factories.make_customer("Far", state_code="27")
    found = {}
    for _ in range(COUNT):
        lines = [random_cells() for _ in range(DICE.randint(1, 9))]
        lines.append({**random_cells(), "rate": "1000", "discount": "", "tax": "18"})
        inter = DICE.random() < 0.5
        day = TODAY - dt.timedelta(days=DICE.randint(0, 100))
        with company.scope(company.admin):
            found |= _issued(company, far if inter else near, lines, day, by_hand(lines, inter=inter))
    return company, found


def _issued(company, customer, lines, day, expected) -> dict:
    draft = invoices.create_draft(customer_id=customer.id, today=day, created_by=company.admin.id)
    for cells in lines:
        invoices.add_line(draft.id, cells=cells)
    invoice = issuing.issue(draft.id, now=NOW, today=day)
    part = DICE.choice((Decimal(0), Decimal("0.01"), Decimal("0.37"), Decimal(1)))
    amount = paise(invoice.total * part) if part != Decimal("0.01") else part
    if amount:
        draft = receipts.ReceiptDraft(customer.id, amount, day, "upi")
        claims = [Claim(invoice.id, amount)]
        receipts.record(draft, claims, now=NOW, today=TODAY, created_by=None)
    return {invoice.id: (*expected, amount)}


def test_each_invoice_is_what_its_lines_come_to(made):
    company, found = made
    with company.scope():
        for invoice in db().scalars(select(Invoice)):
            taxable, tax, total, paid = found[invoice.id]
            assert (invoice.subtotal, invoice.tax_total, invoice.total) == (taxable, tax, total)
            assert (invoice.amount_paid, invoice.balance) == (paid, total - paid)
            lines = lines_of(invoice.id)
            assert sum(line.total for line in lines) + invoice.round_off == total
            assert sum(row.amount for row in tax_rows(invoice, lines)) == tax
            assert abs(invoice.round_off) <= Decimal("0.50")


def test_the_paper_adds_up_to_the_same(made):
    company, found = made
    with company.scope():
        for invoice_id, (_, _, total, _) in found.items():
            paper = paper_by_id(invoice_id, translate=str)
            assert paper.grand_total == total
            assert sum(amount for _, amount in paper.totals) + paper.round_off == total


def test_lists_customers_and_dashboard_say_the_same(made):
    company, found = made
    owed = sum(total - paid for _, _, total, paid in found.values())
    open_ones = sum(total != paid for _, _, total, paid in found.values())
    with company.scope():
        assert sums(Filter(), today=TODAY).to_collect == owed
        assert sums(Filter(), today=TODAY).total == sum(total for _, _, total, _ in found.values())
        assert counts_of_views(Filter(), today=TODAY)[View.OPEN] == open_ones
        shown = list_invoices(Filter(view=View.OPEN), today=TODAY, limit=COUNT).rows
        assert sum(row.to_collect for row in shown) == owed and len(shown) == open_ones
        first = dashboard.owed(TODAY)
        assert (first.balance, first.invoices, sum(first.ages)) == (owed, open_ones, owed)
        overdue = sums(Filter(view=View.OVERDUE), today=TODAY)
        assert (first.overdue, first.overdue_invoices) == (overdue.to_collect, overdue.count)
        rows = list_customers(view="owe", search="", sort="-balance", after=None, limit=9, today=TODAY)
        assert sum(row.balance for row in rows) == owed
        assert [owed_by(row.id, TODAY).balance for row in rows] == [row.balance for row in rows]
        months = dashboard.flow(TODAY).months
        assert sum(month.billed for month in months) == sum(total for _, _, total, _ in found.values())
        assert sum(month.received for month in months) == sum(paid for *_, paid in found.values())
