"""The list of invoices: everything that says what it shows stands in its address."""

from flask import request

from rms.policy import P
from rms.queries.invoice_lists import Slice, counts_of_views, list_invoices, sums
from rms.queries.invoice_orders import Key, Sort, length_of
from rms.rooms.invoices import room
from rms.rooms.invoices.asked import Asked, asked, list_preferences
from rms.rooms.invoices.columns import CHOICES, columns_shown
from rms.web.clock import today
from rms.web.fragments import page, swap
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, encode, garbled

BESIDE = ("invoices/_views.html", "invoices/_filters_set.html", "invoices/_list_keep.html")


@room.get("")
@requires(P.COMPANY_READ)
def index():
    wanted = asked()
    if not wanted.is_readable:
        listed, status = Slice([], False, False), 422
    else:
        listed = list_invoices(wanted.filter, today=today(), limit=PAGE_SIZE, **_cursors(wanted))
        status = 200
    shown = _shown(wanted, listed)
    return page("invoices/index.html", piece="invoices/_list.html", also=BESIDE, status=status, **shown)


@room.get("/_/totals")
@requires(P.COMPANY_READ)
def totals():
    """The whole filter added up, asked for by the page once it stands."""
    wanted = asked()
    added = sums(wanted.filter, today=today()) if wanted.is_readable else None
    also = ("invoices/_list_sums.html",)
    back = wanted.url(totals=1)
    shown = columns_shown()
    return swap("invoices/_list_totals.html", also=also, back=back, asked=wanted, sums=added, columns=shown)


def _shown(wanted: Asked, listed: Slice) -> dict:
    with_sums = wanted.is_readable and request.args.get("totals") == "1"
    return {
        "asked": wanted,
        "listed": listed,
        "newer": _cursor_of(wanted, listed.rows[0]) if listed.rows and listed.has_newer else None,
        "older": _cursor_of(wanted, listed.rows[-1]) if listed.rows and listed.has_older else None,
        "counts": counts_of_views(wanted.filter, today=today()) if wanted.is_readable else {},
        "sums": sums(wanted.filter, today=today()) if with_sums else None,
        "columns": columns_shown(),
        "choices": CHOICES,
        "is_dense": list_preferences().get("density") == "dense",
        "sorts": Sort,
        "saved": list_preferences().get("views") or [],
    }


def _cursors(wanted: Asked) -> dict[str, Key | None]:
    return {name: _key(wanted, request.args.get(name)) for name in ("after", "before")}


def _key(wanted: Asked, cursor: str | None) -> Key | None:
    order = wanted.filter.order
    values = decode(cursor, length_of(order))
    try:
        return Key.read(values, order) if values else None
    except (ValueError, ArithmeticError):
        raise garbled() from None


def _cursor_of(wanted: Asked, row) -> str:
    return encode(Key.of(row, wanted.filter.order).values)
