"""An invoice that was written before the company came here, brought in from the customer's page."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import TextAreaField

from rms.actions.opening import Opening, add_opening
from rms.domain.errors import DomainError, NotFound
from rms.policy import P
from rms.queries.customers import find_customer
from rms.rooms.customers import room
from rms.web.clock import now, today
from rms.web.forms import DayField, Form, MoneyField, TextField, strip
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.once import once


class OpeningForm(Form):
    """What is still owed of an old invoice."""

    number = TextField(_("Number of the old invoice"))
    invoice_date = DayField(_("Invoice date"))
    due_date = DayField(_("Due date"))
    amount = MoneyField(_("Still owed"))
    notes = TextAreaField(_("Notes"), filters=[strip])


@room.get("/c/<slug>/customers/<uuid:customer_id>/opening")
@requires(P.CUSTOMER_EDIT)
def new_opening(customer_id: UUID):
    return _page(customer_id, OpeningForm(formdata=None))


@room.post("/c/<slug>/customers/<uuid:customer_id>/opening")
@requires(P.CUSTOMER_EDIT)
@once
def create_opening(customer_id: UUID):
    form, status = OpeningForm(), 422
    find_customer(customer_id)
    if form.validate():
        try:
            invoice = add_opening(
                customer_id,
                Opening(**{name: form[name].data for name in Opening.__dataclass_fields__}),
                created_by=current_user.user_id,
                now=now(),
                today=today(),
            )
        except NotFound:
            raise
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(gettext("%(number)s is owed from now on.", number=invoice.invoice_number))
            return go(url_for("customers.show", customer_id=customer_id, tab="invoices"))
    return _page(customer_id, form, status)


def _page(customer_id: UUID, form: OpeningForm, status: int = 200):
    return page("customers/opening.html", customer=find_customer(customer_id), form=form, status=status)
