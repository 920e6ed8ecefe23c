"""A draft: opened, shown in its editor, its head changed, thrown away."""

from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from rms.actions import invoices as drafts
from rms.actions import whole_draft
from rms.actions.copies import copy
from rms.actions.whole_draft import TypedRow
from rms.domain.errors import Invalid, StaleVersion
from rms.policy import P
from rms.rooms.invoices import room
from rms.rooms.invoices.forms import HeadForm
from rms.rooms.invoices.sheet import draft_to_show, head_of, page_of, rows_as_typed, typed_lines
from rms.web.clock import now, today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.once import once

HEAD_FIELDS = (
    "customer",
    "invoice_date",
    "payment_terms",
    "due_date",
    "place_of_supply",
    "reference_number",
    "discount",
    "prices_include_tax",
    "reverse_charge",
    "export_with_payment",
    "adjustment_reason",
    "notes",
)
CHANGED = ("invoices/_totals.html", "invoices/_dock.html", "invoices/_save_state.html")


@room.post("")
@requires(P.INVOICE_DRAFT)
@once
def create():
    """Empty, for one customer, or with the contents of another invoice (`copy_of`)."""
    source = request.form.get("copy_of", type=UUID)
    made = {"today": today(), "created_by": current_user.user_id}
    if source:
        invoice = copy(source, **made)
    else:
        invoice = drafts.create_draft(customer_id=request.form.get("customer", type=UUID), **made)
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
            shown = head_of(draft)
            flipped = gettext("Tax is now %(tax)s", tax=shown["tax_reason"])
            toast = flipped if draft.tax_mode_before != draft.invoice.tax_mode else None
            return swap("invoices/_head.html", also=CHANGED, back=back, toast=toast, **shown)
    return swap("invoices/_head.html", back=back, status=422, **head_of(draft_to_show(invoice_id), form))


@room.post("/<uuid:invoice_id>/delete")
@requires(P.INVOICE_DRAFT)
def delete(invoice_id: UUID):
    drafts.delete_draft(invoice_id, now=now())
    undo = render_template("invoices/_draft_deleted.html", invoice_id=invoice_id)
    flash(Markup(undo))  # nosec B704 # rendered by our template, which escapes
    return go(url_for("invoices.index"))


@room.post("/<uuid:invoice_id>/restore")
@requires(P.INVOICE_DRAFT)
def restore(invoice_id: UUID):
    """Undo of *Delete this draft*, for a day."""
    drafts.restore_draft(invoice_id)
    flash(gettext("The draft is back"))
    return go(url_for("invoices.edit", invoice_id=invoice_id))


@room.post("/<uuid:invoice_id>/save")
@requires(P.INVOICE_DRAFT)
def save(invoice_id: UUID):
    """Head and lines in one act, for a browser without the script; `act` says what is wanted besides."""
    form, typed = HeadForm(), typed_lines(request.form)
    if not form.validate():
        return _page_of_typed(invoice_id, form, typed)
    try:
        whole_draft.save(
            invoice_id,
            form.head(),
            typed,
            version=form.version.data,
            act=request.form.get("act", ""),
            now=now(),
        )
    except StaleVersion as stale:
        # What was half done is undone before the draft is drawn again, as it is stored.
        release()
        form.refuse(stale)
        return _page_of_typed(invoice_id, form, typed, status=409)
    except Invalid as error:
        release()
        form.refuse(error)
        return _page_of_typed(invoice_id, form, typed)
    return go(url_for("invoices.edit", invoice_id=invoice_id))


def _page_of_typed(invoice_id: UUID, form: HeadForm, typed: list[TypedRow], status: int = 422):
    """The whole editor with every field as it was typed, over what is stored."""
    draft = draft_to_show(invoice_id)
    shown = {**page_of(draft), **head_of(draft, form), "rows": rows_as_typed(draft, typed)}
    return page("invoices/edit.html", status=status, **shown)


def _both_heads(invoice_id: UUID, form: HeadForm, stale: StaleVersion, back: str):
    """409: what was typed stays in the fields, what is stored stands above them."""
    draft = draft_to_show(invoice_id)
    form.refuse(stale)
    stored = HeadForm.of(draft.invoice)
    theirs = {
        name: (form[name].label.text, _as_shown(stored[name]))
        for name in HEAD_FIELDS
        if form[name].data != stored[name].data
    }
    shown = head_of(draft, form)
    return swap("invoices/_head.html", back=back, status=409, theirs=theirs, **shown)


def _as_shown(field) -> str:
    if field.type == "SelectField":
        return dict(field.choices).get(field.data) or gettext("none")
    if field.type == "BooleanField":
        return gettext("yes") if field.data else gettext("no")
    return field._value() or gettext("none")
