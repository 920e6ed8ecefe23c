"""Choosing a new password by mail. Opening the link changes nothing, as scanners open links."""

import datetime as dt
from dataclasses import replace

from flask import Response, flash, g, request, session, url_for
from flask_babel import format_date, gettext

from rms.actions import attempts, password_resets
from rms.crypto import links, passwords
from rms.db.session import NOBODY, Scope, scope, unit_of_work
from rms.domain.errors import TooOften
from rms.queries.devices import devices_of
from rms.queries.password_resets import Reset, reset_behind
from rms.queries.sign_in import candidates
from rms.rooms.identity import entry, room
from rms.rooms.identity.forms import AskResetForm, NewPasswordForm
from rms.rooms.identity.haste import told_to_wait
from rms.rooms.identity.sign_in import hash_cost
from rms.rooms.identity.visitor import in_company, moment_words
from rms.web.afterwards import afterwards
from rms.web.clock import at_home, now
from rms.web.credentials import forget_cookies
from rms.web.fragments import go, page
from rms.web.guard import public
from rms.web.lifecycle import release

STATUS = {"used": 200, "replaced": 410, "expired": 410}


@room.get("/reset")
@public
def reset():
    return _ask_page(AskResetForm(formdata=None, email=session.get("email")))


@room.post("/reset")
@public
def ask():
    """The reply is the same whatever the address is, and what differs is done after it: not even its time
    tells whether somebody is known.
    """
    form = AskResetForm()
    if not form.validate():
        return _ask_page(form, status=422)
    release()
    email, asked_by, moment = form.email.data, scope(), now()
    company = (form.company.data or "").strip() or None
    reply = page("identity/reset_sent.html", email=email)
    return afterwards(reply, lambda: _mail_links(email, company, asked_by, moment))


@room.get("/reset/<token>")
@public
def choose_password(token):
    link, found = _behind(token)
    if found is None:
        return _garbled()
    state = found.state(now())
    return _form_page(link, found, _form_of(found)) if state == "open" else _dead(found, state)


@room.post("/reset/<token>")
@public
def save_password(token):
    """Signs nobody in. A link that opens nothing any more is told so before anything is hashed."""
    link, found = _behind(token)
    if found is None:
        return _garbled()
    if (state := found.state(now())) != "open":
        return _dead(found, state)
    form = _form_of(found)
    if not form.validate():
        return _form_page(link, found, form, status=422)
    try:
        new_hash = _hashed(form.password.data)
    except TooOften as error:
        form.refuse(error)
        return told_to_wait(_form_page(link, found, form, status=error.status), error)
    with in_company(link.tenant_id):
        state, found = password_resets.use(link, new_hash, now=now())
    return _done(found) if state == "open" else _dead(found, state) if found else _garbled()


def _mail_links(email: str, company: str | None, asked_by: Scope, moment: dt.datetime) -> None:
    """Each company of the address has a link and a mail of its own."""
    if not attempts.may_mail("reset", account=email, ip=asked_by.ip, now=moment):
        return
    with unit_of_work(NOBODY):
        found = candidates(email, company)
    for person in found:
        with unit_of_work(replace(asked_by, tenant_id=person.tenant_id, user_id=None)):
            password_resets.ask(person.user_id, now=moment)


def _behind(token: str) -> tuple[links.Link | None, Reset | None]:
    link = links.read(password_resets.PURPOSE, token)
    if link is None:
        return None, None
    with in_company(link.tenant_id):
        return link, reset_behind(link)


def _form_of(found: Reset) -> NewPasswordForm:
    return NewPasswordForm(email=found.email, company=found.company_name)


def _hashed(password: str) -> str:
    release()
    with passwords.turn():
        return passwords.make(password, cost=hash_cost())


def _done(found: Reset) -> Response:
    """The browser on which the mail was read counts as known, so that nobody's failed tries hold it up."""
    session.clear()
    session["email"] = found.email
    if g.ticket:
        forget_cookies()
    flash(gettext("Your new password is saved and every device is signed out. Sign in with it."))
    return entry.know_device(go(url_for("identity.login")), found.email)


def _ask_page(form: AskResetForm, *, status: int = 200) -> Response:
    asks_company = "company" in request.args or bool(form.company.data)
    return page("identity/reset.html", status=status, form=form, asks_company=asks_company)


def _form_page(link: links.Link, found: Reset, form: NewPasswordForm, *, status: int = 200) -> Response:
    with in_company(link.tenant_id):
        devices = devices_of(found.user_id, this=None, now=now())
    return page(
        "identity/reset_password.html",
        piece="identity/_new_password_form.html",
        status=status,
        form=form,
        link=link,
        reset=found,
        devices=devices,
        day_words=_day_words,
    )


def _day_words(moment: dt.datetime) -> str:
    """ "Today" or "21 Nov"."""
    there = at_home(moment).date()
    return gettext("Today") if there == at_home(now()).date() else format_date(there, "d MMM")


def _dead(found: Reset, state: str) -> Response:
    return page(
        f"identity/reset_{state}.html",
        status=STATUS[state],
        reset=found,
        sent=moment_words(found.sent_at),
        ended=moment_words(found.expires_at),
        used=moment_words(found.used_at) if found.used_at else "",
    )


def _garbled() -> Response:
    return page("identity/reset_garbled.html", status=404)
