"""Using money that was kept on account: the same table as for a new receipt, under a fixed amount."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import receipts
from rms.domain.errors import DomainError
from rms.domain.lifecycle import ReceiptStatus, Verb, move_receipt
from rms.models import Receipt
from rms.policy import P
from rms.queries.receipts import find_receipt
from rms.rooms.receipts import room
from rms.rooms.receipts.book import Typed, open_book, typed_in
from rms.rooms.receipts.desk import Desk, changed, lay_out, mending, refuse
from rms.rooms.receipts.forms import METHOD_WORDS
from rms.rooms.receipts.new import as_sent, filled
from rms.web.clock import today
from rms.web.forms import Form
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

BESIDE = ("receipts/_left.html", "receipts/_dock.html")


@room.get("/<uuid:receipt_id>/allocate")
@requires(P.RECEIPT_RECORD)
def allocate(receipt_id: UUID):
    """A receipt of which nothing is left is only shown."""
    receipt = find_receipt(receipt_id)
    if not receipt.unallocated_amount:
        return go(url_for("receipts.show", receipt_id=receipt_id))
    return _screen(receipt, _desk(receipt, {}))


@room.post("/<uuid:receipt_id>/_/preview")
@requires(P.RECEIPT_RECORD)
def preview_use(receipt_id: UUID):
    """The screen with everything worked out; nothing is stored. What was pressed: `desk.changed`."""
    receipt, typed = find_receipt(receipt_id), typed_in(request.form)
    desk = _desk(receipt, typed)
    after = changed(desk, typed, request.values)
    desk = desk if after is None else lay_out(desk.book, receipt.unallocated_amount, after)
    also = (*BESIDE, "ui/_no_toast.html") if "undo" in request.form else BESIDE
    return _screen(receipt, desk, also=also)


@room.post("/<uuid:receipt_id>/_/fill")
@requires(P.RECEIPT_RECORD)
def fill_use(receipt_id: UUID):
    """`mode` as for a new receipt."""
    receipt, before = find_receipt(receipt_id), typed_in(request.form)
    desk = _desk(receipt, before)
    after, words = filled(desk, before)
    undo = {"words": words, "fields": as_sent()}
    desk = lay_out(desk.book, receipt.unallocated_amount, after)
    return _screen(receipt, desk, also=(*BESIDE, "receipts/_undo.html") if before else BESIDE, undo=undo)


@room.post("/<uuid:receipt_id>/allocate")
@requires(P.RECEIPT_RECORD)
@once
def use(receipt_id: UUID):
    receipt, typed, form = find_receipt(receipt_id), typed_in(request.form), Form()
    desk = _desk(receipt, typed, saving=True)
    if form.validate() and not desk.wrong:
        try:
            receipts.allocate(receipt_id, [*desk.claims, *desk.elsewhere], today=today())
        except DomainError as error:
            desk = _desk(receipt, typed, saving=True)
            refuse(form, desk, error)
        else:
            flash(gettext("The money is laid on the invoices."))
            return go(url_for("receipts.show", receipt_id=receipt_id))
    return page("receipts/allocate.html", status=422, refused=True, **_shown(receipt, desk, form))


def _desk(receipt: Receipt, typed: Typed, *, saving: bool = False) -> Desk:
    move_receipt(ReceiptStatus(receipt.status), Verb.ALLOCATE)
    book = open_book(receipt.customer, receipt.receipt_date, request.form.get("tds_section"))
    return lay_out(book, receipt.unallocated_amount, typed, saving=saving)


def _screen(receipt: Receipt, desk: Desk, *, also: tuple = (), **more):
    also, more = mending(also, more)
    shown = _shown(receipt, desk, Form(formdata=None))
    return page("receipts/allocate.html", piece="receipts/_alloc.html", also=also, **shown, **more)


def _shown(receipt: Receipt, desk: Desk, form: Form) -> dict:
    """What `allocate.html` and its pieces need."""
    return {
        "form": form,
        "receipt": receipt,
        "desk": desk,
        "method_words": METHOD_WORDS,
        "preview_url": url_for("receipts.preview_use", receipt_id=receipt.id),
        "fill_url": url_for("receipts.fill_use", receipt_id=receipt.id),
        "save_words": gettext("Save"),
    }
