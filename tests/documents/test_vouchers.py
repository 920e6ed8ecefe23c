"""Receipt and refund vouchers, read as their reader sees them, and the tax within an advance."""

import re
from decimal import Decimal

import pytest

from rms.documents.of_receipt import paper_of, paper_of_refund, pdf_of, refund_pdf_of
from rms.domain.advances import tax_within
from rms.domain.place_of_supply import TaxMode
from rms.queries.receipts import allocations_of, find_receipt
from rms.queries.refunds import find_refund
from tests.documents.reading import copied_text
from tests.factories import (
    NOW,
    TODAY,
    make_allocation,
    make_customer,
    make_invoice,
    make_receipt,
    make_refund,
)


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", copied_text(pdf))


@pytest.fixture
def receipt_id(nilgiri):
    """68,080.00, of which 34,800.00 with 600.00 TDS settles one invoice; 33,280.00 is on account."""
    with nilgiri.scope():
        customer = make_customer("Brightway Logistics")
        invoice = make_invoice(customer, "30000.00", invoice_number="NFS/26-27/0130")
        receipt = make_receipt(customer, "68080.00", reference="HDFCN26324115")
        make_allocation(receipt, invoice, "34800.00", tds_amount="600.00", tds_section="393(1)")
        return receipt.id


def test_the_voucher_says_what_rule_50_wants(nilgiri, receipt_id):
    with nilgiri.scope():
        name, pdf = pdf_of(receipt_id)
        number = find_receipt(receipt_id).receipt_number
    text = text_of(pdf)
    assert pdf.startswith(b"%PDF") and name == f"{number.replace('/', '-')}.pdf"
    for words in (
        "Receipt voucher",
        number,
        "22 Nov 2026",
        "Brightway Logistics",
        "Karnataka (29)",
        "Bank transfer",
        "HDFCN26324115",
        "₹68,080.00",
        "Rupees Sixty Eight Thousand Eighty Only",
        "Invoice NFS/26-27/0130",
        "35,400.00",
        "600.00",
        "34,800.00",
        "On account",
        "33,280.00",
        # 33,280 x 9 / 118 = 2,538.305..., twice; the rest is the value.
        "2,538.31",
        "28,203.38",
        "CGST 9%",
        "SGST 9%",
    ):
        assert words in text, words
    assert "Subject to clearance" not in text


def test_a_cheque_that_waits_is_subject_to_clearance_and_a_bounced_one_says_so(nilgiri):
    with nilgiri.scope():
        customer = make_customer()
        waits = make_receipt(customer, "500.00", payment_method="cheque", status="pending", cleared_at=None)
        gone = make_receipt(customer, "500.00", status="bounced", bounced_at=NOW, reversed_on=TODAY)
        assert "Subject to clearance of the cheque" in text_of(pdf_of(waits.id)[1])
        assert paper_of(gone, []).watermark == "Bounced"
        assert paper_of(gone, []).summary is None


def test_what_is_kept_to_be_paid_back_is_no_advance(nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(make_customer(), "500.00", keep_as="refund")
        paper = paper_of(find_receipt(receipt.id), allocations_of(receipt.id))
    assert paper.summary is None and paper.rows[0][1] == ("On account", "to be paid back")


def test_the_refund_voucher_names_the_receipt_voucher(nilgiri):
    with nilgiri.scope():
        receipt = make_receipt(make_customer("Harini Diagnostics", state_code="33"), "1180.00")
        refund = make_refund(receipt, "1180.00", payment_method="upi", reference="R-7")
        text = text_of(refund_pdf_of(refund.id)[1])
        for words in (
            "Refund voucher",
            refund.refund_number,
            receipt.receipt_number,
            "Harini Diagnostics",
            "₹1,180.00",
            "Tamil Nadu (33)",
            "IGST 18%",
            "180.00",
            "1,000.00",
        ):
            assert words in text, words
        refund.cancelled_on, refund.cancel_reason = TODAY, "wrong account"
        assert paper_of_refund(find_refund(refund.id)).watermark == "Cancelled"


@pytest.mark.parametrize(
    "advance,mode,value,taxes",
    [
        ("12400.00", TaxMode.CGST_SGST, "10508.48", ["945.76", "945.76"]),
        ("1180.00", TaxMode.IGST, "1000.00", ["180.00"]),
        ("0.01", TaxMode.CGST_UTGST, "0.01", ["0.00", "0.00"]),
    ],
)
def test_value_and_tax_make_up_the_advance(advance, mode, value, taxes):
    within = tax_within(Decimal(advance), mode)
    assert within.value == Decimal(value) and [str(tax) for *_, tax in within.heads] == taxes
    assert within.value + within.tax == Decimal(advance)


@pytest.mark.parametrize("mode", [TaxMode.NONE, TaxMode.IGST_ZERO_RATED_LUT])
def test_where_no_tax_is_charged_none_is_within(mode):
    assert tax_within(Decimal("100.00"), mode) is None
