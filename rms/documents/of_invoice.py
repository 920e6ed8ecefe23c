"""A stored invoice as a paper: from snapshots and stored figures, or, while it is a draft, from live data.

Nothing is priced here. What is printed after issue follows from the frozen document, and from what was paid
since: a PDF made after the customer has moved says what was given out, and asks for the balance of today.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from rms.documents.invoice_pdf import render_invoice
from rms.documents.paper import OF_DEBIT_NOTE, InvoicePaper, PaperWords, look_of
from rms.documents.parts import (
    Translate,
    bank_lines,
    buyer_party,
    country_name,
    line_of,
    printed_lines,
    seller_party,
    ship_to_party,
    state_with_code,
    summary_of,
    totals_of,
)
from rms.domain.branding import Branding, Copies
from rms.domain.errors import N_, IllegalMove, NotFound
from rms.domain.periods import format_date
from rms.domain.place_of_supply import Registration, TaxMode
from rms.domain.upi import pay_link
from rms.domain.words import in_words
from rms.models import Invoice, InvoiceLineItem
from rms.queries.bank import seller_of
from rms.queries.branding import branding, pictures
from rms.queries.debit_notes import Original, original_of
from rms.queries.invoices import find_invoice, lines_of, terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

TITLES = {
    "tax_invoice": N_("Tax invoice"),
    "bill_of_supply": N_("Bill of supply"),
    "invoice_cum_bill_of_supply": N_("Invoice-cum-bill of supply"),
    "debit_note": N_("Debit note"),
    "opening": N_("Opening balance"),
}
# CGST Rule 48: goods in triplicate, services in duplicate. The names are those of `?copy=`.
ORIGINAL = N_("Original for recipient")
MARKINGS = {
    "services": {"original": ORIGINAL, "duplicate": N_("Duplicate for supplier")},
    "goods": {
        "original": ORIGINAL,
        "duplicate": N_("Duplicate for transporter"),
        "triplicate": N_("Triplicate for supplier"),
    },
}
ALL_COPIES = Copies.ALL
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
    """(file name, PDF) of an invoice or a draft as its customer gets it: the original alone. Raises NotFound.

    Needs a tenant's scope."""
    paper = paper_by_id(invoice_id, translate=translate, copy="original")
    return filename_of(paper), render_invoice(paper, translate=translate)


def paper_by_id(invoice_id: UUID, *, translate: Translate = str, copy: str = "") -> InvoicePaper:
    """The paper of an invoice or a draft; raises NotFound, also for a copy that it does not have, and
    IllegalMove for an opening balance."""
    invoice = find_invoice(invoice_id)
    if invoice.kind == "opening":
        raise IllegalMove(N_("This is an opening balance. Its invoice was written elsewhere."))
    return paper_of(invoice, lines_of(invoice_id), translate=translate, copy=copy)


