"""Name, address and GST registration of the company."""

from flask import flash, url_for
from flask_babel import gettext

from rms.actions.companies import describe
from rms.domain.errors import DomainError, StaleVersion
from rms.domain.numbering import financial_year_bounds
from rms.forms.versions import compare
from rms.policy import P
from rms.queries.companies import company_with_gst
from rms.queries.last_saved import last_saved
from rms.rooms.settings import room
from rms.rooms.settings.forms import CompanyForm
from rms.web.clock import today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires


@room.get("/company")
@requires(P.SETTINGS_EDIT)
def company():
    stored, gst = company_with_gst()
    return _page(CompanyForm.of(stored, gst, is_new=False))


@room.post("/company")
@requires(P.SETTINGS_EDIT)
def save_company():
    form = CompanyForm()
    if form.validate():
        try:
            describe(form.draft(), version=form.row_version)
        except StaleVersion as error:
            gst = company_with_gst()[1]
            theirs = CompanyForm.of(error.theirs, gst, is_new=False, formdata=None)
            who = last_saved("companies", error.theirs.id)
            return _page(form, status=409, versions=compare(form, theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. New documents carry it."))
            return go(url_for("settings.company"))
    return _page(form, status=422)


@room.post("/company/gstin")
@requires(P.SETTINGS_EDIT)
def check_gstin():
    """Judge the number as it stands and fill in the state."""
    return swap(
        "ui/_gstin.html",
        also=("ui/_state.html",),
        back=url_for("settings.company"),
        form=CompanyForm(),
        gstin_url=url_for("settings.check_gstin"),
        is_typing=True,
    )


def _page(form: CompanyForm, *, status: int = 200, **context):
    stored, _ = company_with_gst()
    year = financial_year_bounds(today())
    return page("settings/company.html", status=status, form=form, stored=stored, year=year, **context)
