"""What the address of the list asks for: its view, filters and order, for every page that works on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import SelectField
from wtforms.validators import ValidationError

from rms.domain.errors import NotFound
from rms.domain.states import STATES
from rms.queries.invoice_lists import LONGEST_SEARCH, Filter, View, looked_up, name_of_customer
from rms.queries.invoice_orders import Order
from rms.web.forms import DayField, Form, MoneyField, strip

LIST = "invoices"


class FilterForm(Form):
    """The fields of the filter, as typed in the address."""

    class Meta:
        csrf = False

    since = DayField(_("From"), name="from")
    until = DayField(_("To"), name="to")
    due_since = DayField(_("Due from"), name="due_from")
    due_until = DayField(_("Due to"), name="due_to")
    least = MoneyField(_("Total from"), name="least")
    most = MoneyField(_("Total to"), name="most")
    place = SelectField(_("Place of supply"), name="pos", choices=[], validate_choice=False)

    def __init__(self, formdata=None, **more) -> None:
        super().__init__(formdata, **more)
        self.place.choices = [
            ("", gettext("Any state")),
            *((code, f"{code} {STATES[code]}") for code in STATES),
        ]

    def validate_until(self, field) -> None:
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day is before the first."))

    def validate_due_until(self, field) -> None:
        if self.due_since.data and field.data and field.data < self.due_since.data:
            raise ValidationError(gettext("The last day is before the first."))

    def validate_most(self, field) -> None:
        if self.least.data is not None and field.data is not None and field.data < self.least.data:
            raise ValidationError(gettext("The larger amount comes second."))

    @property
    def state(self) -> str | None:
        return self.place.data if self.place.data in STATES else None


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `form` keeps what was typed, also when it is no date and no amount."""

    filter: Filter
    form: FilterForm
    customer_name: str | None

    @property
    def is_readable(self) -> bool:
        return not self.form.errors

    def kept(self) -> dict:
        """The filter as its address spells it; what says nothing is None."""
        wanted = self.filter
        return {
            "view": str(wanted.view) if wanted.view is not View.ALL else None,
            "q": wanted.search or None,
            "customer": wanted.customer_id,
            "from": wanted.since,
            "to": wanted.until,
            "due_from": wanted.due_since,
            "due_to": wanted.due_until,
            "pos": wanted.place,
            "least": wanted.least,
            "most": wanted.most,
            "sort": wanted.order.text if wanted.order != usual_order() else None,
        }

    def query(self) -> str:
        """The filter as the part of an address behind the question mark, as a saved view keeps it."""
        return urlencode({name: str(value) for name, value in self.kept().items() if value is not None})

    def url(self, endpoint: str = "invoices.index", **changes) -> str:
        """The same list with something changed; a page of it never survives a change."""
        return url_for(endpoint, **{**self.kept(), **changes})


def usual_order() -> Order:
    """The order somebody has chosen for good; the newest first for who has not."""
    return Order.read(list_preferences().get("sort"))


def list_preferences() -> dict:
    """Columns, density and order of this person's list of invoices."""
    liked = current_user.preferences.get("lists") or {}
    return liked.get(LIST) or {}


def asked(values: Mapping | None = None, *, search: bool = True) -> Asked:
    """Read from the address, or from `values`. `search`: the ids of a search are looked up at once."""
    values = request.args if values is None else values
    form = FilterForm(values)
    form.validate()
    customer_id, name = _customer(values)
    wanted = Filter(
        view=_view(values),
        search=(strip(values.get("q")) or "")[:LONGEST_SEARCH],
        customer_id=customer_id,
        since=form.since.data,
        until=form.until.data,
        due_since=form.due_since.data,
        due_until=form.due_until.data,
        place=form.state,
        least=form.least.data,
        most=form.most.data,
        order=Order.read(values["sort"]) if values.get("sort") else usual_order(),
    )
    return Asked(looked_up(wanted) if search and not form.errors else wanted, form, name)


def _view(values: Mapping) -> View:
    try:
        return View(values.get("view") or View.ALL)
    except ValueError:
        return View.ALL


def _customer(values: Mapping) -> tuple[UUID | None, str | None]:
    """A customer who is not there gives 404 and not the list of all."""
    typed = values.get("customer")
    if not typed:
        return None, None
    try:
        customer_id = UUID(typed)
    except ValueError:
        raise NotFound() from None
    name = name_of_customer(customer_id)
    if name is None:
        raise NotFound()
    return customer_id, name
