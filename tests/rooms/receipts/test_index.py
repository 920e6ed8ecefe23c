"""The list of receipts: tabs, search, dates, pages, sums, and what it costs."""

import datetime as dt
import re

import pytest

from rms.web import clock
from rms.web.listing import encode
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt
from tests.http import Browser, counted_statements
from tests.rooms.receipts.test_new import text_of

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def four(nilgiri) -> str:
    """R/1 today, all of it on an invoice; R/2 in October, all on account; R/3 partly; R/4 bounced."""
    with nilgiri.scope():
        lotus, patel = make_customer("Lotus Valley School"), make_customer("પટેલ ટ્રેડર્સ 100%")
        paid, part = make_invoice(lotus), make_invoice(patel)
        first = make_receipt(lotus, "1180.00", receipt_number="R/1", reference="HDFCN_26")
        make_allocation(first, paid, "1180.00")
        make_receipt(lotus, "500.00", receipt_number="R/2", receipt_date=dt.date(2026, 10, 31))
        third = make_receipt(patel, "141600.00", receipt_number="R/3", receipt_date=TODAY - DAY)
        make_allocation(third, part, "600.00")
        make_receipt(
            patel,
            "77.00",
            receipt_number="R/4",
            receipt_date=TODAY - DAY,
            status="bounced",
            bounced_at=NOW,
            reversed_on=TODAY,
            cleared_at=None,
        )
        return paid.invoice_number


def numbers_in(reply) -> list[str]:
    return re.findall(r'<td class="first g-x"><a class="id"[^>]*>([^<]+)</a>', text_of(reply))


def foot_of(reply) -> str:
    return re.sub(r"<[^>]+>", " ", re.search(r"<tfoot>.*?</tfoot>", text_of(reply))[0])


def test_it_lists_the_newest_first_with_what_each_is_for(priya: Browser, four):
    reply = priya.get("receipts")
    assert numbers_in(reply)[0] == "R/1" and numbers_in(reply)[-1] == "R/2"
    assert set(numbers_in(reply)[1:3]) == {"R/3", "R/4"}
    assert four in text_of(reply) and "1,41,000.00 left over" in text_of(reply)


def test_the_foot_adds_up_the_filter_without_what_bounced(priya: Browser, four):
    foot = foot_of(priya.get("receipts"))
    assert "1,43,280.00" in foot  # 1,180.00 + 500.00 + 1,41,600.00
    assert "3 receipts" in foot and "₹1,41,500.00 of it is left over" in foot  # 500.00 + 1,41,000.00
    assert "1 bounced or cancelled is not counted" in foot


def test_dates_are_both_included(priya: Browser, four):
    november = priya.get("receipts?from=2026-11-01&to=2026-11-22")
    assert set(numbers_in(november)) == {"R/1", "R/3", "R/4"}
    assert "1,42,780.00" in foot_of(november)  # 1,180.00 + 1,41,600.00
    assert numbers_in(priya.get("receipts?from=2026-10-31&to=2026-10-31")) == ["R/2"]


def test_the_tab_of_money_left_over(priya: Browser, four):
    reply = priya.get("receipts?view=left")
    assert numbers_in(reply) == ["R/3", "R/2"]
    assert re.search(r"Money left over\s*<span>2</span>", text_of(reply))
    assert re.search(r"All\s*<span>4</span>", text_of(reply))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("r/1", {"R/1"}),
        ("lotus", {"R/1", "R/2"}),
        ("પટેલ", {"R/3", "R/4"}),
        ("1,41,600", {"R/3"}),
        ("141600", {"R/3"}),
        ("hdfcn", {"R/1"}),
        ("100%25", {"R/3", "R/4"}),
        ("_26", {"R/1"}),
        ("%25", {"R/3", "R/4"}),
        ("\\", set()),
        ("nothing like it", set()),
    ],
)
def test_search_takes_every_character_as_itself(priya: Browser, four, search, found):
    reply = priya.get(f"receipts?q={search}")
    assert reply.status_code == 200 and set(numbers_in(reply)) == found


def test_search_as_you_type_answers_with_the_list_alone(priya: Browser, four):
    reply = priya.get("receipts?q=lotus", hx=True)
    assert text_of(reply).startswith('<div id="list">') and 'hx-target="#views"' in text_of(reply)


def test_pages_by_keyset_miss_nothing_on_equal_dates(priya: Browser, nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        for number in range(53):
            make_receipt(customer, "1.00", receipt_number=f"K/{number}")
    first = priya.get("receipts")
    older = re.search(r'rel="next" href="([^"]+)"', text_of(first))[1]
    second = priya.get(older)
    assert len(numbers_in(first)) == 50 and len(numbers_in(second)) == 3
    assert set(numbers_in(first) + numbers_in(second)) == {f"K/{number}" for number in range(53)}
    assert "53.00" in foot_of(first) and "53.00" in foot_of(second)
    assert 'rel="prev"' in text_of(second) and 'rel="next"' not in text_of(second)


@pytest.mark.parametrize("address", ["from=30+Feb", "to=2026-13-01", "from=abc"])
def test_a_date_that_is_none_is_told(priya: Browser, four, address):
    reply = priya.get(f"receipts?{address}")
    assert reply.status_code == 422 and "Show without dates" in text_of(reply)


@pytest.mark.parametrize("cursor", ["zzz", encode(["2026-11-22"]), encode(["2026-11-22", "x"]), "%00"])
def test_a_garbled_cursor_is_refused(priya: Browser, four, cursor):
    assert priya.get(f"receipts?after={cursor}").status_code == 422


def test_nothing_yet_is_a_state_of_its_own(priya: Browser, asha: Browser):
    assert "No receipts yet" in text_of(priya.get("receipts"))
    assert "Record receipt" not in text_of(asha.get("receipts"))


def test_another_tenant_sees_nothing_of_it(rohan: Browser, four, nilgiri):
    assert numbers_in(rohan.get("receipts")) == []
    assert rohan.get(f"/c/{nilgiri.slug}/receipts").status_code == 404


def test_everybody_may_read(asha: Browser, four):
    assert len(numbers_in(asha.get("receipts"))) == 4


def test_the_list_costs_four_statements_however_long_it_is(priya: Browser, four, nilgiri):
    with counted_statements() as few:
        priya.get("receipts")
    with nilgiri.scope():
        customer = make_customer()
        for number in range(60):
            make_receipt(customer, "1.00", receipt_number=f"M/{number}")
    with counted_statements() as many:
        priya.get("receipts")
    assert len(few) == len(many) == 4, many  # session, rows, sums with tabs, overdue in the navigation
