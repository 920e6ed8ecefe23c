"""Which company: the choice after sign-in, and going to another one of the same address later on."""

import datetime as dt
from uuid import UUID

from flask import Response, flash, request, session, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions.sessions import SignIn
from rms.domain.errors import DomainError, TooOften
from rms.queries.sign_in import Seat, seat_of
from rms.rooms.identity import entry, room
from rms.rooms.identity.forms import OwnPasswordForm
from rms.rooms.identity.haste import told_to_wait, wait_of
from rms.rooms.identity.sign_in import let_choose, open_with, same_site_path
from rms.rooms.identity.visitor import choice, in_company, moment_words, use_up_passes
from rms.web.clock import at_home
from rms.web.fragments import go, page
from rms.web.guard import public
from rms.web.lifecycle import release


@room.get("/companies")
@public
def companies():
    """The password is asked for again: what else an address opens is not for whoever finds an open screen."""
    following = same_site_path(request.args.get("next"))
    if not current_user.is_authenticated:
        return go(url_for("identity.login", next=following))
    return _password_page(OwnPasswordForm(formdata=None, next=following))


@room.post("/companies")
@public
def look_up():
    if not current_user.is_authenticated:
        return go(url_for("identity.login"))
    form, email = OwnPasswordForm(), current_user.email
    if not form.validate():
        return _password_page(form, status=422)
    release()
    try:
        opened = open_with(email, form.password.data)
    except TooOften as error:
        return told_to_wait(_password_page(form, status=error.status, wait=wait_of(error)), error)
    if not opened.people:
        form.password.errors = [gettext("That is not your password")]
        return _password_page(form, status=422)
    return let_choose(opened, keep=False, following=same_site_path(form.next.data), email=email)


@room.get("/login/company")
@public
def seats():
    kept = choice()
    if kept is None:
        return _choice_is_over()
    return page(
        "identity/companies.html",
        seats=[seat for seat in map(_seat, kept["seats"]) if seat],
        until=at_home(dt.datetime.fromtimestamp(kept["until"], dt.UTC)),
        is_many=kept["many"],
        here=current_user.tenant_id if current_user.is_authenticated else None,
        moment=moment_words,
        email=session.get("email", ""),
    )


@room.post("/login/company")
@public
def choose():
    """Opens a session in that company and ends the one of this browser, if there is one."""
    kept = choice()
    chosen = [one for one in kept["seats"] if one[0] == request.form.get("company")] if kept else []
    if not chosen:
        return _choice_is_over()
    tenant, user, checked, _ = chosen[0]
    if not use_up_passes():
        return _choice_is_over()
    who = SignIn(UUID(user), checked, remember=kept["keep"])
    try:
        return entry.go_on(UUID(tenant), who, kept["next"])
    except DomainError:
        return _choice_is_over()


def _seat(kept: list[str]) -> Seat | None:
    with in_company(UUID(kept[0])):
        return seat_of(UUID(kept[1]))


def _choice_is_over() -> Response:
    session.pop("choice", None)
    flash(gettext("That list has closed. Sign in again."))
    return go(url_for("identity.login"))


def _password_page(form: OwnPasswordForm, *, status: int = 200, wait=None) -> Response:
    return page(
        "identity/other_company.html",
        piece="identity/_other_company_form.html",
        status=status,
        form=form,
        wait=wait,
    )
