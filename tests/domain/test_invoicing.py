"""Amounts worked out by hand, beyond the vectors."""

from decimal import Decimal

import pytest

from rms.domain.errors import Invalid
from rms.domain.invoicing import LineDraft, PriceMode, PricingContext, Taxes, apportion, check_line, price
from rms.domain.money import q2
from rms.domain.place_of_supply import Customer, Registration, Seller
from rms.domain.tax import Treatment

SELLER = Seller("29")
LOCAL = PricingContext(SELLER, Customer("29", Registration.REGULAR))
AWAY = PricingContext(SELLER, Customer("33", Registration.REGULAR))


def line(quantity="1", rate="100", tax="18", **more) -> LineDraft:
    return LineDraft(quantity=Decimal(quantity), rate=Decimal(rate), tax_rate=Decimal(tax), **more)


def with_terms(context: PricingContext, **terms) -> PricingContext:
    return PricingContext(context.seller, context.customer, **terms)


def test_an_invoice_adds_up_from_its_lines():
    # 1.5 x 62.35 = 93.525 -> 93.53; 9% of 93.53 = 8.4177 -> 8.42 twice; 93.53 + 16.84 = 110.37
    # 3 x 40 = 120.00 less 10% = 108.00; 2.5% = 2.70 twice; 113.40
    # 110.37 + 113.40 = 223.77 -> 224, round off 0.23
    lines = [line("1.5", "62.35"), line("3", "40", "5", discount_percent=Decimal(10))]
    priced = price(lines, LOCAL)
    totals = priced.totals
    assert [str(each.total) for each in priced.lines] == ["110.37", "113.40"]
    assert str(totals.gross) == "213.53"
    assert str(totals.discount_total) == "12.00"
    assert str(totals.subtotal) == "201.53"
    assert str(totals.tax_total) == "22.24"
    assert str(totals.round_off) == "0.23"
    assert str(totals.total) == "224.00"
    assert totals.total == totals.subtotal + totals.tax_total + totals.round_off
    assert [(row.label, str(row.taxable)) for row in priced.rate_summary] == [
        ("5", "108.00"),
        ("18", "93.53"),
    ]


def test_half_the_rate_twice_is_not_the_whole_rate_once():
    # 0.50 at 5%: 0.0125 -> 0.01 twice = 0.02 within the state, 0.025 -> 0.03 across
    assert price([line(rate="0.50", tax="5")], LOCAL).totals.tax_total == Decimal("0.02")
    assert price([line(rate="0.50", tax="5")], AWAY).totals.tax_total == Decimal("0.03")


def test_the_largest_usual_invoice_is_exact():
    # 99,99,99,999.99 at 18%: 17,99,99,999.9982 -> 18,00,00,000.00; 117,99,99,999.99 -> round off 0.01
    totals = price([line(rate="999999999.99")], AWAY).totals
    assert (str(totals.igst), str(totals.round_off), str(totals.total)) == (
        "180000000.00",
        "0.01",
        "1180000000.00",
    )


@pytest.mark.parametrize("tax", ["0.1", "0.25", "3", "5", "18", "28", "40"])
@pytest.mark.parametrize("context", [LOCAL, AWAY], ids=["within", "across"])
def test_a_price_that_includes_tax_is_kept_to_the_paisa(tax, context):
    for paise in range(1, 4000, 7):
        including = Decimal(paise) / 100
        amounts = price([line(rate=str(including), tax=tax, price_mode=PriceMode.INCLUSIVE)], context).lines[
            0
        ]
        assert amounts.total == including
        assert amounts.cgst == amounts.sgst
        # What the law computes on the value without tax may differ by a paisa per head, never more.
        exact = amounts.taxable * Decimal(tax) / 100
        assert abs(amounts.tax - exact) <= Decimal("0.02")


