"""How somebody likes the list: columns, density, order, and views of their own."""

from urllib.parse import parse_qsl

from flask import flash, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from rms.actions import lists
from rms.domain.errors import DomainError
from rms.policy import P
from rms.queries.invoice_orders import Order
from rms.rooms.invoices import room
from rms.rooms.invoices.asked import LIST, Asked, asked, list_preferences
from rms.rooms.invoices.columns import CHOICES
from rms.web.errors import sentence
from rms.web.fragments import go
from rms.web.guard import requires


@room.post("/prefs")
@requires(P.COMPANY_READ)
def prefs():
    where = _where()
    chosen = [name for name in CHOICES if name in request.form.getlist("columns")]
    density = "dense" if request.form.get("density") == "dense" else "usual"
    keep = request.form.get("keep_sort") == "1"
    sort = where.filter.order.text if keep else list_preferences().get("sort", Order().text)
    lists.prefer(current_user.user_id, LIST, columns=chosen, density=density, sort=sort)
    return go(_back(where))


@room.post("/views")
@requires(P.COMPANY_READ)
def save_view():
    where = _where()
    try:
        lists.save_view(current_user.user_id, LIST, request.form.get("name", ""), where.query())
    except DomainError as error:
        flash(sentence(error))
    return go(_back(where))


@room.post("/views/delete")
@requires(P.COMPANY_READ)
def delete_view():
    lists.delete_view(current_user.user_id, LIST, request.form.get("name", ""))
    flash(gettext("The view is deleted."))
    return go(url_for("invoices.index"))


def _where() -> Asked:
    """The list that was open, from its own words for it; nothing else of the text is used."""
    pairs = parse_qsl(request.form.get("back", "")[: lists.LONGEST_ADDRESS])
    return asked(MultiDict(pairs), search=False)


def _back(where: Asked) -> str:
    return where.url()
