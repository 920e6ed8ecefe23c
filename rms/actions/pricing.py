"""Bring an invoice's stored figures in line with its lines: the one door from the columns to the domain."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from rms.db.session import db
from rms.domain.invoicing import LineAmounts, LineDraft, Priced, PriceMode, PricingContext, line_net, price
from rms.domain.place_of_supply import Customer, SupplyKind
from rms.domain.tax import Treatment, is_service_code
from rms.models import Invoice, InvoiceLineItem
from rms.queries.invoices import Terms

HEADS = ("cgst", "sgst", "igst", "cess")
DEBIT_NOTE = "debit_note"  # of whatever kind the lines are (CGST Act s.34(3), Rule 53)


def retotal(invoice: Invoice, lines: Sequence[InvoiceLineItem], terms: Terms) -> Priced:
    """Price the valid lines and store every figure on them and the invoice; invalid lines count nothing."""
    fit = [line for line in lines if line.is_valid]
    priced = priced_of(invoice, lines, terms)
    for line, amounts in zip(fit, priced.lines, strict=True):
        _store_line(line, amounts)
    for line in lines:
        if not line.is_valid:
            _empty(line)
    _store_totals(invoice, priced)
    return priced


def priced_of(invoice: Invoice, lines: Sequence[InvoiceLineItem], terms: Terms) -> Priced:
    """The figures of the valid lines as they would be stored now; nothing is."""
    fit = [draft_of(line, invoice) for line in lines if line.is_valid]
    return price(fit, context_of(invoice, lines, terms))


def retotal_draft(invoice: Invoice, lines: Sequence[InvoiceLineItem], terms: Terms) -> None:
    """The same while somebody still works on it: a document discount in rupees that the lines do not carry at
    present is left out, and `invoice_discount_waits` says so. Issuing refuses it.
    """
    if not invoice_discount_waits(invoice, lines):
        retotal(invoice, lines, terms)
        return
    typed, invoice.discount_amount = invoice.discount_amount, None
    with db().no_autoflush:
        retotal(invoice, lines, terms)
        invoice.discount_amount = typed


def invoice_discount_waits(invoice: Invoice, lines: Sequence[InvoiceLineItem]) -> bool:
    if not invoice.discount_amount:
        return False
    drafts = [draft_of(line, invoice) for line in lines if line.is_valid]
    return invoice.discount_amount > sum((line_net(draft) for draft in drafts), Decimal(0))


def draft_of(line: InvoiceLineItem, invoice: Invoice) -> LineDraft:
    return LineDraft(
        description=line.name or "",
        quantity=line.quantity,
        rate=line.rate,
        discount_percent=line.discount_percent,
        discount_amount=line.discount_amount if line.discount_percent is None else None,
        tax_rate=line.tax_rate,
        cess_rate=line.cess_rate,
        treatment=Treatment(line.tax_treatment),
        price_mode=PriceMode.INCLUSIVE if invoice.prices_include_tax else PriceMode.EXCLUSIVE,
        hsn_sac=line.hsn_sac,
        unit=line.unit,
    )


def context_of(invoice: Invoice, lines: Sequence[InvoiceLineItem], terms: Terms) -> PricingContext:
    return PricingContext(
        seller=terms.seller,
        customer=buyer_of(invoice, terms),
        supply_kind=supply_kind(lines),
        place_of_supply=invoice.place_of_supply,
        export_with_payment=invoice.export_with_payment,
        reverse_charge=invoice.reverse_charge,
        discount_percent=invoice.discount_percent,
        discount_amount=invoice.discount_amount,
        round_off=terms.rounds_off,
    )


def buyer_of(invoice: Invoice, terms: Terms) -> Customer:
    """The customer as this document has it: its own ship-to wins over where their goods usually go."""
    return replace(terms.buyer, delivery_state=invoice.shipping_state_code or terms.buyer.delivery_state)


def supply_kind(lines: Sequence[InvoiceLineItem]) -> SupplyKind:
    """Goods as soon as one line has a code outside chapter 99; place of supply differs for the two."""
    codes = [line.hsn_sac for line in lines if line.hsn_sac]
    is_goods = any(not is_service_code(code) for code in codes)
    return SupplyKind.GOODS if is_goods else SupplyKind.SERVICE


def _store_line(line: InvoiceLineItem, amounts: LineAmounts) -> None:
    line.amount = amounts.amount
    line.discount_amount = amounts.discount
    line.invoice_discount_share = amounts.invoice_discount_share
    line.taxable_amount = amounts.taxable
    for head in HEADS:
        setattr(line, f"{head}_amount", getattr(amounts.charged, head))
        setattr(line, f"rcm_{head}_amount", getattr(amounts.reverse_charged, head))
    line.tax_amount = amounts.tax
    line.total = amounts.total


def _empty(line: InvoiceLineItem) -> None:
    nothing = Decimal("0.00")
    line.amount = line.discount_amount = line.invoice_discount_share = nothing
    line.taxable_amount = line.tax_amount = line.total = nothing
    for head in HEADS:
        setattr(line, f"{head}_amount", nothing)
        setattr(line, f"rcm_{head}_amount", nothing)


def _store_totals(invoice: Invoice, priced: Priced) -> None:
    totals = priced.totals
    invoice.kind = DEBIT_NOTE if invoice.against_invoice_id else priced.document_type.value
    invoice.supply_type = priced.supply.supply_type.value
    invoice.tax_mode = priced.tax_mode.value
    invoice.discount_total = totals.discount_total
    invoice.subtotal = totals.subtotal
    for head in HEADS:
        setattr(invoice, f"{head}_total", getattr(totals.charged, head))
        setattr(invoice, f"rcm_{head}_total", getattr(totals.reverse_charged, head))
    invoice.tax_total = totals.tax_total
    invoice.round_off = totals.round_off
    invoice.total = totals.total
    invoice.totals_seq += 1
