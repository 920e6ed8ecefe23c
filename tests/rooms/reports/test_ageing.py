"""The ageing report: figures as of a day, pages, files, and who sees it."""

import datetime as dt
import html

import pytest

from rms.db.session import db
from rms.models import AuditLog
from rms.web import clock
from tests import factories
from tests.factories import NOW, TODAY
from tests.http import Browser

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def owed(nilgiri):
    """Lotus: 118.00 not due and 236.00 since 31 days; Patel: 50.00 in advance."""
    with nilgiri.scope():
        lotus, patel = factories.make_customer("Lotus & Co"), factories.make_customer("Patel")
        factories.make_invoice(lotus, "100.00", invoice_date=TODAY - 5 * DAY, due_date=TODAY)
        factories.make_invoice(
            lotus,
            "200.00",
            invoice_number="L/31",
            invoice_date=TODAY - 40 * DAY,
            due_date=TODAY - 31 * DAY,
        )
        factories.make_receipt(patel, "50.00", receipt_date=TODAY - DAY)
        return lotus.id


def words(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def test_it_shows_who_owed_what_and_keeps_advances_apart(priya: Browser, owed):
    page = words(priya.get("reports/ageing"))
    assert "At the end of 22 Nov 2026 2 customers owed <b>₹354.00</b>" in page
    assert "₹236.00 was late" in page
    lotus, patel, total = page.split("<tr")[2], page.split("<tr")[3], page.split("<tfoot>")[1]
    assert "Lotus & Co" in lotus and "118.00" in lotus and "236.00" in lotus and "354.00" in lotus
    assert "−50.00" in patel.replace("-50.00", "−50.00")
    assert "354.00" in total and "304.00" in total


def test_an_earlier_day_is_as_it_was(priya: Browser, owed):
    page = words(priya.get(f"reports/ageing?on={(TODAY - 10 * DAY).isoformat()}"))
    assert "At the end of 12 Nov 2026 1 customer owed <b>₹236.00</b>" in page
    assert "Patel" not in page.split("<tbody>")[1]


def test_it_counts_from_the_invoice_date_too(priya: Browser, owed):
    lotus = words(priya.get("reports/ageing?by=invoice")).split("<tr")[2]
    # 5 days since the first invoice, 40 since the second
    assert lotus.index("118.00") < lotus.index("236.00") and "–" in lotus


def test_a_row_leads_to_the_invoices_that_add_up_to_it(priya: Browser, owed):
    page = words(priya.get(f"reports/ageing/{owed}?on=2026-11-22"))
    assert "L/31" in page and "31 days" in page and "they owed <b>₹354.00</b>" in page.replace("\n", "")
    assert page.count('<tr class="row">') == 2


@pytest.mark.parametrize("day", ["nonsense", "31/02/2026", "9999-12-31", "'--"])
def test_a_day_that_is_none_is_told_and_today_is_shown(priya: Browser, owed, day):
    reply = priya.get(f"reports/ageing?on={day}")
    assert reply.status_code == 200
    assert "Today is shown." in reply.text and "22 Nov 2026" in reply.text


def test_many_customers_come_page_by_page(priya: Browser, nilgiri):
    with nilgiri.scope():
        for number in range(52):
            factories.make_invoice(factories.make_customer(f"Customer {number:02}"), "100.00")
    first = words(priya.get("reports/ageing"))
    assert "Customer 49" in first and "Customer 50" not in first and "50 of 52, by name" in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = words(priya.get(older))
    assert "Customer 50" in second and "Customer 49" not in second and "52 customers" in second
    assert priya.get("reports/ageing?after=nonsense").status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_holds_every_customer_and_is_an_entry_of_the_trail(priya: Browser, nilgiri, owed, kind):
    reply = priya.get(f"reports/ageing.{kind}")
    assert reply.status_code == 200 and f"ageing-20261122.{kind}" in reply.headers["Content-Disposition"]
    if kind == "csv":
        rows = reply.data.decode("utf-8-sig").splitlines()
        assert rows[1] == "Lotus & Co,118.00,0.00,236.00,0.00,0.00,0.00,354.00,0.00,354.00"
        assert rows[-1] == "Total,118.00,0.00,236.00,0.00,0.00,0.00,354.00,-50.00,304.00"
    with nilgiri.scope():
        assert db().query(AuditLog).filter(AuditLog.action == "export").count() == 1


def test_the_room_lists_its_reports(priya: Browser):
    page = priya.get("reports").text
    assert "reports/ageing" in page


def test_another_company_sees_none_of_it(app, sahyadri, owed):
    rohan = Browser(app, sahyadri, sahyadri.admin)
    assert "Lotus" not in rohan.get("reports/ageing").text
    assert rohan.get(f"reports/ageing/{owed}").status_code == 404
