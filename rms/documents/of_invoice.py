"""A stored invoice as a paper: from snapshots and stored figures, or, while it is a draft, from live data.

Nothing is priced here. What is printed after issue follows from the frozen document alone, so a PDF made
after a payment, or after the customer has moved, is the one that was given out.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from rms.documents.invoice_pdf import render_invoice
from rms.documents.paper import InvoicePaper, PaperLine, PaperParty, PaperTax, PaperTaxGroup
from rms.domain import states
from rms.domain.contacts import Address
from rms.domain.errors import N_
from rms.domain.periods import format_date
from rms.domain.place_of_supply import Registration, TaxMode
from rms.domain.words import in_words
from rms.models import Invoice, InvoiceLineItem
from rms.queries.bank import seller_of
from rms.queries.invoices import find_invoice, lines_of, terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller
from rms.queries.tax_rows import tax_rows

Translate = Callable[[str], str]

TITLES = {
    "tax_invoice": N_("Tax invoice"),
    "bill_of_supply": N_("Bill of supply"),
    "invoice_cum_bill_of_supply": N_("Invoice-cum-bill of supply"),
    "debit_note": N_("Debit note"),
    "opening": N_("Opening balance"),
}
HEADS = {
    TaxMode.CGST_SGST: ("CGST", "SGST"),
    TaxMode.CGST_UTGST: ("CGST", "UTGST"),
    TaxMode.IGST: ("IGST",),
}
# CGST Rule 46, its proviso on exports and supplies to a SEZ: these words at the top.
ENDORSEMENTS = {
    (Registration.OVERSEAS, TaxMode.IGST): N_("Supply meant for export on payment of integrated tax"),
    (Registration.OVERSEAS, TaxMode.IGST_ZERO_RATED_LUT): N_(
        "Supply meant for export under bond or letter of undertaking without payment of integrated tax"
    ),
    (Registration.SEZ, TaxMode.IGST): N_(
        "Supply to SEZ unit or SEZ developer for authorised operations on payment of integrated tax"
    ),
    (Registration.SEZ, TaxMode.IGST_ZERO_RATED_LUT): N_(
        "Supply to SEZ unit or SEZ developer for authorised operations under bond or letter of undertaking "
        "without payment of integrated tax"
    ),
}
# CGST Rule 5(1)(f).
COMPOSITION = N_("Composition taxable person, not eligible to collect tax on supplies")


def pdf_of(invoice_id: UUID, *, translate: Translate = str) -> tuple[str, bytes]:
    """(file name, PDF) of an invoice or a draft; raises NotFound. Needs a tenant's scope."""
    paper = paper_by_id(invoice_id, translate=translate)
    return filename_of(paper), render_invoice(paper, translate=translate)


def paper_by_id(invoice_id: UUID, *, translate: Translate = str) -> InvoicePaper:
    """The paper of an invoice or a draft; raises NotFound."""
    return paper_of(find_invoice(invoice_id), lines_of(invoice_id), translate=translate)


