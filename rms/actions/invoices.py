"""What is done to a draft: opened, changed, thrown away; its lines added, changed, deleted, put back.

Every function locks the invoice first, so that totals have one writer at a time. Issuing is in `issuing.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from rms.actions.pricing import retotal, supply_kind
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import periods, typed_line
from rms.domain.errors import N_, DomainError, Invalid, NotFound, StaleVersion
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.place_of_supply import place_of_supply
from rms.domain.typed_line import TypedLine
from rms.models import Invoice, InvoiceLineItem
from rms.queries.invoices import Terms, cells_of_service, deleted_or_live_line, lines_of, terms_for

MOST_LINES = 1_000


@dataclass(frozen=True, kw_only=True)
class Head:
    """The head of a draft as the editor shows it; `payment_terms` in days."""

    customer_id: UUID | None
    invoice_date: dt.date
    payment_terms: int
    due_date: dt.date
    place_of_supply: str | None
    reference_number: str | None
    notes: str | None


@dataclass(frozen=True)
class Draft:
    """A locked draft with its live lines and what its tax depends on."""

    invoice: Invoice
    lines: list[InvoiceLineItem]
    terms: Terms

    def line(self, line_id: UUID) -> InvoiceLineItem:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise NotFound()


def create_draft(*, customer_id: UUID | None, today: dt.date, created_by: UUID) -> Invoice:
    """A new draft dated today with one empty line; the customer brings payment terms and place of supply."""
    terms = terms_for(customer_id)
    days = terms.customer.payment_terms if terms.customer else terms.default_terms_days
    invoice = Invoice(
        customer_id=customer_id,
        invoice_date=today,
        payment_terms=days,
        due_date=periods.due_date(today, days),
        prices_include_tax=terms.gst.display_format == "inclusive",
        created_by=created_by,
    )
    db().add(invoice)
    db().flush()
    line = _new_line(invoice, [], terms)
    _settle_place(Draft(invoice, [line], terms))
    retotal(invoice, [line], terms)
    db().flush()
    return invoice


def change_head(invoice_id: UUID, head: Head, *, version: int) -> Draft:
    """Store the head; a new customer brings terms and place of supply, a new date or term the due date.

    Raises StaleVersion when somebody saved the head in between, IllegalMove when it is no draft any more.
    """
    invoice = _lock_draft(invoice_id)
    if invoice.version != version:
        raise StaleVersion(N_("The top of this invoice was changed in another tab."), theirs=invoice)
    draft = Draft(invoice, lines_of(invoice_id), terms_for(head.customer_id))
    has_new_customer = head.customer_id != invoice.customer_id
    _store_dates(invoice, head, draft.terms if has_new_customer else None)
    invoice.customer_id = head.customer_id
    invoice.customer = draft.terms.customer
    invoice.place_of_supply = None if has_new_customer else head.place_of_supply
    invoice.reference_number = head.reference_number
    invoice.notes = head.notes
    invoice.version += 1
    _settle_place(draft)
    retotal(invoice, draft.lines, draft.terms)
    db().flush()
    return draft


def add_line(invoice_id: UUID, *, cells: Mapping[str, str] | None = None) -> tuple[Draft, InvoiceLineItem]:
    """A new line at the end, empty or with the given cells; its GST rate is the company's usual one."""
    draft = _open(invoice_id)
    if len(draft.lines) >= MOST_LINES:
        raise DomainError(N_("An invoice has at most %(most)s lines."), most=MOST_LINES)
    line = _new_line(draft.invoice, draft.lines, draft.terms)
    draft.lines.append(line)
    if cells:
        _write(line, _read(cells, draft.invoice))
        retotal(draft.invoice, draft.lines, draft.terms)
        db().flush()
    return draft, line


def change_line(
    invoice_id: UUID,
    line_id: UUID,
    cells: Mapping[str, str],
    *,
    version: int,
    service_id: UUID | None = None,
) -> tuple[Draft, InvoiceLineItem, TypedLine]:
    """Store what was typed in one line and retotal. Text that cannot be read is kept beside the line.

    A picked service fills SAC, unit, rate and GST. Raises StaleVersion with the stored line as `theirs`.
    """
    draft = _open(invoice_id)
    line = draft.line(line_id)
    if line.version != version:
        raise StaleVersion(N_("This line was changed in another tab."), theirs=line)
    if service_id:
        cells = {**cells, **cells_of_service(service_id, draft.invoice.invoice_date)}
        line.service_type_id = service_id
    typed = _read(cells, draft.invoice)
    _write(line, typed)
    line.version += 1
    retotal(draft.invoice, draft.lines, draft.terms)
    db().flush()
    return draft, line, typed


