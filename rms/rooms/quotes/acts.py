"""What is done with a quote as a whole: given out, shared, an answer recorded, an invoice made, put away."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import quote_answers, quote_sending
from rms.domain.errors import Invalid
from rms.policy import P
from rms.queries.quotes import find_quote
from rms.rooms.quotes import room
from rms.rooms.quotes.forms import AnswerForm
from rms.rooms.quotes.sheet import draft_to_show, page_of
from rms.rooms.quotes.show import view_of
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


@room.post("/c/<slug>/quotes/<uuid:quote_id>/give-out")
@requires(P.INVOICE_ISSUE)
@once
def give_out(quote_id: UUID):
    """Number it; `send=1` goes on to the letter. What is not ready is listed with links to its fields."""
    try:
        quote = quote_answers.give_out(quote_id, now=now(), today=today())
    except Invalid as refused:
        problems = [(place, sentence(one)) for place, told in refused.errors.items() for one in told]
        return page("quotes/edit.html", status=422, **page_of(draft_to_show(quote_id), problems=problems))
    if request.form.get("send") == "1":
        return go(url_for("quotes.send_form", quote_id=quote_id))
    flash(gettext("%(number)s is ready to be given to the customer.", number=quote.quote_number))
    return go(url_for("quotes.show", quote_id=quote_id))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/share")
@requires(P.INVOICE_ISSUE)
def share(quote_id: UUID):
    """A link to copy, for whoever sends it by another way than mail."""
    quote_sending.share(quote_id, now=now())
    return go(url_for("quotes.show", quote_id=quote_id, _anchor="link"))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/answer")
@requires(P.INVOICE_ISSUE)
def record(quote_id: UUID):
    """An answer that was heard by telephone or in writing."""
    form = AnswerForm()
    if form.validate():
        try:
            quote_answers.record(quote_id, form.given(), now=now(), today=today())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("The answer is recorded."))
            return go(url_for("quotes.show", quote_id=quote_id))
    return page("quotes/show.html", status=422, **view_of(find_quote(quote_id), answer_form=form))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/invoice")
@requires(P.INVOICE_DRAFT)
def make_invoice(quote_id: UUID):
    """The same draft however often it is asked for."""
    made = quote_answers.make_invoice(quote_id, now=now(), today=today(), created_by=current_user.user_id)
    return go(url_for("invoices.show", invoice_id=made))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/archive")
@requires(P.INVOICE_DRAFT)
def archive(quote_id: UUID):
    quote = quote_answers.archive(quote_id, now=now(), today=today())
    flash(gettext("%(number)s is put away.", number=quote.quote_number))
    return go(url_for("quotes.show", quote_id=quote_id))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/bring-back")
@requires(P.INVOICE_DRAFT)
def bring_back(quote_id: UUID):
    quote_answers.bring_back(quote_id)
    return go(url_for("quotes.show", quote_id=quote_id))
