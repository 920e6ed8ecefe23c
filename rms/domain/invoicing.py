"""The one author of amounts: lines and their circumstances in, rounded figures that add up out.

Nobody else adds, multiplies or rounds for a document; screens, PDFs and reports show what was stored from here.

How the results map to the stored columns:

    line      amount         LineAmounts.amount    quantity x rate as typed, to the paisa
              taxable_amount LineAmounts.taxable   after line and document discount, without tax
              tax_amount     LineAmounts.tax       charged: cgst + sgst + igst + cess (0 under reverse charge)
              total          LineAmounts.total     taxable + tax
    document  subtotal       Totals.subtotal       sum of the lines' taxable amounts
              tax_total      Totals.tax_total      sum of the lines' tax
              discount_total Totals.discount_total line discounts + the document's discount
              total          Totals.total          subtotal + tax_total + round_off

With prices that exclude tax and no discount, taxable equals amount. With prices that include tax the line total
is exactly the price and the taxable amount is what remains when the tax is taken out. Under reverse charge the
`rcm_*` amounts say what the recipient has to pay to the government; they are in no total. UTGST stands in sgst.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum

from rms.domain.errors import N_, Invalid, Sentence
from rms.domain.errors import sentence as say
from rms.domain.money import MAX_MONEY, MAX_QUANTITY, MAX_RATE, ZERO, q0, q2, rupees
from rms.domain.place_of_supply import (
    Customer,
    Seller,
    Supply,
    SupplyKind,
    SupplyType,
    TaxMode,
    ZeroRating,
    decide,
)
from rms.domain.tax import Treatment, rate_label


class PriceMode(StrEnum):
    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class DocumentType(StrEnum):
    """What the law calls the paper. An unregistered seller's is kept as a bill of supply, printed "Invoice"."""

    TAX_INVOICE = "tax_invoice"
    BILL_OF_SUPPLY = "bill_of_supply"
    INVOICE_CUM_BILL_OF_SUPPLY = "invoice_cum_bill_of_supply"


@dataclass(frozen=True)
class LineDraft:
    """One line as typed. At most one of discount_percent and discount_amount; rates are in percent."""

    description: str = ""
    quantity: Decimal = Decimal(1)
    rate: Decimal = Decimal(0)
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    tax_rate: Decimal = Decimal(0)
    cess_rate: Decimal = Decimal(0)
    treatment: Treatment = Treatment.TAXABLE
    price_mode: PriceMode = PriceMode.EXCLUSIVE
    hsn_sac: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PricingContext:
    """All that decides the tax besides the lines. At most one kind of document discount, given before tax."""

    seller: Seller
    customer: Customer = Customer()
    supply_kind: SupplyKind = SupplyKind.GOODS
    place_of_supply: str | None = None
    export_with_payment: bool = False
    reverse_charge: bool = False
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    round_off: bool = True

    @property
    def supply(self) -> Supply:
        return decide(
            self.seller,
            self.customer,
            self.supply_kind,
            chosen_place=self.place_of_supply,
            export_with_payment=self.export_with_payment,
        )


@dataclass(frozen=True)
class Taxes:
    """One amount per head, each rounded for itself; `+` adds head by head."""

    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO

    @property
    def sum(self) -> Decimal:
        return self.cgst + self.sgst + self.igst + self.cess

    def __add__(self, other: "Taxes") -> "Taxes":
        return Taxes(*(getattr(self, head.name) + getattr(other, head.name) for head in fields(Taxes)))


@dataclass(frozen=True)
class _Charges:
    """What lines, rate rows and totals share: the tax charged and the tax the recipient owes instead."""

    taxable: Decimal
    charged: Taxes = Taxes()
    reverse_charged: Taxes = Taxes()

    @property
    def cgst(self) -> Decimal:
        return self.charged.cgst

    @property
    def sgst(self) -> Decimal:
        return self.charged.sgst

    @property
    def igst(self) -> Decimal:
        return self.charged.igst

    @property
    def cess(self) -> Decimal:
        return self.charged.cess

    @property
    def rcm_cgst(self) -> Decimal:
        return self.reverse_charged.cgst

    @property
    def rcm_sgst(self) -> Decimal:
        return self.reverse_charged.sgst

    @property
    def rcm_igst(self) -> Decimal:
        return self.reverse_charged.igst

    @property
    def rcm_cess(self) -> Decimal:
        return self.reverse_charged.cess

    @property
    def tax(self) -> Decimal:
        return self.charged.sum


@dataclass(frozen=True, kw_only=True)
class LineAmounts(_Charges):
    """One line, priced. `tax_rate` and `cess_rate` are the ones to store and print (0 where no tax is due)."""

    amount: Decimal
    discount: Decimal
    invoice_discount_share: Decimal
    tax_rate: Decimal
    cess_rate: Decimal
    treatment: Treatment

    @property
    def total(self) -> Decimal:
        return self.taxable + self.tax


@dataclass(frozen=True, kw_only=True)
class RateRow(_Charges):
    """The taxable lines of one rate, summed: the tax table on paper and the items of GSTR-1."""

    rate: Decimal
    cess_rate: Decimal

    @property
    def label(self) -> str:
        return rate_label(self.rate)


@dataclass(frozen=True, kw_only=True)
class Totals(_Charges):
    """The document's figures, all sums of rounded line figures; only `round_off` is rounded here."""

    gross: Decimal
    line_discount: Decimal
    invoice_discount: Decimal
    round_off: Decimal

    @property
    def discount_total(self) -> Decimal:
        return self.line_discount + self.invoice_discount

    @property
    def subtotal(self) -> Decimal:
        return self.taxable

    @property
    def tax_total(self) -> Decimal:
        return self.tax

    @property
    def total_before_round(self) -> Decimal:
        return self.taxable + self.tax

    @property
    def grand_total(self) -> Decimal:
        return self.total_before_round + self.round_off

    @property
    def total(self) -> Decimal:
        return self.grand_total


@dataclass(frozen=True)
class Priced:
    """`supply.tax_mode` is what the context allows; `tax_mode` is NONE when no line is taxable."""

    lines: list[LineAmounts]
    totals: Totals
    rate_summary: list[RateRow]
    document_type: DocumentType
    tax_mode: TaxMode
    supply: Supply = field(repr=False)

    @property
    def reason(self) -> Sentence:
        """Why this tax, in words for the screen."""
        if self.tax_mode is TaxMode.NONE and self.supply.tax_mode is not TaxMode.NONE:
            return say(N_("No tax, because nothing here is taxable"))
        return self.supply.reason


def price(lines: Sequence[LineDraft], context: PricingContext) -> Priced:
    """Price a document.

    Raises Invalid with errors keyed "lines.0.rate" (counted from 0), or "discount" for the document's discount.
    Leave lines that do not pass `check_line` out, if the rest is to be totalled all the same.
    """
    _refuse_unfit(lines)
    supply = context.supply
    nets = [_gross(line) - line_discount(line) for line in lines]
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


def apportion(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` by `weights` in paise so that the parts add up exactly: largest remainder, earliest first.

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
    if before > MAX_MONEY:
        raise Invalid(
            N_("The total is too large. The most that fits is %(maximum)s"), maximum=rupees(MAX_MONEY)
        )
    return Totals(
        taxable=taxable,
        charged=charged,
        reverse_charged=sum((line.reverse_charged for line in lines), Taxes()),
        gross=sum((line.amount for line in lines), ZERO),
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
