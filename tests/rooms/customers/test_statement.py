"""The statement of account on its page and as a file."""

import datetime as dt
import html
from urllib.parse import unquote

import pytest

from rms.web import clock
from tests import factories
from tests.documents.reading import copied_text
from tests.factories import NOW, TODAY
from tests.http import Browser

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def lotus(nilgiri):
    """1 Mar: 1,180.00 billed; 1 May: 500.00 came; 1 Nov: 2,360.00 billed."""
    with nilgiri.scope():
        customer = factories.make_customer("Lotus & Co", whatsapp="+91 98450 12345")
        for number, subtotal, day in (
            ("L/1", "1000.00", dt.date(2026, 3, 1)),
            ("L/2", "2000.00", dt.date(2026, 11, 1)),
        ):
            factories.make_invoice(
                customer, subtotal, invoice_number=number, invoice_date=day, due_date=day + 15 * DAY
            )
        receipt = factories.make_receipt(
            customer, "500.00", receipt_number="LR/1", receipt_date=dt.date(2026, 5, 1), reference="UTR 9"
        )
        assert receipt.unallocated_amount == 500
        return customer.id


def statement(browser: Browser, customer_id, query: str = "") -> str:
    reply = browser.get(f"customers/{customer_id}/statement{query}")
    assert reply.status_code == 200, reply.status
    return html.unescape(reply.get_data(as_text=True))


def figures(page: str) -> list[str]:
    """The running balance of each row, then the closing one."""
    table = page.partition('id="statement"')[2].partition("</table>")[0]
    rows = [part.partition("</b>")[0] for part in table.split('<td class="num last g-b"><b>')[1:]]
    closing = table.partition("<tfoot>")[2].rpartition('<td class="num last">')[2].partition("</td>")[0]
    return [*rows, closing]


@pytest.mark.parametrize(
    "words, span",
    [
        ("This financial year", "from=2026-04-01&to=2026-11-22"),
        ("This month", "from=2026-11-01&to=2026-11-22"),
        ("Last month", "from=2026-10-01&to=2026-10-31"),
        ("This quarter", "from=2026-10-01&to=2026-11-22"),
        ("Last quarter", "from=2026-07-01&to=2026-09-30"),
        ("Last financial year", "from=2025-04-01&to=2026-03-31"),
        ("Everything", "from=all&to=2026-11-22"),
    ],
)
def test_the_usual_spans_are_one_click_away(priya: Browser, lotus, words, span):
    usual = statement(priya, lotus).partition("Usual spans")[2].partition("</nav>")[0]
    assert span in next(link for link in usual.split("<a ") if f">{words}</a>" in link)
    shown = statement(priya, lotus, f"?{span}").partition("Usual spans")[2].partition("</nav>")[0]
    assert f">{words}</a>" in next(link for link in shown.split("<a ") if "aria-current" in link)


def test_it_begins_with_the_financial_year_and_ends_today(priya: Browser, lotus):
    page = statement(priya, lotus)
    # opening 1,180.00; less 500.00; plus 2,360.00
    assert figures(page) == ["1,180.00", "680.00", "3,040.00", "₹3,040.00"]
    assert "Opening balance" in page and "Receipt LR/1" in page and "UTR 9" in page
    assert 'aria-current="page">Statement' in page


def test_everything_begins_with_the_first_entry(priya: Browser, lotus):
    page = statement(priya, lotus, "?from=all")
    assert figures(page) == ["1,180.00", "680.00", "3,040.00", "₹3,040.00"]
    assert "Opening balance" not in page.partition("<tbody>")[2]


def test_days_typed_as_people_do(priya: Browser, lotus):
    assert figures(statement(priya, lotus, "?from=1 apr 2026&to=31/10/2026")) == [
        "1,180.00",
        "680.00",
        "₹680.00",
    ]


@pytest.mark.parametrize("query", ["?from=nonsense", "?to=31/02/2026", "?from=2026-11-22&to=2026-11-01"])
def test_days_that_are_none_are_told(priya: Browser, lotus, query):
    page = statement(priya, lotus, query)
    assert "This financial year is shown." in page
    assert figures(page)[-1] == "₹3,040.00"


def test_the_message_for_whatsapp_names_what_is_open(priya: Browser, lotus):
    page = statement(priya, lotus)
    link = unquote(page.partition('href="https://wa.me/')[2].partition('"')[0])
    assert link.startswith(
        "919845012345?text=Statement of account of Lotus & Co up to 22 Nov 2026: ₹3,040.00"
    )
    assert "L/1, due 16 Mar 2026: ₹1,180.00" in link and "L/2, due 16 Nov 2026: ₹2,360.00" in link


def test_a_number_without_its_country_is_an_indian_one(priya: Browser, nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer("Patel", whatsapp="9845012345")
    assert 'href="https://wa.me/919845012345?text=' in statement(priya, customer.id)


def test_as_a_tab_it_comes_alone(priya: Browser, lotus):
    piece = priya.get(f"customers/{lotus}/statement", hx=True).text
    assert piece.lstrip().startswith('<div class="mt5" id="tab">') and 'id="statement"' in piece


def test_the_file_holds_the_same(priya: Browser, lotus):
    reply = priya.get(f"customers/{lotus}/statement.csv?from=2026-04-01&to=2026-11-22")
    rows = reply.data.decode("utf-8-sig").splitlines()
    assert rows[1:] == [
        "2026-04-01,Opening balance,,,,1180.00",
        "2026-05-01,Receipt LR/1,UTR 9,,500.00,680.00",
        "2026-11-01,Invoice L/2,,2360.00,,3040.00",
        "2026-11-22,Closing balance,,2360.00,500.00,3040.00",
        ",,,,,",
        "2026-03-01,L/1,Due 16 Mar 2026,1180.00,0.00,1180.00",
        "2026-11-01,L/2,Due 16 Nov 2026,2360.00,0.00,2360.00",
        "2026-11-22,Open invoices,,,,3540.00",
        "2026-11-22,Advance held,,,,-500.00",
    ]
    assert priya.get(f"customers/{lotus}/statement.xlsx").status_code == 200


def test_the_pdf_holds_the_same(priya: Browser, lotus):
    reply = priya.get(f"customers/{lotus}/statement.pdf?from=2026-04-01&to=2026-11-22")
    assert reply.mimetype == "application/pdf" and "20261122.pdf" in reply.headers["Content-Disposition"]
    told = copied_text(reply.data)
    for words in ("Statement of account", "Lotus & Co", "Opening balance", "Receipt LR/1", "Invoice L/2"):
        assert words in told, told
    # 1,180.00 opening, 3,040.00 to pay; 1,180.00 is 251 days late, 2,360.00 is 6; 500.00 lies on nothing
    for figure in ("1,180.00", "680.00", "₹3,040.00", "2,360.00", "-500.00"):
        assert figure in told.replace("−", "-"), told
    assert "Rupees Three Thousand Forty Only" in told


def test_a_stranger_finds_nothing(app, sahyadri, lotus):
    rohan = Browser(app, sahyadri, sahyadri.admin)
    for path in ("statement", "statement.csv", "statement.xlsx", "statement.pdf"):
        assert rohan.get(f"customers/{lotus}/{path}").status_code == 404


def test_a_user_reads_it_and_takes_no_file(app, nilgiri, lotus):
    asha = Browser(app, nilgiri, nilgiri.user)
    assert asha.get(f"customers/{lotus}/statement").status_code == 200
    assert asha.get(f"customers/{lotus}/statement.csv").status_code == 403
    assert TODAY.isoformat() == "2026-11-22"
