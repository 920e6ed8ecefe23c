"""Credit notes: drafted, issued with a number of their own, used on invoices, cancelled.

The lock order is credit note, then invoices, then the number's counter. What may be credited of an invoice is
judged again when the credit note is issued, under the lock of the invoice, so that two people cannot both
take back the last of a line.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from rms.actions import credit_lines
from rms.actions.credit_heads import Head, checked, checked_reason
from rms.actions.credit_lines import Worked
from rms.actions.numbers import take_number
from rms.db.locks import lock, lock_all
from rms.db.session import db
from rms.domain import allocation
from rms.domain.allocation import RECEIPT, Claim, OpenInvoice
from rms.domain.contacts import Checks
from rms.domain.crediting import Ask, last_day_for_gst
from rms.domain.errors import N_, Invalid, NotFound, Sentence, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import CreditNoteStatus, Status, Verb, move, move_credit_note
from rms.domain.money import rupees
from rms.domain.numbering import problems_with_number
from rms.domain.periods import format_date
from rms.models import CreditNote, CreditNoteApplication, CreditNoteLineItem, Invoice
from rms.queries import bank
from rms.queries.credit_notes import billed_of, creditable, find_credit_note, lines_of_credit_note
from rms.queries.invoices import Terms, find_invoice, terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

USES = "credit_note"  # where the sentence about the credit note as a whole stands


@dataclass(frozen=True)
class Use:
    """How much of a credit note is taken off one invoice."""

    invoice_id: UUID
    amount: Decimal


def create_from_invoice(
    invoice_id: UUID,
    *,
    today: dt.date,
    created_by: UUID | None,
    head: Head | None = None,
    asks: Sequence[Ask] = (),
) -> CreditNote:
    """A draft against an issued invoice. Without `head` it is of today, and financial (without GST) once the
    last day for GST has passed. Raises IllegalMove for a draft or a cancelled invoice, Invalid as `change`.
    """
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.CREDIT, kind=invoice.kind)
    is_late = today > last_day_for_gst(invoice.invoice_date)
    head = checked(head or Head(today, is_financial=is_late))
    note = _add(
        head, invoice.customer_id, created_by, invoice_id=invoice_id, customer_gst=invoice.customer_gst
    )
    _work_out(note, [], asks=asks)
    db().flush()
    return note


def create_standalone(
    customer_id: UUID,
    *,
    head: Head,
    lines: Sequence[Mapping[str, str]] = (),
    created_by: UUID | None,
) -> CreditNote:
    """A draft that names no invoice; `lines` are cells as typed (domain/typed_line.py)."""
    terms = terms_for(customer_id)
    gst_number = terms.customer.gst_number
    note = _add(checked(head), customer_id, created_by, customer_gst=gst_number)
    _work_out(note, [], cells=lines)
    db().flush()
    return note


def change(
    credit_note_id: UUID,
    *,
    head: Head,
    asks: Sequence[Ask] = (),
    lines: Sequence[Mapping[str, str]] = (),
    version: int,
) -> CreditNote:
    """Store head and lines of a draft in one act: `asks` where it is against an invoice, else `lines`.

    Raises IllegalMove once it is issued, StaleVersion when somebody saved in between, Invalid by field, by
    str(line id) and by "lines.0.rate".
    """
    note = _open_draft(credit_note_id, Verb.EDIT, version)
    for name, value in vars(checked(head)).items():
        setattr(note, name, value)
    _work_out(note, lines_of_credit_note(note.id), asks=asks, cells=lines)
    note.version += 1
    db().flush()
    return note


def delete_draft(credit_note_id: UUID) -> None:
    """Only a draft: raises IllegalMove for everything that has a number."""
    note = _open_draft(credit_note_id, Verb.DELETE, None)
    db().delete(note)
    db().flush()


def issue(
    credit_note_id: UUID,
    *,
    now: dt.datetime,
    today: dt.date,
    version: int | None = None,
    reduces_invoice: bool = True,
) -> CreditNote:
    """Give a draft its number. It is used on its own invoice at once, up to what is owed there, unless
    `reduces_invoice` is false; what is left stays to be used or paid back.

    Raises IllegalMove, StaleVersion, and Invalid by field and by str(line id): what is left of a line is
    judged again here, under the lock of the invoice.
    """
    note = _open_draft(credit_note_id, Verb.ISSUE, version)
    invoice = lock(Invoice, note.invoice_id) if note.invoice_id else None
    terms = terms_for(note.customer_id)
    if invoice:
        move(Status(invoice.status), Verb.CREDIT)
        _judge_again(note, invoice, terms)
    _refuse_unready(note, invoice, today)
    db().flush()  # the lines first: once the credit note is issued, the database changes none of them
    _become_paper(note, invoice, terms, now)
    note.restate()
    db().flush()
    if invoice and reduces_invoice:
        _reduce(note, invoice, today)
    return note


def apply(credit_note_id: UUID, uses: Sequence[Use], *, today: dt.date) -> CreditNote:
    """Take what is left of a credit note off invoices of its customer, as of today.

    Raises IllegalMove unless it is issued with something left, Invalid by str(invoice id) and at
    "credit_note" when more is used than there is.
    """
    note = lock(CreditNote, credit_note_id)
    move_credit_note(CreditNoteStatus(note.status), Verb.APPLY)
    if not uses:
        raise Invalid(N_("Say how much goes to which invoice."))
    invoices = lock_all(Invoice, [use.invoice_id for use in uses])
    problems = problems_with(
        note.unapplied_amount, uses, [_as_open(one) for one in invoices], note.customer_id
    )
    if problems:
        raise Invalid(N_("The credit does not fit yet"), errors=problems)
    live = {row.invoice_id: row for row in _live(note)}
    for use in uses:
        _take_off(note, use, live.get(use.invoice_id), today)
    _settle(note, invoices, today)
    return note


def release(credit_note_id: UUID, invoice_id: UUID, *, today: dt.date) -> CreditNote:
    """Take a credit note off an invoice again, as of today: the invoice is owed again, the credit is free."""
    note = lock(CreditNote, credit_note_id)
    rows = [row for row in _live(note) if row.invoice_id == invoice_id]
    if not rows:
        raise NotFound()
    invoice = lock(Invoice, invoice_id)
    _let_go(rows, today)
    _settle(note, [invoice], today)
    return note


def cancel(credit_note_id: UUID, *, reason: str, today: dt.date) -> CreditNote:
    """Cancel an issued credit note: its number stays used, its invoices are owed again as of today. Refused
    while something of it is paid back."""
    note = lock(CreditNote, credit_note_id)
    if note.status != CreditNoteStatus.APPLIED:  # what is used up is taken back first, and then stands open
        move_credit_note(CreditNoteStatus(note.status), Verb.CANCEL)
    reason = checked_reason(reason)
    if note.refunded_amount:
        raise Invalid(N_("Part of this credit was paid back. Cancel the refund first."))
    rows = _live(note)
    invoices = lock_all(Invoice, [row.invoice_id for row in rows])
    _let_go(rows, today)
    _settle(note, invoices, today)
    note.cancelled_on, note.cancel_reason = max(today, note.credit_note_date), reason
    note.restate()
    db().flush()
    return note


def problems_with(
    available: Decimal, uses: Sequence[Use], invoices: Sequence[OpenInvoice], customer_id: UUID
) -> dict[str, list[Sentence]]:
    """What stands against these uses: as for money that arrived, in the words of a credit note."""
    claims = [Claim(use.invoice_id, use.amount) for use in uses]
    problems = allocation.problems(available, claims, invoices, customer_id)
    if problems.pop(RECEIPT, None):
        excess = -allocation.left_over(available, claims)
        problems[USES] = [say(N_("Used %(excess)s more than is left of the credit"), excess=rupees(excess))]
    return problems


# Drafts


def _add(head: Head, customer_id: UUID, created_by: UUID | None, **columns) -> CreditNote:
    note = CreditNote(**vars(head), **columns, customer_id=customer_id, created_by=created_by)
    db().add(note)
    db().flush()
    return note


def _open_draft(credit_note_id: UUID, verb: Verb, version: int | None) -> CreditNote:
    note = lock(CreditNote, credit_note_id)
    move_credit_note(CreditNoteStatus(note.status), verb)
    if version is not None and version != note.version:
        raise StaleVersion(
            N_("This credit note was changed in another tab. Look at it again before you save."),
            theirs=find_credit_note(credit_note_id),
        )
    return note


def _work_out(
    note: CreditNote,
    stored: Sequence[CreditNoteLineItem],
    *,
    asks: Sequence[Ask] = (),
    cells: Sequence[Mapping[str, str]] = (),
) -> None:
    terms = terms_for(note.customer_id)
    credit_lines.store(note, stored, worked_out(note, terms, asks=asks, cells=cells))


def worked_out(
    note: CreditNote,
    terms: Terms,
    *,
    asks: Sequence[Ask] = (),
    cells: Sequence[Mapping[str, str]] = (),
) -> Worked:
    """What the draft comes to with these lines; nothing is stored."""
    if note.invoice_id is None:
        typed = credit_lines.read_lines(cells, note.credit_note_date)
        return credit_lines.of_typed(terms, typed, is_financial=note.is_financial)
    invoice = find_invoice(note.invoice_id)
    rows, billed = creditable(invoice.id), billed_of(invoice, terms)
    return credit_lines.of_invoice(invoice, rows, billed, asks, is_financial=note.is_financial)


# Issuing


def _judge_again(note: CreditNote, invoice: Invoice, terms: Terms) -> None:
    """The invoice is locked now: what is left of its lines stays so until this is committed."""
    stored = lines_of_credit_note(note.id)
    worked = credit_lines.of_invoice(
        invoice,
        creditable(invoice.id),
        billed_of(invoice, terms),
        credit_lines.asks_of(stored),
        is_financial=note.is_financial,
    )
    credit_lines.store(note, stored, worked)


def _refuse_unready(note: CreditNote, invoice: Invoice | None, today: dt.date) -> None:
    checks = Checks()
    day = note.credit_note_date
    if not note.amount:
        checks.refuse("lines", say(N_("Say what is credited: a quantity or an amount of at least one line")))
    if day > today:
        checks.refuse("credit_note_date", say(N_("This day has not come yet")))
    elif invoice and day < invoice.invoice_date:
        words = N_("The invoice is of %(day)s. Choose that day or a later one")
        checks.refuse("credit_note_date", say(words, day=format_date(invoice.invoice_date)))
    if invoice and not note.is_financial and day > last_day_for_gst(invoice.invoice_date):
        words = N_("GST of this invoice could be credited until %(day)s. Make it a credit note without GST")
        last = format_date(last_day_for_gst(invoice.invoice_date))
        checks.refuse("is_financial", say(words, day=last))
    checks.finish()


def _become_paper(note: CreditNote, invoice: Invoice | None, terms: Terms, now: dt.datetime) -> None:
    """The buyer is the one of the invoice, with the GSTIN under which it was reported (Rule 53(1A)). The
    number is taken last, since the counter's row stays locked until the transaction ends."""
    seller = snapshot_of_seller(terms.company, terms.gst, settings=terms.settings)
    note.seller_snapshot = {**seller, bank.COLUMN: None}
    note.buyer_snapshot = (invoice.buyer_snapshot if invoice else None) or snapshot_of_buyer(terms.customer)
    note.customer_gst = invoice.customer_gst if invoice else terms.customer.gst_number
    taken = take_number("credit_note", note.credit_note_date)
    too_long = problems_with_number(taken.text)
    if too_long:
        raise Invalid(N_("This credit note is not ready yet"), errors={"numbering": too_long})
    note.series_id, note.credit_note_number = taken.series_id, taken.text
    note.issued_at = now
    note.version += 1


