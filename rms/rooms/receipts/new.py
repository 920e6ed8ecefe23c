"""Recording a receipt: who paid, how much, and which invoices it is for, in one screen."""

from decimal import Decimal
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import receipts
from rms.domain.errors import DomainError
from rms.domain.lifecycle import OPEN, Status
from rms.domain.money import ZERO
from rms.policy import P
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice
from rms.rooms.receipts import room
from rms.rooms.receipts.desk import Desk, Typed, filled, in_full, lay_out, mending, refuse, typed_in
from rms.rooms.receipts.forms import ReceiptForm
from rms.web.clock import now, today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

BESIDE = ("receipts/_head.html", "receipts/_left.html", "receipts/_dock.html")


@room.get("/new")
@requires(P.RECEIPT_RECORD)
def new():
    """`?invoice=` fills in its customer, its row and its balance; `?customer=` the customer alone."""
    customer_id, invoice_id = (request.args.get(name, type=UUID) for name in ("customer", "invoice"))
    invoice = find_invoice(invoice_id) if invoice_id else None
    payer_id = invoice.customer_id if invoice else customer_id
    payer = find_customer(payer_id) if payer_id else None
    is_payable = invoice is not None and Status(invoice.status) in OPEN
    typed = in_full(payer, invoice.id) if is_payable else {}
    amount = invoice.balance if typed else None
    form = ReceiptForm.about(payer, amount=amount, receipt_date=today())
    return page("receipts/new.html", **_shown(form, lay_out(payer, amount or ZERO, typed)))


@room.get("/_/open")
@requires(P.RECEIPT_RECORD)
def open_invoices():
    """The open invoices of the customer that was just chosen; nothing is laid on them yet."""
    form = ReceiptForm(request.args)
    given = _as_id(form.customer.data)
    if given:
        form.customer_id.data, form.customer.data = given, ""
    payer = form.find_payer()
    desk = lay_out(payer, _amount(form), {})
    also = ("receipts/_left.html", "receipts/_dock.html")
    back = url_for("receipts.new", customer=payer.id if payer else None)
    return swap("receipts/_alloc.html", also=also, back=back, **_shown(form, desk))


@room.post("/_/preview")
@requires(P.RECEIPT_RECORD)
def preview():
    """The screen with everything worked out; nothing is stored. `?use=<invoice>` settles that one."""
    form, typed = _sent()
    use = request.args.get("use", type=UUID)
    if use:
        typed = {**typed, **in_full(form.payer, use)}
    also = (*BESIDE, "ui/_no_toast.html") if "undo" in request.form else BESIDE
    return _screen(form, typed, also=also)


@room.post("/_/fill")
@requires(P.RECEIPT_RECORD)
def fill():
    """`mode=oldest` lays the money on the longest due invoices, `mode=none` takes it off again."""
    form, before = _sent()
    is_oldest = request.values.get("mode") != "none"
    typed = filled(form.payer, _amount(form)) if is_oldest else {}
    words = gettext("Filled, the longest due first") if is_oldest else gettext("Cleared")
    undo = {"words": words, "fields": _as_sent()}
    return _screen(form, typed, also=(*BESIDE, "receipts/_undo.html") if before else BESIDE, undo=undo)


@room.post("")
@requires(P.RECEIPT_RECORD)
@once
def create():
    form, typed = _sent()
    desk = lay_out(form.payer, _amount(form), typed)
    if form.validate() and not desk.wrong:
        try:
            receipt = _record(form, desk)
        except DomainError as error:
            desk = lay_out(form.payer, _amount(form), typed)
            refuse(form, desk, error)
        else:
            flash(gettext("%(number)s is recorded.", number=receipt.receipt_number))
            return go(url_for("receipts.show", receipt_id=receipt.id))
    return page("receipts/new.html", status=422, refused=True, **_shown(form, desk))


def _record(form: ReceiptForm, desk: Desk):
    return receipts.record(
        form.draft(),
        [*desk.claims, *desk.elsewhere],
        now=now(),
        today=today(),
        created_by=current_user.user_id,
    )


def _sent() -> tuple[ReceiptForm, Typed]:
    form = ReceiptForm()
    form.find_payer()
    return form, typed_in(request.form)


def _screen(form: ReceiptForm, typed: Typed, *, also: tuple, **more):
    desk = lay_out(form.payer, _amount(form), typed)
    form.in_fair_copy()
    also, more = mending(also, more)
    return page("receipts/new.html", piece="receipts/_alloc.html", also=also, **_shown(form, desk), **more)


def _shown(form: ReceiptForm, desk: Desk) -> dict:
    """What `new.html` and its pieces need."""
    return {
        "form": form,
        "desk": desk,
        "preview_url": url_for("receipts.preview"),
        "fill_url": url_for("receipts.fill"),
        "save_words": gettext("Save receipt"),
    }


def _amount(form: ReceiptForm) -> Decimal:
    return form.amount.data or ZERO


def _as_id(text: str | None) -> str:
    try:
        return str(UUID(text or ""))
    except ValueError:
        return ""


def _as_sent() -> list[tuple[str, str]]:
    """What was typed before, so that Undo can send it again."""
    return [(name, text) for name, text in request.form.items() if name not in ("csrf_token", "form_token")]
