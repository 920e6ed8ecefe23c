"""Whether a customer is reminded of open invoices at all."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext

from rms.actions import reminders
from rms.policy import P
from rms.rooms.customers import room
from rms.web.fragments import go
from rms.web.guard import requires


@room.post("/c/<slug>/customers/<uuid:customer_id>/reminders")
@requires(P.CUSTOMER_EDIT)
def set_reminding(customer_id: UUID):
    """`on=1` reminds again, anything else stops."""
    is_on = request.form.get("on") == "1"
    reminders.set_customer(customer_id, is_on=is_on)
    told = gettext("This customer is reminded again.") if is_on else gettext("This customer is not reminded.")
    flash(told)
    return go(url_for("customers.show", customer_id=customer_id, tab="details"))