def filename_of(paper: InvoicePaper) -> str:
    """The number as a file name that every system takes: NFS-26-27-0149.pdf."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", paper.number).strip("-.")
    return f"{plain or 'draft-invoice'}.pdf"


def paper_of(
    invoice: Invoice, lines: Sequence[InvoiceLineItem], *, translate: Translate = str
) -> InvoicePaper:
    """What is printed. Seller and buyer of a draft, which has no snapshots yet, cost one statement."""
    seller, buyer = _parties(invoice)
    printed = [line for line in lines if line.is_valid and (line.name or line.description or line.rate)]
    is_taxable = invoice.kind != "bill_of_supply"
    return InvoicePaper(
        title=translate(_title(invoice, seller)),
        number=invoice.invoice_number or "",
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        references=_references(invoice, translate),
        place_of_supply=state_with_code(invoice.place_of_supply),
        reverse_charge=invoice.reverse_charge if is_taxable else None,
        seller=_seller(seller),
        buyer=_buyer(buyer),
        ship_to=_ship_to(buyer),
        declarations=tuple(translate(words) for words in _declarations(invoice, seller, buyer)),
        copy_marking="" if invoice.is_draft else translate(N_("Original for recipient")),
        is_draft=invoice.is_draft,
        is_cancelled=invoice.is_cancelled,
        lines=tuple(_line(line, invoice) for line in printed),
        totals=_totals(invoice, printed, translate),
        round_off=invoice.round_off,
        grand_total=invoice.total,
        after_total=_after_total(invoice, translate),
        amount_in_words=in_words(invoice.total),
        tax_summary=_summary(invoice, printed),
        notes=invoice.notes or "",
        bank_details=_bank(seller, translate),
        upi_id=seller.get("upi_id") or "",
        signatory=seller.get("signatory_name") or "",
    )


def state_with_code(code: str | None) -> str:
    """ "Tamil Nadu (33)"; Rule 46 wants both."""
    return f"{states.name_of(code)} ({code})" if states.name_of(code) else ""


def _parties(invoice: Invoice) -> tuple[dict, dict]:
    if invoice.seller_snapshot and invoice.buyer_snapshot:
        return seller_of(invoice), invoice.buyer_snapshot
    terms = terms_for(invoice.customer_id)
    buyer = snapshot_of_buyer(terms.customer) if terms.customer else {}
    return snapshot_of_seller(terms.company, terms.gst), buyer


def _title(invoice: Invoice, seller: dict) -> str:
    """A seller who is not registered may not call his bill a tax invoice or a bill of supply."""
    if seller.get("registration_type") == Registration.UNREGISTERED:
        return N_("Invoice")
    return TITLES[invoice.kind]


def _references(invoice: Invoice, translate: Translate) -> tuple[tuple[str, str], ...]:
    if not invoice.reference_number:
        return ()
    return ((translate(N_("PO reference")), invoice.reference_number),)


def _seller(seller: dict) -> PaperParty:
    contacts = ", ".join(filter(None, (seller.get("contact_email"), seller.get("contact_phone"))))
    lines = (*_address(seller), *([contacts] if contacts else []))
    return PaperParty(seller["name"], lines, seller.get("gst_number") or "")


def _buyer(buyer: dict) -> PaperParty:
    return PaperParty(buyer.get("name") or "", _address(buyer), buyer.get("gst_number") or "")


def _ship_to(buyer: dict) -> PaperParty | None:
    if not buyer.get("shipping_address_line1"):
        return None
    name = buyer.get("shipping_name") or buyer["name"]
    return PaperParty(name, _address(buyer, "shipping_"))


def _address(party: dict, prefix: str = "") -> tuple[str, ...]:
    """Street, town with PIN, and the state with its code on a line of its own."""
    part = {name: party.get(prefix + name) for name in ("address_line1", "address_line2", "city", "pin_code")}
    lines = Address(part["address_line1"], part["address_line2"], part["city"], part["pin_code"]).lines
    state = state_with_code(party.get(f"{prefix}state_code"))
    return (*lines, *([state] if state else []))


def _declarations(invoice: Invoice, seller: dict, buyer: dict) -> list[str]:
    endorsement = ENDORSEMENTS.get((buyer.get("gst_treatment"), invoice.tax_mode))
    is_composition = seller.get("registration_type") == Registration.COMPOSITION
    return [*([COMPOSITION] if is_composition else []), *([endorsement] if endorsement else [])]


def _line(line: InvoiceLineItem, invoice: Invoice) -> PaperLine:
    return PaperLine(
        description=line.name or line.description or "",
        details=(line.description or "") if line.name else "",
        hsn_sac=line.hsn_sac or "",
        quantity=line.quantity,
        unit=line.unit or "",
        rate=line.rate,
        discount_percent=line.discount_percent or Decimal(0),
        discount_amount=line.discount_amount,
        taxable=line.taxable_amount,
        taxes=_taxes([line], invoice),
        total=line.total,
    )


def _taxes(alike: Sequence[InvoiceLineItem], invoice: Invoice) -> tuple[PaperTax, ...]:
    """The heads charged on lines of one rate, amounts added; nothing where the recipient pays the tax."""
    line = alike[0]
    heads = (
        () if invoice.reverse_charge or line.tax_treatment != "taxable" else HEADS.get(invoice.tax_mode, ())
    )
    amounts = {
        "CGST": _sum(line.cgst_amount for line in alike),
        "SGST": _sum(line.sgst_amount for line in alike),
        "UTGST": _sum(line.sgst_amount for line in alike),
        "IGST": _sum(line.igst_amount for line in alike),
    }
    taxes = [PaperTax(head, line.tax_rate / len(heads), amounts[head]) for head in heads]
    cess = _sum(line.cess_amount for line in alike)
    return (*taxes, *([PaperTax("Cess", line.cess_rate, cess)] if cess else []))


def _summary(invoice: Invoice, lines: Iterable[InvoiceLineItem]) -> tuple[PaperTaxGroup, ...]:
    """One row for each code and rate; nothing when no line carries a code."""
    groups: dict[tuple, list[InvoiceLineItem]] = {}
    for line in lines:
        groups.setdefault((line.hsn_sac or "", line.tax_treatment, line.tax_rate), []).append(line)
    if not any(code for code, _, _ in groups) or not invoice.tax_total:
        return ()
    return tuple(
        PaperTaxGroup(code, _sum(line.taxable_amount for line in alike), _taxes(alike, invoice))
        for (code, _, _), alike in sorted(groups.items(), key=lambda group: group[0])
    )


def _totals(
    invoice: Invoice, lines: Sequence[InvoiceLineItem], translate: Translate
) -> tuple[tuple[str, Decimal], ...]:
    rows = [(row.label, row.amount) for row in tax_rows(invoice, lines)]
    if invoice.cess_total:
        rows.append((translate(N_("Cess")), invoice.cess_total))
    label = N_("Taxable value") if invoice.kind != "bill_of_supply" else N_("Value")
    return ((translate(label), invoice.subtotal), *rows)


def _after_total(invoice: Invoice, translate: Translate) -> tuple[tuple[str, Decimal], ...]:
    if invoice.is_draft or invoice.is_cancelled:
        return ()
    due_by = translate(N_("Due by %(day)s")) % {"day": format_date(invoice.due_date)}
    return ((due_by, invoice.total),)


def _bank(seller: dict, translate: Translate) -> tuple[str, ...]:
    """Nothing without an account number: the rest alone pays nobody."""
    if not seller.get("bank_account_number"):
        return ()
    account = translate(N_("A/c %(account)s")) % {"account": seller["bank_account_number"]}
    bank = ", ".join(filter(None, (seller.get("bank_name"), seller.get("bank_branch"))))
    ifsc = seller.get("bank_ifsc")
    code = translate(N_("IFSC %(code)s")) % {"code": ifsc} if ifsc else ""
    holder = seller.get("bank_account_name") or seller["name"]
    return tuple(line for line in (holder, account, bank, code) if line)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
