"""Issuing: the draft becomes paper, or the editor says what is missing, each with a link to its field."""

from uuid import UUID

from flask import request, url_for
from flask_login import current_user

from rms.actions.issuing import issue as issue_invoice
from rms.actions.sending import send
from rms.domain.errors import Invalid
from rms.policy import P
from rms.rooms.invoices import room
from rms.rooms.invoices.sheet import draft_to_show, page_of
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.once import once


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
        problems = [(place, sentence(one)) for place, told in error.errors.items() for one in told]
        shown = page_of(draft_to_show(invoice_id))
        return page("invoices/edit.html", status=422, problems=problems, **shown)
    return go(url_for("invoices.show", invoice_id=invoice_id))
