"""Signing in and out. No transaction is open while a password is hashed."""

from urllib.parse import urlsplit

from flask import Response, current_app, flash, g, request, session, url_for
from flask_babel import format_date, gettext
from flask_login import current_user

from rms.actions import passes, sessions, sign_ins
from rms.actions.sessions import CannotSignIn, SignIn
from rms.actions.sign_ins import Opened
from rms.crypto import passwords
from rms.db.audit import audit_event
from rms.db.session import act_as
from rms.domain.errors import TooOften
from rms.domain.filing_dates import filing_dates, period_to_file
from rms.queries.sign_in import Candidate
from rms.rooms.identity import entry, room
from rms.rooms.identity.forms import SignInForm
from rms.rooms.identity.haste import told_to_wait, wait_of
from rms.rooms.identity.visitor import remember_choice, remember_waiting, use_up_passes
from rms.web.clock import now, today
from rms.web.credentials import forget_cookies
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
    form = SignInForm(email=session.get("email"), next=following)
    return _sign_in_page(form, asks_company="company" in request.args)


@room.post("/login")
@public
def enter():
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form, status=422)
    release()
    try:
        opened = open_with(form.email.data, form.password.data, company=_company_meant(form))
        if not opened.people:
            return _sign_in_page(form, status=422, is_wrong=True)
        return _let_in(opened, form)
    except CannotSignIn:
        return _sign_in_page(form, status=422, is_wrong=True)
    except TooOften as error:
        return told_to_wait(_sign_in_page(form, status=error.status, wait=wait_of(error)), error)


@room.post("/logout")
@public
def logout():
    if current_user.is_authenticated:
        act_as(current_user.user_id)
    use_up_passes()
    if g.ticket and sessions.end(g.ticket.session_id, because="signed_out", now=now()):
        _note_sign_out()
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


def open_with(email: str, password: str, *, company: str | None = None) -> Opened:
    """Whom they open, as this browser is known or not known to the address. Raises TooOften."""
    device = entry.known_device(email)
    return sign_ins.whom_it_opens(
        email, password, company=company, device=device, cost=hash_cost(), now=now()
    )


def let_choose(opened: Opened, *, keep: bool, following: str | None, email: str) -> Response:
    """Of several companies one is chosen on the next page, within five minutes."""
    seats = [
        (one.tenant_id, one.user_id, passwords.fingerprint(one.password_hash))
        for one in opened.people
        if one.email_verified
    ]
    remember_choice(seats, keep=keep, following=following, is_many=opened.is_many)
    session["email"] = email
    return go(url_for("identity.seats"))


def hash_cost() -> int:
    return current_app.config["RMS"].bcrypt_cost


def _company_meant(form: SignInForm) -> str | None:
    """The slug that was typed, also as part of an address."""
    return (form.company.data or "").strip().strip("/").rpartition("/")[2] or None


def _let_in(opened: Opened, form: SignInForm) -> Response:
    confirmed = [person for person in opened.people if person.email_verified]
    following = same_site_path(form.next.data)
    if not confirmed:
        waiting = opened.people[0]
        remember_waiting(waiting.tenant_id, waiting.user_id, form.email.data)
        return go(url_for("identity.sent"))
    chosen = [one for one in confirmed if _leads_to(following, one)]
    if not chosen and len(confirmed) == 1 and not opened.is_many:
        chosen = confirmed
    if chosen:
        return entry.go_on(chosen[0].tenant_id, _sign_in_of(chosen[0], form), following)
    return let_choose(opened, keep=form.keep.data, following=following, email=form.email.data)


def _leads_to(following: str | None, person: Candidate) -> bool:
    """A link in a mail opens the company it belongs to, without asking which."""
    return f"{following}/".startswith(f"/c/{person.slug}/")


def _sign_in_of(person: Candidate, form: SignInForm) -> SignIn:
    new_hash = None
    if passwords.needs_rehash(person.password_hash, cost=hash_cost()):
        with passwords.turn():
            new_hash = passwords.make(form.password.data, cost=hash_cost())
    checked = passwords.fingerprint(person.password_hash)
    return SignIn(person.user_id, checked, remember=form.keep.data, new_hash=new_hash)


def _note_sign_out() -> None:
    if current_user.is_authenticated:
        passes.end_all_of(current_user.user_id)
        audit_event("sign_out", "users", current_user.user_id, {"session": str(g.ticket.session_id)})


def _date_to_keep(one) -> dict:
    words = format_date(one.day, "d MMM")
    return {"day": one.day, "words": words, "what": gettext(one.what), "note": gettext(one.note)}


def _sign_in_page(form: SignInForm, *, status: int = 200, asks_company: bool = False, **context) -> Response:
    return page(
        "identity/login.html",
        piece="identity/_login_form.html",
        status=status,
        form=form,
        asks_company=asks_company or bool(form.company.data),
        **{"is_wrong": False, "wait": None, **context},
        period=format_date(period_to_file(today()), "MMMM yyyy"),
        dates=[_date_to_keep(one) for one in filing_dates(today())],
    )
