"""A stored credit note as a paper (CGST Rule 53(1A)), from its snapshots once it is issued.

The sheet is that of an invoice with other words. One without GST says so in its title, since it is no
document of section 34 and its recipient takes nothing back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.documents.invoice_pdf import render_invoice
from rms.documents.paper import InvoicePaper, PaperLine, PaperWords, look_of
from rms.documents.parts import (
    Translate,
    buyer_party,
    seller_party,
    state_with_code,
    summary_of,
    taxes_of,
)
from rms.domain.errors import N_
from rms.domain.lifecycle import CreditNoteStatus
from rms.domain.periods import format_date
from rms.domain.tax import rate_label
from rms.domain.words import in_words
from rms.models import CreditNote, CreditNoteLineItem
from rms.queries.branding import branding, pictures
from rms.queries.credit_notes import find_credit_note, lines_of_credit_note
from rms.queries.invoices import terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

TITLE = N_("Credit note")
TITLE_WITHOUT_GST = N_("Credit note without GST")
CESS = "Cess"  # as parts.taxes_of names it
WORDS = PaperWords(number=N_("Credit note number"), date=N_("Credit note date"), buyer=N_("Credit to"))
REASONS = {
    "return": N_("Goods returned"),
    "price": N_("Charged too much"),
    "deficiency": N_("Service not given or deficient"),
    "discount": N_("Discount after sale"),
    "other": N_("Other"),
}


@dataclass(frozen=True)
class _Taxed:
    """What `parts` asks of a document to print its taxes."""

    tax_mode: str | None
    tax_total: Decimal
    reverse_charge: bool


def pdf_of(credit_note_id: UUID, *, translate: Translate = str) -> tuple[str, bytes]:
    """(file name, PDF) of a credit note or its draft; raises NotFound. Needs a tenant's scope."""
    paper = paper_by_id(credit_note_id, translate=translate)
    return filename_of(paper), render_invoice(paper, translate=translate)


def paper_by_id(credit_note_id: UUID, *, translate: Translate = str) -> InvoicePaper:
    """The paper of a credit note; raises NotFound."""
    note = find_credit_note(credit_note_id)
    return paper_of(note, lines_of_credit_note(credit_note_id), translate=translate)


def filename_of(paper: InvoicePaper) -> str:
    """The number as a file name that every system takes: NFC-26-27-0011.pdf."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", paper.number).strip("-.")
    return f"{plain or 'draft-credit-note'}.pdf"


def paper_of(
    note: CreditNote, lines: Sequence[CreditNoteLineItem], *, translate: Translate = str
) -> InvoicePaper:
    """What is printed; seller and buyer of a draft, which has no snapshots yet, cost one statement."""
    seller, buyer = _parties(note)
    taxed = _Taxed(note.tax_mode, note.gst_amount, note.reverse_charge)
    chosen = branding()
    signing = seller.get("signature")
    logo, signature = pictures(chosen.logo, UUID(signing) if signing else None)
    return InvoicePaper(
        title=translate(TITLE_WITHOUT_GST if note.is_financial else TITLE),
        number=note.credit_note_number or "",
        invoice_date=note.credit_note_date,
        references=_references(note, translate),
        place_of_supply=state_with_code(note.place_of_supply),
        reverse_charge=None if note.is_financial else note.reverse_charge,
        seller=seller_party(seller, translate),
        buyer=buyer_party(buyer),
        is_draft=note.status == CreditNoteStatus.DRAFT,
        is_cancelled=note.status == CreditNoteStatus.CANCELLED,
        lines=tuple(_line(line, taxed, translate) for line in lines),
        totals=_totals(note, lines, taxed, translate),
        round_off=note.round_off,
        grand_total=note.total_credit,
        amount_in_words=in_words(note.total_credit),
        tax_summary=summary_of(taxed, lines) if chosen.prints_summary else (),
        notes=note.notes or "",
        signatory=seller.get("signatory_name") or "",
        words=WORDS,
        **look_of(chosen, logo=logo, signature=signature),
    )


def _parties(note: CreditNote) -> tuple[dict, dict]:
    if note.seller_snapshot and note.buyer_snapshot:
        return note.seller_snapshot, note.buyer_snapshot
    terms = terms_for(note.customer_id)
    buyer = snapshot_of_buyer(terms.customer) if terms.customer else {}
    return snapshot_of_seller(terms.company, terms.gst), buyer


def _references(note: CreditNote, translate: Translate) -> tuple[tuple[str, str], ...]:
    """Number and date of the document it credits (Rule 53(1A)(f)), and why."""
    invoice = note.invoice
    known = (
        (N_("Against invoice"), invoice.invoice_number if invoice else ""),
        (N_("Invoice date"), format_date(invoice.invoice_date) if invoice else ""),
        (N_("Reason"), note.reason or translate(REASONS[note.reason_code])),
    )
    return tuple((translate(words), text) for words, text in known if text)


def _line(line: CreditNoteLineItem, taxed: _Taxed, translate: Translate) -> PaperLine:
    """Where the price alone was lowered nothing is taken back: it stands there once, for the whole amount."""
    is_price_alone = not line.quantity
    details = (line.description or "") if line.name else ""
    return PaperLine(
        description=line.name or line.description or "",
        details=translate(N_("Price lowered")) if is_price_alone else details,
        hsn_sac=line.hsn_sac or "",
        quantity=Decimal(1) if is_price_alone else line.quantity,
        unit="" if is_price_alone else line.unit or "",
        rate=line.taxable_amount if is_price_alone else line.rate,
        taxable=line.taxable_amount,
        taxes=taxes_of([line], taxed) if taxed.tax_total else (),
        total=line.total,
    )


def _totals(
    note: CreditNote, lines: Sequence[CreditNoteLineItem], taxed: _Taxed, translate: Translate
) -> tuple[tuple[str, Decimal], ...]:
    """Taxable value and each tax at each rate, as they stand above the grand total."""
    by_rate: dict[Decimal, list[CreditNoteLineItem]] = {}
    for line in lines:
        if line.tax_amount:
            by_rate.setdefault(line.tax_rate, []).append(line)
    rows = [
        (f"{tax.name} {rate_label(tax.rate)}%", tax.amount)
        for _, alike in sorted(by_rate.items())
        for tax in taxes_of(alike, taxed)
        if tax.amount and tax.name != CESS
    ]
    if note.cess_amount:
        rows.append((translate(N_("Cess")), note.cess_amount))
    label = N_("Amount") if note.is_financial else N_("Taxable value")
    return ((translate(label), note.amount), *rows)
