"""How long a session still lasts, and keeping it: what the page's warning asks (WCAG 2.2, 2.2.1)."""

from flask import jsonify, make_response, request
from flask_login import current_user

from rms.actions import sessions
from rms.crypto import session_token
from rms.policy import Permission as P
from rms.queries.people import SessionEnds, ends_of_session
from rms.rooms.identity import room
from rms.rooms.identity.visitor import in_company
from rms.web.clock import now
from rms.web.credentials import refresh_cookie
from rms.web.guard import public, requires, unnoticed


@room.get("/session/left")
@public
@unnoticed
def left():
    """Seconds until the session of this browser ends; asking does not prolong it."""
    token = session_token.read(request.cookies.get(refresh_cookie(), ""))
    if token is None:
        return jsonify(left=0, prolongs=False)
    with in_company(token.tenant_id):
        ends = ends_of_session(token.session_id)
    return jsonify(_told(ends)) if ends else jsonify(left=0, prolongs=False)


@room.post("/session/stay")
@requires(P.OWN_ACCOUNT)
def stay():
    """Every request prolongs the session once a minute; who asks for it waits for nothing."""
    sessions.touch(current_user.session_id, now=now())
    reply = make_response("", 204)
    reply.headers["HX-Trigger"] = "stayed"
    return reply


def _told(ends: SessionEnds) -> dict:
    """`prolongs`: whether going on working would put the end off."""
    first = min(ends.idle_end, ends.absolute_end)
    return {
        "left": max(0, int((first - now()).total_seconds())),
        "prolongs": ends.idle_end < ends.absolute_end,
    }
