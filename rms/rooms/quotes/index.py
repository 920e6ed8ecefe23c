"""The list of quotes: everything that says what it shows stands in its address."""

import datetime as dt
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext

from rms.actions.quote_answers import REASONS
from rms.domain.errors import NotFound
from rms.policy import P
from rms.queries.invoice_lists import name_of_customer
from rms.queries.quote_lists import LONGEST_SEARCH, Filter, View, counts_of_quotes, list_quotes
from rms.rooms.quotes import room
from rms.web.clock import today
from rms.web.forms import strip
from rms.web.fragments import page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged


@room.get("/c/<slug>/quotes")
@requires(P.COMPANY_READ)
def index():
    wanted = Filter(_view(), strip(request.args.get("q", ""))[:LONGEST_SEARCH], _customer())
    rows = list_quotes(wanted, today=today(), after=_cursor(), limit=PAGE_SIZE + 1)
    return page(
        "quotes/index.html",
        piece="quotes/_list.html",
        also=("quotes/_views.html",),
        listed=paged(rows, key=lambda row: (row.quote_date, row.id)),
        counts=counts_of_quotes(wanted, today=today()),
        wanted=wanted,
        customer_name=name_of_customer(wanted.customer_id) if wanted.customer_id else None,
        at=lambda **changes: _address(wanted, **changes),
        reason_words=lambda key: gettext(REASONS[key]) if key in REASONS else "",
    )


def _view() -> View:
    try:
        return View(request.args.get("view") or View.ALL)
    except ValueError:
        return View.ALL


def _customer() -> UUID | None:
    """A customer who is not there gives 404 and not the list of all."""
    if not request.args.get("customer"):
        return None
    customer_id = request.args.get("customer", type=UUID)
    if customer_id is None or name_of_customer(customer_id) is None:
        raise NotFound()
    return customer_id


def _address(wanted: Filter, **changes) -> str:
    """The same list with something changed; a page of it never survives a change."""
    kept = {
        "view": str(wanted.view) if wanted.view is not View.ALL else None,
        "q": wanted.search or None,
        "customer": wanted.customer_id,
    }
    return url_for("quotes.index", **{**kept, **changes})


def _cursor() -> list[str] | None:
    after = decode(request.args.get("after"), 2)
    if after is None:
        return None
    try:
        dt.date.fromisoformat(after[0]), UUID(after[1])
    except ValueError:
        raise garbled() from None
    return after
