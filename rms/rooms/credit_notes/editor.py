"""Drafting a credit note: lines of an invoice, or lines of its own; each change is worked out at once."""

from uuid import UUID

from flask import current_app, flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import credit_notes
from rms.domain.crediting import last_day_for_gst
from rms.domain.errors import DomainError, StaleVersion
from rms.domain.lifecycle import CreditNoteStatus, Status, Verb, move, move_credit_note
from rms.models import CreditNote
from rms.policy import P
from rms.queries.credit_notes import find_credit_note
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice
from rms.rooms.credit_notes import room
from rms.rooms.credit_notes.forms import REDUCE, REFUND, HeadForm
from rms.rooms.credit_notes.sheet import (
    Sheet,
    against,
    alone,
    of_draft,
    posted,
    refuse,
    typed_cells,
    with_spare,
)
from rms.web.clock import now, today
from rms.web.fragments import go, page
from rms.web.guard import can, requires
from rms.web.once import once

BESIDE = ("credit_notes/_sums.html", "credit_notes/_number.html", "credit_notes/_dock.html")


@room.get("/new")
@requires(P.INVOICE_DRAFT)
def new():
    """`?invoice=` offers its lines, `?customer=` begins one that names no invoice."""
    invoice_id, customer_id = (request.args.get(name, type=UUID) for name in ("invoice", "customer"))
    if invoice_id:
        invoice = find_invoice(invoice_id)
        move(Status(invoice.status), Verb.CREDIT)
        is_late = today() > last_day_for_gst(invoice.invoice_date)
        form = HeadForm(
            formdata=None, invoice_id=str(invoice.id), credit_note_date=today(), is_financial=is_late
        )
        return _screen(against(invoice, form, {}))
    buyer = find_customer(customer_id) if customer_id else None
    known = {"customer_id": str(buyer.id), "customer": buyer.name} if buyer else {}
    form = HeadForm(formdata=None, credit_note_date=today(), **known)
    form.buyer = buyer
    return _screen(alone(form, with_spare([{}])))


@room.post("/_/preview")
@requires(P.INVOICE_DRAFT)
def preview():
    """The sheet with everything worked out; nothing is stored."""
    form = HeadForm()
    form.in_fair_copy()
    return _screen(posted(form))


@room.post("")
@requires(P.INVOICE_DRAFT)
@once
def create():
    """The draft; with the button that issues it, the credit note."""
    form = HeadForm()
    sheet = posted(form)
    if form.validate() and (sheet.invoice or form.require_buyer()) and not sheet.wrong:
        try:
            note = _create(sheet)
            if request.form.get("act") == "issue" and can(P.INVOICE_ISSUE):
                return _issued(_issue(note, sheet), sheet)
        except DomainError as error:
            refuse(form, sheet, error)
        else:
            flash(gettext("The draft is saved."))
            return go(url_for("credit_notes.edit", credit_note_id=note.id))
    return _screen(sheet, status=422, refused=True)


@room.get("/<uuid:credit_note_id>/edit")
@requires(P.INVOICE_DRAFT)
def edit(credit_note_id: UUID):
    """What is issued is only shown."""
    note = find_credit_note(credit_note_id)
    if note.status != CreditNoteStatus.DRAFT:
        return go(url_for("credit_notes.show", credit_note_id=credit_note_id))
    return _screen(of_draft(note))


@room.post("/<uuid:credit_note_id>/_/preview")
@requires(P.INVOICE_DRAFT)
def preview_draft(credit_note_id: UUID):
    """The draft with what was typed worked out; nothing is stored."""
    note, form = _draft(credit_note_id), HeadForm()
    form.in_fair_copy()
    return _screen(posted(form, note))


@room.post("/<uuid:credit_note_id>/save")
@requires(P.INVOICE_DRAFT)
def save(credit_note_id: UUID):
    sheet = posted(HeadForm(), _draft(credit_note_id))
    if sheet.form.validate() and not sheet.wrong:
        try:
            _change(sheet)
        except DomainError as error:
            return _refused(sheet, error)
        flash(gettext("The draft is saved."))
        return go(url_for("credit_notes.edit", credit_note_id=credit_note_id))
    return _screen(sheet, status=422, refused=True)


@room.post("/<uuid:credit_note_id>/issue")
@requires(P.INVOICE_ISSUE)
@once
def issue(credit_note_id: UUID):
    """What was typed is stored and issued in one act."""
    sheet = posted(HeadForm(), _draft(credit_note_id))
    if sheet.form.validate() and not sheet.wrong:
        try:
            note = _issue(_change(sheet), sheet)
        except DomainError as error:
            return _refused(sheet, error)
        return _issued(note, sheet)
    return _screen(sheet, status=422, refused=True)


@room.post("/<uuid:credit_note_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete(credit_note_id: UUID):
    credit_notes.delete_draft(credit_note_id)
    flash(gettext("The draft is deleted."))
    return go(url_for("credit_notes.index"))


def _draft(credit_note_id: UUID) -> CreditNote:
    note = find_credit_note(credit_note_id)
    move_credit_note(CreditNoteStatus(note.status), Verb.EDIT)
    return note


def _create(sheet: Sheet) -> CreditNote:
    form, who = sheet.form, current_user.user_id
    if sheet.invoice:
        asks = [*sheet.picked.asks, *sheet.picked.elsewhere]
        return credit_notes.create_from_invoice(
            sheet.invoice.id, today=today(), created_by=who, head=form.head(), asks=asks
        )
    return credit_notes.create_standalone(
        form.buyer.id, head=form.head(), lines=typed_cells(), created_by=who
    )


def _change(sheet: Sheet) -> CreditNote:
    asks = [*sheet.picked.asks, *sheet.picked.elsewhere] if sheet.picked else []
    return credit_notes.change(
        sheet.note.id,
        head=sheet.form.head(),
        asks=asks,
        lines=typed_cells(),
        version=sheet.form.row_version,
    )


def _issue(note: CreditNote, sheet: Sheet) -> CreditNote:
    return credit_notes.issue(note.id, now=now(), today=today(), reduces_invoice=sheet.then == REDUCE)


def _issued(note: CreditNote, sheet: Sheet):
    flash(gettext("%(number)s is issued.", number=note.credit_note_number))
    if sheet.then == REFUND and can(P.RECEIPT_RECORD) and "refunds.new" in current_app.view_functions:
        return go(url_for("refunds.new", credit_note=note.id))
    return go(url_for("credit_notes.show", credit_note_id=note.id))


def _refused(sheet: Sheet, error: DomainError):
    """A version that is not the stored one shows both: what is stored can be opened beside what was typed."""
    refuse(sheet.form, sheet, error)
    is_stale = isinstance(error, StaleVersion)
    return _screen(sheet, status=error.status, refused=True, is_stale=is_stale)


def _screen(sheet: Sheet, *, status: int = 200, **more):
    problems = () if "refused" not in request.form else ("credit_notes/_problems.html",)
    return page(
        "credit_notes/edit.html",
        piece="credit_notes/_lines.html",
        also=(*BESIDE, *problems),
        status=status,
        sheet=sheet,
        form=sheet.form,
        mending=bool(problems),
        **more,
    )
