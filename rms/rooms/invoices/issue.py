"""Issuing: the draft becomes paper, or it is said what is missing, each with a link to its field."""

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions.issuing import issue as issue_invoice
from rms.actions.ready import look
from rms.actions.sending import send
from rms.domain.errors import Invalid
from rms.models import Invoice
from rms.policy import P
from rms.rooms.invoices import room
from rms.rooms.invoices.sheet import draft_to_show, page_of
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.once import once

# Findings that are mended on another page.
PAGES = {
    "company": "settings.company",
    "bank": "settings.bank",
    "numbering": "settings.numbering",
    "undertaking": "settings.gst",
}


@room.get("/<uuid:invoice_id>/_/ready")
@requires(P.INVOICE_ISSUE)
def ready(invoice_id: UUID):
    """What stands against issuing and what is worth a look: a dialog over the editor, or a page."""
    is_to_be_sent = request.args.get("send") == "1"
    seen = look(invoice_id, today=today(), is_to_be_sent=is_to_be_sent)
    return page(
        "invoices/ready.html",
        piece="invoices/_ready.html",
        invoice=seen.invoice,
        look=seen,
        is_to_be_sent=is_to_be_sent,
        passed=[(gettext(check.title), gettext(check.source)) for check in seen.report.passed],
        place_of=lambda place: place_of(place, seen.invoice),
        told=sentence,
    )


@room.post("/<uuid:invoice_id>/issue")
@requires(P.INVOICE_ISSUE)
@once
def issue(invoice_id: UUID):
    """`send=1` also mails it, when the customer has an address."""
    seen = request.form.get("totals_seq", type=int)
    try:
        invoice = issue_invoice(invoice_id, now=now(), today=today(), totals_seq=seen)
        if request.form.get("send") == "1":
            send(invoice, to_address=None, now=now(), sender=current_user.name)
    except Invalid as error:
        # What was half done is undone before the draft is drawn again, as it is stored.
        release()
        draft = draft_to_show(invoice_id)
        problems = [
            (place_of(place, draft.invoice), sentence(one))
            for place, told in error.errors.items()
            for one in told
        ]
        return page("invoices/edit.html", status=422, problems=problems, **page_of(draft))
    return go(url_for("invoices.show", invoice_id=invoice_id))


def place_of(place: str, invoice: Invoice) -> str:
    """Where a finding is mended: a field of the editor ("#due_date"), or the address of another page."""
    if place in PAGES:
        return url_for(PAGES[place])
    if place == "destination_country":
        return url_for("invoices.particulars", invoice_id=invoice.id, _anchor=place)
    is_about_customer = place in ("customer", "customer_id", "to_address")
    if is_about_customer and invoice.customer_id:
        return url_for("customers.edit", customer_id=invoice.customer_id)
    return "#customer" if is_about_customer else f"#{place}"
