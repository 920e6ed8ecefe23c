"""Credit notes as lists and pages show them, and what issued ones have taken back of an invoice."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, true, tuple_
from sqlalchemy.orm import joinedload

from rms.db.session import db
from rms.domain import crediting, numbering
from rms.domain.crediting import Billed, BilledLine, Part
from rms.domain.errors import Invalid, NotFound
from rms.domain.money import parse_money, q0
from rms.models import (
    CreditNote,
    CreditNoteApplication,
    CreditNoteLineItem,
    Customer,
    Invoice,
    InvoiceLineItem,
    NumberCounter,
    NumberSeries,
    Refund,
    User,
)
from rms.queries.invoices import Terms, lines_of
from rms.queries.numbers import series_to_take

LONGEST_SEARCH = 100
NOTHING = Decimal("0.00")
COUNTED = ("issued", "applied")  # a draft takes nothing back yet, a cancelled one no longer
HEADS = ("cgst", "sgst", "igst", "cess")


class View(StrEnum):
    """The tabs of the list. `left` holds credit notes of which something can still be used."""

    ALL = "all"
    DRAFTS = "drafts"
    LEFT = "left"
    USED = "used"


@dataclass(frozen=True)
class Filter:
    view: View = View.ALL
    search: str = ""


@dataclass(frozen=True)
class Key:
    """Where a row stands in the list: newest date first."""

    credit_note_date: dt.date
    id: UUID

    @classmethod
    def read(cls, values: Sequence[str]) -> "Key":
        """From the values of a cursor; raises ValueError when they are none of this list's."""
        day, row_id = values
        return cls(dt.date.fromisoformat(day), UUID(row_id))


@dataclass(frozen=True)
class Sums:
    """The whole filter added up without drafts and cancelled ones, and the rows of each tab."""

    count: int
    total: Decimal
    left: Decimal
    uncounted: int
    tabs: dict[View, int]


@dataclass(frozen=True)
class Creditable:
    """A line of an invoice as it was billed, what is left of it, and the credit notes that took from it."""

    line: InvoiceLineItem
    billed: BilledLine
    notes: Sequence[tuple[str, Decimal]] = ()

    @property
    def left(self) -> Part:
        return self.billed.left


# One credit note


def find_credit_note(credit_note_id: UUID) -> CreditNote:
    """With its customer and its invoice, in one statement; its lines are `lines_of_credit_note`."""
    with_both = (joinedload(CreditNote.customer), joinedload(CreditNote.invoice))
    note = db().scalar(select(CreditNote).where(CreditNote.id == credit_note_id).options(*with_both))
    if note is None:
        raise NotFound()
    return note


def lines_of_credit_note(credit_note_id: UUID) -> list[CreditNoteLineItem]:
    line = CreditNoteLineItem
    statement = select(line).where(line.credit_note_id == credit_note_id).order_by(line.position, line.id)
    return list(db().scalars(statement))


def applications_of(credit_note_id: UUID) -> list[Any]:
    """What it was used on, released rows included, in the order in which it happened."""
    row = CreditNoteApplication
    statement = (
        select(
            row.invoice_id,
            row.applied_amount,
            row.applied_on,
            row.released_on,
            row.created_at,
            Invoice.invoice_number,
            Invoice.due_date,
            Invoice.balance,
        )
        .join(row.invoice)
        .where(row.credit_note_id == credit_note_id)
        .order_by(row.created_at, Invoice.due_date, Invoice.invoice_number)
    )
    return list(db().execute(statement))


def refunds_of(credit_note_id: UUID) -> list[Any]:
    """What of it was paid back, the oldest first."""
    statement = (
        select(Refund.id, Refund.refund_number, Refund.refund_date, Refund.amount, Refund.cancelled_on)
        .where(Refund.credit_note_id == credit_note_id)
        .order_by(Refund.created_at, Refund.id)
    )
    return list(db().execute(statement))


def applications_to(invoice_id: UUID) -> list[Any]:
    """What credit notes took off this invoice, released rows included, in the order they were made."""
    row = CreditNoteApplication
    statement = (
        select(
            row.credit_note_id,
            row.applied_amount,
            row.applied_on,
            row.released_on,
            row.created_at,
            row.updated_at,
            CreditNote.credit_note_number,
        )
        .join(row.credit_note)
        .where(row.invoice_id == invoice_id)
        .order_by(row.created_at, row.id)
    )
    return list(db().execute(statement))


def who_started(note: CreditNote) -> str:
    """The name of the person; empty when it was no person."""
    row = db().execute(select(User.first_name, User.email).where(User.id == note.created_by)).first()
    return (row.first_name or row.email) if row else ""


def is_credited(invoice_id: UUID) -> bool:
    """Whether an issued credit note stands against this invoice, wherever its credit is used."""
    statement = select(CreditNote.id).where(
        CreditNote.invoice_id == invoice_id, CreditNote.status.in_(COUNTED)
    )
    return db().scalar(statement.limit(1)) is not None


# What is left to credit of an invoice


def creditable(invoice_id: UUID) -> list[Creditable]:
    """Every line of the invoice with what is left of it, in two statements."""
    lines = lines_of(invoice_id)
    parts, notes = _credited(invoice_id, {line.id: billed_part(line) for line in lines})
    return [
        Creditable(
            line,
            BilledLine(line.id, billed_part(line), parts.get(line.id, Part()), line.unit or ""),
            notes.get(line.id, ()),
        )
        for line in lines
    ]


def billed_part(line: InvoiceLineItem) -> Part:
    return Part(line.quantity, line.taxable_amount, *(getattr(line, f"{head}_amount") for head in HEADS))


