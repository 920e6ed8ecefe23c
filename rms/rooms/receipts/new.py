"""Recording a receipt: who paid, how much, and which invoices it is for, in one screen."""

from decimal import Decimal
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from rms.actions import receipt_drafts, receipts
from rms.domain.allocation import CASH_LIMIT
from rms.domain.errors import DomainError
from rms.domain.lifecycle import OPEN, Status
from rms.domain.money import ZERO, rupees
from rms.policy import P
from rms.queries.customers import find_customer
from rms.queries.invoices import find_invoice
from rms.queries.receipt_drafts import find_receipt_draft
from rms.queries.receipt_entry import cash_on, look_alikes
from rms.rooms.receipts import room
from rms.rooms.receipts.book import Book, Typed, open_book, typed_in
from rms.rooms.receipts.desk import Desk, changed, kept_back, lay_out, mending, refuse
from rms.rooms.receipts.forms import ReceiptForm, as_id
from rms.web.clock import at_home, now, today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

BESIDE = ("receipts/_head.html", "receipts/_left.html", "receipts/_dock.html")
TOKENS = ("csrf_token", "form_token", "undo", "settle", "suggest")


@room.get("/new")
@requires(P.RECEIPT_RECORD)
def new():
    """`?invoice=` fills in its customer, its row and its balance; `?customer=` the customer alone;
    `?draft=` everything as it was left."""
    draft_id = request.args.get("draft", type=UUID)
    if draft_id:
        return _reopened(draft_id)
    customer_id, invoice_id = (request.args.get(name, type=UUID) for name in ("customer", "invoice"))
    invoice = find_invoice(invoice_id) if invoice_id else None
    payer_id = invoice.customer_id if invoice else customer_id
    payer = find_customer(payer_id) if payer_id else None
    book = open_book(payer, today())
    is_payable = invoice is not None and Status(invoice.status) in OPEN
    cells = book.in_full(invoice.id) if is_payable else {}
    amount = invoice.balance if cells else None
    form = ReceiptForm.about(payer, amount=amount, receipt_date=today())
    typed = {invoice.id: cells} if cells else {}
    return page("receipts/new.html", **shown(form, lay_out(book, amount or ZERO, typed)))


@room.get("/_/open")
@requires(P.RECEIPT_RECORD)
def open_invoices():
    """The open invoices of the customer that was just chosen; nothing is laid on them yet."""
    form = ReceiptForm(request.args)
    form.has_charges = "bank_charges" in request.args
    given = as_id(form.customer.data)
    if given:
        form.customer_id.data, form.customer.data = str(given), ""
    payer = form.find_payer()
    desk = lay_out(open_book(payer, _day(form)), form.paid, {}, charges=form.charges)
    also = ("receipts/_left.html", "receipts/_dock.html")
    back = url_for("receipts.new", customer=payer.id if payer else None)
    return swap("receipts/_alloc.html", also=also, back=back, **shown(form, desk))


@room.post("/_/preview")
@requires(P.RECEIPT_RECORD)
def preview():
    """The screen with everything worked out; nothing is stored. What was pressed is in the address, or in
    the form where a key did it (`desk.changed`)."""
    form, typed, book = sent()
    desk = _laid(form, book, typed)
    after = changed(desk, typed, request.values)
    desk = desk if after is None else _laid(form, book, after)
    also = (*BESIDE, "ui/_no_toast.html") if "undo" in request.form else BESIDE
    return _screen(form, desk, also=also)


@room.post("/_/fill")
@requires(P.RECEIPT_RECORD)
def fill():
    """`mode=oldest` lays the money on the longest due invoices, `mode=tds` so that each was paid less the
    usual TDS, `mode=none` takes everything off again."""
    form, before, book = sent()
    after, words = filled(_laid(form, book, before), before)
    undo = {"words": words, "fields": as_sent()}
    also = (*BESIDE, "receipts/_undo.html") if before else BESIDE
    return _screen(form, _laid(form, book, after), also=also, undo=undo)


@room.post("")
@requires(P.RECEIPT_RECORD)
@once
def create():
    form, typed, book = sent()
    desk = _laid(form, book, typed, saving=True)
    alike = []
    if form.validate() and not desk.wrong:
        alike = _not_yet_sure(form)
        try:
            receipt = None if alike else _record(form, desk)
        except DomainError as error:
            desk = _laid(form, open_book(form.payer, _day(form), _section()), typed, saving=True)
            refuse(form, desk, error)
        else:
            if receipt:
                return _done(form, receipt)
    return page("receipts/new.html", status=422, refused=not alike, alike=alike, **shown(form, desk))


