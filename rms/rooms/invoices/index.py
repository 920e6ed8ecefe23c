"""The list of invoices: everything that says what it shows stands in its address."""

from dataclasses import dataclass
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from rms.domain.errors import NotFound
from rms.policy import P
from rms.queries.invoice_lists import (
    LONGEST_SEARCH,
    Filter,
    Key,
    Slice,
    View,
    counts_of_views,
    list_invoices,
    name_of_customer,
    sums,
)
from rms.rooms.invoices import room
from rms.web.clock import today
from rms.web.forms import DayField, Form, strip
from rms.web.fragments import page, swap
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, encode, garbled

BESIDE = ("invoices/_views.html", "invoices/_filters_set.html")


class DatesForm(Form):
    """The two dates of the filter, as typed in the address."""

    class Meta:
        csrf = False

    since = DayField(_("From"), name="from")
    until = DayField(_("To"), name="to")

    def validate_until(self, field) -> None:
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day is before the first."))


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `dates` keeps what was typed, also when it is no date."""

    filter: Filter
    dates: DatesForm
    customer_name: str | None

    @property
    def is_readable(self) -> bool:
        return not self.dates.errors

    def url(self, endpoint: str = "invoices.index", **changes) -> str:
        """The same list with something changed; a page of it never survives a change."""
        kept = {
            "view": str(self.filter.view) if self.filter.view is not View.ALL else None,
            "q": self.filter.search or None,
            "customer": self.filter.customer_id,
            "from": self.filter.since,
            "to": self.filter.until,
        }
        return url_for(endpoint, **{**kept, **changes})


@room.get("")
@requires(P.COMPANY_READ)
def index():
    asked = _asked()
    if not asked.is_readable:
        listed, status = Slice([], False, False), 422
    else:
        listed, status = list_invoices(asked.filter, today=today(), limit=PAGE_SIZE, **_cursors()), 200
    with_sums = asked.is_readable and request.args.get("totals") == "1"
    shown = {
        "asked": asked,
        "listed": listed,
        "newer": _cursor_of(listed.rows[0]) if listed.rows and listed.has_newer else None,
        "older": _cursor_of(listed.rows[-1]) if listed.rows and listed.has_older else None,
        "counts": counts_of_views(asked.filter, today=today()) if asked.is_readable else {},
        "sums": sums(asked.filter, today=today()) if with_sums else None,
    }
    return page("invoices/index.html", piece="invoices/_list.html", also=BESIDE, status=status, **shown)


@room.get("/_/totals")
@requires(P.COMPANY_READ)
def totals():
    """The whole filter added up, asked for by the page once it stands."""
    asked = _asked()
    added = sums(asked.filter, today=today()) if asked.is_readable else None
    also = ("invoices/_list_sums.html",)
    back = asked.url(totals=1)
    return swap("invoices/_list_totals.html", also=also, back=back, asked=asked, sums=added)


def _asked() -> Asked:
    dates = DatesForm(request.args)
    dates.validate()
    customer_id, name = _customer()
    wanted = Filter(
        view=_view(),
        search=(strip(request.args.get("q")) or "")[:LONGEST_SEARCH],
        customer_id=customer_id,
        since=dates.since.data,
        until=dates.until.data,
    )
    return Asked(wanted, dates, name)


def _view() -> View:
    try:
        return View(request.args.get("view") or View.ALL)
    except ValueError:
        return View.ALL


def _customer() -> tuple[UUID | None, str | None]:
    """A customer who is not there gives 404 and not the list of all."""
    typed = request.args.get("customer")
    if not typed:
        return None, None
    customer_id = request.args.get("customer", type=UUID)
    name = name_of_customer(customer_id) if customer_id else None
    if name is None:
        raise NotFound()
    return customer_id, name


def _cursors() -> dict[str, Key | None]:
    return {name: _key(decode(request.args.get(name), 3)) for name in ("after", "before")}


def _key(values: list[str] | None) -> Key | None:
    try:
        return Key.read(values) if values else None
    except ValueError:
        raise garbled() from None


def _cursor_of(row) -> str:
    return encode(Key.of(row).values)
