"""Signing in and out. No transaction is open while a password is hashed."""

import datetime as dt
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, current_app, flash, g, request, session, url_for
from flask_babel import format_date, gettext
from flask_login import current_user

from rms.actions import sessions
from rms.actions.sessions import CannotSignIn, SignIn, Terms
from rms.crypto import passwords
from rms.db.session import act_as, tenant_scope
from rms.domain.errors import DomainError, TooOften
from rms.domain.filing_dates import filing_dates, period_to_file
from rms.queries.sign_in import Candidate, Seat, candidates, seat_of
from rms.rooms.identity import room
from rms.rooms.identity.forms import SignInForm
from rms.rooms.identity.visitor import (
    choice,
    in_company,
    in_no_company,
    moment_words,
    remember_choice,
    remember_waiting,
)
from rms.web.clock import at_home, now, today
from rms.web.credentials import forget_cookies, sign_in_cookies
from rms.web.fragments import go, page
from rms.web.guard import public
from rms.web.lifecycle import release

LONGEST_PATH = 2_000


@room.get("/")
@public
def start():
    if current_user.is_authenticated:
        return go(url_for("home.dashboard", slug=current_user.slug))
    return go(url_for("identity.login"))


@room.get("/login")
@public
def login():
    following = same_site_path(request.args.get("next"))
    return _sign_in_page(SignInForm(email=session.get("email"), next=following))


@room.post("/login")
@public
def enter():
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, status=422)
    release()
    try:
        opened = _whom_it_opens(form.email.data, form.password.data)
        return _let_in(opened, form)
    except CannotSignIn:
        return _sign_in_page(form, status=422, is_wrong=True)
    except TooOften as error:
        form.refuse(error)
        reply = _sign_in_page(form, status=error.status)
        reply.headers["Retry-After"] = str(error.retry_after)
        return reply


@room.get("/login/company")
@public
def companies():
    kept = choice()
    if kept is None:
        return _choice_is_over()
    seats = [seat for seat in map(_seat, kept["seats"]) if seat]
    until = at_home(dt.datetime.fromtimestamp(kept["until"], dt.UTC))
    shown = {"seats": seats, "until": until, "moment": moment_words, "email": session.get("email", "")}
    return page("identity/companies.html", **shown)


@room.post("/login/company")
@public
def choose():
    kept = choice()
    chosen = [one for one in kept["seats"] if one[0] == request.form.get("company")] if kept else []
    if not chosen:
        return _choice_is_over()
    tenant, user, checked = chosen[0]
    who = SignIn(UUID(user), checked, remember=kept["keep"])
    try:
        return _come_in(UUID(tenant), who, kept["next"])
    except DomainError:
        return _choice_is_over()


@room.post("/logout")
@public
def logout():
    if current_user.is_authenticated:
        act_as(current_user.user_id)
    if g.ticket:
        sessions.end(g.ticket.session_id, because="signed_out", now=now())
    session.clear()
    flash(gettext("You are signed out."))
    forget_cookies()
    reply = go(url_for("identity.login"))
    reply.headers["Clear-Site-Data"] = '"cache", "storage"'
    return reply


def same_site_path(text: str | None) -> str | None:
    """A path of this site to go on to after sign-in, or None for anything that could lead elsewhere.

    Browsers read a backslash as a slash and skip tabs and line breaks, so none of these may be in it.
    """
    if not text or len(text) > LONGEST_PATH or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or not text.isprintable():
        return None
    parts = urlsplit(text)
    is_page = "/_/" not in parts.path and parts.path.split("/")[1] not in ("", "login", "logout", "signup")
    return text if is_page and not parts.scheme and not parts.netloc else None


def _whom_it_opens(email: str, password: str) -> list[Candidate]:
    """Everybody of this address whose password it is; the work of at least one hash, whoever asks."""
    with in_no_company():
        found = candidates(email)
    with passwords.turn():
        if not found:
            passwords.waste_time(password, cost=_cost())
        return [person for person in found if passwords.matches(password, person.password_hash)]


def _let_in(opened: list[Candidate], form: SignInForm) -> Response:
    confirmed = [person for person in opened if person.email_verified]
    following = same_site_path(form.next.data)
    if not opened:
        raise CannotSignIn("")
    if not confirmed:
        remember_waiting(opened[0].tenant_id, opened[0].user_id, form.email.data)
        return go(url_for("identity.sent"))
    chosen = confirmed if len(confirmed) == 1 else [one for one in confirmed if _leads_to(following, one)]
    if chosen:
        return _come_in(chosen[0].tenant_id, _sign_in_of(chosen[0], form), following)
    seats = [(one.tenant_id, one.user_id, passwords.fingerprint(one.password_hash)) for one in confirmed]
    remember_choice(seats, keep=form.keep.data, following=following)
    session["email"] = form.email.data
    return go(url_for("identity.companies"))


def _leads_to(following: str | None, person: Candidate) -> bool:
    """A link in a mail opens the company it belongs to, without asking which."""
    return f"{following}/".startswith(f"/c/{person.slug}/")


def _sign_in_of(person: Candidate, form: SignInForm) -> SignIn:
    new_hash = None
    if passwords.needs_rehash(person.password_hash, cost=_cost()):
        with passwords.turn():
            new_hash = passwords.make(form.password.data, cost=_cost())
    checked = passwords.fingerprint(person.password_hash)
    return SignIn(person.user_id, checked, remember=form.keep.data, new_hash=new_hash)


def _come_in(tenant_id: UUID, who: SignIn, following: str | None) -> Response:
    """Write the session and hand out its cookies; what the visitor was before is forgotten."""
    terms = terms_of(remember=who.remember)
    with in_company(tenant_id, who.user_id):
        seat = seat_of(who.user_id)
        token = sessions.begin(who, terms, now=now())
    _end_former_session()
    session.clear()
    sign_in_cookies(who.user_id, token, max_age=terms.lasts if who.remember else None)
    return go(following or _first_page(seat))


def terms_of(*, remember: bool) -> Terms:
    settings = current_app.config["RMS"]
    if remember:
        days, idle = settings.remember_days, dt.timedelta(days=settings.remember_idle_days)
    else:
        days, idle = settings.session_days, dt.timedelta(hours=settings.session_idle_hours)
    return Terms(dt.timedelta(days=days), idle)


def _first_page(seat: Seat) -> str:
    if seat.begins_set_up:
        return url_for("onboarding.step", slug=seat.slug, n=1)
    return url_for("home.dashboard", slug=seat.slug)


def _end_former_session() -> None:
    """Whoever was signed in on this browser no longer is: its cookie is about to be overwritten."""
    former = g.ticket
    if former:
        with tenant_scope(former.tenant_id):
            sessions.end(former.session_id, because="replaced", now=now())


def _seat(kept: list[str]) -> Seat | None:
    with in_company(UUID(kept[0])):
        return seat_of(UUID(kept[1]))


def _choice_is_over() -> Response:
    session.pop("choice", None)
    flash(gettext("That list has closed. Sign in again."))
    return go(url_for("identity.login"))


def _sign_in_page(form: SignInForm, *, status: int = 200, is_wrong: bool = False) -> Response:
    return page(
        "identity/login.html",
        piece="identity/_login_form.html",
        status=status,
        form=form,
        is_wrong=is_wrong,
        period=format_date(period_to_file(today()), "MMMM yyyy"),
        dates=[(one, format_date(one.day, "d MMM")) for one in filing_dates(today())],
    )


def _cost() -> int:
    return current_app.config["RMS"].bcrypt_cost
