"""Step 2: how invoices are numbered, and where customers pay to."""

from flask import request, url_for

from rms.actions import series
from rms.actions.bank import take_payments
from rms.actions.companies import finish_step
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.number import shown
from rms.forms.versions import compare
from rms.policy import P
from rms.queries.last_saved import last_saved
from rms.rooms.onboarding import room
from rms.rooms.onboarding.forms import LookForm
from rms.rooms.onboarding.so_far import so_far
from rms.rooms.onboarding.steps import next_page, step_page
from rms.web.clock import now, today
from rms.web.fragments import swap
from rms.web.guard import requires


@room.post("/2")
@requires(P.SETTINGS_EDIT, fresh=True)
def save_look():
    form, known = LookForm(), so_far()
    if form.validate():
        try:
            take_payments(form.payments(), version=form.row_version, now=now(), is_set_up=True)
            version = form.version_in("series_version")
            series.restyle(known.series.kind, form.series(), version=version, today=today())
        except StaleVersion as error:
            theirs = LookForm.of(known.company, known.series, formdata=None)
            who = last_saved(error.theirs.__tablename__, error.theirs.id)
            return step_page(known, 2, form, status=409, versions=compare(form, theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            finish_step(2)
            return next_page(2)
    return step_page(known, 2, form, status=422)


@room.get("/_/number")
@requires(P.SETTINGS_EDIT)
def preview_number():
    """The boxes for what is typed so far."""
    known = so_far()
    form = LookForm(request.args)
    number = shown(form.series(), known.series, known.day)
    return swap("ui/_number.html", back=url_for("onboarding.step", n=2), number=number)
