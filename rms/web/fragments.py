"""Whole pages and pieces of pages. A view ends in `page`, `swap` or `go` and never looks at a header itself.

Anything that an endpoint may return alone is a partial `_noun.html` with exactly one root element, which
carries the id of its target; a page includes the same partials, so that no markup exists twice.
"""

import json
import re

from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup

from rms.web.lifecycle import keep_what_was_typed

ROOT_ID = re.compile(r"""<[a-z][^>]*?\bid=["']([^"']+)["']""")


def wants_fragment() -> bool:
    """Whether htmx asked for a piece; restoring its history asks for the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def page(
    template: str, *, piece: str | None = None, status: int = 200, also: tuple = (), **context
) -> Response:
    """The whole page, or only its `piece` (plus other pieces) when htmx asked for a fragment."""
    if piece and wants_fragment() and request.headers.get("HX-Request-Type") != "full":
        body = _with_others(piece, also, context)
    else:
        body = render_template(template, **context)
    return make_response(body, status)


def swap(
    template: str,
    *,
    also: tuple = (),
    back: str,
    status: int = 200,
    focus: str | None = None,
    toast: str | None = None,
    event: str | None = None,
    saved: bool = False,
    **context,
) -> Response:
    """One fragment, and more for other targets; a plain browser is sent `back` with 303 instead.

    `saved` marks a 422 that nevertheless keeps what was typed.
    """
    if saved:
        keep_what_was_typed()
    if not wants_fragment():
        return redirect(back, code=303)
    reply = make_response(_with_others(template, also, context), status)
    _add_triggers(reply, focus=focus, toast=toast, event=event)
    return reply


def go(url: str) -> Response:
    """Leave for another page: 303, or a full load when htmx asked (a 303 would be followed as a fragment)."""
    if not wants_fragment():
        return redirect(url, code=303)
    reply = make_response("", 204)
    reply.headers["HX-Redirect"] = url
    return reply


def _with_others(template: str, also: tuple, context: dict) -> str:
    return render_template(template, **context) + _others(also, context)


def _others(also: tuple, context: dict) -> str:
    return "".join(_partial(render_template(name, **context)) for name in also)


def _partial(html: str) -> str:
    found = ROOT_ID.search(html)
    if found is None:
        raise ValueError("a fragment for another target needs an id on its root")
    return Markup('<hx-partial hx-target="#{}" hx-swap="outerMorph">{}</hx-partial>').format(
        found.group(1),
        Markup(html),  # nosec B704 # rendered by our templates, which escape
    )


def _add_triggers(reply: Response, *, focus=None, toast=None, event=None) -> None:
    triggers = {}
    if focus:
        triggers["focus"] = {"target": focus}
    if toast:
        triggers["toast"] = {"text": toast}
    if event:
        triggers[event] = {}
    if triggers:
        reply.headers["HX-Trigger"] = json.dumps(triggers)
