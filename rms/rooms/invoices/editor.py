"""A draft: opened, shown in its editor, its head changed, thrown away."""

from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import invoices as drafts
from rms.domain.errors import Invalid, StaleVersion
from rms.policy import P
from rms.rooms.invoices import room
from rms.rooms.invoices.forms import HeadForm
from rms.rooms.invoices.sheet import draft_to_show, head_of, page_of
from rms.web.clock import today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

CHANGED = ("invoices/_totals.html", "invoices/_dock.html", "invoices/_save_state.html")


@room.post("")
@requires(P.INVOICE_DRAFT)
@once
def create():
    customer = request.form.get("customer", type=UUID)
    invoice = drafts.create_draft(customer_id=customer, today=today(), created_by=current_user.user_id)
    return go(url_for("invoices.edit", invoice_id=invoice.id))


@room.get("/<uuid:invoice_id>/edit")
@requires(P.INVOICE_DRAFT)
def edit(invoice_id: UUID):
    draft = draft_to_show(invoice_id)
    if not draft.invoice.is_draft:
        return go(url_for("invoices.show", invoice_id=invoice_id))
    return page("invoices/edit.html", **page_of(draft))


@room.get("/<uuid:invoice_id>/_/party")
@requires(P.INVOICE_DRAFT)
def party(invoice_id: UUID):
    """The customer picker in place of the card of the chosen customer."""
    back = url_for("invoices.edit", invoice_id=invoice_id)
    shown = head_of(draft_to_show(invoice_id))
    return swap("invoices/_party.html", back=back, picking=True, focus="#customer", **shown)


@room.post("/<uuid:invoice_id>/head")
@requires(P.INVOICE_DRAFT)
def head(invoice_id: UUID):
    form = HeadForm()
    back = url_for("invoices.edit", invoice_id=invoice_id)
    if form.validate():
        try:
            draft = drafts.change_head(invoice_id, form.head(), version=form.version.data)
        except StaleVersion as stale:
            return _both_heads(invoice_id, form, stale, back)
        except Invalid as error:
            form.refuse(error)
        else:
            return swap("invoices/_head.html", also=CHANGED, back=back, **head_of(draft))
    return swap("invoices/_head.html", back=back, status=422, **head_of(draft_to_show(invoice_id), form))


@room.post("/<uuid:invoice_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete(invoice_id: UUID):
    drafts.delete_draft(invoice_id)
    return go(url_for("invoices.index"))


def _both_heads(invoice_id: UUID, form: HeadForm, stale: StaleVersion, back: str):
    """409: what was typed stays in the fields, what is stored stands above them."""
    draft = draft_to_show(invoice_id)
    form.refuse(stale)
    stored = {
        gettext("Customer"): draft.terms.customer.name if draft.terms.customer else gettext("none"),
        gettext("Invoice date"): draft.invoice.invoice_date,
        gettext("Due date"): draft.invoice.due_date,
        gettext("PO reference"): draft.invoice.reference_number or gettext("none"),
        gettext("Note to customer"): draft.invoice.notes or gettext("none"),
    }
    shown = head_of(draft, form)
    return swap("invoices/_head.html", back=back, status=409, theirs=stored, **shown)
