"""Two customers who are one: choose the other, look at both, and merge."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import merging
from rms.domain.errors import Invalid, NotFound
from rms.models import Customer
from rms.policy import P
from rms.queries.customer_figures import figures_of
from rms.queries.customers import find_customer, picked_or_named
from rms.queries.duplicates import like_customer
from rms.rooms.customers import room
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.forms import strip
from rms.web.fragments import go, page
from rms.web.guard import requires


@room.get("/c/<slug>/customers/<uuid:customer_id>/merge")
@requires(P.CUSTOMER_EDIT)
def merge_form(customer_id: UUID):
    """`?into=` is the customer that stays, or `?customer=` its name; nothing is changed by looking."""
    customer = find_customer(customer_id)
    typed = strip(request.args.get("customer") or "")
    into = picked_or_named(_id(request.args.get("into")), typed)
    problem = "" if into or not typed else gettext("No customer has exactly this name.")
    return _page(customer, into, typed=typed, problem=problem)


@room.post("/c/<slug>/customers/<uuid:customer_id>/merge")
@requires(P.CUSTOMER_EDIT)
def merge(customer_id: UUID):
    into_id = _id(request.form.get("into"))
    if into_id is None:
        raise NotFound()
    try:
        merged = merging.merge(customer_id, into_id, now=now(), today=today())
    except Invalid as error:
        into = find_customer(into_id)
        return _page(find_customer(customer_id), into, problem=sentence(error), status=422)
    flash(gettext("Merged. Everything is with %(name)s now.", name=merged.customer.name))
    return go(url_for("customers.show", customer_id=into_id))


def _page(
    customer: Customer, into: Customer | None, *, typed: str = "", problem: str = "", status: int = 200
):
    refusal = merging.refusal(customer, into) if into else None
    sides = [(one, figures_of(one.id, today())) for one in (customer, into)] if into else []
    return page(
        "customers/merge.html",
        customer=customer,
        into=into,
        sides=sides,
        typed=typed,
        problem=problem or (gettext(refusal) if refusal else ""),
        is_open=into is not None and refusal is None,
        others=[] if into else like_customer(customer),
        status=status,
    )


def _id(text: str | None) -> UUID | None:
    """Raises NotFound for what is no id at all."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None
