"""Types of customers: a list, one to add, one to rename or take off the list."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField

from rms.actions import client_types as actions
from rms.actions.client_types import TypeDraft, stamp
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.customers import days
from rms.forms.versions import compare
from rms.models import ClientType
from rms.policy import P
from rms.queries import client_types as queries
from rms.queries.last_saved import last_saved
from rms.rooms.settings import room
from rms.web.forms import Form, TextField, TypedField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

OFFERED = [("yes", _("Offered")), ("no", _("Not offered"))]


class TypeForm(Form):
    """`version` stands for the moment of the last change, as actions/client_types.stamp gives it."""

    name = TextField(_("Name"))
    code = TextField(_("Code"))
    payment_terms = TypedField(_("Payment terms, days"), parse=days)
    description = TextField(_("Note"))
    offered = SelectField(_("On customers"), choices=OFFERED, default="yes", validate_choice=False)
    version = HiddenField()

    @classmethod
    def of(cls, row: ClientType) -> "TypeForm":
        """The form filled with what is stored."""
        offered = "yes" if row.is_active else "no"
        return cls(formdata=None, obj=row, offered=offered, version=stamp(row))

    def draft(self) -> TypeDraft:
        return TypeDraft(
            name=self.name.data or "",
            code=self.code.data or "",
            description=self.description.data or "",
            payment_terms=self.payment_terms.data,
            is_active=self.offered.data != "no",
        )


@room.get("/client-types")
@requires(P.SETTINGS_EDIT)
def client_types():
    return _page(TypeForm(formdata=None, payment_terms=30))


@room.post("/client-types")
@requires(P.SETTINGS_EDIT)
@once
def add_client_type():
    form = TypeForm()
    if form.validate():
        try:
            row = actions.add_type(form.draft())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("%(name)s can be chosen on customers now", name=row.name))
            return go(url_for("settings.client_types"))
    return _page(form, status=422)


@room.get("/client-types/<uuid:type_id>")
@requires(P.SETTINGS_EDIT)
def client_type(type_id: UUID):
    row = queries.find_client_type(type_id)
    return _edit(row, TypeForm.of(row))


@room.post("/client-types/<uuid:type_id>")
@requires(P.SETTINGS_EDIT)
def save_client_type(type_id: UUID):
    form, row = TypeForm(), queries.find_client_type(type_id)
    if form.validate():
        try:
            actions.change_type(type_id, form.draft(), version=form.row_version)
        except StaleVersion as error:
            versions = compare(form, TypeForm.of(error.theirs))
            form.version.data = stamp(error.theirs)
            return _edit(row, form, status=409, versions=versions, who=last_saved("client_types", type_id))
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. Customers keep the payment terms they have."))
            return go(url_for("settings.client_types"))
    return _edit(row, form, status=422)


def _page(form: TypeForm, *, status: int = 200):
    return page("settings/client_types.html", status=status, form=form, rows=queries.client_types())


def _edit(row: ClientType, form: TypeForm, *, status: int = 200, **context):
    return page("settings/client_type.html", status=status, row=row, form=form, **context)
