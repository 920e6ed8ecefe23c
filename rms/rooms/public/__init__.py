"""Pages for whoever holds a link: an invoice to read, to pay and to answer, without an account.

Nothing here reads or sets a session. Whatever is wrong with a link looks the same from outside.
"""

from flask import Blueprint, Response, make_response, render_template

from rms.domain.errors import Forbidden, NotFound, PaymentRequired, TooOften

room = Blueprint("public", __name__)


@room.after_request
def keep_to_yourself(reply: Response) -> Response:
    """The address is the key: no list of pages, no next page and no proxy may learn it."""
    reply.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    return reply


@room.errorhandler(NotFound)
def gone(error: NotFound) -> Response:
    return make_response(render_template("public/gone.html"), 404)


@room.errorhandler(Forbidden)
@room.errorhandler(PaymentRequired)
def closed(error: Forbidden | PaymentRequired) -> Response:
    """The company's own affairs are not its customer's: no word about plans."""
    return make_response(render_template("public/closed.html"), 403)


@room.errorhandler(TooOften)
def too_often(error: TooOften) -> Response:
    reply = make_response(render_template("public/too_often.html", seconds=error.retry_after), 429)
    reply.headers["Retry-After"] = str(error.retry_after)
    return reply


from rms.rooms.public import answers, invoice, quote  # noqa: E402, F401 - they add their routes
