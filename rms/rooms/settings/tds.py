"""Under which sections customers deduct tax, at which rates, and the company's own rates above them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField

from rms.actions import tds as actions
from rms.actions.tds import RateDraft
from rms.domain import tds
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.versions import compare
from rms.models import TdsRate
from rms.policy import P
from rms.queries import tds as queries
from rms.queries.last_saved import last_saved
from rms.queries.tds import InForce
from rms.rooms.settings import room
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.forms import DayField, Form, PercentField, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class ChangeForm(Form):
    """What may be changed of a rate."""

    name = TextField(_("Deducted from"))
    rate = PercentField(_("Rate in percent"))
    offered = SelectField(
        _("On receipts"), choices=[("yes", _("Offered")), ("no", _("Not offered"))], validate_choice=False
    )
    version = HiddenField()

    @classmethod
    def of(cls, row: TdsRate) -> "ChangeForm":
        """The form filled with what is stored."""
        return cls(formdata=None, obj=row, offered="yes" if row.is_active else "no")

    def draft(self) -> RateDraft:
        return RateDraft(name=self.name.data or "", rate=self.rate.data, is_active=self.offered.data != "no")


class RateForm(Form):
    """A rate and what it is for."""

    section = TextField(_("Section"))
    name = TextField(_("Deducted from"))
    rate = PercentField(_("Rate in percent"))
    effective_from = DayField(_("From"))

    def draft(self) -> RateDraft:
        return RateDraft(
            section=self.section.data or "",
            name=self.name.data or "",
            rate=self.rate.data,
            effective_from=self.effective_from.data,
        )


@dataclass(frozen=True)
class Row:
    """A section of the day in the reader's language. `payment_code` is that of challans, "" for own rates."""

    code: str
    words: str
    name: str
    rate: Decimal
    payment_code: str
    own_id: UUID | None

    @classmethod
    def of(cls, one: InForce) -> "Row":
        statutory = tds.section_of(one.code)
        return cls(
            one.code,
            sentence(one.words),
            one.name if one.own_id else gettext(one.name),
            one.rate,
            statutory.payment_code if statutory else "",
            one.own_id,
        )


@room.get("/tds")
@requires(P.SETTINGS_EDIT)
def tds_rates():
    return _page(RateForm(formdata=None, effective_from=today()))


@room.post("/tds")
@requires(P.SETTINGS_EDIT)
@once
def add_tds_rate():
    form = RateForm()
    if form.validate():
        try:
            row = actions.add(form.draft(), today=today())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("%(section)s has a rate of its own now", section=row.section))
            return go(url_for("settings.tds_rates"))
    return _page(form, status=422)


@room.get("/tds/<uuid:rate_id>")
@requires(P.SETTINGS_EDIT)
def tds_rate(rate_id: UUID):
    row = queries.find_rate(rate_id)
    return _edit(row, ChangeForm.of(row))


@room.post("/tds/<uuid:rate_id>")
@requires(P.SETTINGS_EDIT)
def save_tds_rate(rate_id: UUID):
    form, row = ChangeForm(), queries.find_rate(rate_id)
    if form.validate():
        try:
            actions.change(rate_id, form.draft(), version=form.row_version)
        except StaleVersion as error:
            theirs = ChangeForm.of(error.theirs)
            return _edit(row, form, status=409, versions=compare(form, theirs), who=_who(row))
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. What was deducted before keeps the rate it was recorded with."))
            return go(url_for("settings.tds_rates"))
    return _edit(row, form, status=422)


def _who(row: TdsRate):
    return last_saved("tds_rates", row.id)


def _page(form: RateForm, *, status: int = 200):
    return page(
        "settings/tds.html",
        status=status,
        form=form,
        rows=[Row.of(one) for one in queries.sections_on(today())],
        own=queries.own_rates(),
        gst_rate=tds.GST_TDS_RATE,
        gst_above=tds.GST_TDS_ABOVE,
        day=today(),
    )


def _edit(row: TdsRate, form: ChangeForm, *, status: int = 200, **context):
    return page("settings/tds_rate.html", status=status, row=row, form=form, **context)
