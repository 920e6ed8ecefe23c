"""Tokens of the API: got for a password, exchanged, given back. The sessions behind them are those of the web
with another audience (actions/sessions.py): the same rotation, the same watch for copies, the same list.
"""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from flask import Response, current_app, jsonify
from flask_babel import gettext

from rms.actions import limits, second_factor, sessions, sign_ins
from rms.actions.sessions import CannotSignIn, SignIn, Terms
from rms.api import body, room
from rms.api.entry import AUDIENCE, whose_password
from rms.api.problems import Problem
from rms.crypto import access_token, session_token
from rms.crypto.session_token import SessionToken
from rms.db.session import act_as, unit_of_work
from rms.policy import Use
from rms.queries.people import Person, person_of_session
from rms.queries.sign_in import seat_of
from rms.web.clock import now
from rms.web.credentials import scope_of_request
from rms.web.guard import public
from rms.web.lifecycle import release


@room.post("/auth/token")
@public
def token():
    """A session for e-mail and password; `company` (its slug) where they open several, `code` where a second
    factor is on.
    """
    given = body.texts(("email", "password"), ("company", "code"))
    release()
    try:
        tenant_id, who = whose_password(given["email"], given["password"], company=given["company"])
        who = _with_code(tenant_id, who, given["code"])
        with _in(tenant_id, who.user_id):
            opened, _ = sign_ins.come_in(who, _terms(), now=now())
            person = person_of_session(opened.session_id, AUDIENCE)
            _ask_for_second_factor(person)
    except CannotSignIn:
        raise wrong() from None
    return _pair(opened, person)


@room.post("/auth/refresh")
@public
def refresh():
    """The next pair. A refresh token is good until its successor has been used; a copy that comes after that
    ends the session.
    """
    presented = session_token.read(body.texts(("refresh_token",))["refresh_token"])
    if presented is None:
        raise over()
    release()
    with _in(presented.tenant_id):
        person = person_of_session(presented.session_id, AUDIENCE)
        if person is not None:
            limits.require(Use.API_READ, now=now())
        renewal = sessions.refresh(presented, audience=AUDIENCE, now=now())
    if person is None or renewal.user_id is None:
        raise over()
    return _pair(renewal.token or presented, person)


@room.post("/auth/revoke")
@public
def revoke():
    """End the session of a refresh token. What opens nothing any more is answered alike (RFC 7009, 2.2)."""
    presented = session_token.read(body.texts(("refresh_token",))["refresh_token"])
    if presented is not None:
        release()
        with _in(presented.tenant_id):
            person = person_of_session(presented.session_id, AUDIENCE)
            if person is not None:
                act_as(person.user_id)
                sessions.end(presented.session_id, because="signed_out", now=now())
    return "", 204


def _with_code(tenant_id: UUID, who: SignIn, code: str | None) -> SignIn:
    """The same once the code is right, where one is asked. Raises Problem, TooOften. No transaction open."""
    with _in(tenant_id):
        limits.require(Use.API_READ, now=now())
        seat = seat_of(who.user_id)
    if seat is None or not seat.asks_code:
        return who
    if code is None:
        raise _code_required(gettext("Send the code of your authenticator app in the field code."))
    if not second_factor.prove(tenant_id, who.user_id, code, now=now()):
        raise _code_required(gettext("That code is not right, or it was used already."))
    return replace(who, with_second_factor=True)


def _code_required(told: str) -> Problem:
    return Problem(401, told, kind="code-required", code_required=True)


def _ask_for_second_factor(person: Person) -> None:
    """Raise Problem where the company asks for one and the person has none; a browser is where one begins."""
    if person.require_second_factor and not person.has_second_factor:
        told = gettext("Your company asks for a second factor. Sign in with a browser and turn it on first.")
        raise Problem(403, told, kind="second-factor-required")


def wrong() -> Problem:
    """The one answer for an unknown address, a wrong password, and a person who may not come in."""
    return Problem(401, gettext("E-mail or password is not right"), kind="wrong-credentials")


def over() -> Problem:
    return Problem(
        401, gettext("This token opens nothing, or no longer. Sign in again."), kind="invalid-token"
    )


def _pair(opened: SessionToken, person: Person) -> Response:
    made = access_token.issue(
        opened.tenant_id, person.user_id, opened.session_id, audience=AUDIENCE, now=now()
    )
    return jsonify(
        {
            "access_token": made,
            "token_type": "Bearer",  # nosec B105 # no password
            "expires_in": int(access_token.LIVES.total_seconds()),
            "refresh_token": opened.text,
            "company": {"slug": person.slug, "name": person.company_name},
        }
    )


def _terms() -> Terms:
    settings = current_app.config["RMS"]
    return Terms(dt.timedelta(days=settings.session_days), dt.timedelta(hours=settings.session_idle_hours))


def _in(tenant_id: UUID, user_id: UUID | None = None):
    """One transaction of that company, beside the request's own, which is committed whatever is answered."""
    return unit_of_work(replace(scope_of_request(), tenant_id=tenant_id, user_id=user_id))
