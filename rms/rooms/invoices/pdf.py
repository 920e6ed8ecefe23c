"""The PDF of an invoice: typeset once for each state it is in, then read from what is kept."""

from uuid import UUID

from flask import Response, request
from flask_babel import get_locale, gettext

from rms.actions.papers import kept_or_drawn
from rms.documents.invoice_pdf import fingerprint, render_invoice
from rms.documents.of_invoice import filename_of, paper_by_id
from rms.documents.paper import InvoicePaper
from rms.policy import P
from rms.rooms.invoices import room
from rms.web.clock import now
from rms.web.guard import requires
from rms.web.lifecycle import release

USUAL = "usual"


@room.get("/<uuid:invoice_id>/invoice.pdf")
@requires(P.COMPANY_READ)
def pdf(invoice_id: UUID):
    """Opens in the browser; `?download=1` saves it. `?copy=` is one of CGST Rule 48, or all of them."""
    copy = request.args.get("copy", "")
    paper = paper_by_id(invoice_id, translate=gettext, copy=copy)
    reply = Response(_content(invoice_id, paper, copy or USUAL), mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=filename_of(paper))
    return reply


def _content(invoice_id: UUID, paper: InvoicePaper, copy: str) -> bytes:
    """A draft changes with every key that is typed into it, so its paper is not kept."""

    def draw() -> bytes:
        release()
        return render_invoice(paper, translate=gettext)

    if paper.is_draft:
        return draw()
    return kept_or_drawn(
        ("invoices", invoice_id),
        f"{copy}-{get_locale()}",
        fingerprint(paper, translate=gettext),
        name=filename_of(paper),
        draw=draw,
        now=now(),
    )
