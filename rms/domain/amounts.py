"""The shapes that pricing takes in and gives out; `invoicing` fills them and explains how they are stored."""

from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum

from rms.domain.errors import N_, Sentence
from rms.domain.errors import sentence as say
from rms.domain.money import ZERO
from rms.domain.place_of_supply import Customer, Seller, Supply, SupplyKind, TaxMode, decide
from rms.domain.tax import Treatment, rate_label


class PriceMode(StrEnum):
    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


class DocumentType(StrEnum):
    """What the law calls the paper. An unregistered seller's is kept as a bill of supply, printed
    "Invoice".
    """

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
    """One line, priced. `tax_rate` and `cess_rate` are the ones to store and print (0 where no tax is
    due).
    """

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
