"""What people may do and must prove, and how long they stay signed in."""

from flask import current_app, flash, url_for
from flask_babel import gettext

from rms.actions.house_rules import set_rules
from rms.domain.errors import N_, DomainError, Invalid, StaleVersion
from rms.policy import P
from rms.queries.house_rules import HouseRules, house_rules
from rms.queries.settings import people_counts
from rms.rooms.settings import room
from rms.rooms.settings.forms import RulesForm
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.step_up import FRESH_FOR


@room.get("/security")
@requires(P.SETTINGS_EDIT)
def security():
    return _page(RulesForm.of(house_rules()))


@room.post("/security")
@requires(P.SETTINGS_EDIT, fresh=True)
def save_security():
    form = RulesForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        set_rules(form.rules(), seen=_seen(form))
    except Invalid as error:
        form.refuse(error)
        return _page(form, status=422)
    except StaleVersion as error:
        return _page(form, status=409, theirs=error.theirs)
    flash(gettext("Saved. It holds from everybody's next click on."))
    return go(url_for("settings.security"))


def _seen(form: RulesForm) -> HouseRules:
    seen = HouseRules.marked(form.version.data or "")
    if seen is None:
        raise DomainError(N_("This form is not complete. Load the page again and repeat."))
    return seen


def _page(form: RulesForm, *, status: int = 200, theirs: HouseRules | None = None):
    return page(
        "settings/security.html",
        status=status,
        form=form,
        theirs=theirs,
        people=people_counts(now()),
        terms=current_app.config["RMS"],
        fresh_minutes=int(FRESH_FOR.total_seconds() // 60),
    )
