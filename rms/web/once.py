"""No double submits: a creating form carries a token, and its second sending returns the first result."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from uuid import UUID, uuid4

from flask import request

from rms.db import idempotency
from rms.domain.errors import N_, DomainError, IllegalMove
from rms.web.fragments import go

TOKENS = ("csrf_token", "form_token")


def new_form_token() -> str:
    return str(uuid4())


def form_token() -> str:
    """The token that came with the form; a page that lost it must be loaded again."""
    try:
        return str(UUID(request.form.get("form_token", "")))
    except ValueError:
        raise DomainError(N_("This form lost its token. Load the page again and repeat.")) from None


def once(view: Callable) -> Callable:
    """Run the view for the first sending of a form; lead every later one to where the first one led.

    Sent again with other contents, as after going back in the browser, it is refused: leading to the first
    result would look as if the new contents were stored.
    """

    @wraps(view)
    def guarded(*args, **kwargs):
        token, purpose = form_token(), _purpose()
        if not idempotency.claim(token, purpose):
            return go(_first_result(token, purpose))
        reply = view(*args, **kwargs)
        if reply.status_code < 400:
            idempotency.record(token, purpose, reply.headers.get("HX-Redirect") or reply.location)
        return reply

    return guarded


def _purpose() -> str:
    """The endpoint and a digest of the address and of everything in the form but its tokens."""
    said = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in TOKENS)
    digest = hashlib.sha256(json.dumps([request.full_path, said]).encode()).hexdigest()
    return f"{request.endpoint} {digest[:32]}"


def _first_result(token: str, purpose: str) -> str:
    location = idempotency.location_of(token, purpose)
    if location is None:
        raise IllegalMove(
            N_("This form was sent before with other contents. Load the page again and repeat the change.")
        )
    return location
