"""The one author of amounts: lines and their circumstances in, rounded figures that add up out.

Nobody else adds, multiplies or rounds for a document; screens, PDFs and reports show what was stored from
here.

How the results map to the stored columns:

    line      amount         LineAmounts.amount    quantity x rate as typed, to the paisa
              taxable_amount LineAmounts.taxable   after line and document discount, without tax
              tax_amount     LineAmounts.tax       charged: cgst + sgst + igst + cess (0 under reverse charge)
              total          LineAmounts.total     taxable + tax
    document  subtotal       Totals.subtotal       sum of the lines' taxable amounts
              tax_total      Totals.tax_total      sum of the lines' tax
              discount_total Totals.discount_total line discounts + the document's discount
              total          Totals.total          subtotal + tax_total + round_off

With prices that exclude tax and no discount, taxable equals amount. With prices that include tax the line
total is exactly the price and the taxable amount is what remains when the tax is taken out. Under reverse
charge the `rcm_*` amounts say what the recipient has to pay to the government; they are in no total. UTGST
stands in sgst.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from rms.domain.amounts import (
    DocumentType,
    LineAmounts,
    LineDraft,
    Priced,
    PriceMode,
    PricingContext,
    RateRow,
    Taxes,
    Totals,
)
from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.money import MAX_MONEY, MAX_QUANTITY, MAX_RATE, ZERO, q0, q2, rupees
from rms.domain.place_of_supply import Supply, SupplyType, TaxMode, ZeroRating
from rms.domain.tax import Treatment

__all__ = [
    "DocumentType",
    "LineAmounts",
    "LineDraft",
    "PriceMode",
    "Priced",
    "PricingContext",
    "RateRow",
    "Taxes",
    "Totals",
    "apportion",
    "check_line",
    "line_discount",
    "line_net",
    "price",
]


def price(lines: Sequence[LineDraft], context: PricingContext) -> Priced:
    """Price a document.

    Raises Invalid with errors keyed "lines.0.rate" (counted from 0), or "discount" for the document's
    discount. Leave lines that do not pass `check_line` out, if the rest is to be totalled all the same.
    """
    _refuse_unfit(lines)
    supply = context.supply
    nets = [line_net(line) for line in lines]
    invoice_discount = _invoice_discount(context, sum(nets, ZERO))
    shares = apportion(invoice_discount, nets)
    amounts = [_line_amounts(line, share, context, supply) for line, share in zip(lines, shares, strict=True)]
    totals = _totals(amounts, context)
    return Priced(
        amounts,
        totals,
        _rate_summary(amounts, supply),
        _document_type(lines, context, supply),
        _tax_mode(lines, supply),
        supply,
    )


def check_line(line: LineDraft) -> dict[str, list[Sentence]]:
    """What keeps a line out of the totals, by field; empty when it is fit."""
    problems: dict[str, list[Sentence]] = {}
    if line.quantity <= 0:
        problems["quantity"] = [say(N_("Quantity must be more than 0"))]
    elif line.quantity > MAX_QUANTITY:
        problems["quantity"] = [say(N_("This quantity is too large"))]
    if line.rate < 0:
        problems["rate"] = [say(N_("The rate cannot be less than 0"))]
    elif line.rate > MAX_RATE:
        problems["rate"] = [say(N_("This rate is too large"))]
    if not problems:
        problems |= _check_amounts(line)
    return problems


def line_discount(line: LineDraft) -> Decimal:
    """The line's own discount in rupees."""
    if line.discount_percent:
        return q2(_gross(line) * line.discount_percent / 100)
    return q2(line.discount_amount or 0)


