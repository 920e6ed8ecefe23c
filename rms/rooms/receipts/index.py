"""The list of receipts: everything that says what it shows stands in its address."""

import datetime as dt
from dataclasses import dataclass

from flask import request, url_for

from rms.domain.errors import DomainError
from rms.domain.periods import add_months, month_range, parse_date
from rms.policy import P
from rms.queries.receipts import LONGEST_SEARCH, Filter, Key, View, list_receipts, sums
from rms.rooms.receipts import room
from rms.rooms.receipts.forms import METHOD_WORDS
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.forms import strip
from rms.web.fragments import page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, Page, decode, garbled, paged


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `problem` is the sentence when a date in it is none."""

    filter: Filter
    problem: str = ""

    def url(self, **changes) -> str:
        """The same list with something changed; the place in the list never survives a change."""
        kept = {
            "view": str(self.filter.view) if self.filter.view is not View.ALL else None,
            "q": self.filter.search or None,
            "from": self.filter.since,
            "to": self.filter.until,
        }
        return url_for("receipts.index", **{**kept, **changes})


@room.get("")
@requires(P.COMPANY_READ)
def index():
    asked = _asked()
    listed, added = Page([], None), None
    if not asked.problem:
        rows = list_receipts(asked.filter, limit=PAGE_SIZE + 1, after=_after())
        listed, added = paged(rows, key=lambda row: (row.receipt_date, row.id)), sums(asked.filter)
    return page(
        "receipts/index.html",
        piece="receipts/_list.html",
        also=("receipts/_views.html", "receipts/_filters_set.html"),
        status=422 if asked.problem else 200,
        asked=asked,
        listed=listed,
        sums=added,
        months=_months(today()),
        method_words=METHOD_WORDS,
    )


def _asked() -> Asked:
    search = (strip(request.args.get("q")) or "")[:LONGEST_SEARCH]
    named = request.args.get("view")
    view = View(named) if named in set(View) else View.ALL
    try:
        return Asked(Filter(view, search, _day("from"), _day("to")))
    except DomainError as error:
        return Asked(Filter(view, search), sentence(error))


def _day(name: str) -> dt.date | None:
    text = strip(request.args.get(name))
    return parse_date(text, today()) if text else None


def _after() -> Key | None:
    values = decode(request.args.get("after"), 2)
    try:
        return Key.read(values) if values else None
    except ValueError:
        raise garbled() from None


def _months(day: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """The two spans people ask for most."""
    return {"this": month_range(day), "last": month_range(add_months(day.replace(day=1), -1))}
