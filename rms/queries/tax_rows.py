"""The tax rows of a document, summed from what its lines store: for the screen, the PDF and the mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rms.domain.tax import rate_label
from rms.models import Invoice, InvoiceLineItem


@dataclass(frozen=True)
class TaxRow:
    """One head at one rate: "CGST", "9", amount in rupees. The heads are names of taxes, never translated."""

    head: str
    rate: str
    amount: Decimal

    @property
    def label(self) -> str:
        return f"{self.head} {self.rate}%"


def tax_rows(invoice: Invoice, lines: Iterable[InvoiceLineItem]) -> list[TaxRow]:
    """The rows in ascending rate; nothing when no tax is charged."""
    by_rate: dict[Decimal, list[InvoiceLineItem]] = {}
    for line in lines:
        if line.is_valid and line.tax_amount:
            by_rate.setdefault(line.tax_rate, []).append(line)
    state_tax = "UTGST" if invoice.tax_mode == "CGST_UTGST" else "SGST"
    rows = []
    for rate, alike in sorted(by_rate.items()):
        halves, whole = rate_label(rate / 2), rate_label(rate)
        rows += [
            TaxRow("CGST", halves, _sum(line.cgst_amount for line in alike)),
            TaxRow(state_tax, halves, _sum(line.sgst_amount for line in alike)),
            TaxRow("IGST", whole, _sum(line.igst_amount for line in alike)),
        ]
    return [row for row in rows if row.amount]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