def test_an_exact_half_paisa_inside_a_price_goes_up():
    # 0.25 at 25% cess-free would be t0 = 0.20; take 5% + 20% cess on 0.25: IGST 0.25 x 5 / 125 = 0.01,
    # cess 0.25 x 20 / 125 = 0.04, taxable 0.20
    amounts = price(
        [line(rate="0.25", tax="5", cess_rate=Decimal(20), price_mode=PriceMode.INCLUSIVE)], AWAY
    ).lines[0]
    assert (str(amounts.igst), str(amounts.cess), str(amounts.taxable)) == ("0.01", "0.04", "0.20")
    # 1.77 at 18%: t0 = 1.50, half = 1.77 x 18 / 236 = 0.135 exactly -> 0.14 twice, taxable 1.49
    amounts = price([line(rate="1.77", price_mode=PriceMode.INCLUSIVE)], LOCAL).lines[0]
    assert (str(amounts.cgst), str(amounts.taxable)) == ("0.14", "1.49")


def test_reverse_charge_charges_nothing_and_says_what_the_recipient_owes():
    # 18,500 at 5%: 462.50 twice
    priced = price([line(rate="18500", tax="5")], with_terms(LOCAL, reverse_charge=True))
    amounts, totals = priced.lines[0], priced.totals
    assert (amounts.tax, amounts.total) == (0, Decimal("18500.00"))
    assert (str(amounts.rcm_cgst), str(amounts.rcm_sgst), str(totals.rcm_cgst)) == ("462.50",) * 3
    assert (totals.total, priced.tax_mode) == (Decimal("18500.00"), "CGST_SGST")
    assert str(priced.rate_summary[0].rcm_sgst) == "462.50"


def test_a_price_cannot_include_tax_that_the_recipient_pays():
    drafts = [line(rate="118", price_mode=PriceMode.INCLUSIVE)]
    amounts = price(drafts, with_terms(LOCAL, reverse_charge=True)).lines[0]
    assert (str(amounts.taxable), str(amounts.rcm_cgst)) == ("118.00", "10.62")


def test_an_export_under_lut_keeps_its_rate_and_charges_nothing():
    abroad = PricingContext(SELLER, Customer(None, Registration.OVERSEAS))
    priced = price([line(rate="118", price_mode=PriceMode.INCLUSIVE)], abroad)
    assert (priced.document_type, priced.tax_mode) == ("tax_invoice", "IGST_ZERO_RATED_LUT")
    assert (priced.lines[0].taxable, priced.lines[0].tax_rate, priced.totals.total) == (118, 18, 118)


@pytest.mark.parametrize(
    ("treatments", "registration", "document"),
    [
        (["taxable"], "unregistered", "tax_invoice"),
        (["taxable", "exempt"], "unregistered", "invoice_cum_bill_of_supply"),
        (["taxable", "exempt"], "regular", "tax_invoice"),
        (["nil", "non_gst"], "regular", "bill_of_supply"),
        (["exempt"], "sez", "tax_invoice"),  # zero-rated: an invoice with its endorsement
        ([], "regular", "tax_invoice"),
    ],
)
def test_the_paper_follows_from_the_lines_and_the_customer(treatments, registration, document):
    drafts = [line(treatment=Treatment(treatment)) for treatment in treatments]
    context = PricingContext(SELLER, Customer("29", Registration(registration)))
    assert price(drafts, context).document_type == document


def test_lines_that_are_not_taxable_ignore_their_rate():
    amounts = price([line(treatment=Treatment.EXEMPT)], LOCAL).lines[0]
    assert (amounts.tax, amounts.tax_rate, amounts.total) == (0, 0, Decimal("100.00"))


def test_the_reason_says_when_nothing_is_taxable():
    assert (
        str(price([line(treatment=Treatment.NIL)], LOCAL).reason) == "No tax, because nothing here is taxable"
    )
    assert str(price([line()], AWAY).reason) == "IGST, Karnataka to Tamil Nadu"


def test_an_empty_draft_has_totals_of_nothing():
    priced = price([], LOCAL)
    assert (priced.lines, str(priced.totals.total), priced.rate_summary) == ([], "0.00", [])


def test_chandigarh_keeps_utgst_in_the_sgst_column():
    priced = price([line(rate="1000")], PricingContext(Seller("04"), Customer("04")))
    assert (priced.tax_mode, str(priced.totals.sgst)) == ("CGST_UTGST", "90.00")


# Discounts


