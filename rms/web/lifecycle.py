"""One request, one transaction: returning commits, raising or answering 400 and above rolls back.

A bad form therefore never leaves half a change behind, even when the view found the mistake after its first
write. The one exception says so: a draft line keeps the wrong text that was typed (`keep_what_was_typed`).
"""

import secrets
from collections.abc import Callable

from flask import Flask, Response, abort, current_app, g, request

from rms.crypto import session_token
from rms.db import session as database
from rms.db.session import NOBODY, Scope

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Rms(Flask):
    """Flask with the transaction around dispatch, where a failing COMMIT still reaches the error handlers."""

    def dispatch_request(self):
        reply = self.make_response(super().dispatch_request())
        if reply.status_code < 400 or g.get("keeps_what_was_typed"):
            database.commit()
        else:
            database.rollback()
        return reply

    def handle_user_exception(self, error):
        database.rollback()
        return super().handle_user_exception(error)


def keep_what_was_typed() -> None:
    """This reply is a 422 that saves: a draft line keeps its invalid text beside the row."""
    g.keeps_what_was_typed = True


def init_app(app: Flask, *, is_our_host: Callable[[], bool], is_same_site: Callable[[], bool]) -> None:
    """Open the unit of work first and close it last."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.opened_session = database.open_session(_scope())
        if not is_our_host():
            abort(400)
        if request.method not in SAFE_METHODS and not is_same_site():
            abort(403)

    @app.teardown_request
    def end(error) -> None:
        opened = g.pop("opened_session", None)
        if opened is not None:
            database.close_session(opened)

    @app.after_request
    def name_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response


def _scope() -> Scope:
    """The tenant comes from the session cookie alone, and only when its MAC is ours."""
    who = {
        "ip": request.remote_addr or "",
        "user_agent": request.user_agent.string,
        "request_id": g.request_id,
    }
    token = session_token.read(request.cookies.get(session_cookie_name(), ""))
    g.session_token = token
    return Scope(tenant_id=token.tenant_id if token else NOBODY.tenant_id, **who)


def session_cookie_name() -> str:
    return current_app.config["RMS_SESSION_COOKIE"]


def release() -> None:
    """Undo what this request has done so far and give its connection back: before something slow, such as a
    password hash, or before a refused page is drawn from what is stored.
    """
    database.rollback()
