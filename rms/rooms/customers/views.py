"""The list of customers, and one customer: shown, added, changed, put away."""

import re
from collections.abc import Sequence
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import customers
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.customers import CustomerForm
from rms.forms.versions import compare
from rms.policy import P
from rms.queries import customers as queries
from rms.queries.client_types import account_managers, client_types
from rms.queries.customer_figures import on_account_of, pace_of
from rms.queries.last_saved import last_saved
from rms.rooms.customers import doubles, room
from rms.web.clock import now, today
from rms.web.forms import strip
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged
from rms.web.once import once

BALANCE = re.compile(r"[0-9]{1,18}\.[0-9]{2}")  # as `index` writes it into a cursor


@room.get("/c/<slug>/customers")
@requires(P.COMPANY_READ)
def index():
    view = _one_of(queries.VIEWS, request.args.get("view"))
    sort = _one_of(queries.SORTS, request.args.get("sort"))
    search = strip(request.args.get("q", ""))[: queries.LONGEST_SEARCH]
    kinds = queries.Kinds(_picked("type"), _picked("manager"))
    asked = {"search": search, "kinds": kinds, "today": today()}
    rows = queries.list_customers(view=view, sort=sort, after=_cursor(sort), limit=PAGE_SIZE + 1, **asked)
    listed = paged(rows, key=lambda row: (row.balance if sort == "-balance" else row.name, row.id))
    ids = [row.id for row in listed.rows]
    return page(
        "customers/index.html",
        piece="customers/_list.html",
        also=("customers/_views.html",),
        listed=listed,
        totals=queries.totals_of_customers(**asked),
        pace=pace_of(ids, today()),
        on_account=on_account_of(ids),
        types=_offered(client_types(), kinds.client_type_id),
        managers=_offered(account_managers(), kinds.account_manager_id),
        view=view,
        sort=sort,
        search=search,
        kinds=kinds,
    )


@room.get("/c/<slug>/customers/new")
@requires(P.CUSTOMER_EDIT)
def new():
    form = CustomerForm()
    form.payment_terms.data = None  # those of the type
    return _new(form)


@room.post("/c/<slug>/customers")
@requires(P.CUSTOMER_EDIT)
@once
def create():
    form, status = CustomerForm(), 422
    if form.validate():
        if alike := doubles.of_form(form):
            return _new(form, alike=alike, status=422)
        try:
            customer = customers.add(form.draft(), created_by=current_user.user_id, now=now())
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(gettext("%(name)s is added.", name=customer.name))
            return go(url_for("customers.show", customer_id=customer.id))
    return _new(form, status=status)


@room.get("/c/<slug>/customers/<uuid:customer_id>/edit")
@requires(P.CUSTOMER_EDIT)
def edit(customer_id: UUID):
    customer = queries.find_customer(customer_id)
    return _edit(CustomerForm(obj=customer), customer)


@room.post("/c/<slug>/customers/<uuid:customer_id>/save")
@requires(P.CUSTOMER_EDIT)
def save(customer_id: UUID):
    form = CustomerForm()
    customer = queries.find_customer(customer_id)
    if form.validate():
        if alike := doubles.of_form(form, customer):
            return _edit(form, customer, alike=alike, status=422)
        try:
            customers.change(customer_id, form.draft(), version=form.row_version)
        except StaleVersion as error:
            return _two_versions(form, error.theirs)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."))
            return go(url_for("customers.show", customer_id=customer_id))
    return _edit(form, customer, status=422)


@room.post("/c/<slug>/customers/<uuid:customer_id>/deactivate")
@requires(P.CUSTOMER_EDIT)
def deactivate(customer_id: UUID):
    customer = customers.deactivate(customer_id)
    flash(gettext("%(name)s is archived.", name=customer.name))
    return go(url_for("customers.show", customer_id=customer_id))


@room.post("/c/<slug>/customers/<uuid:customer_id>/activate")
@requires(P.CUSTOMER_EDIT)
def activate(customer_id: UUID):
    customer = customers.activate(customer_id, now=now())
    flash(gettext("%(name)s is active again.", name=customer.name))
    return go(url_for("customers.show", customer_id=customer_id))


def _new(form: CustomerForm, *, alike=(), status: int = 200):
    doubles.offer_kinds(form)
    return page("customers/new.html", form=form, alike=alike, suggested=customers.next_code(), status=status)


def _edit(form: CustomerForm, customer, *, alike=(), status: int = 200):
    doubles.offer_kinds(form, customer)
    return page("customers/edit.html", form=form, customer=customer, alike=alike, status=status)


def _two_versions(form: CustomerForm, theirs):
    """Somebody saved in between: both values of each field that differs, in a form that saves the choice."""
    return page(
        "customers/conflict.html",
        customer=theirs,
        versions=compare(
            doubles.offer_kinds(form, theirs),
            doubles.offer_kinds(CustomerForm(formdata=None, obj=theirs), theirs),
        ),
        who=last_saved("customers", theirs.id),
        pressed_at=now(),
        status=409,
    )


def _one_of(known: tuple[str, ...], wanted: str | None) -> str:
    return wanted if wanted in known else known[0]


def _picked(name: str) -> UUID | None:
    """The id a filter holds; one that is none is refused in a sentence, as an address that was shortened."""
    try:
        return UUID(request.args[name]) if request.args.get(name) else None
    except ValueError:
        raise garbled() from None


def _offered(kinds: Sequence, picked: UUID | None) -> list:
    """What a filter offers: all that are in use or can still be given."""
    return [one for one in kinds if one.is_active or one.customers or one.id == picked]


def _cursor(sort: str) -> list[str] | None:
    """The last row seen; an address that somebody shortened is refused in a sentence."""
    after = decode(request.args.get("after"), 2)
    if after is None:
        return None
    try:
        UUID(after[1])
    except ValueError:
        raise garbled() from None
    if sort == "-balance" and not BALANCE.fullmatch(after[0]):
        raise garbled()
    return after
