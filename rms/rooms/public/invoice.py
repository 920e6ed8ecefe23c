"""An invoice as its customer sees it, and its PDF."""

from flask import Response, request
from flask_babel import gettext

from rms.actions import visits
from rms.crypto import access_token, session_token
from rms.crypto.public_links import ticket
from rms.documents.of_invoice import paper_of, pdf_of
from rms.domain.devices import device_of
from rms.domain.visitors import is_looking_ahead
from rms.models import Invoice, PublicLink
from rms.queries.invoices import lines_of
from rms.queries.public_invoices import PublicInvoice, find_public_invoice
from rms.rooms.public import room
from rms.rooms.public.forms import AnswerForms
from rms.web import credentials
from rms.web.clock import now
from rms.web.fragments import page
from rms.web.guard import public, unnoticed
from rms.web.qr import qr_of


@room.get("/i/<token>")
@public
@unnoticed
def invoice(token: str):
    """Looking is noted, unless a program looks, a browser looks ahead, or one of the company's own people."""
    link = visits.admit(token, Invoice.__tablename__, now=now())
    found = find_public_invoice(link.entity_id)
    if is_a_look(link):
        visits.note_view(link, now=now())
    return shown(token, found, AnswerForms(found))


@room.get("/i/<token>/invoice.pdf")
@public
@unnoticed
def pdf(token: str):
    link = visits.admit(token, Invoice.__tablename__, now=now())
    find_public_invoice(link.entity_id)
    name, content = pdf_of(link.entity_id, translate=gettext)
    reply = Response(content, mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=name)
    return reply


def shown(token: str, found: PublicInvoice, forms: AnswerForms, status: int = 200) -> Response:
    """The page, with what was typed when an answer was refused."""
    return page(
        "public/invoice.html",
        status=status,
        token=token,
        ticket=ticket(token),
        found=found,
        invoice=found.invoice,
        paper=paper_of(found.invoice, lines_of(found.invoice.id), translate=gettext),
        story={"allocations": found.received},
        qr=qr_of(found.upi) if found.upi else None,
        is_phone=device_of(request.user_agent.string).is_hand_held,
        forms=forms,
    )


def is_a_look(link: PublicLink) -> bool:
    asked = request.headers
    if request.method == "HEAD":
        return False
    if is_looking_ahead(asked.get("Sec-Purpose"), asked.get("Purpose"), asked.get("X-Moz")):
        return False
    return not _is_of_the_house(link)


def _is_of_the_house(link: PublicLink) -> bool:
    """Whether the browser brings a token of this company along, which opens nothing here."""
    access = access_token.read(request.cookies.get(credentials.access_cookie(), ""), audience="web")
    refresh = session_token.read(request.cookies.get(credentials.refresh_cookie(), ""))
    return link.tenant_id in {access and access.tenant_id, refresh and refresh.tenant_id}