def _record(form: ReceiptForm, desk: Desk):
    claims = [*desk.claims, *desk.elsewhere]
    return receipts.record(form.draft(), claims, now=now(), today=today(), created_by=current_user.user_id)


def _done(form: ReceiptForm, receipt):
    receipt_drafts.forget(as_id(form.draft_id.data))
    flash(gettext("%(number)s is recorded.", number=receipt.receipt_number))
    return go(url_for("receipts.show", receipt_id=receipt.id))


def _not_yet_sure(form: ReceiptForm) -> list:
    """Receipts that may be the same money, unless the answer to the question about all of them came along."""
    draft = form.draft()
    found = look_alikes(
        draft.customer_id, draft.amount, draft.receipt_date, draft.reference, draft.payment_method
    )
    sure = set(request.form.get("sure", "").split())
    return found if {str(one.id) for one in found} - sure else []


def _reopened(draft_id: UUID):
    kept = find_receipt_draft(draft_id)
    texts = MultiDict(kept.typed)
    form = ReceiptForm.sent(texts, {})
    form.draft_id.data, form.draft_version.data = str(kept.id), str(kept.version)
    book = open_book(form.payer, _day(form), texts.get("tds_section"))
    desk = _laid(form, book, typed_in(texts))
    return page("receipts/new.html", saved_words=f"{at_home(kept.updated_at):%H:%M}", **shown(form, desk))


def sent() -> tuple[ReceiptForm, Typed, Book]:
    form = ReceiptForm.sent(request.form, request.args)
    return form, typed_in(request.form), open_book(form.payer, _day(form), _section())


def filled(desk: Desk, before: Typed) -> tuple[Typed, str]:
    """The cells after filling or clearing, and what to say about it. Filling leaves what settles without
    cash; only TDS that is suggested takes its place."""
    mode = request.values.get("mode")
    if mode == "none":
        return {}, gettext("Cleared")
    if mode == "tds":
        return desk.book.less_tds(desk.available), gettext("Filled less TDS, the longest due first")
    cells = desk.book.oldest_first(desk.available, kept_back(desk))
    kept = {one: {**typed, "alloc": ""} for one, typed in before.items()}
    after = {one: {**kept.get(one, {}), **cells.get(one, {})} for one in kept.keys() | cells.keys()}
    return after, gettext("Filled, the longest due first")


def shown(form: ReceiptForm, desk: Desk) -> dict:
    """What `new.html` and its pieces need."""
    return {
        "form": form,
        "desk": desk,
        "preview_url": url_for("receipts.preview"),
        "fill_url": url_for("receipts.fill"),
        "save_words": gettext("Save receipt"),
        "cash_advice": _cash_advice(form),
    }


def as_sent() -> list[tuple[str, str]]:
    """What was typed before, so that Undo can send it again."""
    return [(name, text) for name, text in request.form.items() if name not in TOKENS]


def _laid(form: ReceiptForm, book: Book, typed: Typed, *, saving: bool = False) -> Desk:
    return lay_out(book, form.paid, typed, charges=form.charges, saving=saving)


def _screen(form: ReceiptForm, desk: Desk, *, also: tuple, **more):
    form.in_fair_copy()
    also, more = mending(also, more)
    return page("receipts/new.html", piece="receipts/_alloc.html", also=also, **shown(form, desk), **more)


def _cash_advice(form: ReceiptForm) -> str:
    """Advice, since the law forbids to take the money and not to write down that it came."""
    amount: Decimal = form.paid
    if form.payment_method.data != "cash" or not form.payer or not amount:
        return ""
    with_the_day = amount + cash_on(form.payer.id, _day(form))
    if with_the_day < CASH_LIMIT:
        return ""
    return gettext(
        "%(amount)s in cash from one customer on one day: s. 269ST forbids taking %(limit)s or more.",
        amount=rupees(with_the_day),
        limit=rupees(CASH_LIMIT),
    )


def _day(form: ReceiptForm):
    return form.receipt_date.data or today()


def _section() -> str | None:
    return request.form.get("tds_section")