def filename_of(paper: InvoicePaper) -> str:
    """The number as a file name that every system takes: NFS-26-27-0149.pdf."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", paper.number).strip("-.")
    return f"{plain or 'draft-invoice'}.pdf"


def paper_of(
    invoice: Invoice,
    lines: Sequence[InvoiceLineItem],
    *,
    translate: Translate = str,
    copy: str = "",
    look: Branding | None = None,
) -> InvoicePaper:
    """What is printed. `copy` is one of the copies of CGST Rule 48 or "all", else what the company has
    chosen; `look` stands in for the company's branding, to try another one.

    Seller and buyer of a draft, which has no snapshots yet, cost one statement; the branding one, its
    pictures one more.
    """
    chosen = look or branding()
    seller, buyer = _parties(invoice, chosen)
    printed = printed_lines(lines)
    is_taxable = invoice.kind != "bill_of_supply" and invoice.tax_mode != TaxMode.NONE
    logo, signature = pictures(chosen.logo, _id(seller.get("signature")))
    return InvoicePaper(
        title=translate(_title(invoice, seller)),
        number=invoice.invoice_number or "",
        invoice_date=invoice.invoice_date,
        due_date=invoice.due_date,
        references=_references(invoice, buyer, translate),
        place_of_supply=state_with_code(invoice.place_of_supply),
        reverse_charge=invoice.reverse_charge if is_taxable else None,
        seller=seller_party(seller, translate),
        buyer=buyer_party(buyer),
        ship_to=ship_to_party(buyer),
        declarations=tuple(_declarations(invoice, seller, buyer, translate)),
        copies=_markings(invoice, printed, copy or chosen.copies, translate),
        is_draft=invoice.is_draft,
        is_cancelled=invoice.is_cancelled,
        lines=tuple(line_of(line, invoice) for line in printed),
        totals=totals_of(invoice, printed, translate),
        round_off=invoice.round_off,
        grand_total=invoice.total,
        after_total=_after_total(invoice, translate),
        amount_in_words=in_words(invoice.total),
        tax_summary=summary_of(invoice, printed) if chosen.prints_summary else (),
        notes=invoice.notes or "",
        bank_details=bank_lines(seller, translate),
        upi_id=seller.get("upi_id") or "",
        upi_link=_upi_link(invoice, seller) if chosen.prints_upi else "",
        signatory=seller.get("signatory_name") or "",
        words=OF_DEBIT_NOTE if invoice.kind == "debit_note" else PaperWords(),
        **look_of(chosen, logo=logo, signature=signature),
    )


def _parties(invoice: Invoice, chosen: Branding) -> tuple[dict, dict]:
    if invoice.seller_snapshot and invoice.buyer_snapshot:
        return seller_of(invoice), invoice.buyer_snapshot
    terms = terms_for(invoice.customer_id)
    buyer = snapshot_of_buyer(terms.customer, invoice) if terms.customer else {}
    signing = {"signature": str(chosen.signature) if chosen.signature else None}
    return snapshot_of_seller(terms.company, terms.gst) | signing, buyer


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _title(invoice: Invoice, seller: dict) -> str:
    """A seller who is not registered may not call his bill a tax invoice or a bill of supply."""
    if seller.get("registration_type") == Registration.UNREGISTERED and invoice.kind != "debit_note":
        return N_("Invoice")
    return TITLES[invoice.kind]


def _references(invoice: Invoice, buyer: dict, translate: Translate) -> tuple[tuple[str, str], ...]:
    """What the customer and the customs look for: order, country of destination, port, shipping bill; and the
    invoice that a debit note raises (CGST Rule 53(1A))."""
    bill = invoice.shipping_bill_number
    shipped_on = invoice.shipping_bill_date
    original = original_of(invoice)
    known = (
        (N_("Against invoice"), _named(original, translate) if original else ""),
        (N_("Reason"), invoice.adjustment_reason),
        (N_("PO reference"), invoice.reference_number),
        (N_("Destination"), country_name(buyer.get("country_code"))),
        (N_("Port code"), invoice.port_code),
        (N_("Shipping bill"), bill),
        (N_("Shipping bill date"), format_date(shipped_on) if bill and shipped_on else ""),
    )
    return tuple((translate(words), text) for words, text in known if text)


def _named(original: Original, translate: Translate) -> str:
    words = {"number": original.number, "day": format_date(original.date)}
    return translate(N_("%(number)s of %(day)s")) % words


def _declarations(invoice: Invoice, seller: dict, buyer: dict, translate: Translate) -> list[str]:
    declared = []
    if seller.get("registration_type") == Registration.COMPOSITION:
        declared.append(translate(COMPOSITION))
    endorsement = ENDORSEMENTS.get((buyer.get("gst_treatment"), invoice.tax_mode))
    if endorsement:
        declared.append(translate(endorsement))
    if endorsement and invoice.tax_mode == TaxMode.IGST_ZERO_RATED_LUT and seller.get("lut_arn"):
        declared.append(translate(N_("Letter of undertaking %(arn)s")) % {"arn": seller["lut_arn"]})
    return declared


def copies_of(lines: Sequence[InvoiceLineItem]) -> dict[str, str]:
    """The copies of CGST Rule 48 by the name in the address; goods beside services are goods, too."""
    has_goods = any(line.hsn_sac and not line.hsn_sac.startswith("99") for line in lines)
    return MARKINGS["goods" if has_goods else "services"]


def _markings(
    invoice: Invoice, lines: Sequence[InvoiceLineItem], copy: str, translate: Translate
) -> tuple[str, ...]:
    """A draft is no copy of anything. What the rule does not know of this invoice is not found."""
    known = copies_of(lines)
    if copy != ALL_COPIES and copy not in known:
        raise NotFound()
    if invoice.is_draft:
        return ()
    return tuple(translate(words) for name, words in known.items() if copy in (ALL_COPIES, name))


def _after_total(invoice: Invoice, translate: Translate) -> tuple[tuple[str, Decimal], ...]:
    """What was received and credited since, and what is to be paid by when."""
    if invoice.is_draft or invoice.is_cancelled:
        return ()
    rows = [
        (translate(N_("Received")), -invoice.amount_paid),
        (translate(N_("Credited")), -invoice.amount_credited),
    ]
    rows = [(label, amount) for label, amount in rows if amount]
    if not invoice.balance:
        words = translate(N_("Balance due"))
    else:
        due_by = N_("Balance due by %(day)s") if rows else N_("Due by %(day)s")
        words = translate(due_by) % {"day": format_date(invoice.due_date)}
    return (*rows, (words, invoice.balance))


def _upi_link(invoice: Invoice, seller: dict) -> str:
    """Of the balance, so that nobody pays twice; nothing when there is nothing to pay."""
    if not seller.get("upi_id") or invoice.is_draft or invoice.is_cancelled or not invoice.balance:
        return ""
    name = seller.get("bank_account_name") or seller.get("trade_name") or seller["name"]
    return pay_link(seller["upi_id"], name=name, amount=invoice.balance, number=invoice.invoice_number)
