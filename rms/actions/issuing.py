"""From draft to paper: the checks of Rule 46, the snapshots, and the number, taken last. And cancelling."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import delete, select

from rms.actions import limits
from rms.actions.numbers import take_number
from rms.actions.pricing import retotal, supply_kind
from rms.crypto.fields import seal
from rms.db.locks import lock, lock_all
from rms.db.session import db
from rms.domain import tax
from rms.domain.errors import N_, Invalid, Sentence, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.invoicing import Priced
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import rupees
from rms.domain.place_of_supply import Registration, obstacle
from rms.models import (
    Invoice,
    InvoiceLineItem,
    Receipt,
    ReceiptAllocation,
)
from rms.queries import bank
from rms.queries.invoices import Terms, lines_of, terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

ADDRESS_NEEDED_FROM = 50_000  # CGST Rule 46(e): rupees of taxable value to an unregistered person

Problem = tuple[str, Sentence]


def problems_before_issue(
    invoice: Invoice, lines: list[InvoiceLineItem], terms: Terms, priced: Priced
) -> list[Problem]:
    """What stands against issuing, as (id of the field to go to, sentence); empty when ready."""
    return [
        *_about_the_seller(terms),
        *_about_the_customer(invoice, terms),
        *_about_the_lines(invoice, lines, terms),
        *_about_the_document(invoice, lines, terms, priced),
    ]


def issue(invoice_id: UUID, *, now: dt.datetime, today: dt.date, totals_seq: int | None = None) -> Invoice:
    """Turn a draft into an invoice with a number; its money fields never change afterwards.

    `totals_seq` is what the page showed: raises StaleVersion when the figures changed since. Raises Invalid
    with every problem by field, IllegalMove when it is issued already, PaymentRequired beyond the plan.
    """
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), Verb.ISSUE)
    if totals_seq is not None and totals_seq != invoice.totals_seq:
        raise StaleVersion(
            N_("This invoice was changed in another tab. Look at it again before you issue it."),
            theirs=invoice,
        )
    lines = _drop_blank_lines(lines_of(invoice_id))
    terms = terms_for(invoice.customer_id)
    priced = retotal(invoice, lines, terms)
    problems = problems_before_issue(invoice, lines, terms, priced)
    if problems:
        raise Invalid(N_("This invoice is not ready yet"), errors=_by_field(problems))
    for line, amounts in zip(lines, priced.lines, strict=True):
        line.tax_rate, line.cess_rate = amounts.tax_rate, amounts.cess_rate
    _drop_deleted_lines(invoice_id)
    db().flush()  # the lines first: once the invoice is paper, the database changes none of them
    _take_number(invoice)
    _become_paper(invoice, terms, now)
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
    if invoice.amount_credited:
        raise Invalid(N_("A credit note was issued against this invoice. Make another credit note instead."))
    for allocation in allocations:
        allocation.released_on = today
    db().flush()
    db().refresh(invoice)
    invoice.cancelled_at, invoice.cancel_reason = now, reason
    invoice.restate(today)
    db().flush()
    return invoice


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


def _about_the_seller(terms: Terms) -> Iterator[Problem]:
    company, gst = terms.company, terms.gst
    if not (company.address_line1 and company.state_code):
        yield "company", say(N_("Your company has no address yet. An invoice must carry it."))
    if gst.registration_type != Registration.UNREGISTERED and not gst.gst_number:
        yield "company", say(N_("Your company has no GSTIN yet. Add it, or say that you are not registered."))


def _about_the_customer(invoice: Invoice, terms: Terms) -> Iterator[Problem]:
    customer = terms.customer
    if customer is None:
        yield "customer_id", say(N_("Choose the customer."))
        return
    if terms.buyer.is_registered and not customer.address_line1:
        yield (
            "customer_id",
            say(N_("%(name)s has no address yet. A GST invoice must carry it."), name=customer.name),
        )
    is_large = invoice.subtotal >= ADDRESS_NEEDED_FROM
    if not terms.buyer.is_registered and is_large and not (customer.address_line1 and customer.state_code):
        yield (
            "customer_id",
            say(
                N_("From %(amount)s on, the invoice needs the address and state of %(name)s."),
                amount=rupees(ADDRESS_NEEDED_FROM),
                name=customer.name,
            ),
        )


def _about_the_lines(invoice: Invoice, lines: list[InvoiceLineItem], terms: Terms) -> Iterator[Problem]:
    if not lines:
        yield "lines", say(N_("Add at least one line."))
    for number, line in enumerate(lines, start=1):
        place = f"lines-{line.id}-name"
        if not line.is_valid:
            yield place, say(N_("Line %(number)s has something that cannot be read."), number=number)
            continue
        if not line.name:
            yield place, say(N_("Line %(number)s does not say what it is for."), number=number)
        if terms.gst.gst_number and not line.hsn_sac:
            yield f"lines-{line.id}-hsn_sac", say(N_("Line %(number)s has no SAC or HSN."), number=number)
        if line.tax_treatment == "taxable" and line.tax_rate not in tax.rates_on(invoice.invoice_date):
            yield (
                f"lines-{line.id}-tax",
                say(
                    N_("Line %(number)s has a GST rate that did not apply on the invoice date."),
                    number=number,
                ),
            )


def _about_the_document(
    invoice: Invoice, lines: list[InvoiceLineItem], terms: Terms, priced: Priced
) -> Iterator[Problem]:
    if lines and invoice.total <= 0:
        yield "lines", say(N_("The total is zero."))
    in_the_way = obstacle(terms.seller, priced.supply, supply_kind(lines))
    if in_the_way:
        yield "place_of_supply", in_the_way


def _by_field(problems: list[Problem]) -> dict[str, list[Sentence]]:
    errors: dict[str, list[Sentence]] = {}
    for place, sentence in problems:
        errors.setdefault(place, []).append(sentence)
    return errors


def _drop_blank_lines(lines: list[InvoiceLineItem]) -> list[InvoiceLineItem]:
    kept = []
    for line in lines:
        is_blank = line.is_valid and not (line.name or line.description or line.rate)
        if is_blank:
            db().delete(line)
        else:
            kept.append(line)
    return kept


def _drop_deleted_lines(invoice_id: UUID) -> None:
    """Those that waited for an undo: on paper they could never be cleared away any more."""
    waiting = (InvoiceLineItem.invoice_id == invoice_id, InvoiceLineItem.deleted_at.is_not(None))
    db().execute(delete(InvoiceLineItem).where(*waiting))


def _become_paper(invoice: Invoice, terms: Terms, now: dt.datetime) -> None:
    """Names and addresses are copied: whatever is edited later, this document stays as it was given out."""
    invoice.issued_at = now
    invoice.seller_snapshot = _sealed(snapshot_of_seller(terms.company, terms.gst), invoice)
    invoice.buyer_snapshot = snapshot_of_buyer(terms.customer)
    invoice.customer_gst = terms.customer.gst_number


def _sealed(seller: dict, invoice: Invoice) -> dict:
    """The copy of the account number opens on this invoice alone."""
    number = seller[bank.COLUMN]
    return {**seller, bank.COLUMN: seal(number, **bank.place_on(invoice))} if number else seller


def _take_number(invoice: Invoice) -> None:
    """CGST Rule 46(b). Last of all, since the counter's row stays locked until the transaction ends."""
    kind = "bill_of_supply" if invoice.kind == "bill_of_supply" else "invoice"
    taken = take_number(kind, invoice.invoice_date)
    invoice.series_id, invoice.invoice_number = taken.series_id, taken.text
