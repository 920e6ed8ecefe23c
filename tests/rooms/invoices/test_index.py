"""The list of invoices: tabs, search, filters, pages, sums, and what it costs."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from rms.db.session import db
from rms.web import clock
from rms.web.listing import encode
from tests.factories import NOW, TODAY, make_customer, make_draft, make_invoice
from tests.http import Browser, counted_statements
from tests.rooms.invoices.making import numbered, pay

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text_of(reply) -> str:
    return html.unescape(reply.get_data(as_text=True))


def numbers_in(reply) -> list[str]:
    """The numbers of the rows, from top to bottom."""
    return re.findall(r'<td class="g-x(?: first)?"><a class="id"[^>]*>([^<]+)</a>', text_of(reply))


def counts_in(reply) -> dict[str, str]:
    views = re.search(r'<nav class="views".*?</nav>', text_of(reply), re.S)[0]
    return dict(re.findall(r">([A-Z]\w+) <span>([\d,+]+)</span>", views))


@pytest.fixture
def six(nilgiri) -> None:
    """One invoice of each state: a pending, a part paid, an overdue, a paid, a draft, a cancelled one."""
    with nilgiri.scope():
        lake = make_customer("Lakeview Residency")
        numbered(lake, "N/1", "1000.00")
        part = numbered(lake, "N/2", "2000.00", reference_number="SPT/PO/2291")
        pay(part, "360.00")
        late = numbered(lake, "N/3", "4000.00", invoice_date=TODAY - 40 * DAY, due_date=TODAY - DAY)
        late.status = "pending"  # the sweep has not run
        paid = numbered(lake, "N/4", "8000.00")
        pay(paid, "9440.00")
        make_draft(lake, subtotal=Decimal("16000"), total=Decimal("16000"))
        gone = numbered(lake, "N/6", "32000.00")
        gone.cancelled_at, gone.status = NOW, "cancelled"
        db().flush()


def test_list_shows_every_state_in_words(priya: Browser, six):
    page = text_of(priya.get("invoices"))
    for word in ("Awaiting payment", "Part paid", "Overdue", "Paid", "Draft", "Cancelled", "1 day late"):
        assert word in page
    assert sorted(numbers_in(priya.get("invoices"))) == ["Draft", "N/1", "N/2", "N/3", "N/4", "N/6"]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("all", {"Draft", "N/1", "N/2", "N/3", "N/4", "N/6"}),
        ("open", {"N/1", "N/2", "N/3"}),
        ("overdue", {"N/3"}),
        ("paid", {"N/4"}),
        ("draft", {"Draft"}),
        ("cancelled", {"N/6"}),
        ("no-such-view", {"Draft", "N/1", "N/2", "N/3", "N/4", "N/6"}),
    ],
)
def test_each_tab_holds_its_state(priya: Browser, six, view, expected):
    assert set(numbers_in(priya.get(f"invoices?view={view}"))) == expected


def test_tabs_count_what_they_hold(priya: Browser, six):
    counts = {"All": "6", "Draft": "1", "Unpaid": "3", "Overdue": "1", "Paid": "1", "Cancelled": "1"}
    assert counts_in(priya.get("invoices")) == counts


def test_tabs_count_under_the_other_filters(priya: Browser, six):
    counts = counts_in(priya.get("invoices?q=N/3"))
    assert counts == {"All": "1", "Draft": "0", "Unpaid": "1", "Overdue": "1", "Paid": "0", "Cancelled": "0"}


def test_counts_stop_at_a_thousand(nilgiri, priya: Browser):
    with nilgiri.scope():
        customer = make_customer()
        db().execute(_many_drafts(customer, 1_003))
    assert counts_in(priya.get("invoices"))["Draft"] == "1,000+"
    assert counts_in(priya.get("invoices?q=Lakeview"))["Draft"] == "1,000+"


def _many_drafts(customer, count):
    from sqlalchemy import insert

    from rms.models import Invoice

    row = {"customer_id": customer.id, "invoice_date": TODAY, "due_date": TODAY}
    return insert(Invoice).values([row] * count)


def test_footer_adds_up_the_whole_filter(priya: Browser, six):
    """1,180 + 2,360 + 4,720 + 9,440 are sales; 1,180 + 2,000 + 4,720 are still to come."""
    sums = text_of(priya.get("invoices/_/totals", hx=True))
    assert "17,700.00" in sums
    assert "7,900.00" in sums
    assert "6 invoices" in sums
    assert "2 drafts and cancelled invoices are not in the sums" in sums


@pytest.mark.parametrize(
    ("view", "total", "to_collect"),
    [
        ("draft", "16,000.00", "0.00"),
        ("cancelled", "37,760.00", "0.00"),
        ("overdue", "4,720.00", "4,720.00"),
        ("open", "8,260.00", "7,900.00"),
    ],
)
def test_footer_of_a_tab(priya: Browser, six, view, total, to_collect):
    cells = re.findall(
        r'<td class="num(?: last)?">([\d,.]+)</td>',
        text_of(priya.get(f"invoices/_/totals?view={view}", hx=True)),
    )
    assert cells == [total, to_collect]


def test_footer_without_a_script_leads_back_to_the_list_with_its_sums(priya: Browser, six):
    reply = priya.get("invoices/_/totals?view=open")
    assert reply.status_code == 303
    assert "7,900.00" in text_of(priya.get(reply.location))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("N/2", {"N/2"}),
        ("n/2", {"N/2"}),
        ("/2", {"N/2"}),
        ("SPT/PO", {"N/2"}),
        ("4,720", {"N/3"}),
        ("4720.00", {"N/3"}),
        ("₹4,720.00", {"N/3"}),
        ("2000", {"N/2"}),
        ("lakeview", {"Draft", "N/1", "N/2", "N/3", "N/4", "N/6"}),
        ("AALCM9032F", {"Draft", "N/1", "N/2", "N/3", "N/4", "N/6"}),
        ("nobody", set()),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
        ("N%1", set()),
        ("\x00", {"Draft", "N/1", "N/2", "N/3", "N/4", "N/6"}),
    ],
)
def test_search(priya: Browser, six, typed, expected):
    assert (
        set(
            numbers_in(
                priya.client.get(
                    priya.path("invoices"), base_url="https://billing.test", query_string={"q": typed}
                )
            )
        )
        == expected
    )


def test_search_finds_gujarati_names_and_takes_wildcards_literally(nilgiri, priya: Browser):
    with nilgiri.scope():
        numbered(make_customer("શ્રી ગણેશ ટ્રેડર્સ"), "G/1")
        numbered(make_customer("100% Cotton_Co \\ Sons"), "G/2")
    for typed, expected in {
        "ગણેશ": ["G/1"],
        "100%": ["G/2"],
        "Cotton_Co": ["G/2"],
        "\\ Sons": ["G/2"],
    }.items():
        found = priya.client.get(
            priya.path("invoices"), base_url="https://billing.test", query_string={"q": typed}
        )
        assert numbers_in(found) == expected, typed


def test_search_as_you_type_gets_list_tabs_and_chips(priya: Browser, six):
    reply = priya.get("invoices?q=N/3&view=open", hx=True)
    body = text_of(reply)
    assert body.lstrip().startswith('<section class="panel flush listing" id="list"')
    assert 'hx-target="#views"' in body
    assert 'hx-target="#filters-set"' in body
    assert "<html" not in body


def test_filter_by_customer_and_dates(nilgiri, priya: Browser, six):
    with nilgiri.scope():
        other = make_customer("Meridian Coworks")
        numbered(other, "M/1", invoice_date=TODAY - 10 * DAY, due_date=TODAY)
        other_id = other.id
    page = priya.get(f"invoices?customer={other_id}")
    assert numbers_in(page) == ["M/1"]
    assert "Meridian Coworks" in re.search(r'id="filters-set".*?</span>\s*</?', text_of(page), re.S)[0]
    dated = priya.get("invoices?from=12 Nov 2026&to=13 Nov 2026")
    assert numbers_in(dated) == ["M/1"]
    assert "12 Nov 2026 to 13 Nov 2026" in text_of(dated)
    assert numbers_in(priya.get("invoices?to=13 Nov 2026")) == ["M/1", "N/3"]
    assert "M/1" in numbers_in(priya.get("invoices?from=12/11"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=30 Feb", "30 Feb"),
        ("to=yesteryear", ""),
        ("from=20 Nov 2026&to=1 Nov 2026", "The last day is before the first."),
    ],
)
def test_a_date_that_is_none_gets_a_sentence(priya: Browser, six, query, sentence):
    reply = priya.get(f"invoices?{query}")
    assert reply.status_code == 422
    assert sentence in text_of(reply)
    assert 'class="err"' in text_of(reply)
    assert numbers_in(reply) == []
    assert priya.get(f"invoices/_/totals?{query}", hx=True).status_code == 200


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "bm90IGpzb24", encode(["a", "b", "c"]), encode(["2026-11-22", "N/1"])]
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_garbled_cursor_is_refused_in_a_sentence(priya: Browser, six, name, cursor):
    reply = priya.get(f"invoices?{name}={cursor}")
    assert reply.status_code == 422
    assert "Start again from the first page" in text_of(reply)


def test_pages_hold_every_row_once_though_all_have_one_date(nilgiri, priya: Browser):
    with nilgiri.scope():
        customer = make_customer()
        for number in range(120):
            numbered(customer, f"K/{number:03}")
        for _ in range(3):
            make_draft(customer)
    first = priya.get("invoices")
    second = priya.get(_link(first, "next"))
    third = priya.get(_link(second, "next"))
    pages = [numbers_in(page) for page in (first, second, third)]
    assert [len(page) for page in pages] == [50, 50, 23]
    assert sum(pages, []) == ["Draft"] * 3 + [f"K/{number:03}" for number in reversed(range(120))]
    assert _link(third, "next") is None
    assert numbers_in(priya.get(_link(third, "prev"))) == pages[1]
    assert numbers_in(priya.get(_link(second, "prev"))) == pages[0]
    assert _link(first, "prev") is None


def _link(page, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page.get_data(as_text=True))
    return found and html.unescape(found[1])


def test_empty_list_offers_the_first_invoice(priya: Browser, asha: Browser):
    assert "No invoices yet" in text_of(priya.get("invoices"))
    main = re.search(r"<main.*?</main>", text_of(priya.get("invoices")), re.S)[0]
    assert "New invoice" in main
    assert "New invoice" not in re.search(r"<main.*?</main>", text_of(asha.get("invoices")), re.S)[0]
    assert "Nothing is overdue" in text_of(priya.get("invoices?view=overdue"))
    assert "No invoice matches “zz”" in text_of(priya.get("invoices?q=zz"))


def test_names_are_text_and_not_markup(nilgiri, priya: Browser):
    with nilgiri.scope():
        numbered(make_customer("<b>Bold</b> & Sons"), "B/1")
    assert "<b>Bold" not in priya.get("invoices?q=<b>Bold").get_data(as_text=True)


@pytest.mark.parametrize("count", [5, 300])
@pytest.mark.parametrize("query", ["", "?q=Lakeview&view=open"])
def test_list_costs_four_statements_whatever_it_holds(nilgiri, priya: Browser, count, query):
    with nilgiri.scope():
        customer = make_customer()
        for _ in range(count):
            make_invoice(customer)
    with counted_statements() as sent:
        assert priya.get(f"invoices{query}").status_code == 200
    assert len(sent) == (5 if "q=" in query else 4), sent  # a search looks up its ids first


def test_a_chosen_customer_costs_one_more(nilgiri, priya: Browser):
    with nilgiri.scope():
        customer_id = make_invoice(make_customer()).customer_id
    with counted_statements() as sent:
        priya.get(f"invoices?customer={customer_id}")
    assert len(sent) == 5, sent


def test_the_rival_sees_nothing(nilgiri, priya: Browser, rohan: Browser, six):
    with nilgiri.scope():
        customer_id = make_customer().id
    assert numbers_in(rohan.get("invoices?q=Lakeview")) == []
    assert rohan.get(priya.path("invoices")).status_code == 404
    assert rohan.get(f"invoices?customer={customer_id}").status_code == 404
    assert rohan.get("invoices?customer=garbage").status_code == 404
    assert "0 invoices" in text_of(rohan.get("invoices/_/totals", hx=True))


def test_nobody_sees_it_without_signing_in(app, nilgiri):
    reply = app.test_client().get(f"/c/{nilgiri.slug}/invoices", base_url="https://billing.test")
    assert reply.status_code == 303
    assert "/login" in reply.location
