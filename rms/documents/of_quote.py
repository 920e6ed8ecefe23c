"""A stored quote as a paper: the sheet of an invoice with the words of an offer, and no way to pay."""

import re
from collections.abc import Sequence
from uuid import UUID

from rms.documents.invoice_pdf import render_invoice
from rms.documents.paper import InvoicePaper, PaperWords, look_of
from rms.documents.parts import (
    Translate,
    buyer_party,
    line_of,
    printed_lines,
    seller_party,
    state_with_code,
    totals_of,
)
from rms.domain.errors import N_
from rms.domain.words import in_words
from rms.models import Quote, QuoteLine
from rms.queries.branding import branding, pictures
from rms.queries.invoices import terms_for
from rms.queries.quotes import find_quote, lines_of, versions_of
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

TITLE = N_("Quotation")
WORDS = PaperWords(
    number=N_("Quote number"), date=N_("Quote date"), due=N_("Valid until"), buyer=N_("Quote for")
)


def pdf_of(quote_id: UUID, *, translate: Translate = str) -> tuple[str, bytes]:
    """(file name, PDF) of a quote or a draft; raises NotFound. Needs a tenant's scope."""
    paper = paper_of(find_quote(quote_id), lines_of(quote_id), translate=translate)
    return filename_of(paper), render_invoice(paper, translate=translate)


def filename_of(paper: InvoicePaper) -> str:
    """The number as a file name that every system takes: NFQ-26-27-0034.pdf."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", paper.number).strip("-.")
    return f"{plain or 'draft-quote'}.pdf"


def paper_of(quote: Quote, lines: Sequence[QuoteLine], *, translate: Translate = str) -> InvoicePaper:
    """What is printed; seller and buyer of a draft, which has no snapshots yet, cost one statement."""
    seller, buyer = _parties(quote)
    printed = printed_lines(lines)
    chosen = branding()
    logo, _ = pictures(chosen.logo, None)
    return InvoicePaper(
        title=translate(TITLE),
        number=quote.quote_number or "",
        invoice_date=quote.quote_date,
        due_date=quote.valid_until,
        references=_references(quote, translate),
        place_of_supply=state_with_code(quote.place_of_supply),
        seller=seller_party(seller, translate),
        buyer=buyer_party(buyer),
        is_draft=quote.is_draft,
        lines=tuple(line_of(line, quote) for line in printed),
        totals=totals_of(quote, printed, translate),
        round_off=quote.round_off,
        grand_total=quote.total,
        amount_in_words=in_words(quote.total),
        notes=quote.notes or "",
        signatory=seller.get("signatory_name") or "",
        words=WORDS,
        **look_of(chosen, logo=logo, signature=b""),
    )


def _parties(quote: Quote) -> tuple[dict, dict]:
    if quote.seller_snapshot and quote.buyer_snapshot:
        return quote.seller_snapshot, quote.buyer_snapshot
    terms = terms_for(quote.customer_id)
    buyer = snapshot_of_buyer(terms.customer) if terms.customer else {}
    return snapshot_of_seller(terms.company, terms.gst), buyer


def _references(quote: Quote, translate: Translate) -> tuple[tuple[str, str], ...]:
    older, _ = versions_of(quote) if quote.replaces_id else (None, [])
    known = (
        (N_("Replaces"), older.quote_number if older else None),
        (N_("Your reference"), quote.reference_number),
        (N_("Payment"), quote.payment_words),
    )
    return tuple((translate(words), text) for words, text in known if text)