def delete_line(invoice_id: UUID, line_id: UUID, *, now: dt.datetime) -> tuple[Draft, InvoiceLineItem]:
    """Take a line out of the draft; it can be put back for 24 hours."""
    draft = _open(invoice_id)
    line = draft.line(line_id)
    line.deleted_at = now
    draft.lines.remove(line)
    retotal(draft.invoice, draft.lines, draft.terms)
    db().flush()
    return draft, line


def restore_line(invoice_id: UUID, line_id: UUID) -> tuple[Draft, InvoiceLineItem]:
    """Put a deleted line back where it was; putting back a line that is there changes nothing."""
    invoice = _lock_draft(invoice_id)
    line = deleted_or_live_line(invoice_id, line_id)
    line.deleted_at = None
    db().flush()
    draft = Draft(invoice, lines_of(invoice_id), terms_for(invoice.customer_id))
    retotal(invoice, draft.lines, draft.terms)
    db().flush()
    return draft, line


def delete_draft(invoice_id: UUID) -> None:
    """A draft has no number, so it may vanish without a trace in the books."""
    _lock_draft(invoice_id, Verb.DELETE)
    db().execute(delete(Invoice).where(Invoice.id == invoice_id))


def _lock_draft(invoice_id: UUID, verb: Verb = Verb.EDIT) -> Invoice:
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), verb)
    return invoice


def _open(invoice_id: UUID) -> Draft:
    invoice = _lock_draft(invoice_id)
    return Draft(invoice, lines_of(invoice_id), terms_for(invoice.customer_id))


def _new_line(invoice: Invoice, lines: list[InvoiceLineItem], terms: Terms) -> InvoiceLineItem:
    """Flushed at once, so that its defaults are there to be priced."""
    line = InvoiceLineItem(
        invoice_id=invoice.id,
        position=max((line.position for line in lines), default=0) + 1,
        tax_rate=terms.default_rate,
    )
    db().add(line)
    db().flush()
    return line


def _read(cells: Mapping[str, str], invoice: Invoice) -> TypedLine:
    return typed_line.read(cells, invoice.invoice_date)


def _write(line: InvoiceLineItem, typed: TypedLine) -> None:
    draft = typed.draft
    line.is_valid = typed.is_valid
    line.raw_input = None if typed.is_valid else typed.raw
    line.name = (typed.name or "")[:255] or None
    line.description = (typed.description or "")[:10_000] or None
    if not typed.is_valid:
        return
    line.hsn_sac, line.unit = draft.hsn_sac, draft.unit
    line.quantity, line.rate = draft.quantity, draft.rate
    line.discount_percent = draft.discount_percent
    line.tax_rate, line.tax_treatment = draft.tax_rate, draft.treatment.value


def _store_dates(invoice: Invoice, head: Head, new_customers_terms: Terms | None) -> None:
    """Whatever was changed decides: a due date typed by hand makes the terms, anything else the due date."""
    if new_customers_terms and new_customers_terms.customer:
        days = new_customers_terms.customer.payment_terms
        due = periods.due_date(head.invoice_date, days)
    elif head.due_date != invoice.due_date:
        due, days = head.due_date, (head.due_date - head.invoice_date).days
    else:
        days, due = head.payment_terms, periods.due_date(head.invoice_date, head.payment_terms)
    if due < head.invoice_date:
        raise Invalid(N_("The due date is before the invoice date."), field="due_date")
    invoice.invoice_date, invoice.payment_terms, invoice.due_date = head.invoice_date, days, due


def _settle_place(draft: Draft) -> None:
    """A place chosen by hand stays; otherwise the rule for this seller and customer decides."""
    invoice = draft.invoice
    if invoice.place_of_supply is None and draft.terms.seller.state_code:
        invoice.place_of_supply = place_of_supply(
            draft.terms.seller, draft.terms.buyer, supply_kind(draft.lines)
        )
