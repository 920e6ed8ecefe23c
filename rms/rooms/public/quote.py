"""A quote as its customer sees it, with the one answer it takes; and its PDF."""

from flask import Response, abort, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions import quote_sending, visits
from rms.actions.quote_answers import LONGEST_NOTE, REASONS, Answer
from rms.crypto.public_links import ticket, ticket_id
from rms.documents.of_quote import paper_of, pdf_of
from rms.domain.errors import IllegalMove, Invalid
from rms.domain.quoting import Verb, can
from rms.models import Quote
from rms.queries.quotes import find_quote, lines_of, status_of
from rms.rooms.public import room
from rms.rooms.public.invoice import is_a_look
from rms.web.clock import now, today
from rms.web.forms import Form, TextField, strip
from rms.web.fragments import go, page
from rms.web.guard import public, unnoticed


class QuoteAnswerForm(Form):
    """Yes or no, in whose name, and why not."""

    class Meta:
        csrf = False

    answer = RadioField(
        _("Your answer"),
        choices=[("accepted", _("We accept this quote")), ("declined", _("We decline it"))],
        validators=[InputRequired(_("Choose an answer."))],
    )
    name = TextField(_("Your name"), validators=[InputRequired(_("Enter your name")), Length(max=100)])
    reason = SelectField(
        _("Reason"), default="", choices=lambda: [("", ""), *((k, gettext(v)) for k, v in REASONS.items())]
    )
    note = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=LONGEST_NOTE)])

    def given(self) -> Answer:
        return Answer(
            is_accepted=self.answer.data == "accepted",
            name=self.name.data,
            reason=self.reason.data or None,
            note=self.note.data or None,
        )


@room.get("/q/<token>")
@public
@unnoticed
def quote(token: str):
    """Looking is noted as on the page of an invoice."""
    link = visits.admit(token, Quote.__tablename__, now=now())
    if is_a_look(link):
        visits.note_view(link, now=now())
    return _shown(token, find_quote(link.entity_id), QuoteAnswerForm(formdata=None))


@room.get("/q/<token>/quote.pdf")
@public
@unnoticed
def quote_pdf(token: str):
    link = visits.admit(token, Quote.__tablename__, now=now())
    name, content = pdf_of(link.entity_id, translate=gettext)
    reply = Response(content, mimetype="application/pdf")
    how = "attachment" if request.args.get("download") == "1" else "inline"
    reply.headers.set("Content-Disposition", how, filename=name)
    return reply


@room.post("/q/<token>/answer")
@public
@unnoticed
def answer_quote(token: str):
    """Once: the page then shows what was answered. Only a form of this very page is taken."""
    if ticket_id(token, request.form.get("ticket", "")) is None:
        abort(400)
    quote_sending.begin_answer(now=now())
    link = visits.admit(token, Quote.__tablename__, now=now())
    form = QuoteAnswerForm()
    if form.validate():
        try:
            quote_sending.answer(link, form.given(), now=now())
        except (Invalid, IllegalMove) as error:
            form.refuse(error)
        else:
            return go(url_for("public.quote", token=token))
    return _shown(token, find_quote(link.entity_id), form, status=422)


def _shown(token: str, quote: Quote, form: QuoteAnswerForm, status: int = 200) -> Response:
    state = status_of(quote, today())
    return page(
        "public/quote.html",
        status=status,
        token=token,
        ticket=ticket(token),
        quote=quote,
        state=state,
        may_answer=can(state, Verb.ACCEPT),
        paper=paper_of(quote, lines_of(quote.id), translate=gettext),
        company=quote_sending.company_name(quote),
        form=form,
    )
