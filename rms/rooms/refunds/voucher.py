"""The refund voucher as a PDF. It is asked for seldom, so it is drawn each time."""

from uuid import UUID

from flask import Response, request
from flask_babel import gettext

from rms.documents.of_receipt import draw, filename_of, paper_of_refund
from rms.policy import P
from rms.queries.refunds import find_refund
from rms.rooms.refunds import room
from rms.web.guard import requires
from rms.web.lifecycle import release


@room.get("/<uuid:refund_id>/voucher.pdf")
@requires(P.COMPANY_READ)
def voucher(refund_id: UUID):
    """Opens in the browser; `?download=1` saves it."""
    paper = paper_of_refund(find_refund(refund_id), translate=gettext)
    release()
    reply = Response(draw(paper, translate=gettext), mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=filename_of(paper))
    return reply
