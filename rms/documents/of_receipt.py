"""A receipt as a receipt voucher (CGST Rule 50), a refund as a refund voucher (Rule 51)."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rms.documents.invoice_pdf import render_sheet
from rms.documents.paper import look_of
from rms.documents.parts import Translate, buyer_party, seller_party, state_with_code
from rms.documents.vouchers import VoucherPaper, sheet_of
from rms.domain.advances import TaxWithin, tax_within
from rms.domain.errors import N_
from rms.domain.money import group_indian, rupees
from rms.domain.periods import format_date
from rms.domain.place_of_supply import SupplyKind, decide
from rms.domain.words import in_words
from rms.models import Receipt, Refund
from rms.queries.branding import branding, pictures
from rms.queries.invoices import Terms, terms_for
from rms.queries.receipts import allocations_of, find_receipt
from rms.queries.refunds import find_refund
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

METHODS = {
    "bank_transfer": N_("Bank transfer"),
    "upi": N_("UPI"),
    "cheque": N_("Cheque"),
    "cash": N_("Cash"),
    "card": N_("Card"),
}
RECEIPT, REFUND = N_("Receipt voucher"), N_("Refund voucher")
STANDS = {"pending": N_("Subject to clearance of the cheque")}
WATERMARKS = {"bounced": N_("Bounced"), "cancelled": N_("Cancelled")}


def pdf_of(receipt_id: UUID, *, translate: Translate = str) -> tuple[str, bytes]:
    """(file name, PDF) of a receipt voucher; raises NotFound. Needs a tenant's scope."""
    paper = paper_of(find_receipt(receipt_id), allocations_of(receipt_id), translate=translate)
    return filename_of(paper), draw(paper, translate=translate)


def refund_pdf_of(refund_id: UUID, *, translate: Translate = str) -> tuple[str, bytes]:
    """The same of a refund."""
    paper = paper_of_refund(find_refund(refund_id), translate=translate)
    return filename_of(paper), draw(paper, translate=translate)


def draw(paper: VoucherPaper, *, translate: Translate) -> bytes:
    return render_sheet(sheet_of(paper, translate), paper.day)


def filename_of(paper: VoucherPaper) -> str:
    """The number as a file name that every system takes: NFR-26-27-0102.pdf."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', paper.number).strip('-.') or 'voucher'}.pdf"


def tax_in_advance(receipt: Receipt, terms: Terms) -> TaxWithin | None:
    """The tax within what is on account, while it is kept as an advance for a service."""
    if receipt.keep_as != "advance" or receipt.reversed_on is not None:
        return None
    mode = decide(terms.seller, terms.buyer, SupplyKind.SERVICE).tax_mode
    return tax_within(receipt.unallocated_amount, mode)


def paper_of(receipt: Receipt, laid: Sequence[Any], *, translate: Translate = str) -> VoucherPaper:
    """What is printed: what came, the invoices it is laid on now, and what is left of it."""
    terms = terms_for(receipt.customer_id)
    live = [row for row in laid if row.released_on is None]
    has_tds = any(row.tds for row in live)
    has_off = any(row.write_off_amount for row in live)
    return VoucherPaper(
        title=translate(RECEIPT),
        number=receipt.receipt_number,
        day=receipt.receipt_date,
        party_words=translate(N_("Received from")),
        facts=_facts(receipt, terms, translate),
        columns=_columns(has_tds, has_off, translate),
        rows=tuple(_rows(receipt, live, has_tds, has_off, translate)),
        totals=_totals(receipt, translate),
        after_total=_beside(live, translate),
        grand=(translate(N_("Received")), rupees(receipt.amount)),
        words_heading=translate(N_("Amount in words")),
        words=in_words(receipt.amount),
        declarations=tuple(translate(STANDS[one]) for one in (receipt.status,) if one in STANDS),
        watermark=translate(WATERMARKS[receipt.status]) if receipt.status in WATERMARKS else "",
        summary=_tax_table(receipt, terms, translate),
        notes=receipt.notes or "",
        **_frame(terms, translate),
    )


def paper_of_refund(refund: Refund, *, translate: Translate = str) -> VoucherPaper:
    """Rule 51 wants the number and the date of the receipt voucher; a credit note's stand for it."""
    terms = terms_for(refund.customer_id)
    if refund.receipt:
        words, number = N_("Receipt voucher"), refund.receipt.receipt_number
        day = refund.receipt.receipt_date
        what = translate(N_("Advance received, for which nothing was supplied"))
    else:
        words, number = N_("Credit note"), refund.credit_note.credit_note_number
        day = refund.credit_note.credit_note_date
        what = translate(N_("Left of the credit note"))
    amount = group_indian(refund.amount)
    return VoucherPaper(
        title=translate(REFUND),
        number=refund.refund_number,
        day=refund.refund_date,
        party_words=translate(N_("Paid back to")),
        facts=_filled(
            (
                (N_("Refund number"), refund.refund_number),
                (N_("Date"), format_date(refund.refund_date)),
                (N_("Mode"), translate(METHODS[refund.payment_method]) if refund.payment_method else ""),
                (N_("Reference"), refund.reference),
                (words, number),
                (N_("Dated"), format_date(day)),
                (N_("Place of supply"), _place(terms)),
            ),
            translate,
        ),
        columns=(
            ("#", "ordinal"),
            (translate(N_("Out of")), "description"),
            (translate(N_("Paid back ₹")), "figure"),
        ),
        rows=((("1", ""), (f"{translate(words)} {number}", what), (amount, "")),),
        grand=(translate(N_("Paid back")), rupees(refund.amount)),
        words_heading=translate(N_("Amount in words")),
        words=in_words(refund.amount),
        watermark=translate(N_("Cancelled")) if refund.cancelled_on else "",
        summary=_tax_paid_back(refund, terms, translate),
        notes=refund.notes or "",
        **_frame(terms, translate),
    )


