"""Money laid on open invoices."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from rms.domain.allocation import (
    Claim,
    OpenInvoice,
    beyond_limit,
    check,
    fill_less_tds,
    fill_oldest_first,
    in_order,
    left_over,
    problems,
    tds_beside,
)
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status

SUNDARAM, OTHER = UUID(int=100), UUID(int=200)


def invoice(
    number,
    balance,
    *,
    due=date(2026, 11, 1),
    status=Status.PENDING,
    customer=SUNDARAM,
    taxable="0",
    total="0",
) -> OpenInvoice:
    sums = Decimal(taxable), Decimal(total)
    return OpenInvoice(UUID(int=number), f"A/26-27/{number}", due, Decimal(balance), customer, status, *sums)


def claim(number, amount, *, reason="rounding", **more) -> Claim:
    parts = {name: Decimal(value) for name, value in more.items()}
    return Claim(UUID(int=number), Decimal(amount), **parts, write_off_reason=reason)


def sentences(available, claims, invoices) -> dict[str, list[str]]:
    found = problems(Decimal(available), claims, invoices, SUNDARAM)
    return {key: [str(each) for each in said] for key, said in found.items()}


def key(number) -> str:
    return str(UUID(int=number))


OLD, NEW = date(2026, 9, 1), date(2026, 10, 1)


@pytest.mark.parametrize(
    ("amount", "claims"),
    [
        ("1000", [(1, "1000")]),
        ("40000", [(1, "35400"), (2, "4600")]),  # 40,000 - 35,400
        ("100000", [(1, "35400"), (2, "11800")]),  # the rest stays on account
        ("0", []),
    ],
)
def test_the_oldest_is_filled_first(amount, claims):
    invoices = [invoice(2, "11800", due=NEW), invoice(1, "35400", due=OLD)]
    filled = fill_oldest_first(Decimal(amount), invoices)
    assert [(each.invoice_id.int, each.amount) for each in filled] == [
        (number, Decimal(part)) for number, part in claims
    ]
    assert not problems(Decimal(amount), filled, invoices, SUNDARAM)


def test_drafts_cancelled_and_paid_invoices_are_not_filled():
    invoices = [
        invoice(1, "100", status=Status.DRAFT),
        invoice(2, "100", status=Status.CANCELLED),
        invoice(3, "0", status=Status.PAID),
    ]
    assert fill_oldest_first(Decimal(500), invoices) == []


def test_within_a_day_the_number_decides_read_as_a_number():
    assert [each.id.int for each in in_order([invoice(10, "1"), invoice(9, "1"), invoice(100, "1")])] == [
        9,
        10,
        100,
    ]


def test_claims_that_fit_stand():
    # 30,000 cash + 3,000 TDS + 600 GST TDS + 1,800 write-off = 35,400
    parts = {"tds_amount": "3000", "gst_tds_amount": "600", "write_off_amount": "1800"}
    claims = [claim(1, "30000", **parts)]
    assert claims[0].settled == 35400
    assert check(Decimal(30000), claims, [invoice(1, "35400")], SUNDARAM) is None
    assert left_over(Decimal(30500), claims) == 500


def test_too_much_on_an_invoice_names_the_excess_and_what_fits():
    assert sentences("50000", [claim(1, "35400")], [invoice(1, "34800")]) == {
        key(1): ["That is ₹600.00 more than is owed. Use ₹34,800.00"]
    }
    # 34,000 + 1,400 TDS = 35,400 on 34,800: 600 too much, 33,400 cash fits
    assert sentences("50000", [claim(1, "34000", tds_amount="1400")], [invoice(1, "34800")]) == {
        key(1): ["That is ₹600.00 more than is owed. Use ₹33,400.00"]
    }


def test_when_tds_alone_is_too_much_it_says_so():
    assert sentences("50", [claim(1, "10", tds_amount="120")], [invoice(1, "100")]) == {
        key(1): ["TDS and write-off are ₹20.00 more than is owed"]
    }


def test_more_than_the_receipt_is_said_once_for_the_receipt():
    claims = [claim(1, "600"), claim(2, "500")]
    assert sentences("1000", claims, [invoice(1, "600"), invoice(2, "500")]) == {
        "receipt": ["Allocated ₹100.00 more than the receipt"]
    }


def test_withheld_tax_does_not_come_out_of_the_receipt():
    assert sentences("900", [claim(1, "900", tds_amount="100")], [invoice(1, "1000")]) == {}


@pytest.mark.parametrize(
    ("laid", "on", "sentence"),
    [
        (claim(9, "1"), invoice(1, "100"), "This invoice is not one of this customer's open invoices"),
        (
            claim(1, "1"),
            invoice(1, "100", customer=OTHER),
            "This invoice is not one of this customer's open invoices",
        ),
        (claim(1, "1"), invoice(1, "100", status=Status.DRAFT), "This invoice is a draft. Issue it first"),
        (claim(1, "1"), invoice(1, "100", status=Status.CANCELLED), "A/26-27/1 is cancelled"),
        (claim(1, "1"), invoice(1, "0", status=Status.PAID), "A/26-27/1 is already paid"),
        (claim(1, "-1"), invoice(1, "100"), "An amount cannot be less than 0"),
        (claim(1, "2", tds_amount="-1"), invoice(1, "100"), "An amount cannot be less than 0"),
        (claim(1, "0"), invoice(1, "100"), "Enter an amount, or leave this invoice out"),
    ],
)
def test_a_claim_that_cannot_stand_says_why(laid, on, sentence):
    assert sentences("100", [laid], [on]) == {str(laid.invoice_id): [sentence]}


def test_an_invoice_stands_in_the_list_once():
    claims = [claim(1, "50"), claim(1, "50")]
    assert sentences("100", claims, [invoice(1, "100")]) == {key(1): ["A/26-27/1 is in the list twice"]}


def test_check_raises_with_every_sentence():
    with pytest.raises(Invalid) as refusal:
        check(Decimal(10), [claim(1, "20"), claim(2, "5")], [invoice(1, "15"), invoice(2, "5")], SUNDARAM)
    assert set(refusal.value.errors) == {key(1), "receipt"}


def test_what_is_written_off_says_why():
    laid = claim(1, "99", write_off_amount="1", reason=" ")
    assert sentences("99", [laid], [invoice(1, "100")]) == {key(1): ["Say why ₹1.00 is written off"]}
    long = claim(1, "99", write_off_amount="1", reason="x" * 256)
    assert sentences("99", [long], [invoice(1, "100")]) == {key(1): ["Keep the reason within 255 characters"]}


def test_the_limit_counts_what_was_written_off_before():
    claims = [claim(1, "10", write_off_amount="60"), claim(2, "10", write_off_amount="100"), claim(3, "10")]
    before = {UUID(int=1): Decimal("40.01"), UUID(int=3): Decimal(500)}
    # 60.00 + 40.01 = 100.01; 100.00 is within 100.00; of the third nothing is written off now
    told = beyond_limit(claims, Decimal(100), before)
    assert {one: [str(each) for each in said] for one, said in told.items()} == {
        key(1): ["More than ₹100.00 of an invoice can be written off by an Admin only"]
    }
    assert beyond_limit(claims, None, before) == {}


def lotus(number, balance="74340", due=OLD):
    """74,340.00 with 63,000.00 of it before GST, as all of them here."""
    return invoice(number, balance, due=due, taxable="63000", total="74340")


@pytest.mark.parametrize(
    ("balance", "cash", "kept"),
    [
        ("74340", "0", "1260"),  # 2 % of 63,000
        ("74340", "74340", "1260"),  # paid in full by mistake: the tax is that of the whole
        ("74340", "73080", "1260"),  # 74,340 - 1,260
        ("74340", "36540", "630"),  # half of it: 36,540 + 630 = 37,170 with 31,500 before GST
        ("37170", "0", "630"),  # half was paid before
        ("100", "1", "0"),  # 0.02 to the nearest rupee
    ],
)
def test_the_tds_that_goes_with_cash(balance, cash, kept):
    assert tds_beside(lotus(1, balance), Decimal(cash), Decimal(2)) == Decimal(kept)


def test_an_invoice_without_a_value_has_no_tds():
    assert tds_beside(invoice(1, "100"), Decimal(50), Decimal(10)) == 0


def test_filling_less_tds_settles_the_oldest_and_part_of_the_last():
    invoices = [lotus(2, due=NEW), lotus(1)]
    # 73,080 + 1,260 settles the first; 36,540 and 630 are half of the second
    assert [
        (one.invoice_id.int, one.amount, one.tds_amount)
        for one in fill_less_tds(Decimal(109620), invoices, Decimal(2))
    ] == [(1, 73080, 1260), (2, 36540, 630)]
    assert [one.amount for one in fill_less_tds(Decimal(200000), invoices, Decimal(2))] == [73080, 73080]


def test_filling_leaves_what_settles_without_cash():
    kept = {UUID(int=2): claim(2, "0", tds_amount="1260", write_off_amount="80")}
    filled = fill_oldest_first(Decimal(100000), [lotus(2), lotus(1)], kept)
    # 74,340 in full; of 74,340 less 1,260 and 80, that is 73,000, the remaining 25,660
    assert [(one.amount, one.without_cash) for one in filled] == [(74340, 0), (25660, 1340)]
    only_kept = fill_oldest_first(Decimal(0), [lotus(2), lotus(1)], kept)
    assert [(one.invoice_id.int, one.amount, one.tds_amount) for one in only_kept] == [(2, 0, 1260)]
