"""A quote that is given out: the paper, its state, what can be done with it, what happened."""

from uuid import UUID

from flask import url_for
from flask_babel import gettext

from rms.actions.quote_answers import REASONS
from rms.documents.of_quote import paper_of
from rms.domain.quoting import Verb, can
from rms.models import Quote
from rms.policy import P
from rms.queries.public_links import link_of, secret_of, seen
from rms.queries.quote_story import story_of
from rms.queries.quotes import find_quote, invoice_of, lines_of, versions_of
from rms.rooms.quotes import room
from rms.rooms.quotes.forms import AnswerForm
from rms.web.clock import today
from rms.web.fragments import go, page
from rms.web.guard import can as holds
from rms.web.guard import requires


@room.get("/c/<slug>/quotes/<uuid:quote_id>")
@requires(P.COMPANY_READ)
def show(quote_id: UUID):
    """A draft is shown to those who may not edit it; the others are led to its editor."""
    quote = find_quote(quote_id)
    if quote.is_draft and holds(P.INVOICE_DRAFT):
        return go(url_for("quotes.edit", quote_id=quote_id))
    return page("quotes/show.html", **view_of(quote))


def view_of(quote: Quote, *, answer_form: AnswerForm | None = None) -> dict:
    """What `show.html` needs; a refused answer shows what was typed."""
    invoice = invoice_of(quote.id)
    status = quote.status_on(today(), invoiced=invoice is not None)
    looks = seen("quotes", quote.id)
    older, newer = versions_of(quote)
    return {
        "quote": quote,
        "paper": paper_of(quote, lines_of(quote.id), translate=gettext),
        "state": status,
        "made": invoice,
        "may": {verb.value: can(status, verb) for verb in Verb},
        "seen": looks,
        "older": older,
        "newer": newer,
        "link": _address(quote),
        "reason": gettext(REASONS[quote.answer_reason]) if quote.answer_reason in REASONS else "",
        "story": story_of(quote, invoice, looks),
        "answer_form": answer_form or AnswerForm(formdata=None),
    }


def _address(quote: Quote) -> str | None:
    link = link_of("quotes", quote.id)
    secret = secret_of(link) if link else None
    return url_for("public.quote", token=secret, _external=True) if secret else None
