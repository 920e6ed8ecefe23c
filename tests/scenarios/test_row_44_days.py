"""Row 44: a document's day is the company's, its number that of its financial year, its year possible."""

import datetime as dt
import html

import pytest

from rms.actions import invoices as drafts
from rms.db.session import db
from rms.domain import numbering
from rms.models import Invoice
from rms.web import clock
from tests.factories import make_customer
from tests.http import Browser

CREW = {"name": "Crew", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}

# 18:30 UTC is midnight in India: one second earlier it is still March.
MARCH = dt.datetime(2027, 3, 31, 18, 29, 59, tzinfo=dt.UTC)
APRIL = dt.datetime(2027, 3, 31, 18, 30, 0, tzinfo=dt.UTC)


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


def new_draft(priya: Browser, company) -> str:
    with company.scope():
        customer = make_customer().id
    draft = priya.post("invoices", customer=str(customer)).location.split("/")[-2]
    with company.scope(company.admin):
        drafts.add_line(draft, cells=CREW)
    return draft


def stored(company, draft) -> Invoice:
    with company.scope():
        return db().get(Invoice, (company.tenant_id, draft))


@pytest.mark.parametrize(
    ("moment", "day", "year"),
    [(MARCH, dt.date(2027, 3, 31), "26-27"), (APRIL, dt.date(2027, 4, 1), "27-28")],
    ids=["23:59 IST on 31 March", "18:30 UTC"],
)
def test_row_44_the_day_changes_at_midnight_in_india(monkeypatch, priya, nilgiri, moment, day, year):
    monkeypatch.setattr(clock, "now", lambda: moment)
    draft = new_draft(priya, nilgiri)
    assert stored(nilgiri, draft).invoice_date == day
    assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    assert stored(nilgiri, draft).invoice_number.endswith(f"/{year}/0001")


def test_row_44_issued_in_april_but_dated_in_march_it_takes_a_number_of_the_old_year(
    monkeypatch, priya, nilgiri
):
    monkeypatch.setattr(clock, "now", lambda: MARCH)
    old = new_draft(priya, nilgiri)
    monkeypatch.setattr(clock, "now", lambda: APRIL)
    new = new_draft(priya, nilgiri)
    text = html.unescape(priya.get(f"invoices/{old}/_/ready").text)
    assert "The invoice is dated in the financial year 2026-27" in text
    for draft in (new, old):
        assert priya.post(f"invoices/{draft}/issue", send="0").status_code == 303
    numbers = [stored(nilgiri, draft).invoice_number.partition("/")[2] for draft in (old, new)]
    assert numbers == ["26-27/0001", "27-28/0001"]


@pytest.mark.parametrize(
    "typed",
    ["0001-01-01", "9999-12-31", "30/02/2026", "31/12/1999", "01/01/2100", "2026-13-01", "yesterday?"],
)
@pytest.mark.parametrize("field", ["invoice_date", "due_date"])
def test_row_44_a_day_that_cannot_be_is_told_at_its_field(priya, nilgiri, field, typed):
    draft = new_draft(priya, nilgiri)
    before = stored(nilgiri, draft)
    fields = {
        "version": "1",
        "customer_id": str(before.customer_id),
        "invoice_date": "22/11/2026",
        "payment_terms": "30",
        "due_date": "22/12/2026",
        "place_of_supply": "29",
        field: typed,
    }
    reply = priya.post(f"invoices/{draft}/head", fields, hx=True)
    assert reply.status_code == 422
    assert f'id="{field}-error"' in reply.text
    assert html.escape(typed) in reply.text, "what was typed is kept"
    after = stored(nilgiri, draft)
    assert (after.invoice_date, after.due_date) == (before.invoice_date, before.due_date)


def test_row_44_every_second_of_the_turn_has_one_year():
    """Nothing falls between two years, and no day is in both."""
    days = [dt.date(2027, 3, 31) + dt.timedelta(days=ahead) for ahead in range(-366, 367)]
    for day in days:
        starts, ends = numbering.financial_year_bounds(day)
        assert starts <= day <= ends
        assert (starts.month, starts.day, ends.month, ends.day) == (4, 1, 3, 31)
