"""The first page: its sentence, its figures against the lists they lead to, and what it costs."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from rms.db.session import db, tenant_scope
from rms.models import Tenant
from rms.web import clock
from tests.cast import Company, Person
from tests.factories import (
    NOW,
    TODAY,
    make_allocation,
    make_customer,
    make_draft,
    make_invoice,
    make_receipt,
    make_tenant,
    make_user,
)
from tests.http import Browser, counted_statements

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def business(nilgiri) -> None:
    """Worked out by hand, GST of 18 % included:

    Lotus: 11,800.00 100 days late, 2,360.00 20 days late and swept as pending, 1,180.00 not due.
    Brightway: 4,720.00 45 days late, of which 720.00 is paid; 5,900.00 paid today, 100.00 left over.
    Draft of 16,000.00; a cancelled and a bounced document that count for nothing.
    """
    with nilgiri.scope():
        lotus, brightway = make_customer("Lotus & Sons"), make_customer("Brightway Logistics")
        dated(lotus, "10000.00", late=100)
        dated(lotus, "2000.00", late=20).status = "pending"  # the sweep has not run
        make_invoice(lotus, "1000.00")
        part = dated(brightway, "4000.00", late=45)
        paid = make_invoice(brightway, "5000.00")
        pay(brightway, "720.00", part, "720.00", receipt_date=dt.date(2026, 10, 20))
        pay(brightway, "6000.00", paid, "5900.00")
        make_receipt(lotus, "9.00", status="bounced", bounced_at=NOW, reversed_on=TODAY, cleared_at=None)
        make_draft(lotus, subtotal=Decimal("16000"), total=Decimal("16000"))
        gone = make_invoice(lotus, "32000.00")
        gone.cancelled_at, gone.status = NOW, "cancelled"
        db().flush()


def dated(customer, subtotal, *, late):
    due = TODAY - late * DAY
    return make_invoice(customer, subtotal, due_date=due, invoice_date=due - 5 * DAY)


def pay(customer, amount, invoice, part, **columns):
    make_allocation(make_receipt(customer, amount, **columns), invoice, part)
    invoice.restate(TODAY)
    db().flush()


def text_of(reply) -> str:
    return re.sub(r"\s+", " ", html.unescape(reply.get_data(as_text=True)))


def words_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup)).strip()


def figures_in(reply) -> dict[str, tuple[str, str]]:
    """The figure and the address it leads to, by its words."""
    found = re.findall(r'<dt>([^<]+)</dt><dd class="big[^"]*"><a href="([^"]+)">([^<]+)</a>', text_of(reply))
    return {words: (amount, url) for words, url, amount in found}


def column(reply, place: int) -> Decimal:
    """One column of a list added up over its rows."""
    rows = re.findall(r'<tr class="row[^"]*".*?</tr>', text_of(reply))
    cells = [re.findall(r"<td.*?</td>", row) for row in rows]
    figures = [re.search(r"[\d,]+\.\d\d", words_of(row[place])) for row in cells]
    return sum((Decimal(found[0].replace(",", "")) for found in figures if found), Decimal(0))


def test_the_sentence_says_what_is_owed_and_leads_to_what_is_late(priya: Browser, business):
    lead = re.search(r'<p class="lead">(.*?)</p>', text_of(priya.get("")))[1]
    # 11,800 + 2,360 + 1,180 + 4,000 = 19,340; late: 18,160, of which Lotus 14,160 is 78 %
    assert words_of(lead) == "Customers owe you ₹19,340. ₹18,160 is overdue, most of it from Lotus & Sons."
    assert re.search(r'<a class="late" href="[^"]*/invoices\?view=overdue">₹18,160 is overdue</a>', lead)


def test_every_figure_leads_to_the_list_that_adds_up_to_it(priya: Browser, business):
    figures = figures_in(priya.get(""))
    assert {words: amount for words, (amount, _) in figures.items()} == {
        "To collect": "₹19,340",
        "Overdue": "₹18,160",
        "Received in Nov": "₹6,000",  # the 720.00 came in October
        # of 1,180.00 and 5,900.00, and of Lotus' 2,360.00, dated 28 Oct: none
        "GST for Nov so far": "₹1,080",
    }
    to_collect, overdue = (priya.get(figures[words][1]) for words in ("To collect", "Overdue"))
    assert (column(to_collect, 7), column(overdue, 7)) == (Decimal("19340.00"), Decimal("18160.00"))
    assert column(priya.get(figures["Received in Nov"][1]), 6) - 9 == Decimal("6000.00")  # 9.00 bounced
    billed = priya.get(figures["GST for Nov so far"][1])
    # 1,180.00 + 5,900.00 of November, and the draft of 16,000.00 and 37,760.00 cancelled that do not count
    assert column(billed, 6) == Decimal("1180.00") + Decimal("5900.00") + 16000 + Decimal("37760.00")
    sub = re.search(r'<p class="sub">(.*?)</p>', text_of(priya.get("")))[1]
    assert words_of(sub) == "Sunday, 22 Nov 2026. You have billed ₹7,080 this month."


def test_words_beside_the_figures(priya: Browser, business):
    page = text_of(priya.get(""))
    for words in (
        "4 invoices, 2 customers",
        "3 invoices, oldest 100 days late",
        "₹5,280 ahead of 22 Oct",  # 6,000.00 - 720.00, received on 20 Oct
        "GSTR-3B due 20 Dec",
    ):
        assert words in page, words


def test_the_ageing_bar_divides_what_is_to_collect(priya: Browser, business):
    key = re.search(r'<div class="agekey">(.*?)</div>', text_of(priya.get("")))[1]
    assert [words_of(one) for one in re.findall(r"<span>.*?</span>", key)] == [
        "Not due ₹1,180",
        "1 to 30 days ₹2,360",
        "31 to 60 ₹4,000",
        "Over 90 ₹11,800",
    ]


def test_six_months_of_what_was_billed_and_received(priya: Browser, business):
    table = re.search(r"<caption>Billed and received by month.*?</table>", text_of(priya.get("")))[0]
    rows = {
        words_of(row[0]): (row[1], row[2])
        for row in re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', table)
    }
    # due 14 Aug, 2 Nov and 8 Oct, each dated five days before
    assert rows == {
        "June 2026": ("₹0.00", "₹0.00"),
        "July 2026": ("₹0.00", "₹0.00"),
        "August 2026": ("₹11,800.00", "₹0.00"),
        "September 2026": ("₹0.00", "₹0.00"),
        "October 2026": ("₹7,080.00", "₹720.00"),
        "November 2026": ("₹7,080.00", "₹6,000.00"),
    }


def test_what_needs_somebody_leads_to_where_it_is_done(priya: Browser, business, nilgiri):
    box = re.search(r'id="needs-you".*?</section>', text_of(priya.get("")))[0]
    assert "₹14,160 on 2 invoices" in box and "₹4,000 on 1 invoice" in box
    assert "₹100.00 not allocated" in box and "1 invoice still in draft" in box
    links = re.findall(r'href="([^"]+)"', box)
    assert len(links) == 4
    for link in links:
        assert priya.get(link).status_code == 200, link


def test_the_longest_due_and_who_owes_most(priya: Browser, business):
    page = text_of(priya.get(""))
    debtors = words_of(re.search(r'id="debtors".*?</section>', page)[0])
    assert debtors.index("Lotus & Sons") < debtors.index("Brightway Logistics")
    assert "₹15,340" in debtors  # 11,800 + 2,360 + 1,180
    due = words_of(re.search(r'id="open-invoices".*?</section>', page)[0])
    assert "All 4" in due and due.index("₹11,800") < due.index("₹4,000") < due.index("₹2,360")


def test_before_the_first_invoice_it_shows_how_far_the_set_up_is(priya: Browser, nilgiri):
    with nilgiri.scope():
        db().get(Tenant, nilgiri.tenant_id).settings = {"onboarding": {"done": [1, 2], "skipped": [3]}}
    page = text_of(priya.get(""))
    assert "Send your first invoice and this page starts working." in page
    assert "Set-up, 2 of 5 done" in page and "Skipped earlier" in page
    assert 'id="figures"' not in page
    for link in re.findall(r'href="([^"]*/setup/\d)"', page):
        assert priya.get(link).status_code == 200


def test_who_may_only_read_gets_no_buttons_that_write(asha: Browser, nilgiri):
    page = text_of(asha.get(""))
    assert "Begin here" in page and "Set-up" not in re.search(r"<main.*?</main>", page)[0]
    with nilgiri.scope():
        make_receipt(make_customer(), "100.00")
    main = re.search(r"<header class=\"bar\">.*?</main>", text_of(asha.get("")))[0]
    assert "Nobody owes you anything." in main and "Record receipt" not in main and "/allocate" not in main


def test_an_unregistered_business_sees_what_it_billed(app, connected):
    tenant_id = make_tenant("Asha Tailoring", registration_type="unregistered")
    with tenant_scope(tenant_id):
        user = make_user("Asha", "admin")
        slug = db().get(Tenant, tenant_id).slug
        make_invoice(make_customer(), "1000.00")
    company = Company(tenant_id, slug, "Asha Tailoring", {})
    browser = Browser(app, company, Person(user.id, user.email, "admin", "Asha"))
    figures = figures_in(browser.get(""))
    assert figures["Billed in Nov"][0] == "₹1,180" and "GST for Nov so far" not in figures


@pytest.mark.parametrize(("count", "expected"), [(1, 6), (300, 6)])
def test_it_costs_six_statements_however_much_there_is(priya: Browser, nilgiri, count, expected):
    with nilgiri.scope():
        customers = [make_customer(f"Customer {number}") for number in range(min(count, 20))]
        for number in range(count):
            make_invoice(customers[number % len(customers)])
    with counted_statements() as sent:
        assert priya.get("").status_code == 200
    # session; what waits; what is owed; months; the longest due; overdue in the navigation
    assert len(sent) == expected, sent


def test_another_tenants_page_is_not_there(rohan: Browser, nilgiri, business):
    assert rohan.get(f"/c/{nilgiri.slug}/").status_code == 404
    assert "Lotus" not in text_of(rohan.get(""))
