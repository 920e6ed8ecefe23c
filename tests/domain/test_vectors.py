"""Every worked case of tests/vectors (or of the folder RMS_VECTORS names), figure by figure."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from rms.domain import gstin, words
from rms.domain.invoicing import LineDraft, Priced, PriceMode, PricingContext, price
from rms.domain.money import MINUS, ZERO, group_indian, q2, rupees
from rms.domain.place_of_supply import Customer, Registration, Seller, SupplyKind
from rms.domain.states import GSTIN_PREFIXES
from rms.domain.tax import Treatment

FOLDER = Path(os.environ.get("RMS_VECTORS") or Path(__file__).parents[1] / "vectors")
HEADS = ("cgst", "sgst", "igst", "cess")


def load(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


GSTIN, TAX, WORDS, GSTR1 = load("gstin"), load("tax"), load("words"), load("gstr1")
DOCUMENTS = [document for document in GSTR1["documents"] if document.get("computed")]


def test_no_case_is_missing():
    assert [len(GSTIN["cases"]), len(TAX["cases"]), len(WORDS["cases"])] == [33, 33, 26]
    assert len(DOCUMENTS) == len(GSTR1["documents"]) == 31


# GSTIN


def test_the_state_codes_are_the_ones_the_vectors_accept():
    assert set(GSTIN["state_codes_accepted"]) == GSTIN_PREFIXES


@pytest.mark.parametrize("case", GSTIN["cases"], ids=lambda case: case["note"])
def test_gstin(case):
    judgement = gstin.judge(case["input"])
    assert (judgement.valid, judgement.reason) == (case["valid"], case["reason"])
    assert judgement.normalized == case["normalized"]
    assert judgement.kind == case.get("kind")
    assert judgement.state_code == case.get("state_code")
    assert judgement.pan == case.get("pan")
    assert judgement.usable_as_b2b_recipient == case.get("usable_as_b2b_recipient", False)
    assert list(judgement.warnings) == case.get("warnings", [])
    assert judgement.expected_check_character == case.get("expected_check_char")


# Words and grouping


@pytest.mark.parametrize("case", WORDS["cases"], ids=lambda case: case["amount"])
def test_amount_in_words_and_grouped(case):
    amount = Decimal(case["amount"])
    assert words.in_words(amount) == case["words"]
    # The vectors were taken with the hyphen; on screen and paper we set the real minus sign.
    assert group_indian(amount) == case["grouped"].replace("-", MINUS)
    assert rupees(amount) == case["currency"].replace("-", MINUS)


# Tax


def draft_of(line: dict, document: dict) -> LineDraft:
    discount = line.get("discount") or {}
    typed = {f"discount_{discount['type']}": Decimal(discount["value"])} if discount else {}
    return LineDraft(
        quantity=Decimal(line["qty"]) if "value" not in line else Decimal(1),
        rate=Decimal(line.get("value") or line["rate"]),
        tax_rate=Decimal(line["gst_rate"]),
        cess_rate=Decimal(line.get("cess_rate", "0")),
        treatment=Treatment(line.get("treatment", "taxable")),
        price_mode=PriceMode(line.get("price_mode") or document.get("price_mode", "exclusive")),
        **typed,
    )


def context_of(document: dict, seller: dict) -> PricingContext:
    customer, discount = document["customer"], document.get("invoice_discount") or {}
    typed = {f"discount_{discount['type']}": Decimal(discount["value"])} if discount else {}
    return PricingContext(
        seller=Seller(seller["state"], Registration(seller["registration"])),
        customer=Customer(
            customer["state"], Registration(customer["registration"]), customer.get("delivery_state")
        ),
        supply_kind=SupplyKind(document.get("supply_kind", "goods")),
        export_with_payment=document.get("export_with_payment", False),
        reverse_charge=document.get("reverse_charge", False),
        round_off=document.get("round_off", True),
        **typed,
    )


def priced_of(document: dict, seller: dict) -> Priced:
    lines = [draft_of(line, document) for line in document["lines"]]
    return price(lines, context_of(document, seller))


def offline_tool_tax(row, priced: Priced) -> Decimal:
    """What the portal's offline tool derives when it is given only the taxable value of a rate."""
    if not priced.supply.charges_tax:
        return ZERO
    if priced.supply.supply_type == "INTER":
        return q2(row.taxable * row.rate / 100)
    return 2 * q2(row.taxable * row.rate / 200)


@pytest.mark.parametrize("case", TAX["cases"], ids=lambda case: f"{case['id']} {case['title']}")
def test_tax(case):
    expected = case["expected"]
    priced = priced_of(case["input"], case["input"]["seller"])
    assert priced.supply.place_of_supply == expected["place_of_supply"]
    assert priced.supply.supply_type == expected["supply_type"]
    assert priced.tax_mode == expected["tax_mode"]
    assert priced.document_type == expected["document_type"]
    assert [line_figures(line) for line in priced.lines] == [
        {name: decimal_or_text(value) for name, value in line.items() if name != "line"}
        for line in expected["lines"]
    ]
    assert figures(priced.totals, expected["totals"]) == decimals(expected["totals"])
    assert [row.label for row in priced.rate_summary] == sorted(expected["rate_summary"], key=Decimal)
    for row in priced.rate_summary:
        wanted = decimals(expected["rate_summary"][row.label])
        tool_tax, difference = wanted.pop("tool_tax"), wanted.pop("tool_minus_ours")
        assert figures(row, wanted) == wanted
        assert offline_tool_tax(row, priced) == tool_tax
        assert tool_tax - (row.tax - row.cess) == difference


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["number"])
def test_a_month_of_documents(document):
    expected = dict(document["computed"])
    priced = priced_of(document, {"state": GSTR1["_about"]["seller_gstin"][:2], "registration": "regular"})
    assert priced.supply.place_of_supply == expected.pop("place_of_supply")
    assert priced.supply.supply_type == expected.pop("supply_type")
    assert figures(priced.totals, expected) == decimals(expected)


def line_figures(line) -> dict:
    return {
        "gross": line.amount,
        "discount": line.discount,
        "invoice_discount_share": line.invoice_discount_share,
        "taxable": line.taxable,
        "gst_rate": line.tax_rate,
        "treatment": str(line.treatment),
        **{head: getattr(line, head) for head in HEADS},
        "total": line.total,
    }


def figures(amounts, names) -> dict:
    return {name: getattr(amounts, name) for name in names}


def decimals(texts: dict) -> dict:
    return {name: Decimal(text) for name, text in texts.items()}


def decimal_or_text(value: str) -> Decimal | str:
    return value if value.isalpha() or "_" in value else Decimal(value)
