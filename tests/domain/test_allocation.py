"""Money laid on open invoices."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from rms.domain.allocation import Claim, OpenInvoice, check, fill_oldest_first, in_order, left_over, problems
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status

SUNDARAM, OTHER = UUID(int=100), UUID(int=200)


def invoice(
    number, balance, *, due=date(2026, 11, 1), status=Status.PENDING, customer=SUNDARAM
) -> OpenInvoice:
    return OpenInvoice(UUID(int=number), f"A/26-27/{number}", due, Decimal(balance), customer, status)


def claim(number, amount, **more) -> Claim:
    return Claim(UUID(int=number), Decimal(amount), **{name: Decimal(value) for name, value in more.items()})


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
