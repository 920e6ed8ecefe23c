"""The list of credit notes: everything that says what it shows stands in its address."""

from flask import request, url_for

from rms.policy import P
from rms.queries.credit_notes import LONGEST_SEARCH, Filter, Key, View, list_credit_notes, sums
from rms.rooms.credit_notes import room
from rms.rooms.credit_notes.forms import REASON_WORDS
from rms.web.forms import strip
from rms.web.fragments import page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged


@room.get("")
@requires(P.COMPANY_READ)
def index():
    wanted = Filter(_view(), (strip(request.args.get("q")) or "")[:LONGEST_SEARCH])
    rows = list_credit_notes(wanted, limit=PAGE_SIZE + 1, after=_after())
    return page(
        "credit_notes/index.html",
        piece="credit_notes/_list.html",
        also=("credit_notes/_views.html",),
        wanted=wanted,
        listed=paged(rows, key=lambda row: (row.credit_note_date, row.id)),
        sums=sums(wanted),
        reason_words=REASON_WORDS,
        at=lambda **changes: _address(wanted, **changes),
    )


def _address(wanted: Filter, **changes) -> str:
    """The same list with something changed; a page of it never survives a change."""
    kept = {
        "view": str(wanted.view) if wanted.view is not View.ALL else None,
        "q": wanted.search or None,
    }
    return url_for("credit_notes.index", **{**kept, **changes})


def _view() -> View:
    try:
        return View(request.args.get("view") or View.ALL)
    except ValueError:
        return View.ALL


def _after() -> Key | None:
    values = decode(request.args.get("after"), 2)
    try:
        return Key.read(values) if values else None
    except ValueError:
        raise garbled() from None
