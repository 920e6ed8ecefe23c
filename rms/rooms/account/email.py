"""Changing one's address: asking for it while signed in, and the pages behind the two mailed links.

Opening a link changes nothing, as scanners open links; its button does, once.
"""

import secrets
from dataclasses import replace
from uuid import UUID

from flask import flash, request, session, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import attempts, email_changes
from rms.crypto import links
from rms.db.session import scope, unit_of_work
from rms.domain import accounts as rules
from rms.domain.errors import N_, DomainError, TooOften
from rms.policy import P
from rms.queries.accounts import Change, change_behind
from rms.rooms.account import own_password, room
from rms.rooms.account.forms import EmailForm
from rms.rooms.account.you import account_page, refused
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import public, requires
from rms.web.moments import moment_words

STATUS = {"open": 200, "asked": 200, "used": 200, "undone": 200, "stopped": 200, "taken": 409}
GONE = 410
MINUTES_BETWEEN = 15


@room.post("/account/email")
@requires(P.OWN_ACCOUNT)
def ask():
    form = EmailForm()
    if not form.validate():
        return account_page(email=form, status=422)
    try:
        new = rules.check_email(form.email.data)
        own_password.check(form.current.data)
        _may_mail(new)
        email_changes.ask(current_user.user_id, new, now=now())
    except DomainError as error:
        return refused(error, email=form)
    flash(
        gettext("We sent a link to %(email)s. Your address changes when you use it.", email=form.email.data)
    )
    return go(url_for("account.show"))


@room.post("/account/email/withdraw")
@requires(P.OWN_ACCOUNT)
def withdraw():
    if email_changes.withdraw(current_user.user_id, now=now()):
        flash(gettext("Called off. Your address stays as it is."))
    return go(url_for("account.show"))


@room.get("/account/email/<token>")
@public
def confirming(token):
    link = links.read(email_changes.PURPOSE, token)
    change = _behind(link)
    return _page_of("email", link, change, change.state(now())) if change else _garbled()


@room.post("/account/email/<token>")
@public
def confirm(token):
    """Signs nobody in: a scanner that presses buttons must gain nothing by it."""
    link = links.read(email_changes.PURPOSE, token)
    if link is None:
        return _garbled()
    with _in_company(link.tenant_id):
        state, change = email_changes.confirm(link, now=now(), but=_this_session())
    if change is None or state != "open":
        return _page_of("email", link, change, state) if change else _garbled()
    told = gettext("Your e-mail is changed. From now on you sign in with %(email)s.", email=change.new_email)
    return _done(told, change, change.new_email)


@room.get("/account/email-undo/<token>")
@public
def undoing(token):
    link = links.read(email_changes.UNDO_PURPOSE, token)
    change = _behind(link, undo=True)
    return _page_of("undo", link, change, change.undo_state(now())) if change else _garbled()


@room.post("/account/email-undo/<token>")
@public
def undo(token):
    """Whoever reads the old mailbox has the account back, but for a password, which is chosen by mail."""
    link = links.read(email_changes.UNDO_PURPOSE, token)
    if _behind(link, undo=True) is None:
        return _garbled()
    nobody_knows = own_password.hashed(secrets.token_urlsafe(32))
    with _in_company(link.tenant_id):
        state, change = email_changes.undo(link, unusable_hash=nobody_knows, now=now())
    if change is None or state not in ("open", "asked"):
        return _page_of("undo", link, change, state) if change else _garbled()
    session.clear()
    session["email"] = change.old_email
    flash(gettext("Your address is safe and every device is signed out. Now choose a new password."))
    return go(url_for("identity.reset"))


def _may_mail(email: str) -> None:
    """The address that was typed may be anybody's, who must not be flooded from several accounts either."""
    ip = request.remote_addr or ""
    if not attempts.may_mail("email_change", account=email, ip=ip, now=now()):
        raise TooOften(
            N_("Mails about this have just left. Try again in %(minutes)s min"),
            retry_after=MINUTES_BETWEEN * 60,
            field="email",
            minutes=MINUTES_BETWEEN,
        )


def _behind(link: links.Link | None, *, undo: bool = False) -> Change | None:
    if link is None:
        return None
    with _in_company(link.tenant_id):
        return change_behind(link, undo=undo)


def _in_company(tenant_id: UUID):
    """One transaction of that company, beside the request's own."""
    return unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=None))


def _this_session() -> UUID | None:
    """The browser that confirms stays signed in; anybody else's session is no exception to ending all."""
    return current_user.session_id if current_user.is_authenticated else None


def _done(told: str, change: Change, email: str):
    flash(told)
    if current_user.is_authenticated and current_user.user_id == change.user_id:
        return go(url_for("account.show"))
    session["email"] = email
    return go(url_for("identity.login"))


def _page_of(which: str, link: links.Link, change: Change, state: str):
    moments = {"asked": change.asked_at, "confirmed": change.confirmed_at, "undone": change.undone_at}
    moments |= {"ends": change.undo_until if which == "undo" and change.undo_until else change.expires_at}
    return page(
        f"account/{which}_link.html",
        status=STATUS.get(state, GONE),
        link=link,
        change=change,
        state=state,
        moments={name: moment_words(at) if at else "" for name, at in moments.items()},
    )


def _garbled():
    return page("account/link_garbled.html", status=404)
