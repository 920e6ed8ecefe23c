"""A draft: opened, copied, shown in its editor, its head changed, thrown away."""

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import quotes
from rms.domain.errors import Invalid, StaleVersion
from rms.policy import P
from rms.rooms.quotes import room
from rms.rooms.quotes.forms import HeadForm
from rms.rooms.quotes.sheet import draft_to_show, head_of, page_of
from rms.web.clock import today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

CHANGED = ("quotes/_totals.html", "quotes/_dock.html", "quotes/_save_state.html")


@room.post("/c/<slug>/quotes")
@requires(P.INVOICE_DRAFT)
@once
def create():
    customer = request.form.get("customer", type=UUID)
    quote = quotes.create_draft(customer_id=customer, today=today(), created_by=current_user.user_id)
    return go(url_for("quotes.edit", quote_id=quote.id))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/copy")
@requires(P.INVOICE_DRAFT)
@once
def copy(quote_id: UUID):
    """`replaces=1` makes a new version, which says what it replaces."""
    replaces = request.form.get("replaces") == "1"
    made = quotes.copy(quote_id, today=today(), created_by=current_user.user_id, replaces=replaces)
    return go(url_for("quotes.edit", quote_id=made.id))


@room.get("/c/<slug>/quotes/<uuid:quote_id>/edit")
@requires(P.INVOICE_DRAFT)
def edit(quote_id: UUID):
    draft = draft_to_show(quote_id)
    if not draft.quote.is_draft:
        return go(url_for("quotes.show", quote_id=quote_id))
    return page("quotes/edit.html", **page_of(draft))


@room.get("/c/<slug>/quotes/<uuid:quote_id>/_/party")
@requires(P.INVOICE_DRAFT)
def party(quote_id: UUID):
    """The customer picker in place of the card of the chosen customer."""
    back = url_for("quotes.edit", quote_id=quote_id)
    shown = head_of(draft_to_show(quote_id))
    return swap("quotes/_party.html", back=back, picking=True, focus="#customer", **shown)


@room.post("/c/<slug>/quotes/<uuid:quote_id>/head")
@requires(P.INVOICE_DRAFT)
def head(quote_id: UUID):
    form = HeadForm()
    back = url_for("quotes.edit", quote_id=quote_id)
    if form.validate():
        try:
            draft = quotes.change_head(quote_id, form.head(), version=form.version.data)
        except StaleVersion as stale:
            return _both_heads(quote_id, form, stale, back)
        except Invalid as error:
            form.refuse(error)
        else:
            return swap("quotes/_head.html", also=CHANGED, back=back, **head_of(draft))
    return swap("quotes/_head.html", back=back, status=422, **head_of(draft_to_show(quote_id), form))


@room.post("/c/<slug>/quotes/<uuid:quote_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete(quote_id: UUID):
    quotes.delete_draft(quote_id)
    return go(url_for("quotes.index"))


def _both_heads(quote_id: UUID, form: HeadForm, stale: StaleVersion, back: str):
    """409: what was typed stays in the fields, what is stored stands above them."""
    draft = draft_to_show(quote_id)
    form.refuse(stale)
    stored = {
        gettext("Customer"): draft.terms.customer.name if draft.terms.customer else gettext("none"),
        gettext("Quote date"): draft.quote.quote_date,
        gettext("Valid until"): draft.quote.valid_until,
        gettext("Payment"): draft.quote.payment_words or gettext("none"),
        gettext("Note to customer"): draft.quote.notes or gettext("none"),
    }
    return swap("quotes/_head.html", back=back, status=409, theirs=stored, **head_of(draft, form))
