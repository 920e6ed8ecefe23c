"""The people at a customer, and who of them is copied into which letters."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField

from rms.actions import contacts
from rms.actions.contacts import ContactDraft
from rms.domain.errors import DomainError, StaleVersion
from rms.policy import P
from rms.queries.contacts import find_contact
from rms.queries.customers import find_customer
from rms.rooms.customers import room
from rms.web.forms import Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

LINES = ("name", "designation", "email", "phone")


class ContactForm(Form):
    """A person at a customer."""

    name = TextField(_("Name"))
    designation = TextField(_("What they do there"))
    email = TextField(_("E-mail"))
    phone = TextField(_("Phone"))
    gets_invoices = BooleanField(_("Invoices"))
    gets_reminders = BooleanField(_("Reminders"))
    gets_receipts = BooleanField(_("Receipts"))
    gets_statements = BooleanField(_("Statements of account"))
    version = HiddenField()

    def draft(self) -> ContactDraft:
        typed = {name: self[name].data or None for name in LINES}
        return ContactDraft(**typed, **{letter: bool(self[letter].data) for letter in contacts.LETTERS})


@room.get("/c/<slug>/customers/<uuid:customer_id>/people/new")
@requires(P.CUSTOMER_EDIT)
def new_contact(customer_id: UUID):
    return _page(customer_id, ContactForm(formdata=None, gets_invoices=True))


@room.post("/c/<slug>/customers/<uuid:customer_id>/people")
@requires(P.CUSTOMER_EDIT)
@once
def add_contact(customer_id: UUID):
    form = ContactForm()
    try:
        contact = contacts.add_contact(customer_id, form.draft())
    except DomainError as error:
        if error.status == 404:
            raise
        form.refuse(error)
        return _page(customer_id, form, status=error.status)
    flash(gettext("%(name)s is added.", name=contact.name))
    return go(_details(customer_id))


@room.get("/c/<slug>/customers/<uuid:customer_id>/people/<uuid:contact_id>")
@requires(P.CUSTOMER_EDIT)
def edit_contact(customer_id: UUID, contact_id: UUID):
    contact = find_contact(customer_id, contact_id)
    return _page(customer_id, ContactForm(formdata=None, obj=contact), contact)


@room.post("/c/<slug>/customers/<uuid:customer_id>/people/<uuid:contact_id>")
@requires(P.CUSTOMER_EDIT)
def save_contact(customer_id: UUID, contact_id: UUID):
    form = ContactForm()
    contact = find_contact(customer_id, contact_id)
    try:
        contacts.change_contact(customer_id, contact_id, form.draft(), version=form.row_version)
    except StaleVersion as error:
        return _page(customer_id, form, contact, theirs=error.theirs, status=409)
    except DomainError as error:
        form.refuse(error)
        return _page(customer_id, form, contact, status=error.status)
    flash(gettext("Saved."))
    return go(_details(customer_id))


@room.post("/c/<slug>/customers/<uuid:customer_id>/people/<uuid:contact_id>/remove")
@requires(P.CUSTOMER_EDIT)
def remove_contact(customer_id: UUID, contact_id: UUID):
    name = contacts.remove_contact(customer_id, contact_id, version=ContactForm().row_version)
    flash(gettext("%(name)s gets no more letters.", name=name))
    return go(_details(customer_id))


def _page(customer_id: UUID, form: ContactForm, contact=None, *, theirs=None, status: int = 200):
    """`theirs` is the row as somebody else has saved it in between."""
    return page(
        "customers/contact.html",
        customer=find_customer(customer_id),
        form=form,
        contact=contact,
        theirs=theirs,
        status=status,
    )


def _details(customer_id: UUID) -> str:
    return url_for("customers.show", customer_id=customer_id, tab="details")