def test_a_document_discount_in_percent_is_shared_by_value():
    # nets 100 and 200: 10% of 300 = 30 -> 10 and 20; tax 18% of 90 and 5% of 180 = 8.10x2 + 4.50x2
    priced = price([line(), line(rate="200", tax="5")], with_terms(LOCAL, discount_percent=Decimal(10)))
    assert [str(each.invoice_discount_share) for each in priced.lines] == ["10.00", "20.00"]
    assert (str(priced.totals.taxable), str(priced.totals.tax_total)) == ("270.00", "25.20")


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("100.00", ["100", "100", "100"], ["33.34", "33.33", "33.33"]),
        ("0.01", ["1", "1"], ["0.01", "0.00"]),
        (
            "0.02",
            ["1", "5", "1"],
            ["0.00", "0.02", "0.00"],
        ),  # 0.0028.., 0.0142.., 0.0028..: one, then remainder
        ("5.00", ["0", "10"], ["0.00", "5.00"]),
        ("0.00", ["1", "2"], ["0.00", "0.00"]),
        ("0.00", [], []),
    ],
)
def test_shares_add_up_exactly(amount, weights, shares):
    parts = apportion(Decimal(amount), [q2(weight) for weight in weights])
    assert sum(parts, Decimal(0)) == Decimal(amount)
    assert [str(part) for part in parts] == shares


@pytest.mark.parametrize(
    ("draft", "name", "sentence"),
    [
        (line("0"), "quantity", "Quantity must be more than 0"),
        (line("-1"), "quantity", "Quantity must be more than 0"),
        (line("1000000000"), "quantity", "This quantity is too large"),
        (line(rate="-0.01"), "rate", "The rate cannot be less than 0"),
        (line(rate="100000000000"), "rate", "This rate is too large"),
        (
            line("999999999", "99999999999"),
            "rate",
            "Quantity times rate is too large. ₹99,99,99,99,99,999.99 fits",
        ),
        (
            line(discount_amount=Decimal("100.01")),
            "discount_amount",
            "The discount is more than the line. At most ₹100.00",
        ),
        (
            line(discount_percent=Decimal("101")),
            "discount_percent",
            "The discount is more than the line. At most ₹100.00",
        ),
        (line(discount_amount=Decimal("-1")), "discount_amount", "A discount cannot be less than 0"),
        (
            line(discount_amount=Decimal(1), discount_percent=Decimal(1)),
            "discount_amount",
            "Give the discount in percent or in rupees, not both",
        ),
    ],
)
def test_a_line_that_does_not_fit_is_refused_at_its_field(draft, name, sentence):
    assert {field: [str(each) for each in found] for field, found in check_line(draft).items()} == {
        name: [sentence]
    }
    with pytest.raises(Invalid) as refusal:
        price([line(), draft], LOCAL)
    assert list(refusal.value.errors) == [f"lines.1.{name}"]


def test_a_free_line_and_a_full_discount_fit():
    drafts = [line(rate="0"), line(discount_percent=Decimal(100)), line(discount_amount=Decimal(100))]
    assert [check_line(draft) for draft in drafts] == [{}, {}, {}]
    assert price(drafts, LOCAL).totals.total == 0


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            {"discount_amount": Decimal("100.01")},
            "The discount is more than the lines add up to. At most ₹100.00",
        ),
        (
            {"discount_percent": Decimal(101)},
            "The discount is more than the lines add up to. At most ₹100.00",
        ),
        ({"discount_amount": Decimal(-1)}, "A discount cannot be less than 0"),
        (
            {"discount_amount": Decimal(1), "discount_percent": Decimal(1)},
            "Give the discount in percent or in rupees, not both",
        ),
    ],
)
def test_a_document_discount_that_does_not_fit_is_refused(terms, sentence):
    with pytest.raises(Invalid) as refusal:
        price([line()], with_terms(LOCAL, **terms))
    assert (str(refusal.value), refusal.value.field) == (sentence, "discount")


def test_a_total_that_no_column_holds_is_refused():
    huge = line("999", "9999999999")
    with pytest.raises(Invalid, match="The total is too large"):
        price([huge, huge], LOCAL)


def test_taxes_add_head_by_head():
    one, two = Taxes(Decimal(1), Decimal(2), Decimal(3), Decimal(4)), Taxes(cess=Decimal(10))
    assert (one + two).sum == 20
    assert (one + two).cess == 14