def line_net(line: LineDraft) -> Decimal:
    """Quantity times rate less the line's own discount."""
    return _gross(line) - line_discount(line)


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` by `weights` in paise so that the parts add up exactly: largest remainder, earliest
    first.

    100.00 over 100, 100, 100 -> 33.34, 33.33, 33.33. Without any weight nothing is split.
    """
    whole = sum(weights, ZERO)
    if not whole or not amount:
        return [ZERO for _ in weights]
    paise = int(amount * 100)
    # Integers throughout: a quotient rounded to 28 digits could hand the odd paisa to the wrong line.
    scaled = [divmod(paise * int(weight * 100), int(whole * 100)) for weight in weights]
    left = paise - sum(quotient for quotient, _ in scaled)
    by_remainder = sorted(range(len(weights)), key=lambda index: -scaled[index][1])
    lucky = set(by_remainder[:left])
    return [
        (Decimal(quotient + (index in lucky)) / 100).quantize(ZERO)
        for index, (quotient, _) in enumerate(scaled)
    ]


def _gross(line: LineDraft) -> Decimal:
    return q2(line.quantity * line.rate)


def _refuse_unfit(lines: Iterable[LineDraft]) -> None:
    errors = {
        f"lines.{index}.{name}": sentences
        for index, line in enumerate(lines)
        for name, sentences in check_line(line).items()
    }
    if errors:
        raise Invalid(errors=errors)


def _check_amounts(line: LineDraft) -> dict[str, list[Sentence]]:
    gross = _gross(line)
    if gross > MAX_MONEY:
        return {
            "rate": [say(N_("Quantity times rate is too large. %(maximum)s fits"), maximum=rupees(MAX_MONEY))]
        }
    if line.discount_percent and line.discount_amount:
        return {"discount_amount": [say(N_("Give the discount in percent or in rupees, not both"))]}
    discount = line_discount(line)
    if discount < 0:
        return {"discount_amount": [say(N_("A discount cannot be less than 0"))]}
    if discount > gross:
        sentence = say(N_("The discount is more than the line. At most %(fits)s"), fits=rupees(gross))
        return {"discount_percent" if line.discount_percent else "discount_amount": [sentence]}
    return {}


def _invoice_discount(context: PricingContext, net: Decimal) -> Decimal:
    if context.discount_percent and context.discount_amount:
        raise Invalid(N_("Give the discount in percent or in rupees, not both"), field="discount")
    discount = q2(
        net * context.discount_percent / 100 if context.discount_percent else context.discount_amount or 0
    )
    if discount < 0:
        raise Invalid(N_("A discount cannot be less than 0"), field="discount")
    if discount > net:
        raise Invalid(
            N_("The discount is more than the lines add up to. At most %(fits)s"),
            field="discount",
            fits=rupees(net),
        )
    return discount


def _line_amounts(line: LineDraft, share: Decimal, context: PricingContext, supply: Supply) -> LineAmounts:
    amount, discount = _gross(line), line_discount(line)
    net = amount - discount - share
    has_rate = line.treatment is Treatment.TAXABLE and supply.tax_mode is not TaxMode.NONE
    due = has_rate and supply.charges_tax
    is_ours = due and not context.reverse_charge
    # A price can only include tax that the customer pays to us.
    including = line.price_mode is PriceMode.INCLUSIVE and is_ours
    taxes = _taxes(net, line, supply, including) if due else Taxes()
    return LineAmounts(
        amount=amount,
        discount=discount,
        invoice_discount_share=share,
        taxable=net - taxes.sum if including else net,
        charged=taxes if is_ours else Taxes(),
        reverse_charged=Taxes() if is_ours else taxes,
        tax_rate=line.tax_rate if has_rate else Decimal(0),
        cess_rate=line.cess_rate if has_rate else Decimal(0),
        treatment=line.treatment,
    )


def _taxes(net: Decimal, line: LineDraft, supply: Supply, including: bool) -> Taxes:
    """Each head rounded for itself: half the rate twice is not the whole rate once (0.50 at 5%: 0.02, 0.03).

    One division at the end keeps exact halves exact; dividing out the tax first would blur them.
    """
    base = 100 + line.tax_rate + line.cess_rate if including else Decimal(100)
    cess = q2(net * line.cess_rate / base)
    if supply.supply_type is SupplyType.INTER:
        return Taxes(igst=q2(net * line.tax_rate / base), cess=cess)
    half = q2(net * line.tax_rate / (2 * base))
    return Taxes(cgst=half, sgst=half, cess=cess)


def _totals(lines: Sequence[LineAmounts], context: PricingContext) -> Totals:
    taxable = sum((line.taxable for line in lines), ZERO)
    charged = sum((line.charged for line in lines), Taxes())
    before = taxable + charged.sum
    gross = sum((line.amount for line in lines), ZERO)
    # Rounding up and a discount of everything each reach past what the total itself would.
    if max(gross, before, q0(before)) > MAX_MONEY:
        raise Invalid(
            N_("The total is too large. The most that fits is %(maximum)s"), maximum=rupees(MAX_MONEY)
        )
    return Totals(
        taxable=taxable,
        charged=charged,
        reverse_charged=sum((line.reverse_charged for line in lines), Taxes()),
        gross=gross,
        line_discount=sum((line.discount for line in lines), ZERO),
        invoice_discount=sum((line.invoice_discount_share for line in lines), ZERO),
        round_off=q0(before) - before if context.round_off else ZERO,
    )


def _rate_summary(lines: Iterable[LineAmounts], supply: Supply) -> list[RateRow]:
    """One row per rate and cess rate, the lowest first; nothing where the document has no tax."""
    if supply.tax_mode is TaxMode.NONE:
        return []
    rows: dict[tuple[Decimal, Decimal], list[LineAmounts]] = {}
    for line in lines:
        if line.treatment is Treatment.TAXABLE:
            rows.setdefault((line.tax_rate, line.cess_rate), []).append(line)
    return [
        RateRow(
            rate=rate,
            cess_rate=cess_rate,
            taxable=sum((line.taxable for line in alike), ZERO),
            charged=sum((line.charged for line in alike), Taxes()),
            reverse_charged=sum((line.reverse_charged for line in alike), Taxes()),
        )
        for (rate, cess_rate), alike in sorted(rows.items(), key=lambda row: row[0])
    ]


def _has_taxable(lines: Sequence[LineDraft]) -> bool:
    """An empty draft counts as taxable: it will be, and its heading should not flicker."""
    return not lines or any(line.treatment is Treatment.TAXABLE for line in lines)


def _tax_mode(lines: Sequence[LineDraft], supply: Supply) -> TaxMode:
    if supply.zero_rating is not ZeroRating.NO or _has_taxable(lines):
        return supply.tax_mode
    return TaxMode.NONE


def _document_type(lines: Sequence[LineDraft], context: PricingContext, supply: Supply) -> DocumentType:
    """CGST rules 46, 46A and 49. Zero-rated supplies always take an invoice, for its endorsement."""
    if supply.tax_mode is TaxMode.NONE:
        return DocumentType.BILL_OF_SUPPLY
    if supply.zero_rating is not ZeroRating.NO:
        return DocumentType.TAX_INVOICE
    if not _has_taxable(lines):
        return DocumentType.BILL_OF_SUPPLY
    is_mixed = any(line.treatment is not Treatment.TAXABLE for line in lines)
    if is_mixed and not context.customer.is_registered:
        return DocumentType.INVOICE_CUM_BILL_OF_SUPPLY
    return DocumentType.TAX_INVOICE
