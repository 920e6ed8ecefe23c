"""The receipt voucher as a PDF: typeset once for each state it is in, then read from what is kept."""

from uuid import UUID

from flask import Response, request
from flask_babel import get_locale, gettext

from rms.actions.papers import kept_or_drawn
from rms.documents.invoice_pdf import fingerprint_of_sheet, render_sheet
from rms.documents.of_receipt import filename_of, paper_of
from rms.documents.vouchers import sheet_of
from rms.policy import P
from rms.queries.receipts import allocations_of, find_receipt
from rms.rooms.receipts import room
from rms.web.clock import now
from rms.web.guard import requires
from rms.web.lifecycle import release


@room.get("/<uuid:receipt_id>/voucher.pdf")
@requires(P.COMPANY_READ)
def voucher(receipt_id: UUID):
    """Opens in the browser; `?download=1` saves it."""
    paper = paper_of(find_receipt(receipt_id), allocations_of(receipt_id), translate=gettext)
    sheet = sheet_of(paper, gettext)

    def draw() -> bytes:
        release()
        return render_sheet(sheet, paper.day)

    content = kept_or_drawn(
        ("receipts", receipt_id),
        f"voucher-{get_locale()}",
        fingerprint_of_sheet(sheet, paper.day),
        name=filename_of(paper),
        draw=draw,
        now=now(),
    )
    reply = Response(content, mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=filename_of(paper))
    return reply
