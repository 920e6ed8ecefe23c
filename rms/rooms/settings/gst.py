"""What GST asks of invoices beside the registration: letters of undertaking, and digits of codes."""

from flask import flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import BooleanField, HiddenField, SelectField

from rms.actions import undertakings as actions
from rms.actions.undertakings import UndertakingDraft, years_offered
from rms.domain.errors import DomainError
from rms.policy import P
from rms.queries.companies import company_with_gst
from rms.queries.settings import is_turnover_large
from rms.queries.undertakings import undertakings
from rms.rooms.settings import room
from rms.web.clock import today
from rms.web.forms import Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires


class UndertakingForm(Form):
    """The ARN of one year; `version` is that of the year's stored letter."""

    year = SelectField(_("Financial year"), coerce=str, validate_choice=False)
    arn = TextField(_("ARN"))
    version = HiddenField()

    def draft(self) -> UndertakingDraft:
        version = self.version.data or "0"
        known = int(version) if version.isdecimal() and len(version) < 9 else 0
        return UndertakingDraft(year=self.year.data or "", arn=self.arn.data or "", version=known)


class TurnoverForm(Form):
    large_turnover = BooleanField(_("Last year's turnover was above ₹5 crore"))


@room.get("/gst")
@requires(P.SETTINGS_EDIT)
def gst():
    """`?year=` opens the letter of that year."""
    kept = {row.financial_year: row for row in undertakings()}
    year = request.args.get("year") or years_offered(today())[0]
    row = kept.get(year)
    form = UndertakingForm(
        formdata=None, year=year, arn=row.arn if row else "", version=row.version if row else 0
    )
    return _page(form, kept)


@room.post("/gst/undertaking")
@requires(P.SETTINGS_EDIT)
def save_undertaking():
    form = UndertakingForm()
    try:
        row = actions.declare(form.draft(), today=today(), by=current_user.user_id)
    except DomainError as error:
        form.refuse(error)
        return _page(form, {one.financial_year: one for one in undertakings()}, status=error.status)
    flash(gettext("Saved. Invoices dated in %(year)s may name it.", year=row.financial_year))
    return go(url_for("settings.gst"))


@room.post("/gst/turnover")
@requires(P.SETTINGS_EDIT)
def save_turnover():
    actions.set_large_turnover(bool(TurnoverForm().large_turnover.data))
    flash(gettext("Saved. It holds for what is issued from now on."))
    return go(url_for("settings.gst"))


def _page(form: UndertakingForm, kept: dict, *, status: int = 200):
    form.year.choices = [(year, year) for year in years_offered(today())]
    if status == 409 and form.year.data in kept:
        form.version.data = kept[form.year.data].version
    return page(
        "settings/gst.html",
        status=status,
        form=form,
        turnover=TurnoverForm(formdata=None, large_turnover=is_turnover_large()),
        kept=kept,
        years=years_offered(today()),
        registration=company_with_gst()[1].registration_type,
    )
