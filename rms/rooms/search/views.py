"""One box for everything: a page, and the same as one types."""

from flask import request, url_for

from rms.policy import P
from rms.queries.search import LONGEST, search_everything
from rms.rooms.search import room
from rms.web.clock import today
from rms.web.forms import strip
from rms.web.fragments import page, swap
from rms.web.guard import requires


@room.get("/search")
@requires(P.COMPANY_READ)
def index():
    return page("search/index.html", **_found())


@room.get("/_/search")
@requires(P.COMPANY_READ)
def results():
    shown = _found()
    return swap("search/_results.html", back=url_for("search.index", q=shown["q"] or None), **shown)


def _found() -> dict:
    text = (strip(request.args.get("q")) or "")[:LONGEST]
    return {"q": text, "found": search_everything(text, today=today())}
