"""The list of services, with rows that turn into forms; the same form on a page of its own for new ones."""

import datetime as dt
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import services
from rms.domain.errors import DomainError, StaleVersion
from rms.domain.periods import add_months
from rms.forms.services import ServiceForm, gst_words
from rms.forms.versions import compare
from rms.models import ServiceType
from rms.policy import P
from rms.queries import services as queries
from rms.queries.last_saved import last_saved
from rms.rooms.services import room
from rms.web.clock import today
from rms.web.forms import strip
from rms.web.fragments import go, page, swap, wants_fragment
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged
from rms.web.once import once


@room.get("/c/<slug>/services")
@requires(P.COMPANY_READ)
def index():
    place = _place(request.args)
    rows = queries.list_services(
        view=place["view"], search=place["search"], after=_cursor(), limit=PAGE_SIZE + 1, since=_since()
    )
    return page(
        "services/index.html",
        piece="services/_list.html",
        also=("services/_views.html",),
        listed=paged(rows, key=lambda row: (row.name, row.id)),
        gst_words=gst_words,
        **place,
    )


@room.get("/c/<slug>/services/<uuid:service_id>")
@requires(P.COMPANY_READ)
def show(service_id: UUID):
    return page(
        "services/show.html",
        service=queries.find_row(service_id, since=_since()),
        uses=queries.newest_uses(service_id),
        rates=queries.past_rates(service_id),
        gst_words=gst_words,
    )


@room.get("/c/<slug>/services/new")
@requires(P.SERVICE_EDIT)
def new():
    return page("services/new.html", form=ServiceForm(), suggested=services.next_code())


@room.post("/c/<slug>/services")
@requires(P.SERVICE_EDIT)
@once
def create():
    form = ServiceForm()
    if form.validate():
        try:
            service = services.add(form.draft(), today=today())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("%(name)s is added.", name=service.name))
            return go(url_for("services.index"))
    return page("services/new.html", form=form, suggested=services.next_code(), status=422)


@room.get("/c/<slug>/services/<uuid:service_id>/edit")
@requires(P.SERVICE_EDIT)
def edit_row(service_id: UUID):
    """The row as a form; without JavaScript a page with the same form."""
    service = queries.find_service(service_id)
    return _form_of(service, ServiceForm.of(service))


@room.get("/c/<slug>/services/<uuid:service_id>/row")
@requires(P.COMPANY_READ)
def row(service_id: UUID):
    """The row as it is stored, for whoever leaves it as it was."""
    return _row_of(service_id)


@room.post("/c/<slug>/services/<uuid:service_id>/save")
@requires(P.SERVICE_EDIT)
def save(service_id: UUID):
    form = ServiceForm()
    service = queries.find_service(service_id)
    if form.validate():
        try:
            service = services.change(service_id, form.draft(), version=form.row_version, today=today())
        except StaleVersion as error:
            return _two_versions(form, error.theirs)
        except DomainError as error:
            form.refuse(error)
        else:
            return _row_of(service_id, toast=gettext("%(name)s is saved.", name=service.name))
    return _form_of(service, form, status=422)


@room.post("/c/<slug>/services/<uuid:service_id>/archive")
@requires(P.SERVICE_EDIT)
def archive(service_id: UUID):
    service = services.archive(service_id)
    told = gettext("%(name)s is archived. Lines that use it stay as they are.", name=service.name)
    return _moved(service_id, told, undo="services.restore")


@room.post("/c/<slug>/services/<uuid:service_id>/restore")
@requires(P.SERVICE_EDIT)
def restore(service_id: UUID):
    service = services.restore(service_id)
    told = gettext("%(name)s is offered again.", name=service.name)
    return _moved(service_id, told, undo="services.archive")


def _moved(service_id: UUID, told: str, *, undo: str):
    """The row leaves the list it was in; Undo brings it back to the same place."""
    place = _place(request.form)
    if "undo" in request.form:
        return _row_of(service_id, also=("services/_views.html", "ui/_no_toast.html"), **place)
    if not wants_fragment():
        flash(told)
    return swap(
        "services/_row_gone.html",
        also=("services/_views.html", "services/_moved.html"),
        back=url_for("services.index"),
        focus="#main",
        service_id=service_id,
        told=told,
        undo=url_for(undo, service_id=service_id),
        **place,
    )


def _row_of(service_id: UUID, *, also: tuple = (), **more):
    return swap(
        "services/_row.html",
        also=also,
        back=url_for("services.index"),
        focus=f"#svc-{service_id} .id",
        service=queries.find_row(service_id, since=_since()),
        gst_words=gst_words,
        **more,
    )


def _form_of(service: ServiceType, form: ServiceForm, *, status: int = 200, versions=(), who=None):
    return page(
        "services/edit.html",
        piece="services/_edit_row.html",
        status=status,
        service=service,
        form=form,
        drafts=queries.drafts_using(service.id),
        versions=versions,
        who=who,
    )


def _two_versions(form: ServiceForm, theirs: ServiceType):
    """Somebody saved in between: what was typed stays, what is stored now stands beside it."""
    versions = compare(form, ServiceForm.of(theirs, formdata=None))
    return _form_of(theirs, form, status=409, versions=versions, who=last_saved("service_types", theirs.id))


def _place(given) -> dict:
    """Which part of the list is looked at, from the address or from the form that came along with a post."""
    wanted = given.get("view")
    search = strip(given.get("q", ""))[: queries.LONGEST_SEARCH]
    view = wanted if wanted in queries.VIEWS else queries.VIEWS[0]
    return {"view": view, "search": search, "counts": queries.counts_of_services(search)}


def _since() -> dt.date:
    """The first day of the twelve months that end today."""
    return add_months(today(), -12) + dt.timedelta(days=1)


def _cursor() -> list[str] | None:
    after = decode(request.args.get("after"), 2)
    if after is None:
        return None
    try:
        UUID(after[1])
    except ValueError:
        raise garbled() from None
    return after
