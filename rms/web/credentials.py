"""What a request brings along to say who it is: cookies on the web, a bearer token under /api, never both.

A page comes with an access token (ten minutes) and a refresh token. While the first is good, nothing more is
asked here. Afterwards the second is exchanged inside the same request, in a transaction of its own that
commits before the request's begins, and both cookies travel back with the reply: no redirect, no lost form.
Whether the session still lives is read from its row in any case (queries/people.py).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Flask, Response, current_app, g, request

from rms.crypto import access_token, session_token
from rms.crypto.session_token import SessionToken
from rms.db.session import NOBODY, Scope, unit_of_work
from rms.web.clock import now

API = "/api/"
BEARER = "Bearer "


@dataclass(frozen=True)
class Ticket:
    """A session the request has proved to hold."""

    tenant_id: UUID
    session_id: UUID
    audience: str


@dataclass(frozen=True)
class Cookies:
    """What the reply hands out; without a token only the access cookie is made anew."""

    user_id: UUID
    ticket: Ticket
    token: SessionToken | None
    max_age: dt.timedelta | None


def init_app(app: Flask) -> None:
    app.after_request(_hand_out)


def is_api() -> bool:
    return request.path.startswith(API)


def scope_of_request() -> Scope:
    """Who asks, before anything is known of their company."""
    return replace(
        NOBODY,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        request_id=g.request_id,
    )


def admit(refresh: Callable) -> Ticket | None:
    """The ticket of this request, if any. `refresh` is actions.sessions.refresh, handed in."""
    if is_api():
        return _bearer()
    token = session_token.read(request.cookies.get(refresh_cookie(), ""))
    if token is None:
        return None
    ticket = Ticket(token.tenant_id, token.session_id, "web")
    access = access_token.read(request.cookies.get(access_cookie(), ""), audience="web")
    if access and (access.tenant_id, access.session_id) == (token.tenant_id, token.session_id):
        return ticket
    return ticket if _refresh(ticket, token, refresh) else None


def sign_in_cookies(user_id: UUID, token: SessionToken, *, max_age: dt.timedelta | None) -> None:
    """Let the reply carry the cookies of a new session; `max_age` None ends with the browser."""
    g.cookies = Cookies(user_id, Ticket(token.tenant_id, token.session_id, "web"), token, max_age)


def forget_cookies() -> None:
    """Let the reply take the cookies back."""
    g.cookies = None


def manners() -> dict:
    """How every cookie of ours is set."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "Lax"}


def access_cookie() -> str:
    return current_app.config["RMS_ACCESS_COOKIE"]


def refresh_cookie() -> str:
    return current_app.config["RMS_REFRESH_COOKIE"]


def _bearer() -> Ticket | None:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        return None
    access = access_token.read(header.removeprefix(BEARER), audience="api")
    return Ticket(access.tenant_id, access.session_id, "api") if access else None


def _refresh(ticket: Ticket, token: SessionToken, refresh: Callable) -> bool:
    with unit_of_work(replace(scope_of_request(), tenant_id=ticket.tenant_id)):
        renewal = refresh(token, audience="web", now=now())
    if renewal.user_id is None:
        return False
    max_age = renewal.expires_at - now() if renewal.remember else None
    g.cookies = Cookies(renewal.user_id, ticket, renewal.token, max_age)
    return True


def _hand_out(response: Response) -> Response:
    """On every reply, errors included: a token that was exchanged and not handed out would be lost."""
    if "cookies" not in g:
        return response
    if g.cookies is None:
        for name in (access_cookie(), refresh_cookie()):
            response.delete_cookie(name, **manners())
        return response
    cookies: Cookies = g.cookies
    if cookies.token:
        response.set_cookie(refresh_cookie(), cookies.token.text, max_age=cookies.max_age, **manners())
    response.set_cookie(access_cookie(), _access_text(cookies), max_age=access_token.LIVES, **manners())
    return response


def _access_text(cookies: Cookies) -> str:
    ticket = cookies.ticket
    return access_token.issue(ticket.tenant_id, cookies.user_id, ticket.session_id, audience="web", now=now())