def billed_of(invoice: Invoice, terms: Terms) -> Billed:
    """The sums that rounding looks at. A total that is not in whole rupees was not rounded; one that is may
    be so by chance, and then the company's setting decides."""
    before = CreditNote.amount + CreditNote.gst_amount
    statement = select(
        func.coalesce(func.sum(before), NOTHING), func.coalesce(func.sum(CreditNote.total_credit), NOTHING)
    ).where(CreditNote.invoice_id == invoice.id, CreditNote.status.in_(COUNTED))
    credited_before, credited = db().execute(statement).one()
    is_whole = invoice.total == q0(invoice.total)
    rounds = is_whole and (bool(invoice.round_off) or terms.rounds_off)
    return Billed(invoice.total - invoice.round_off, invoice.total, rounds, credited_before, credited)


def _credited(
    invoice_id: UUID, billed: dict[UUID, Part]
) -> tuple[dict[UUID, Part], dict[UUID, list[tuple[str, Decimal]]]]:
    line = CreditNoteLineItem
    statement = (
        select(
            line.invoice_line_id,
            CreditNote.credit_note_number,
            CreditNote.is_financial,
            line.quantity,
            line.taxable_amount,
            *(getattr(line, f"{head}_amount") for head in HEADS),
        )
        .join(CreditNote, (CreditNote.tenant_id == line.tenant_id) & (CreditNote.id == line.credit_note_id))
        .where(CreditNote.invoice_id == invoice_id, CreditNote.status.in_(COUNTED))
        .order_by(CreditNote.credit_note_date, CreditNote.id)
    )
    rows, notes = [], {}
    for line_id, number, is_financial, *figures in db().execute(statement):
        part = Part(*figures)
        whole = billed.get(line_id)
        rows.append((line_id, crediting.as_if_taxed(whole, part) if is_financial and whole else part))
        notes.setdefault(line_id, []).append((number, part.taxable))
    return dict(crediting.by_line(rows)), notes


def next_credit_note_number(day: dt.date, terms: Terms) -> str:
    """The number that a draft would get if it were issued now; a promise to nobody."""
    starts = terms.company.financial_year_start
    year = numbering.financial_year(day, starts.month if starts else 4)
    statement = (
        series_to_take("credit_note", None)
        .outerjoin(
            NumberCounter,
            (NumberCounter.tenant_id == NumberSeries.tenant_id)
            & (NumberCounter.series_id == NumberSeries.id)
            & (NumberCounter.financial_year == case((NumberSeries.resets_yearly, year), else_="")),
        )
        .add_columns(NumberCounter.next_value)
    )
    series, value = db().execute(statement).one()
    return numbering.render(series.pattern, series.prefix, year, value or 1)


# The list


def list_credit_notes(wanted: Filter, *, limit: int, after: Key | None = None) -> list[Any]:
    """Rows of one page, the newest first, in one statement."""
    place = tuple_(CreditNote.credit_note_date, CreditNote.id)
    statement = (
        select(
            CreditNote.id,
            CreditNote.credit_note_number,
            CreditNote.credit_note_date,
            CreditNote.reason_code,
            CreditNote.is_financial,
            CreditNote.total_credit,
            CreditNote.unapplied_amount,
            CreditNote.status,
            Customer.name.label("customer_name"),
            Invoice.invoice_number,
        )
        .select_from(CreditNote)
        .outerjoin(CreditNote.customer)
        .outerjoin(CreditNote.invoice)
        .where(_in_view(wanted.view), _matching(wanted.search))
    )
    if after:
        statement = statement.where(place < tuple_(after.credit_note_date, after.id))
    ordered = statement.order_by(CreditNote.credit_note_date.desc(), CreditNote.id.desc())
    return list(db().execute(ordered.limit(limit)))


def sums(wanted: Filter) -> Sums:
    """The footer of the list and the numbers on its tabs, in one statement."""
    shown, counted = _in_view(wanted.view), CreditNote.status.in_(COUNTED)
    views = [view for view in View if view is not View.ALL]
    statement = (
        select(
            func.count().filter(shown & counted),
            func.coalesce(func.sum(CreditNote.total_credit).filter(shown & counted), NOTHING),
            func.coalesce(func.sum(CreditNote.unapplied_amount).filter(shown & counted), NOTHING),
            func.count().filter(shown & ~counted),
            func.count(),
            *(func.count().filter(_in_view(view)) for view in views),
        )
        .select_from(CreditNote)
        .outerjoin(CreditNote.customer)
        .outerjoin(CreditNote.invoice)
        .where(_matching(wanted.search))
    )
    count, total, left, uncounted, everything, *tabs = db().execute(statement).one()
    return Sums(count, total, left, uncounted, {View.ALL: everything, **dict(zip(views, tabs, strict=True))})


def _in_view(view: View) -> ColumnElement[bool]:
    status = CreditNote.status
    if view is View.DRAFTS:
        return status == "draft"
    if view is View.LEFT:
        return status.in_(COUNTED) & (CreditNote.unapplied_amount > 0)
    return status == "applied" if view is View.USED else true()


def _matching(search: str) -> ColumnElement[bool]:
    """Numbers and customer anywhere in them, every character as itself; an amount exactly."""
    typed = search.strip()[:LONGEST_SEARCH]
    if not typed:
        return true()
    places = (CreditNote.credit_note_number, Invoice.invoice_number, Customer.name)
    matches = [place.icontains(typed, autoescape=True) for place in places]
    amount = _amount(typed)
    if amount:
        matches += [CreditNote.total_credit == amount, CreditNote.unapplied_amount == amount]
    return or_(*matches)


def _amount(typed: str) -> Decimal | None:
    try:
        return parse_money(typed)
    except Invalid:
        return None
