"""One box for everything of the company, and nothing of another."""

from decimal import Decimal

import pytest

from rms.domain.crediting import Ask
from tests.actions.test_credit_notes import PEST, make_credit
from tests.actions.test_credit_notes import make_invoice as invoice_to_credit
from tests.factories import make_customer, make_invoice, make_receipt, make_service
from tests.http import Browser


@pytest.fixture
def filled(nilgiri):
    with nilgiri.scope():
        lake = make_customer("Lakeview Residency")
        make_invoice(lake, "1200.00", invoice_number="NFS/1", reference_number="SPT/PO/2291")
        make_receipt(lake, "777.00", receipt_number="NFR/1", reference="EXMPN26334012")
        make_service("Lake cleaning")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("nfs/1", ["NFS/1"]),
        ("PO/22", ["NFS/1"]),
        ("1,416.00", ["NFS/1"]),
        ("lake", ["NFS/1", "NFR/1", "Lakeview Residency", "Lake cleaning"]),
        ("MPN263", ["NFR/1"]),
        ("777", ["NFR/1"]),
        ("AALCM9032F", ["NFS/1", "Lakeview Residency"]),
    ],
)
def test_finds_by_number_name_amount_and_reference(priya: Browser, filled, typed, expected):
    page = priya.get(f"search?q={typed}").text
    for words in expected:
        assert f"<b>{words}</b>" in page
    piece = priya.get(f"_/search?q={typed}", hx=True).text
    assert piece.lstrip().startswith("<section") and "<html" not in piece


@pytest.mark.parametrize("typed", ["%", "_", "\\", "zzz", "'", "%00"])
def test_a_wildcard_is_a_character_like_others(priya: Browser, filled, typed):
    page = priya.get("search?q=" + typed.replace("%", "%25").replace("\\", "%5C")).text
    assert "<b>NFS/1</b>" not in page


def test_a_credit_note_is_found_by_number_customer_and_amount(nilgiri, priya: Browser, rohan: Browser):
    invoice = invoice_to_credit(nilgiri, PEST)
    note = make_credit(nilgiri, invoice, Ask(invoice.lines[0], quantity=Decimal(1)))
    for typed in (note.credit_note_number, "lotus", "5381"):
        page = priya.get(f"search?q={typed}").text
        assert f"<b>{note.credit_note_number}</b>" in page and f"credit-notes/{note.id}" in page
        assert "Nothing matches" in rohan.get(f"_/search?q={typed}", hx=True).text


def test_nothing_of_another_company_is_found(rohan: Browser, filled):
    assert "NFS/1" not in rohan.get("search?q=NFS").text
    assert "Nothing matches" in rohan.get("search?q=NFS").text


def test_without_a_script_the_fragment_leads_to_the_page(priya: Browser):
    reply = priya.get("_/search?q=lake")
    assert reply.status_code == 303 and reply.location.endswith("/search?q=lake")


def test_at_most_five_of_a_kind_and_the_newest_first(nilgiri, priya: Browser):
    import datetime as dt

    from tests.factories import TODAY

    with nilgiri.scope():
        lake = make_customer("Lakeview Residency")
        for day in range(8):
            date = TODAY - dt.timedelta(days=day)
            make_invoice(lake, invoice_number=f"Z/{day}", invoice_date=date, due_date=date)
    page = priya.get("search?q=Z/").text
    assert [f"<b>Z/{day}</b>" in page for day in range(8)] == [True] * 5 + [False] * 3
