"""The password again, before what is dangerous: within fifteen minutes of it, nothing is asked.

The form that was sent is not lost: the question carries all its fields and is answered at the same address,
so that the password is checked and the thing is done in one request.
"""

import datetime as dt
from collections.abc import Callable

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_login import current_user

from rms.domain.errors import DomainError, TooOften
from rms.web.clock import now
from rms.web.errors import sentence
from rms.web.fragments import wants_fragment
from rms.web.lifecycle import release

FRESH_FOR = dt.timedelta(minutes=15)
FIELD = "step_up_password"
OWN_FIELDS = {FIELD, "csrf_token"}


def init_app(app: Flask, prove: Callable) -> None:
    """`prove(person, password)` checks the password and notes it, or raises; handed in by create_app."""
    app.extensions["rms-step-up"] = prove


def is_fresh() -> bool:
    return now() - current_user.authenticated_at < FRESH_FOR


def demand() -> Response | None:
    """The question, or None once the password that came with the form is right."""
    password = request.form.get(FIELD)
    if password is None:
        return _ask()
    release()
    try:
        current_app.extensions["rms-step-up"](current_user, password)
    except DomainError as error:
        return _ask(error)
    return None


def _ask(error: DomainError | None = None) -> Response:
    """403 and the form again; htmx shows it in the page's dialog and leaves the page as it is."""
    is_piece = wants_fragment()
    template = "identity/_step_up.html" if is_piece else "identity/step_up.html"
    kept = [pair for pair in request.form.items(multi=True) if pair[0] not in OWN_FIELDS]
    told = sentence(error) if error else ""
    html = render_template(template, action=request.full_path.rstrip("?"), kept=kept, told=told)
    reply = make_response(html, error.status if isinstance(error, TooOften) else 403)
    if isinstance(error, TooOften):
        reply.headers["Retry-After"] = str(error.retry_after)
    if is_piece:
        reply.headers["HX-Retarget"] = "#dialog"
        reply.headers["HX-Reswap"] = "innerHTML"
    return reply
