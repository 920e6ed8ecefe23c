"""Errors of the API: application/problem+json (RFC 9457), whatever went wrong and wherever."""

import json
from http import HTTPStatus

from flask import Response, g

from rms.domain.errors import N_

TYPE = "application/problem+json"
SENTENCES = {
    400: N_("This request cannot be read."),
    401: N_("This needs an access token that is still good: Authorization: Bearer."),
    403: N_("Requests from pages of other sites are refused."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not take this method."),
    413: N_("The body is too large."),
}


def problem(status: int, detail: str, *, kind: str | None = None, **more) -> Response:
    """A reply that says what is wrong. `kind` names what a program can react to, and `more` is what it needs
    for that; without it the status says everything. `instance` is the request's id, as in our log.
    """
    told = {
        "type": f"urn:rms:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": g.get("request_id", ""),
        **more,
    }
    reply = Response(json.dumps(told, ensure_ascii=False), status, mimetype=TYPE)
    if status == 401:
        reply.headers["WWW-Authenticate"] = "Bearer"
    return reply
