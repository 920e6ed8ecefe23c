"""A paper to try a look on: the newest invoice that was given out, else one invented around the company."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from rms.db.session import db
from rms.documents.of_invoice import MARKINGS, paper_of
from rms.documents.paper import InvoicePaper, PaperLine, PaperParty, PaperTax, PaperTaxGroup, look_of
from rms.documents.parts import Translate, bank_lines, seller_party
from rms.domain.branding import Branding
from rms.domain.errors import N_
from rms.domain.upi import pay_link
from rms.domain.words import in_words
from rms.models import Invoice
from rms.queries.branding import pictures
from rms.queries.invoices import lines_of, terms_for
from rms.queries.snapshots import snapshot_of_seller

NUMBER = "A/26-27/0001"
MOST_LINES = 10


def paper_to_try(look: Branding, *, translate: Translate, today: dt.date) -> InvoicePaper:
    """What the company's papers would look like, with the signature of today."""
    newest = (
        select(Invoice)
        .where(Invoice.status.not_in(("draft", "cancelled")), Invoice.kind != "opening")
        .where(Invoice.seller_snapshot.is_not(None))
        .order_by(Invoice.issued_at.desc(), Invoice.invoice_number.desc())
        .limit(1)
        .options(joinedload(Invoice.customer))
    )
    invoice = db().scalar(newest)
    if invoice is None:
        return _invented(look, translate, today)
    return paper_of(invoice, lines_of(invoice.id)[:MOST_LINES], translate=translate, look=look)


def _invented(look: Branding, translate: Translate, today: dt.date) -> InvoicePaper:
    """18 % of 1,000.00 on one line: nothing that could be taken for the company's own business."""
    terms = terms_for(None)
    seller = snapshot_of_seller(terms.company, terms.gst)
    logo, signature = pictures(look.logo, look.signature)
    heads = (PaperTax("CGST", Decimal(9), Decimal("90.00")), PaperTax("SGST", Decimal(9), Decimal("90.00")))
    value, total = Decimal("1000.00"), Decimal("1180.00")
    upi_id = seller.get("upi_id") or ""
    link = pay_link(upi_id, name=seller["name"], amount=total, number=NUMBER) if upi_id else ""
    line = PaperLine(
        translate(N_("A service of yours")), Decimal(1), value, value, total, hsn_sac="998599", taxes=heads
    )
    markings = [translate(words) for words in MARKINGS["services"].values()]
    return InvoicePaper(
        title=translate(N_("Tax invoice")),
        number=NUMBER,
        invoice_date=today,
        due_date=today + dt.timedelta(days=30),
        seller=seller_party(seller, translate),
        buyer=PaperParty(translate(N_("A customer of yours")), (translate(N_("Their address")),)),
        lines=(line,),
        totals=(
            (translate(N_("Taxable value")), value),
            ("CGST 9%", heads[0].amount),
            ("SGST 9%", heads[1].amount),
        ),
        grand_total=total,
        amount_in_words=in_words(total),
        tax_summary=(PaperTaxGroup("998599", value, heads),) if look.prints_summary else (),
        bank_details=bank_lines(seller, translate),
        upi_id=upi_id,
        upi_link=link if look.prints_upi else "",
        signatory=seller.get("signatory_name") or "",
        copies=tuple(markings if look.copies == "all" else markings[:1]),
        **look_of(look, logo=logo, signature=signature),
    )
