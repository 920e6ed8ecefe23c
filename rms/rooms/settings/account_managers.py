"""Who looks after customers: a list, one to add, one to change or take off the list."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField

from rms.actions import client_types as actions
from rms.actions.client_types import ManagerDraft, stamp
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.versions import compare
from rms.models import AccountManager
from rms.policy import P
from rms.queries import client_types as queries
from rms.queries.last_saved import last_saved
from rms.rooms.settings import room
from rms.web.forms import Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once

OFFERED = [("yes", _("Offered")), ("no", _("Not offered"))]
NOBODY = UUID(int=0)  # what cannot be read is no colleague either, and is refused as one


def _colleagues() -> list[tuple[str, str]]:
    """The people of the company, and above them nobody: an account manager need not work here."""
    named = [
        (str(one.id), " ".join(part for part in (one.first_name, one.last_name) if part) or one.email)
        for one in queries.colleagues()
    ]
    return [("", gettext("None of them")), *named]


class ManagerForm(Form):
    """`version` stands for the moment of the last change, as actions/client_types.stamp gives it."""

    name = TextField(_("Name"))
    email = TextField(_("E-mail"))
    user_id = SelectField(_("Colleague"), choices=_colleagues, coerce=str, validate_choice=False)
    offered = SelectField(_("On customers"), choices=OFFERED, default="yes", validate_choice=False)
    version = HiddenField()

    @classmethod
    def of(cls, row: AccountManager) -> "ManagerForm":
        """The form filled with what is stored."""
        kept = {"name": row.name, "email": row.email, "user_id": str(row.user_id or "")}
        offered = "yes" if row.is_active else "no"
        return cls(formdata=None, data=kept | {"offered": offered, "version": stamp(row)})

    def draft(self) -> ManagerDraft:
        return ManagerDraft(
            name=self.name.data or "",
            email=self.email.data or "",
            user_id=_id(self.user_id.data),
            is_active=self.offered.data != "no",
        )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return NOBODY


@room.get("/account-managers")
@requires(P.SETTINGS_EDIT)
def account_managers():
    return _page(ManagerForm(formdata=None))


@room.post("/account-managers")
@requires(P.SETTINGS_EDIT)
@once
def add_account_manager():
    form = ManagerForm()
    if form.validate():
        try:
            row = actions.add_manager(form.draft())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("%(name)s can be chosen on customers now", name=row.name))
            return go(url_for("settings.account_managers"))
    return _page(form, status=422)


@room.get("/account-managers/<uuid:manager_id>")
@requires(P.SETTINGS_EDIT)
def account_manager(manager_id: UUID):
    row = queries.find_account_manager(manager_id)
    return _edit(row, ManagerForm.of(row))


@room.post("/account-managers/<uuid:manager_id>")
@requires(P.SETTINGS_EDIT)
def save_account_manager(manager_id: UUID):
    form, row = ManagerForm(), queries.find_account_manager(manager_id)
    if form.validate():
        try:
            actions.change_manager(manager_id, form.draft(), version=form.row_version)
        except StaleVersion as error:
            versions = compare(form, ManagerForm.of(error.theirs))
            form.version.data = stamp(error.theirs)
            who = last_saved("account_managers", manager_id)
            return _edit(row, form, status=409, versions=versions, who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."))
            return go(url_for("settings.account_managers"))
    return _edit(row, form, status=422)


def _page(form: ManagerForm, *, status: int = 200):
    return page("settings/account_managers.html", status=status, form=form, rows=queries.account_managers())


def _edit(row: AccountManager, form: ManagerForm, *, status: int = 200, **context):
    return page("settings/account_manager.html", status=status, row=row, form=form, **context)
