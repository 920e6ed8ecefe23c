"""The last steps of coming in: asking for the second factor, writing the session, handing out its cookies."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, current_app, g, request, session, url_for

from rms.actions import passes, sessions, sign_ins
from rms.actions import passwords as acts
from rms.actions.sessions import CannotSignIn, SignIn, Terms
from rms.crypto import device, passwords
from rms.crypto.device import Device
from rms.db.session import tenant_scope
from rms.domain.errors import N_
from rms.queries.sign_in import Seat, seat_of
from rms.rooms.identity.visitor import are_good, give_passes, in_company, use_up_passes
from rms.web.clock import now
from rms.web.credentials import manners, sign_in_cookies
from rms.web.fragments import go

CODE_PAGE = "/login/code"
DEVICE_KEPT = dt.timedelta(days=365)


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right and whose second factor is asked next; it opens nothing by itself."""

    tenant_id: UUID
    user_id: UUID
    checked: str
    remember: bool
    following: str | None


def go_on(tenant_id: UUID, who: SignIn, following: str | None) -> Response:
    """After the password: in, or to the question for the code. Raises CannotSignIn."""
    with in_company(tenant_id):
        seat = seat_of(who.user_id)
        if seat is None:
            raise CannotSignIn(N_("E-mail or password is not right"))
        if seat.asks_code:
            who = _with_stored_hash(who)
    if not seat.asks_code:
        return come_in(tenant_id, who, following)
    remember_pending(tenant_id, who.user_id, who.checked, remember=who.remember, following=following)
    return go(CODE_PAGE)


def come_in(tenant_id: UUID, who: SignIn, following: str | None) -> Response:
    """Write the session and hand out its cookies; what the visitor was before is forgotten."""
    terms, browser = terms_of(remember=who.remember), device_of_request()
    with in_company(tenant_id, who.user_id):
        token, seat = sign_ins.come_in(replace(who, device_hash=browser.digest), terms, now=now())
    _end_former_session()
    use_up_passes()
    session.clear()
    sign_in_cookies(who.user_id, token, max_age=terms.lasts if who.remember else None)
    return know_device(go(following or _first_page(seat)), seat.email)


def remember_pending(
    tenant_id: UUID, user_id: UUID, checked: str, *, remember: bool, following: str | None
) -> None:
    """In the signed cookie, for five minutes, and good once."""
    [given] = give_passes([user_id])
    session["pending"] = {
        "tenant": tenant_id.hex,
        "user": user_id.hex,
        "checked": checked,
        "keep": remember,
        "next": following,
        "until": (now() + passes.LASTS).timestamp(),
        "pass": given,
    }


def pending() -> Pending | None:
    """Who is asked for a code, unless the five minutes are over or it was given."""
    kept = session.get("pending")
    if not kept or now().timestamp() >= kept["until"] or not are_good([kept["pass"]]):
        return None
    return Pending(UUID(kept["tenant"]), UUID(kept["user"]), kept["checked"], kept["keep"], kept["next"])


def device_of_request() -> Device:
    """This browser; one that has no cookie yet gets a new name, the same for the whole request."""
    if "device" not in g:
        g.device = device.read(request.cookies.get(_device_cookie(), ""))
    return g.device


def known_device(account: str) -> str | None:
    """The name of this browser, when the account has signed in on it or chosen its password on it."""
    browser = device_of_request()
    return browser.id if browser.knows(account) else None


def know_device(reply: Response, account: str) -> Response:
    """From now on this browser has a counter of attempts of its own for the account."""
    text = device_of_request().with_account(account).text
    reply.set_cookie(_device_cookie(), text, max_age=DEVICE_KEPT, **manners())
    return reply


def terms_of(*, remember: bool) -> Terms:
    settings = current_app.config["RMS"]
    if remember:
        days, idle = settings.remember_days, dt.timedelta(days=settings.remember_idle_days)
    else:
        days, idle = settings.session_days, dt.timedelta(hours=settings.session_idle_hours)
    return Terms(dt.timedelta(days=days), idle)


def _with_stored_hash(who: SignIn) -> SignIn:
    """A stronger hash is stored now: the password will not be at hand when the code comes."""
    if who.new_hash is None or not acts.renew_hash(who.user_id, who.new_hash, checked=who.checked):
        return replace(who, new_hash=None)
    return replace(who, checked=passwords.fingerprint(who.new_hash), new_hash=None)


def _device_cookie() -> str:
    return current_app.config["RMS_DEVICE_COOKIE"]


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
