"""One request, one transaction: returning commits, raising or answering 400 and above rolls back.

A bad form therefore never leaves half a change behind, even when the view found the mistake after its first
write. The one exception says so: a draft line keeps the wrong text that was typed (`keep_what_was_typed`).
"""

import datetime as dt
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace

from flask import Flask, Response, abort, current_app, g, request
from sqlalchemy.exc import DBAPIError

from rms.db import session as database
from rms.web import credentials
from rms.web.clock import now

log = logging.getLogger(__name__)

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
TOUCH_AFTER = dt.timedelta(minutes=1)


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


def init_app(
    app: Flask,
    *,
    is_our_host: Callable[[], bool],
    is_same_site: Callable[[], bool],
    refresh_session: Callable,
    touch_session: Callable,
) -> None:
    """Open the unit of work first and close it last."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.ticket = None
        g.opened_session = database.open_session(credentials.scope_of_request())
        if not is_our_host():
            abort(400)
        if request.method not in SAFE_METHODS and not is_same_site():
            abort(403)
        if not _is_unnoticed():
            g.ticket = credentials.admit(refresh_session)
        if g.ticket:
            database.rebind(replace(database.scope(), tenant_id=g.ticket.tenant_id))

    @app.teardown_request
    def end(error) -> None:
        opened = g.pop("opened_session", None)
        if opened is not None:
            database.close_session(opened)

    @app.after_request
    def name_request(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response

    @app.after_request
    def note_use(response: Response) -> Response:
        _touch(touch_session)
        return response


def _is_unnoticed() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.endpoint == "static" or getattr(view, "rms_unnoticed", False)


def _touch(touch_session: Callable) -> None:
    """At most once a minute a session notes that it was used, after the request and apart from it."""
    person = g.get("_login_user")
    seen = getattr(person, "last_seen_at", None)
    if seen is None or not g.ticket or now() - seen < TOUCH_AFTER:
        return
    database.rollback()
    try:
        with database.unit_of_work(database.scope()):
            touch_session(g.ticket.session_id, now=now())
    except DBAPIError:
        log.warning("request %s could not note that its session was used", g.request_id)


def release() -> None:
    """Undo what this request has done so far and give its connection back: before something slow, such as a
    password hash, or before a refused page is drawn from what is stored.
    """
    database.rollback()
