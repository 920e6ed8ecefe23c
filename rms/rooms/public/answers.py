"""The three answers that a customer gives on the page of an invoice."""

from flask import abort, request, url_for

from rms.actions import payer_answers, visits
from rms.crypto.public_links import ticket_id
from rms.domain.errors import IllegalMove, Invalid
from rms.models import Invoice
from rms.queries.public_invoices import find_public_invoice
from rms.rooms.public import room
from rms.rooms.public.forms import FORMS, AnswerForms, typed_form
from rms.rooms.public.invoice import shown
from rms.web.clock import now
from rms.web.fragments import go
from rms.web.guard import public, unnoticed


@room.post("/i/<token>/answer")
@public
@unnoticed
def answer(token: str):
    """Leads back to the page, which shows what was answered. Only a form of this very page is taken."""
    answer_id = ticket_id(token, request.form.get("ticket", ""))
    kind = request.form.get("kind", "")
    if answer_id is None or kind not in FORMS:
        abort(400)
    payer_answers.begin(now=now())
    link = visits.admit(token, Invoice.__tablename__, now=now())
    form = typed_form(kind)
    if form.validate():
        try:
            payer_answers.answer(link, form.answer(), answer_id=answer_id, now=now())
        except (Invalid, IllegalMove) as error:
            form.refuse(error)
        else:
            return go(url_for("public.invoice", token=token, _anchor="told"))
    found = find_public_invoice(link.entity_id)
    return shown(token, found, AnswerForms(found, form), status=422)
