"""An issued invoice: the paper, its state, what can be done with it, what happened."""

from uuid import UUID

from flask import url_for
from flask_babel import gettext

from rms.documents.of_invoice import paper_of
from rms.domain.lifecycle import Status, Verb, status_of
from rms.domain.lifecycle import can as is_open_to
from rms.models import Invoice
from rms.policy import P
from rms.queries.debit_notes import debit_notes_against, original_of
from rms.queries.invoices import find_invoice, lines_of
from rms.queries.reminders import stops_about
from rms.queries.timeline import Story, story_of
from rms.rooms.invoices import room
from rms.rooms.invoices.share import sharing_of
from rms.web.clock import now, today, zone
from rms.web.fragments import go, page, swap
from rms.web.guard import can, requires


@room.get("/<uuid:invoice_id>")
@requires(P.COMPANY_READ)
def show(invoice_id: UUID):
    """A draft is shown to those who may not edit it; the others are led to its editor."""
    invoice = find_invoice(invoice_id)
    if invoice.is_draft and can(P.INVOICE_DRAFT):
        return go(url_for("invoices.edit", invoice_id=invoice_id))
    return page("invoices/show.html", **view_of(invoice))


@room.get("/<uuid:invoice_id>/_/timeline")
@requires(P.COMPANY_READ)
def timeline(invoice_id: UUID):
    """What happened, asked for again while a mail is under way."""
    invoice = find_invoice(invoice_id)
    back = url_for("invoices.show", invoice_id=invoice_id)
    shown = _story_shown(story_of(invoice, zone()), _status_today(invoice))
    return swap("invoices/_timeline.html", back=back, invoice=invoice, **shown)


def view_of(invoice: Invoice) -> dict:
    """What `show.html` needs."""
    status, story = _status_today(invoice), story_of(invoice, zone())
    return {
        "invoice": invoice,
        "paper": paper_of(invoice, lines_of(invoice.id), translate=gettext),
        "state": status,
        "may": {verb.value: is_open_to(status, verb, kind=invoice.kind) for verb in Verb},
        "reminding": stops_about(invoice) if is_open_to(status, Verb.REMIND, kind=invoice.kind) else None,
        "sharing": sharing_of(invoice, story.seen),
        "original": original_of(invoice),
        "debit_notes": debit_notes_against(invoice.id)
        if is_open_to(status, Verb.DEBIT, kind=invoice.kind)
        else (),
        **_story_shown(story, status),
    }


def _status_today(invoice: Invoice) -> Status:
    """As of today, whether or not the nightly sweep has been here."""
    return status_of(
        issued=invoice.issued_at is not None,
        cancelled=invoice.cancelled_at is not None,
        total=invoice.total,
        settled=invoice.settled,
        due_date=invoice.due_date,
        today=today(),
    )


def _story_shown(story: Story, status: Status) -> dict:
    """A failed mail may be tried again by who may send, unless a later one went to the same address."""
    may_send = is_open_to(status, Verb.SEND) and can(P.INVOICE_ISSUE)
    return {
        "story": story,
        "is_under_way": story.is_under_way(now()),
        "may_send_again": lambda mail: may_send and story.is_last_to(mail),
    }
