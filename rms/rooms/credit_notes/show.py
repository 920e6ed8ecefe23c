"""One credit note: what it credits, where it is used, what is left, and what happened."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import credit_notes
from rms.documents import parts
from rms.domain import words
from rms.domain.crediting import last_day_for_gst
from rms.domain.errors import NotFound
from rms.domain.lifecycle import CreditNoteStatus
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import CreditNote
from rms.policy import P
from rms.queries.credit_notes import (
    applications_of,
    find_credit_note,
    lines_of_credit_note,
    refunds_of,
    who_started,
)
from rms.queries.invoices import terms_for
from rms.queries.mails import letters_about
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller
from rms.rooms.credit_notes import room
from rms.rooms.credit_notes.forms import REASON_WORDS
from rms.web.clock import at_home, today
from rms.web.fragments import go, page
from rms.web.guard import can, requires


@dataclass(frozen=True)
class Step:
    """One thing that happened."""

    icon: str
    words: str
    when: str
    tone: str = ""


@room.get("/<uuid:credit_note_id>")
@requires(P.COMPANY_READ)
def show(credit_note_id: UUID):
    """A draft is shown to those who may not edit it; the others are led to its editor."""
    note = find_credit_note(credit_note_id)
    if note.status == CreditNoteStatus.DRAFT and can(P.INVOICE_DRAFT):
        return go(url_for("credit_notes.edit", credit_note_id=credit_note_id))
    return page("credit_notes/show.html", **view_of(note))


@room.post("/<uuid:credit_note_id>/release")
@requires(P.RECEIPT_RECORD)
def release(credit_note_id: UUID):
    """Take it off one invoice again."""
    invoice_id = request.form.get("invoice_id", type=UUID)
    if invoice_id is None:
        raise NotFound()
    credit_notes.release(credit_note_id, invoice_id, today=today())
    flash(gettext("The credit is free again, and the invoice is owed again."))
    return go(url_for("credit_notes.show", credit_note_id=credit_note_id))


def view_of(note: CreditNote) -> dict:
    """What `show.html` needs. A draft is shown with the names of today."""
    used, refunds = applications_of(note.id), refunds_of(note.id)
    seller, buyer = note.seller_snapshot, note.buyer_snapshot
    if seller is None or buyer is None:
        terms = terms_for(note.customer_id)
        seller, buyer = snapshot_of_seller(terms.company, terms.gst), snapshot_of_buyer(terms.customer)
    return {
        "note": note,
        "lines": lines_of_credit_note(note.id),
        "seller": parts.seller_party(seller, gettext),
        "buyer": parts.buyer_party(buyer),
        "place": parts.state_with_code(note.place_of_supply),
        "in_words": words.in_words(note.total_credit),
        "reason_words": REASON_WORDS,
        "used": used,
        "live": [row for row in used if row.released_on is None],
        "refunds": [row for row in refunds if row.cancelled_on is None],
        "last_day": last_day_for_gst(note.invoice.invoice_date) if note.invoice else None,
        "steps": list(_story(note, used, refunds))[::-1],
    }


def _story(note: CreditNote, used: Sequence[Any], refunds: Sequence[Any]) -> Iterator[Step]:
    """The oldest first."""
    who, started = who_started(note), _moment(note.created_at)
    words_of_start = gettext("Draft started")
    if note.invoice:
        words_of_start = gettext("Started from %(number)s", number=note.invoice.invoice_number)
    yield Step("draft", words_of_start, f"{who}, {started}" if who else started)
    if note.issued_at:
        told = gettext("Issued as %(number)s", number=note.credit_note_number)
        yield Step("sent", told, _moment(note.issued_at))
    yield from _mailed(note)
    yield from _moves(used, refunds)
    if note.cancelled_on:
        told = gettext("Cancelled: %(reason)s", reason=note.cancel_reason or "")
        yield Step("x", told, format_date(note.cancelled_on), "bad")


def _mailed(note: CreditNote) -> Iterator[Step]:
    """Each letter with how its delivery went; nothing is asked while none was ever sent."""
    for mail in letters_about(CreditNote.__tablename__, note.id) if note.sent_at else ():
        at = _moment(mail.sent_at or mail.created_at)
        if mail.state == "sent":
            yield Step("mail", gettext("E-mailed to %(address)s", address=mail.to_address), at)
        elif mail.state == "failed":
            told = gettext("Could not be mailed to %(address)s", address=mail.to_address)
            yield Step("warn", told, at, "bad")
        else:
            yield Step("mail", gettext("On its way to %(address)s", address=mail.to_address), at)


def _moves(used: Sequence[Any], refunds: Sequence[Any]) -> Iterator[Step]:
    """Uses, releases and refunds by their day; on one day in this order."""
    moves = []
    for row in used:
        named = {"amount": rupees(row.applied_amount), "number": row.invoice_number}
        moves.append((row.applied_on, 0, "check", gettext("%(amount)s used on %(number)s", **named), "good"))
        if row.released_on:
            told = gettext("%(amount)s taken back from %(number)s", **named)
            moves.append((row.released_on, 1, "x", told, ""))
    for row in refunds:
        told = gettext(
            "%(amount)s paid back, %(number)s", amount=rupees(row.amount), number=row.refund_number
        )
        moves.append((row.refund_date, 2, "paid", told, "good"))
        if row.cancelled_on:
            moves.append(
                (
                    row.cancelled_on,
                    3,
                    "x",
                    gettext("Refund %(number)s cancelled", number=row.refund_number),
                    "",
                )
            )
    for day, _, icon, told, tone in sorted(moves, key=lambda move: move[:2]):
        yield Step(icon, told, format_date(day), tone)


def _moment(at: dt.datetime) -> str:
    home = at_home(at)
    return f"{format_date(home.date())} {home:%H:%M}"
