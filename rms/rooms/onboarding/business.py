"""Step 1: what the business is called, where it is, how it stands to GST."""

from types import SimpleNamespace

from flask import url_for
from flask_babel import gettext

from rms.actions.companies import describe, finish_step
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.business import BusinessForm
from rms.forms.versions import compare
from rms.policy import P
from rms.queries.last_saved import last_saved
from rms.rooms.onboarding import room
from rms.rooms.onboarding.so_far import Paper, seller_of, so_far
from rms.rooms.onboarding.steps import next_page, step_page
from rms.web.fragments import swap
from rms.web.guard import requires


@room.post("/1")
@requires(P.SETTINGS_EDIT)
def save_business():
    form, known = BusinessForm(), so_far()
    if form.validate():
        try:
            describe(form.draft(), version=form.row_version)
        except StaleVersion as error:
            theirs = BusinessForm.of(error.theirs, known.gst, is_new=False, formdata=None)
            who = last_saved("companies", error.theirs.id)
            return step_page(known, 1, form, status=409, versions=compare(form, theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            finish_step(1)
            return next_page(1)
    return step_page(known, 1, form, status=422)


@room.post("/_/gstin")
@requires(P.SETTINGS_EDIT)
def check_gstin():
    """Judge the number as it stands, fill in the state, and show the letterhead with what is typed so far."""
    form = BusinessForm()
    return swap(
        "ui/_gstin.html",
        also=("ui/_state.html", "onboarding/_look.html"),
        back=url_for("onboarding.step", n=1),
        form=form,
        gstin_url=url_for("onboarding.check_gstin"),
        is_typing=True,
        paper=Paper(1, seller_of(_typed(form))),
    )


def _typed(form: BusinessForm) -> SimpleNamespace:
    """What is typed, cut to what a letterhead can hold; a number that does not fit is not printed."""
    typed = {name: (field.data or "")[:255] for name, field in form._fields.items()}
    typed["gst_number"] = form.judged.normalized if form.judged.valid else None
    typed["state_code"] = form.state_in_gstin or typed["state_code"]
    typed["name"] = typed["name"] or gettext("Your business")
    return SimpleNamespace(**typed)