def _frame(terms: Terms, translate: Translate) -> dict:
    """Both parties as they are today, and the look: a voucher has no snapshots."""
    chosen = branding()
    seller = snapshot_of_seller(terms.company, terms.gst)
    logo, signature = pictures(chosen.logo, chosen.signature)
    return {
        "seller": seller_party(seller, translate),
        "party": buyer_party(snapshot_of_buyer(terms.customer)),
        "signatory": seller.get("signatory_name") or "",
        "look": look_of(chosen, logo=logo, signature=signature),
    }


def _facts(receipt: Receipt, terms: Terms, translate: Translate) -> tuple[tuple[str, str], ...]:
    reference = N_("Cheque number") if receipt.payment_method == "cheque" else N_("Reference")
    charges = rupees(receipt.bank_charges) if receipt.bank_charges else ""
    return _filled(
        (
            (N_("Receipt number"), receipt.receipt_number),
            (N_("Date"), format_date(receipt.receipt_date)),
            (N_("Mode"), translate(METHODS[receipt.payment_method]) if receipt.payment_method else ""),
            (reference, receipt.reference),
            (N_("Bank charges we bear"), charges),
            (N_("Place of supply"), _place(terms)),
        ),
        translate,
    )


def _filled(facts, translate: Translate) -> tuple[tuple[str, str], ...]:
    return tuple((translate(words), text) for words, text in facts if text)


def _place(terms: Terms) -> str:
    return state_with_code(decide(terms.seller, terms.buyer, SupplyKind.SERVICE).place_of_supply)


def _columns(has_tds: bool, has_off: bool, translate: Translate) -> tuple[tuple[str, str], ...]:
    columns = [("#", "ordinal"), (translate(N_("For")), "description"), (translate(N_("Due date")), "code")]
    columns += [(translate(N_("Invoice total ₹")), "figure")]
    columns += [(translate(N_("TDS ₹")), "figure")] if has_tds else []
    columns += [(translate(N_("Written off ₹")), "figure")] if has_off else []
    columns += [(translate(N_("From this receipt ₹")), "figure"), (translate(N_("Still owed ₹")), "figure")]
    return tuple(columns)


def _rows(receipt: Receipt, live: Sequence[Any], has_tds: bool, has_off: bool, translate: Translate):
    empty = ("", "")
    kept = [empty] * (has_tds + has_off)
    for ordinal, row in enumerate(live, start=1):
        yield (
            (str(ordinal), ""),
            (translate(N_("Invoice %(number)s")) % {"number": row.invoice_number}, ""),
            (format_date(row.due_date), ""),
            (group_indian(row.total), ""),
            *([(group_indian(row.tds), row.tds_section or "")] if has_tds else []),
            *([(group_indian(row.write_off_amount), "")] if has_off else []),
            (group_indian(row.allocated_amount), ""),
            (group_indian(row.balance), ""),
        )
    if receipt.unallocated_amount or not live:
        under = N_("to be paid back") if receipt.keep_as == "refund" else N_("advance, for later invoices")
        left = (group_indian(receipt.unallocated_amount), "")
        named = (translate(N_("On account")), translate(under))
        yield (empty, named, empty, empty, *kept, left, empty)
    if receipt.refunded_amount:
        paid = (group_indian(receipt.refunded_amount), "")
        yield (empty, (translate(N_("Paid back")), ""), empty, empty, *kept, paid, empty)


def _totals(receipt: Receipt, translate: Translate) -> tuple[tuple[str, str], ...]:
    """What the money became; nothing to add up when it became one thing."""
    parts = (
        (N_("On invoices"), receipt.allocated_amount),
        (N_("Paid back"), receipt.refunded_amount),
        (N_("On account"), receipt.unallocated_amount),
    )
    told = tuple((translate(words), group_indian(amount)) for words, amount in parts if amount)
    return told if len(told) > 1 else ()


def _beside(live: Sequence[Any], translate: Translate) -> tuple[tuple[str, str], ...]:
    """What was settled besides the money, so that customer and company book the same."""
    sums = (
        (N_("TDS deducted by you"), sum(row.tds for row in live)),
        (N_("Written off"), sum(row.write_off_amount for row in live)),
    )
    return tuple((translate(words), group_indian(amount)) for words, amount in sums if amount)


def _tax_table(receipt: Receipt, terms: Terms, translate: Translate):
    return _tax(tax_in_advance(receipt, terms), receipt.unallocated_amount, terms, translate)


def _tax_paid_back(refund: Refund, terms: Terms, translate: Translate):
    """Rule 51(f): the tax of what is paid back, which was on the receipt voucher."""
    if refund.receipt is None:
        return None
    mode = decide(terms.seller, terms.buyer, SupplyKind.SERVICE).tax_mode
    return _tax(tax_within(refund.amount, mode), refund.amount, terms, translate)


def _tax(within: TaxWithin | None, amount, terms: Terms, translate: Translate):
    if within is None:
        return None
    heads = tuple((f"{name} {rate.normalize():f}% ₹", "figure") for name, rate, _ in within.heads)
    columns = (
        (translate(N_("Place of supply")), "code"),
        (translate(N_("Value ₹")), "figure"),
        *heads,
        (translate(N_("Amount ₹")), "figure"),
    )
    row = (
        _place(terms),
        group_indian(within.value),
        *(group_indian(tax) for *_, tax in within.heads),
        group_indian(amount),
    )
    heading = translate(N_("Tax within it, services, not reverse charge (Rules 50 and 51)"))
    return heading, columns, (row,)
