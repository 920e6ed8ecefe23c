"""How documents are numbered: each series with its next numbers, and what 1 April does."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import series
from rms.domain import numbering as rules
from rms.domain.errors import DomainError, NotFound, StaleVersion
from rms.forms.number import Shown, shown
from rms.forms.versions import compare
from rms.policy import P
from rms.queries.companies import company_with_gst
from rms.queries.last_saved import last_saved
from rms.queries.series import series_of_sales
from rms.queries.settings import Running, running_series
from rms.rooms.settings import room
from rms.rooms.settings.forms import NewSeriesForm, SeriesForm
from rms.web.clock import today
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once


@dataclass(frozen=True)
class Outlook:
    """What the series will print: the next three, the turn of the year, and what a jump would leave out."""

    coming: tuple[str, ...]
    turn: dt.date
    last_at_this_pace: str
    after_turn: tuple[str, ...]
    skipped: tuple[str, str] | None
    boxes: Shown


@room.get("/numbering")
@requires(P.SETTINGS_EDIT)
def numbering():
    one = _chosen(request.args.get("series"))
    return _page(one, SeriesForm.of(one))


@room.post("/numbering")
@requires(P.SETTINGS_EDIT)
def save_numbering():
    form = SeriesForm()
    one = _chosen(form.kind.data)
    if form.validate() and _knows_what_is_skipped(form, one):
        try:
            series.restyle_row(one.row.id, form.draft(), version=form.row_version, today=today())
        except StaleVersion as error:
            theirs = SeriesForm.of(_chosen(one.key), formdata=None)
            who = last_saved("number_series", error.theirs.id)
            return _page(one, form, status=409, versions=compare(form, theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. Numbers that are used already stay as they are."))
            return go(url_for("settings.numbering", series=one.key))
    return _page(one, form, status=422)


@room.get("/numbering/new")
@requires(P.SETTINGS_EDIT)
def new_series():
    return _new(NewSeriesForm(formdata=None, kind="invoice", year="FY", next_value=1))


@room.post("/numbering/new")
@requires(P.SETTINGS_EDIT)
@once
def add_series():
    form = NewSeriesForm()
    if form.validate():
        try:
            row = series.add(form.kind.data or "", form.name.data or "", form.draft(), today=today())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("%(name)s can be chosen on drafts now", name=row.name))
            return go(url_for("settings.numbering", series=row.id))
    return _new(form, status=422)


@room.get("/numbering/new/preview")
@requires(P.SETTINGS_EDIT)
def preview_series():
    """What a series would print that is not there yet."""
    form = NewSeriesForm(request.args)
    return swap("ui/_number.html", back=url_for("settings.new_series"), number=_boxes_of(form))


@room.post("/numbering/<uuid:series_id>/default")
@requires(P.SETTINGS_EDIT)
def make_default(series_id: UUID):
    row = series.use_by_default(series_id, version=request.form.get("version", default=0, type=int))
    flash(gettext("New documents take their numbers from %(name)s", name=row.name))
    return go(url_for("settings.numbering", series=row.kind))


@room.post("/numbering/<uuid:series_id>/retire")
@requires(P.SETTINGS_EDIT)
def retire_series(series_id: UUID):
    row = series.retire(series_id, version=request.form.get("version", default=0, type=int))
    flash(gettext("%(name)s is not offered any more", name=row.name))
    return go(url_for("settings.numbering"))


@room.get("/numbering/preview")
@requires(P.SETTINGS_EDIT)
def preview_numbering():
    """The next numbers for what is typed so far."""
    form = SeriesForm(request.args)
    one = _chosen(form.kind.data)
    back = url_for("settings.numbering", series=one.key)
    return swap("settings/_outlook.html", back=back, one=one, form=form, outlook=_outlook(one, form))


def _chosen(kind: str | None) -> Running:
    """The series of that kind; without one, the series that this company bills with."""
    wanted = kind or series_of_sales(company_with_gst()[1].registration_type)
    for one in running_series(today()):
        if one.key == wanted:
            return one
    raise NotFound()


def _new(form: NewSeriesForm, *, status: int = 200):
    kinds = [(one.row.kind, one.row.name) for one in running_series(today()) if one.row.is_default]
    form.kind.choices = kinds
    return page("settings/new_series.html", status=status, form=form, number=_boxes_of(form))


def _boxes_of(form: NewSeriesForm) -> Shown:
    return shown(form.draft(), None, today())


def _page(one: Running, form: SeriesForm, *, status: int = 200, **context):
    return page(
        "settings/numbering.html",
        status=status,
        one=one,
        form=form,
        outlook=_outlook(one, form),
        all_series=running_series(today()),
        day=today(),
        **context,
    )


def _knows_what_is_skipped(form: SeriesForm, one: Running) -> bool:
    """A gap is allowed and never an accident: whoever jumps ahead ticks that they mean it."""
    if not _skips(form, one) or form.may_jump.data:
        return True
    form.may_jump.errors = [gettext("Tick this if the numbers in between shall never be used")]
    return False


def _skips(form: SeriesForm, one: Running) -> bool:
    typed = form.next_value.data
    return bool(typed and typed > one.next_value and series.is_in_use(one.row))


def _outlook(one: Running, form: SeriesForm) -> Outlook:
    draft, day = form.draft(), today()
    year, ends = rules.financial_year(day), rules.financial_year_bounds(day)[1]
    start = draft.next_value or one.next_value
    turn = ends + dt.timedelta(days=1)
    pace = _at_this_pace(one, day)

    def number(value: int, of_year: str = year) -> str:
        return rules.render(draft.series.pattern, draft.series.prefix, of_year, value)

    following = rules.financial_year(turn)
    begins = 1 if draft.series.resets else start + pace
    return Outlook(
        coming=tuple(number(start + ahead) for ahead in range(3)),
        turn=turn,
        last_at_this_pace=number(start - 1 + pace) if pace else "",
        after_turn=tuple(number(begins + ahead, following) for ahead in range(2)),
        skipped=(number(one.next_value), number(start - 1)) if _skips(form, one) else None,
        boxes=shown(draft, one.row, day),
    )


def _at_this_pace(one: Running, day: dt.date) -> int:
    """How many more documents until the year ends, if they go on as they did since it began."""
    starts, ends = rules.financial_year_bounds(day)
    return round(one.issued * (ends - day).days / ((day - starts).days + 1))
