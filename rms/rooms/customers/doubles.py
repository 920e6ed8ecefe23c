"""What the form of a customer needs beside its fields: its lists, and the question whether it is a double."""

from collections.abc import Sequence

from flask import request
from flask_babel import gettext

from rms.domain import gstin
from rms.forms.customers import CustomerForm
from rms.models import Customer
from rms.queries.client_types import account_managers, client_types
from rms.queries.duplicates import Like, look_alikes

ASKED = ("name", "gst_number", "pan_number", "email", "phone")


def of_form(form: CustomerForm, customer: Customer | None = None) -> Sequence[Like]:
    """Customers who look like what was typed; none when somebody has said that it is another one.

    Of a stored customer only what changes is asked about, so that nobody is asked the same thing twice.
    """
    if request.form.get("sure") == "1":
        return ()
    typed = {name: form[name].data or None for name in ASKED}
    number = gstin.judge(typed["gst_number"])
    typed["gst_number"] = number.normalized if number.valid else None
    if customer is not None:
        typed = {name: value if value != getattr(customer, name) else None for name, value in typed.items()}
    if not any(typed.values()):
        return ()
    return look_alikes(**typed, besides=customer.id if customer else None)


def offer_kinds(form: CustomerForm, customer: Customer | None = None) -> CustomerForm:
    """Fill the lists of types and account managers, with those that this customer has and others no longer
    get. Two statements."""
    kept = (customer.client_type_id, customer.account_manager_id) if customer else (None, None)
    form.client_type_id.choices = [
        *([] if customer and kept[0] else [("", gettext("The usual type"))]),
        *((str(one.id), one.name) for one in client_types() if one.is_active or one.id == kept[0]),
    ]
    form.account_manager_id.choices = [
        ("", gettext("Nobody in particular")),
        *((str(one.id), one.name) for one in account_managers() if one.is_active or one.id == kept[1]),
    ]
    return form
