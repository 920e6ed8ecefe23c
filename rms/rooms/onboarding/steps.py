"""Walking through set-up: where it goes on, a step's page, leaving one for later, the end."""

from decimal import Decimal

from flask import url_for

from rms.actions.companies import skip_step
from rms.domain.errors import NotFound
from rms.forms.business import BusinessForm
from rms.forms.customers import CustomerForm
from rms.forms.number import shown
from rms.forms.services import ServiceForm
from rms.policy import P
from rms.queries.companies import STEPS
from rms.rooms.onboarding import room
from rms.rooms.onboarding.forms import FirstInvoiceForm, LookForm
from rms.rooms.onboarding.so_far import SoFar, paper, paper_of_draft, so_far, steps
from rms.web.errors import sentence
from rms.web.fragments import go, page
from rms.web.guard import requires


@room.get("")
@requires(P.SETTINGS_EDIT)
def resume():
    """Go on where set-up was left."""
    number = so_far().set_up.first_unfinished
    return go(url_for("onboarding.step", n=number) if number else url_for("onboarding.done"))


@room.get("/<int:n>")
@requires(P.SETTINGS_EDIT)
def step(n: int):
    if n not in STEPS:
        raise NotFound()
    known = so_far()
    return step_page(known, n, FORMS[n](known))


@room.post("/<int:n>/skip")
@requires(P.SETTINGS_EDIT)
def skip(n: int):
    if n not in STEPS:
        raise NotFound()
    skip_step(n)
    return next_page(n)


@room.get("/done")
@requires(P.SETTINGS_EDIT)
def done():
    known = so_far()
    listed = steps(known, 0)
    return page(
        "onboarding/done.html",
        step=6,
        steps=listed,
        known=known,
        left=[one for one in listed if one.state != "done"],
        paper=paper_of_draft(known) if known.invoice else paper(known, 4),
    )


def step_page(known: SoFar, n: int, form, *, status: int = 200, **context):
    """The page of a step with the invoice as far as it is known."""
    quantity = form.quantity.data if n == 5 and form.quantity.data else Decimal(1)
    return page(
        f"onboarding/step_{n}.html",
        status=status,
        step=n,
        steps=steps(known, n),
        skip_url=url_for("onboarding.skip", n=n),
        known=known,
        form=form,
        paper=context.pop("paper", None) or paper(known, n, quantity),
        **(context | _of_step(known, n, form, quantity)),
    )


def next_page(n: int):
    """After a step comes the next one, and after the last the end."""
    return go(url_for("onboarding.step", n=n + 1) if n < max(STEPS) else url_for("onboarding.done"))


def _of_step(known: SoFar, n: int, form, quantity: Decimal) -> dict:
    match n:
        case 2:
            return {"number": shown(form.series(), known.series, known.day)}
        case 5:
            priced = known.priced(quantity)
            return {
                "priced": priced,
                "reason": sentence(priced.reason) if priced else "",
                "quantity": quantity,
            }
    return {}


FORMS = {
    1: lambda known: BusinessForm.of(known.company, known.gst, is_new=1 not in known.set_up.done),
    2: lambda known: LookForm.of(known.company, known.series),
    3: lambda known: ServiceForm.of(known.service) if known.service else ServiceForm(),
    4: lambda known: (
        CustomerForm(obj=known.customer) if known.customer else CustomerForm(gst_treatment="regular")
    ),
    5: lambda known: FirstInvoiceForm(quantity=Decimal(1)),
}
