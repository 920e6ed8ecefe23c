"""From draft to paper: the checks of Rule 46, the snapshots, and the number, taken last. And cancelling."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, literal, select, union_all

from rms.actions import limits
from rms.actions.numbers import take_number
from rms.actions.pricing import retotal
from rms.actions.ready import document_of, is_blank
from rms.crypto.fields import seal
from rms.db.locks import lock, lock_all, lock_where
from rms.db.session import db
from rms.domain import readiness
from rms.domain.errors import N_, Invalid, NotFound, Sentence, StaleVersion
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.numbering import problems_with_number
from rms.domain.readiness import Finding
from rms.models import (
    Invoice,
    InvoiceLineItem,
    Receipt,
    ReceiptAllocation,
)
from rms.queries import bank
from rms.queries.credit_notes import is_credited
from rms.queries.debit_notes import is_debited
from rms.queries.invoices import Terms, lines_of, terms_for
from rms.queries.numbers import series_kind
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller


def issue(invoice_id: UUID, *, now: dt.datetime, today: dt.date, totals_seq: int | None = None) -> Invoice:
    """Turn a draft into an invoice with a number; its money fields never change afterwards.

    `totals_seq` is what the page showed: raises StaleVersion when the figures changed since. Raises Invalid
    with every problem by field, IllegalMove when it is issued already, PaymentRequired beyond the plan.
    """
    invoice = _lock_with_original(invoice_id)
    move(Status(invoice.status), Verb.ISSUE)
    if totals_seq is not None and totals_seq != invoice.totals_seq:
        raise StaleVersion(
            N_("This invoice was changed in another tab. Look at it again before you issue it."),
            theirs=invoice,
        )
    lines = _drop_blank_lines(lines_of(invoice_id))
    terms = terms_for(invoice.customer_id)
    priced = retotal(invoice, lines, terms)
    document = document_of(invoice, lines, terms, priced, today=today)
    problems = readiness.obstacles(document)
    if problems:
        raise Invalid(N_("This invoice is not ready yet"), errors=_by_field(problems))
    for line, amounts in zip(lines, priced.lines, strict=True):
        line.tax_rate, line.cess_rate = amounts.tax_rate, amounts.cess_rate
    _drop_deleted_lines(invoice_id)
    db().flush()  # the lines first: once the invoice is paper, the database changes none of them
    _take_number(invoice)
    _become_paper(invoice, terms, document.lut_arn, now)
    invoice.restate(today)
    db().flush()
    limits.count_issued(now=now)
    return invoice


def cancel(invoice_id: UUID, *, reason: str, now: dt.datetime, today: dt.date) -> Invoice:
    """Cancel an issued invoice: its number stays used, its money goes back on account today."""
    invoice, allocations = _lock_with_money(invoice_id)
    move(Status(invoice.status), Verb.CANCEL)
    if not reason:
        raise Invalid(N_("Say why, for the books."), field="reason")
    if invoice.amount_credited or is_credited(invoice_id):
        raise Invalid(N_("A credit note was issued against this invoice. Make another credit note instead."))
    if is_debited(invoice_id):
        raise Invalid(N_("A debit note stands against this invoice. Cancel that first."))
    for allocation in allocations:
        allocation.released_on = today
    db().flush()
    db().refresh(invoice)
    invoice.cancelled_at, invoice.cancel_reason = now, reason
    invoice.restate(today)
    db().flush()
    return invoice


def _lock_with_original(invoice_id: UUID) -> Invoice:
    """A debit note with its invoice, which may not be cancelled meanwhile; which one it is never changes."""
    wanted = union_all(
        select(literal(invoice_id)), select(Invoice.against_invoice_id).where(Invoice.id == invoice_id)
    )
    for row in lock_where(Invoice, Invoice.id.in_(wanted)):
        if row.id == invoice_id:
            return row
    raise NotFound(N_("Nothing here."))


def _lock_with_money(invoice_id: UUID) -> tuple[Invoice, list[ReceiptAllocation]]:
    """The invoice with its live allocations, after their receipts. One that arrives between the two locks is
    refused: its receipt could only be locked out of order now, and who cancels has not seen it.
    """
    live = select(ReceiptAllocation).where(
        ReceiptAllocation.invoice_id == invoice_id, ReceiptAllocation.released_on.is_(None)
    )
    receipts = {allocation.receipt_id for allocation in db().scalars(live)}
    lock_all(Receipt, receipts)
    invoice = lock(Invoice, invoice_id)
    allocations = list(db().scalars(live))
    if {allocation.receipt_id for allocation in allocations} - receipts:
        raise StaleVersion(
            N_("Money for this invoice arrived at this moment. Look at it again before you cancel it."),
            theirs=invoice,
        )
    return invoice, allocations


def _by_field(problems: Iterable[Finding]) -> dict[str, list[Sentence]]:
    errors: dict[str, list[Sentence]] = {}
    for problem in problems:
        errors.setdefault(problem.place, []).append(problem.told)
    return errors


def _drop_blank_lines(lines: list[InvoiceLineItem]) -> list[InvoiceLineItem]:
    kept = []
    for line in lines:
        if is_blank(line):
            db().delete(line)
        else:
            kept.append(line)
    return kept


def _drop_deleted_lines(invoice_id: UUID) -> None:
    """Those that waited for an undo: on paper they could never be cleared away any more."""
    waiting = (InvoiceLineItem.invoice_id == invoice_id, InvoiceLineItem.deleted_at.is_not(None))
    db().execute(delete(InvoiceLineItem).where(*waiting))


def _become_paper(invoice: Invoice, terms: Terms, lut_arn: str | None, now: dt.datetime) -> None:
    """Names and addresses are copied: whatever is edited later, this document stays as it was given out."""
    invoice.issued_at = now
    seller = snapshot_of_seller(terms.company, terms.gst, settings=terms.settings, lut_arn=lut_arn)
    invoice.seller_snapshot = _sealed(seller, invoice)
    invoice.buyer_snapshot = snapshot_of_buyer(terms.customer, invoice)
    invoice.customer_gst = terms.customer.gst_number


def _sealed(seller: dict, invoice: Invoice) -> dict:
    """The copy of the account number opens on this invoice alone."""
    number = seller[bank.COLUMN]
    return {**seller, bank.COLUMN: seal(number, **bank.place_on(invoice))} if number else seller


def _take_number(invoice: Invoice) -> None:
    """CGST Rule 46(b). Last of all, since the counter's row stays locked until the transaction ends."""
    kind = series_kind(invoice)
    taken = take_number(kind, invoice.invoice_date, invoice.series_id)
    too_long = problems_with_number(taken.text)
    if too_long:
        raise Invalid(N_("This invoice is not ready yet"), errors={"numbering": too_long})
    invoice.series_id, invoice.invoice_number = taken.series_id, taken.text
