"""Fragments that forms ask for while somebody types: matching customers, and what a GSTIN tells."""

from flask import request, url_for

from rms.forms.customers import CustomerForm
from rms.policy import P
from rms.queries.customers import customer_options
from rms.rooms.customers import room
from rms.web.clock import today
from rms.web.forms import strip
from rms.web.fragments import page, swap
from rms.web.guard import requires


@room.get("/c/<slug>/customers/_/options")
@requires(P.COMPANY_READ)
def options():
    """A listbox for the customer field of a document; it fills the list its field names."""
    search = strip(request.args.get("q") or request.args.get("customer") or "")
    return page("customers/_options.html", search=search, found=customer_options(search, today=today()))


@room.post("/c/<slug>/customers/_/gstin")
@requires(P.CUSTOMER_EDIT)
def check_gstin():
    """Judge the number as it stands and fill in the state it names."""
    return swap(
        "ui/_gstin.html",
        also=("ui/_state.html",),
        back=url_for("customers.new"),
        form=CustomerForm(),
        gstin_url=url_for("customers.check_gstin"),
        is_typing=True,
    )
