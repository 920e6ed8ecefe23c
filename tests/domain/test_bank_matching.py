"""Deposits and the customers and invoices that they are for."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from rms.domain.allocation import OpenInvoice
from rms.domain.bank_matching import Book, Payer
from rms.domain.lifecycle import Status

LOTUS = Payer(UUID(int=1), "Lotus Valley School Pvt Ltd", Decimal(2))
ASTER = Payer(UUID(int=2), "Aster Clinics Private Limited")
LOTUS_TEA = Payer(UUID(int=3), "Lotus Tea Estate")


def invoice(payer, number, balance, day=1) -> OpenInvoice:
    balance = Decimal(balance)
    return OpenInvoice(
        UUID(int=hash(number) % 2**64),
        number,
        dt.date(2026, 10, day),
        balance,
        payer.id,
        Status.PENDING,
        taxable=balance / Decimal("1.18"),
        total=balance,
    )


A = invoice(LOTUS, "NFS/26-27/0112", "74340.00", 1)
B = invoice(LOTUS, "NFS/26-27/0125", "74340.00", 2)
C = invoice(LOTUS, "NFS/26-27/0136", "35400.00", 3)
D = invoice(ASTER, "NFS/26-27/0140", "11800.00", 4)
E = invoice(ASTER, "NFS/26-27/0141", "5900.00", 5)
BOOK = [LOTUS, ASTER, LOTUS_TEA], [A, B, C, D, E]


def suggest(amount, narration, payers=BOOK[0], invoices=BOOK[1]):
    return Book(payers, invoices).suggest(Decimal(amount), narration)


def ids(found):
    return [part.invoice_id for part in found.parts]


def test_three_invoices_less_tds_are_found_by_the_name():
    found = suggest("180960.00", "NEFT CR-HDFCN26324871-LOTUS VALLEY SCHOOL-NOV")
    assert found.customer_id == LOTUS.id and found.is_sure
    assert ids(found) == [A.id, B.id, C.id]
    assert [part.tds for part in found.parts] == [Decimal(1260), Decimal(1260), Decimal(600)]
    assert str(found.reason) == "The name fits, and 3 invoices less ₹3,120.00 TDS make this amount"


@pytest.mark.parametrize(
    "words", ["NFS/26-27/0140", "nfs26270140", "INV NFS 26 27 0140 ASTER", "UPI/NFS-26-27-0140/x"]
)
def test_a_number_in_the_narration_names_its_invoice(words):
    found = suggest("11800.00", words)
    assert (found.customer_id, ids(found), found.is_sure) == (ASTER.id, [D.id], True)
    assert str(found.reason) == "It names NFS/26-27/0140, and the amount fits"


def test_two_numbers_are_both_meant():
    found = suggest("17700.00", "NFS/26-27/0141 AND NFS/26-27/0140")
    assert sorted(ids(found)) == sorted([D.id, E.id]) and found.is_sure


def test_a_named_invoice_of_another_amount_is_paid_as_far_as_it_goes():
    found = suggest("10000.00", "NFS/26-27/0140")
    assert found.parts[0].cash == Decimal("10000.00") and not found.is_sure
    assert "The amount is another" in str(found.reason)
    assert suggest("20000.00", "NFS/26-27/0140").parts[0].cash == Decimal("11800.00")


@pytest.mark.parametrize("words", ["NFS/26-27/01405", "1NFS/26-27/01401", "26-27"])
def test_a_number_within_a_longer_one_is_another(words):
    found = suggest("1.00", words)
    assert found is None


def test_the_longer_number_is_meant_where_a_shorter_one_is_its_beginning():
    short, long = invoice(ASTER, "INV-12", "5"), invoice(ASTER, "INV-12A", "7")
    assert ids(suggest("7", "PAID INV 12A", [ASTER], [short, long])) == [long.id]


@pytest.mark.parametrize(
    ("words", "payer"),
    [
        ("BY TRANSFER ASTER CLINICS PVT LTD", ASTER),
        ("ASTER CLINI", ASTER),
        ("UPI-LOTUS TEA ESTATE-x", LOTUS_TEA),
        ("LOTUS VALLEY SCH", LOTUS),
    ],
)
def test_a_name_is_found_although_the_bank_cut_it(words, payer):
    assert suggest("1.00", words).customer_id == payer.id


@pytest.mark.parametrize("words", ["LOTUS", "PRIVATE LIMITED SERVICES", "", "NEFT 123", "AST"])
def test_a_name_that_fits_two_or_none_tells_nobody(words):
    assert suggest("1.00", words) is None


def test_a_name_without_fitting_invoices_suggests_the_customer_alone():
    found = suggest("1.00", "ASTER CLINICS")
    assert (found.customer_id, found.parts, found.is_sure) == (ASTER.id, (), False)


def test_the_amount_alone_is_a_guess_and_says_so():
    found = suggest("11800.00", "BY TRANSFER")
    assert (found.customer_id, ids(found), found.is_sure) == (ASTER.id, [D.id], False)
    assert str(found.reason) == "Only the amount fits: NFS/26-27/0140"


def test_the_amount_less_usual_tds_is_found_without_a_name():
    found = suggest("34800.00", "BY TRANSFER")
    assert ids(found) == [C.id] and found.parts[0].tds == Decimal(600)


def test_an_amount_that_two_customers_owe_tells_nobody():
    twin = invoice(LOTUS_TEA, "NFS/26-27/0150", "11800.00")
    assert suggest("11800.00", "BY TRANSFER", BOOK[0], [*BOOK[1], twin]) is None


def test_what_is_suggested_never_settles_more_than_is_owed_nor_more_than_came():
    by_id = {one.id: one for one in BOOK[1]}
    for amount in ("1.00", "5900.00", "74340.00", "148680.00", "184080.00", "999999.00"):
        for words in ("LOTUS VALLEY", "NFS/26-27/0112 NFS/26-27/0136", "ASTER", "x"):
            found = suggest(amount, words)
            parts = found.parts if found else ()
            assert sum(part.cash for part in parts) <= Decimal(amount)
            assert all(part.cash + part.tds <= by_id[part.invoice_id].balance for part in parts)
