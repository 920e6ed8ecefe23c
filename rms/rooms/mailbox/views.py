"""`/dev/mail`: every mail that was sent on this machine, with its links and attachments."""

from pathlib import Path

from flask import Blueprint, Response, current_app

from rms.domain.errors import N_, NotFound
from rms.rooms.mailbox import caught
from rms.web.fragments import page
from rms.web.guard import public

room = Blueprint("mailbox", __name__, url_prefix="/dev/mail")

# Mails bring inline styles and may bring anything: they are shown in a sandbox without scripts.
_OF_THE_LETTER = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_OF_THE_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"
)


@room.get("")
@public
def index():
    return page("mailbox/index.html", mails=caught.newest_mails(_folder()))


@room.get("/<name>")
@public
def show(name: str):
    reply = page("mailbox/show.html", mail=caught.find_mail(_folder(), name))
    reply.headers["Content-Security-Policy"] = _OF_THE_PAGE
    return reply


@room.get("/<name>/html")
@public
def html(name: str):
    """The HTML part as a mail program shows it; its links open beside it."""
    letter = caught.find_mail(_folder(), name).html.replace("<head>", '<head><base target="_blank">', 1)
    return Response(letter, mimetype="text/html", headers={"Content-Security-Policy": _OF_THE_LETTER})


@room.get("/<name>/<path:attachment>")
@public
def attachment(name: str, attachment: str):
    part = caught.find_mail(_folder(), name).attachments.get(attachment)
    if part is None:
        raise NotFound(N_("This mail has no such attachment."))
    reply = Response(part.get_payload(decode=True), mimetype=part.get_content_type())
    reply.headers.set("Content-Disposition", "attachment", filename=attachment)
    return reply


def _folder() -> Path:
    return current_app.config["RMS"].mailbox
