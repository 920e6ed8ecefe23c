"""What is done to a draft as a whole: opened, its head changed, thrown away. Its lines: `invoice_lines.py`.

Every function locks the invoice first, so that totals have one writer at a time. Issuing is in `issuing.py`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, cast, delete, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from rms.actions.drafts import Draft, append, lock_draft, open_draft
from rms.actions.invoice_lines import add_line, change_line, delete_line, restore_line
from rms.actions.pricing import supply_kind
from rms.db.base import Base
from rms.db.session import db
from rms.domain import discounts, periods
from rms.domain.discounts import Discount
from rms.domain.errors import N_, Invalid, NotFound, StaleVersion
from rms.domain.lifecycle import Verb
from rms.domain.place_of_supply import place_of_supply
from rms.models import DeletedDraft, Invoice, InvoiceLineItem
from rms.queries.invoices import Terms, lines_of, terms_for

__all__ = [
    "Draft",
    "Head",
    "add_line",
    "change_head",
    "change_line",
    "create_draft",
    "delete_draft",
    "delete_line",
    "restore_draft",
    "lines_of",
    "restore_line",
    "store_head",
]


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
    discount: Discount = discounts.NONE
    prices_include_tax: bool = False
    reverse_charge: bool = False
    export_with_payment: bool = False
    adjustment_reason: str | None = None


def create_draft(
    *,
    customer_id: UUID | None,
    today: dt.date,
    created_by: UUID | None,
    lines: Sequence[Mapping[str, str]] = (),
) -> Invoice:
    """A new draft dated today; the customer brings payment terms and place of supply.

    `lines` are cells as typed, one mapping a line, "service" an id; without them it has one empty line.
    """
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
    draft = Draft(invoice, [], terms)
    append(draft, lines or [{}])
    _settle_place(draft)
    draft.reprice()
    return invoice


def change_head(invoice_id: UUID, head: Head, *, version: int) -> Draft:
    """Store the head; a new customer brings terms and place of supply, a new date or term the due date.

    Raises StaleVersion when somebody saved the head in between, IllegalMove when it is no draft any more.
    """
    draft = open_draft(invoice_id)
    store_head(draft, head, version=version)
    return draft.reprice()


def store_head(draft: Draft, head: Head, *, version: int) -> None:
    """Without pricing; the draft's terms are those of the new customer afterwards."""
    invoice = draft.invoice
    if invoice.version != version:
        raise StaleVersion(N_("The top of this invoice was changed in another tab."), theirs=invoice)
    if invoice.against_invoice_id:
        head = _as_debit_note(invoice, head)
    if head.customer_id != invoice.customer_id:
        draft.terms = terms_for(head.customer_id)
    has_new_customer = head.customer_id != invoice.customer_id
    _store_dates(invoice, head, draft.terms if has_new_customer else None)
    invoice.customer_id = head.customer_id
    invoice.customer = draft.terms.customer
    invoice.place_of_supply = None if has_new_customer else head.place_of_supply
    invoice.reference_number = head.reference_number
    invoice.notes = head.notes
    invoice.discount_percent, invoice.discount_amount = head.discount.percent, head.discount.amount
    invoice.prices_include_tax = head.prices_include_tax
    invoice.reverse_charge = head.reverse_charge
    invoice.export_with_payment = head.export_with_payment
    invoice.adjustment_reason = head.adjustment_reason if invoice.against_invoice_id else None
    invoice.version += 1
    _settle_place(draft)


def delete_draft(invoice_id: UUID, *, now: dt.datetime) -> None:
    """A draft has no number, so it may vanish without a trace in the books. It can be put back for a day."""
    lock_draft(invoice_id, Verb.DELETE)
    rows = {"invoices": _rows_of(Invoice, Invoice.id == invoice_id)}
    rows["invoice_line_items"] = _rows_of(InvoiceLineItem, InvoiceLineItem.invoice_id == invoice_id)
    db().add(DeletedDraft(invoice_id=invoice_id, rows=rows, deleted_at=now))
    db().execute(delete(Invoice).where(Invoice.id == invoice_id))


def restore_draft(invoice_id: UUID) -> None:
    """Put back a draft that was thrown away; raises NotFound when there is none any more."""
    kept = db().scalar(
        select(DeletedDraft)
        .where(DeletedDraft.invoice_id == invoice_id)
        .order_by(DeletedDraft.deleted_at.desc())
    )
    if kept is None or db().scalar(select(Invoice.id).where(Invoice.id == invoice_id)):
        raise NotFound()
    _put_back(Invoice, kept.rows["invoices"])
    _put_back(InvoiceLineItem, kept.rows["invoice_line_items"])
    db().delete(kept)
    db().flush()


def _rows_of(model: type[Base], condition: ColumnElement[bool]) -> list[dict]:
    """Whole rows as the database writes them, so that they come back to the last digit."""
    table = model.__table__
    row = func.to_jsonb(literal_column(table.name)).label("row")
    return list(db().scalars(select(row).select_from(model).where(condition)))


def _put_back(model: type[Base], rows: list[dict]) -> None:
    table = model.__table__
    names = [column.name for column in table.columns if column.computed is None]
    typed = func.jsonb_populate_recordset(literal_column(f"NULL::{table.name}"), cast(rows, JSONB))
    source = typed.table_valued(*[table.c[name] for name in names])
    db().execute(insert(table).from_select(names, select(*[source.c[name] for name in names])))


def _as_debit_note(invoice: Invoice, head: Head) -> Head:
    """It follows its invoice: the same customer, and taxed where and how that supply was."""
    if head.customer_id != invoice.customer_id:
        raise Invalid(N_("A debit note goes to the customer of its invoice."), field="customer")
    kept = ("place_of_supply", "reverse_charge", "export_with_payment")
    return replace(head, **{name: getattr(invoice, name) for name in kept})


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
