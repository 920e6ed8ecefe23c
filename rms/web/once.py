"""No double submits: a creating form carries a token, and its second sending returns the first result."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID, uuid4

from flask import request

from rms.db import idempotency
from rms.domain.errors import N_, DomainError
from rms.web.fragments import go


def new_form_token() -> str:
    return str(uuid4())


def form_token() -> str:
    """The token that came with the form; a page that lost it must be loaded again."""
    try:
        return str(UUID(request.form.get("form_token", "")))
    except ValueError:
        raise DomainError(N_("This form lost its token. Load the page again and repeat.")) from None


def once(view: Callable) -> Callable:
    """Run the view for the first sending of a form; lead every later one to where the first one led."""

    @wraps(view)
    def guarded(*args, **kwargs):
        token, purpose = form_token(), request.endpoint
        if not idempotency.claim(token, purpose):
            return go(idempotency.location_of(token, purpose))
        reply = view(*args, **kwargs)
        if reply.status_code < 400:
            idempotency.record(token, purpose, reply.headers.get("HX-Redirect") or reply.location)
        return reply

    return guarded
