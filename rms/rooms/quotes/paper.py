"""The quote as PDF."""

from uuid import UUID

from flask import Response, request
from flask_babel import gettext

from rms.documents.invoice_pdf import render_invoice
from rms.documents.of_quote import filename_of, paper_of
from rms.policy import P
from rms.queries.quotes import find_quote, lines_of
from rms.rooms.quotes import room
from rms.web.guard import requires
from rms.web.lifecycle import release


@room.get("/c/<slug>/quotes/<uuid:quote_id>/quote.pdf")
@requires(P.COMPANY_READ)
def pdf(quote_id: UUID):
    """Opens in the browser; `?download=1` saves it."""
    paper = paper_of(find_quote(quote_id), lines_of(quote_id), translate=gettext)
    release()
    reply = Response(render_invoice(paper, translate=gettext), mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=filename_of(paper))
    return reply
