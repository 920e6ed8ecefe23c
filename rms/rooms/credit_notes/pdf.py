"""The PDF of a credit note: typeset once for each state it is in, then read from what is kept."""

from uuid import UUID

from flask import Response, request
from flask_babel import get_locale, gettext

from rms.actions.papers import kept_or_drawn
from rms.documents.invoice_pdf import fingerprint, render_invoice
from rms.documents.of_credit_note import filename_of, paper_by_id
from rms.documents.paper import InvoicePaper
from rms.policy import P
from rms.rooms.credit_notes import room
from rms.web.clock import now
from rms.web.guard import requires
from rms.web.lifecycle import release


@room.get("/<uuid:credit_note_id>/credit-note.pdf")
@requires(P.COMPANY_READ)
def pdf(credit_note_id: UUID):
    """Opens in the browser; `?download=1` saves it."""
    paper = paper_by_id(credit_note_id, translate=gettext)
    reply = Response(_content(credit_note_id, paper), mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=filename_of(paper))
    return reply


def _content(credit_note_id: UUID, paper: InvoicePaper) -> bytes:
    """A draft changes with every key that is typed into it, so its paper is not kept."""

    def draw() -> bytes:
        release()
        return render_invoice(paper, translate=gettext)

    if paper.is_draft:
        return draw()
    return kept_or_drawn(
        ("credit_notes", credit_note_id),
        f"usual-{get_locale()}",
        fingerprint(paper, translate=gettext),
        name=filename_of(paper),
        draw=draw,
        now=now(),
    )
