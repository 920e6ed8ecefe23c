"""Receipts that are put aside as they were typed."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import receipt_drafts
from rms.domain.errors import StaleVersion
from rms.domain.periods import format_date
from rms.policy import P
from rms.queries.receipt_drafts import list_receipt_drafts
from rms.rooms.receipts import room
from rms.rooms.receipts.book import PARTS
from rms.rooms.receipts.desk import lay_out
from rms.rooms.receipts.forms import ReceiptForm, as_id
from rms.rooms.receipts.new import sent, shown
from rms.web.clock import at_home
from rms.web.fragments import go, page
from rms.web.guard import requires

HEAD = (
    "customer_id",
    "customer",
    "amount",
    "bank_charges",
    "receipt_date",
    "payment_method",
    "reference",
    "notes",
    "keep_as",
    "tds_section",
)
MEANT_EMPTY = ("bank_charges", "tds_section")  # a field that was asked for, a section that is not told


@dataclass(frozen=True)
class Line:
    """A draft as the list shows it: amount and date as they were typed."""

    id: UUID
    payer: str
    amount: str
    reference: str
    saved_words: str
    who: str


@room.get("/drafts")
@requires(P.RECEIPT_RECORD)
def drafts():
    return page("receipts/drafts.html", drafts=[_line(row) for row in list_receipt_drafts()])


@room.post("/drafts")
@requires(P.RECEIPT_RECORD)
def save_draft():
    """Nothing is judged: a draft keeps what was typed, right or wrong."""
    form, typed, book = sent()
    try:
        kept = _save(form)
    except StaleVersion as error:
        theirs = error.theirs
        form.refuse(error)
        form.draft_id.data = form.draft_version.data = ""
        desk = lay_out(book, form.paid, typed, charges=form.charges)
        context = shown(form, desk) | {"refused": True, "theirs": theirs}
        return page("receipts/new.html", status=409, **context)
    flash(gettext("The draft is saved."))
    return go(url_for("receipts.new", draft=kept.id))


@room.post("/drafts/<uuid:draft_id>/delete")
@requires(P.RECEIPT_RECORD)
def drop_draft(draft_id: UUID):
    receipt_drafts.throw_away(draft_id)
    flash(gettext("The draft is thrown away."))
    return go(url_for("receipts.drafts"))


def _save(form: ReceiptForm):
    kept = {
        name: text.replace("\x00", "")
        for name, text in request.form.items()
        if _is_typed(name) and (text or name in MEANT_EMPTY)
    }
    return receipt_drafts.save(
        kept,
        customer_id=form.payer.id if form.payer else None,
        draft_id=as_id(form.draft_id.data),
        version=_number(form.draft_version.data),
        by=current_user.user_id,
    )


def _is_typed(name: str) -> bool:
    return name in HEAD or (name.partition("-")[0] in PARTS and as_id(name.partition("-")[2]) is not None)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _line(row) -> Line:
    typed = row.typed or {}
    return Line(
        row.id,
        row.customer_name or typed.get("customer", ""),
        typed.get("amount", ""),
        typed.get("reference", ""),
        _moment(row.updated_at),
        row.who or "",
    )


def _moment(at: dt.datetime) -> str:
    home = at_home(at)
    return f"{format_date(home.date())} {home:%H:%M}"