def _reduce(note: CreditNote, invoice: Invoice, today: dt.date) -> None:
    """Its own invoice first, as far as something is owed there; it counts from the day of the credit note."""
    amount = min(note.total_credit, invoice.balance)
    if amount <= 0:
        return
    _add_row(note, invoice.id, amount, note.credit_note_date)
    _settle(note, [invoice], today)


# Uses


def _live(note: CreditNote) -> list[CreditNoteApplication]:
    """Read under the lock of the credit note, without which none is made or released."""
    row = CreditNoteApplication
    statement = select(row).where(row.credit_note_id == note.id, row.released_on.is_(None))
    return list(db().scalars(statement.execution_options(populate_existing=True)))


def _take_off(note: CreditNote, use: Use, before: CreditNoteApplication | None, today: dt.date) -> None:
    """One live row per credit note and invoice: more for the same invoice takes the place of the row of an
    earlier day, which stays for reports as of that day."""
    if before is None:
        _add_row(note, use.invoice_id, use.amount, today)
    elif before.applied_on == today:
        before.applied_amount += use.amount
    else:
        before.released_on = max(today, before.applied_on)
        db().flush()
        _add_row(note, use.invoice_id, before.applied_amount + use.amount, today)


def _add_row(note: CreditNote, invoice_id: UUID, amount: Decimal, day: dt.date) -> None:
    db().add(
        CreditNoteApplication(
            credit_note_id=note.id, invoice_id=invoice_id, applied_amount=amount, applied_on=day
        )
    )


def _let_go(rows: Sequence[CreditNoteApplication], today: dt.date) -> None:
    for row in rows:
        row.released_on = max(today, row.applied_on)


def _settle(note: CreditNote, invoices: Sequence[Invoice], today: dt.date) -> None:
    """The sums are kept by triggers, so both sides are read again before their states follow."""
    db().flush()
    db().refresh(note)
    note.restate()
    for invoice in invoices:
        db().refresh(invoice)
        invoice.restate(today)
    db().flush()


def _as_open(invoice: Invoice) -> OpenInvoice:
    return OpenInvoice(
        id=invoice.id,
        number=invoice.invoice_number or "",
        due_date=invoice.due_date,
        balance=invoice.balance,
        customer_id=invoice.customer_id,
        status=Status(invoice.status),
    )
