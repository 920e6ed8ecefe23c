"""What a person sees when something is wrong: one sentence, the right status, a reference for the log."""

import logging
from collections.abc import Callable

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from rms.domain.errors import N_, DomainError, TooOften
from rms.policy import roles_with
from rms.web.credentials import is_api
from rms.web.fragments import wants_fragment
from rms.web.logs import why
from rms.web.problems import SENTENCES as OF_PROBLEMS
from rms.web.problems import problem

log = logging.getLogger(__name__)

TITLES = {
    400: N_("That request cannot be read"),
    402: N_("Your plan does not cover this"),
    403: N_("Your role cannot do this"),
    404: N_("Nothing here"),
    405: N_("That address takes no such request"),
    409: N_("Someone was here before you"),
    413: N_("That file is too large"),
    422: N_("That cannot be done as it stands"),
    429: N_("Too many tries"),
    500: N_("We could not finish that"),
}
SENTENCES = {
    400: N_("Go back, load the page again and repeat what you did."),
    404: N_("It may have been deleted, or it belongs to another company you use."),
    405: N_("Use the buttons of the page; this address cannot be opened directly."),
    409: N_("The same thing was changed in the meantime. Load the page again to see it."),
    413: N_("Choose a smaller file."),
    500: N_("The fault is ours. Nothing was half-saved. Try again, and tell us the reference if it stays."),
}
SECONDS_TO_RECOVER = 5
OWN_PAGES = {402, 403, 404, 409, 422, 429, 500}


def sentence(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    return gettext(error.message, **error.params) if error.params else gettext(error.message)


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(NoConnectionFree, _operational)
    app.register_error_handler(Exception, _unexpected)


def _domain(error: DomainError) -> Response:
    allowed = roles_with(error.params["permission"]) if "permission" in error.params else []
    told = gettext(error.message) if allowed else sentence(error)
    shown = {"allowed": [role.value for role in allowed], "who_can": _who_can(allowed)}
    if not isinstance(error, TooOften):
        return _reply(error.status, told, **shown)
    reply = _reply(error.status, told, retry_after=error.retry_after, **shown)
    reply.headers["Retry-After"] = str(error.retry_after)
    return reply


def tell_who_can_with(app: Flask, helpers: Callable) -> None:
    """`helpers(roles)` names people of the company who may; handed in, as web/ knows no users."""
    app.extensions["rms-helpers"] = helpers


def _who_can(allowed: list) -> list:
    """Whom to ask, for a signed-in person whose role may not."""
    if not allowed or is_api() or wants_fragment() or not _is_signed_in():
        return []
    return current_app.extensions["rms-helpers"]([role.value for role in allowed])


def _csrf(error: CSRFError) -> Response:
    return _reply(
        400, gettext("This page was open for too long, or cookies are off. Load it again and repeat.")
    )


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    told = OF_PROBLEMS if is_api() else SENTENCES
    reply = _reply(error.code or 500, gettext(told.get(error.code, told[400])))
    if isinstance(error, MethodNotAllowed):
        reply.allow.update(error.valid_methods or ())
    return reply


def _integrity(error: IntegrityError) -> Response:
    log.warning("a constraint said no, request %s: %s", g.get("request_id"), why(error))
    return _reply(409, gettext(SENTENCES[409]))


def _operational(error: OperationalError | NoConnectionFree) -> Response:
    log.exception("the database did not answer, request %s", g.get("request_id"))
    _forget_person()
    reply = _reply(503, gettext("The service is busy for a moment. Try again in a few seconds."))
    reply.headers["Retry-After"] = str(SECONDS_TO_RECOVER)
    return reply


def _forget_person() -> None:
    """The shell around a signed-in page asks the database too, which is what has just failed."""
    g.ticket = None
    g.pop("_login_user", None)


def _unexpected(error: Exception) -> Response:
    log.exception("request %s failed", g.get("request_id"))
    return _reply(500, gettext(SENTENCES[500]))


def _reply(status: int, told: str, **context) -> Response:
    """A fragment gets the sentence for the page's error place, a program a problem; a browser gets a page."""
    if is_api():
        return problem(status, told)
    template = f"errors/{status}.html" if status in OWN_PAGES else "errors/error.html"
    context |= {
        "status": status,
        "title": gettext(TITLES.get(status, TITLES[500])),
        "sentence": told,
        "reference": g.get("request_id", ""),
        "signed_in": _is_signed_in(),
    }
    if wants_fragment():
        template = "errors/_strip.html"
    reply = make_response(render_template(template, **context), status)
    if wants_fragment():
        reply.headers["HX-Retarget"] = "#banner"
        reply.headers["HX-Reswap"] = "innerHTML"
    return reply


def _is_signed_in() -> bool:
    """Static-safe: an error page must also work when the database is what failed."""
    try:
        return bool(current_user and current_user.is_authenticated and request.endpoint)
    except Exception:
        return False
