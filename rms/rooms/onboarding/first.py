"""Steps 3 to 5: the first service, the first customer, and the invoice that follows from both."""

from decimal import Decimal

from flask import request, url_for
from flask_login import current_user

from rms.actions import customers, invoices, services
from rms.actions.companies import finish_step
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.customers import CustomerForm
from rms.forms.services import ServiceForm
from rms.forms.versions import compare
from rms.policy import P
from rms.queries.invoices import lines_of
from rms.queries.last_saved import last_saved
from rms.rooms.onboarding import room
from rms.rooms.onboarding.forms import FirstInvoiceForm
from rms.rooms.onboarding.so_far import SoFar, paper, so_far
from rms.rooms.onboarding.steps import next_page, step_page
from rms.web.clock import now, today
from rms.web.errors import sentence
from rms.web.fragments import go, swap
from rms.web.guard import requires
from rms.web.once import once


@room.post("/3")
@requires(P.SETTINGS_EDIT)
@once
def save_service():
    known = so_far()
    form = ServiceForm(obj=known.service)
    if form.validate():
        try:
            service = _store_service(form, known)
        except StaleVersion as error:
            return _two_versions(known, 3, form, ServiceForm.of(error.theirs, formdata=None), error.theirs)
        except DomainError as error:
            form.refuse(error)
        else:
            finish_step(3, service=service.id)
            return next_page(3)
    return step_page(known, 3, form, status=422)


@room.post("/4")
@requires(P.SETTINGS_EDIT)
@once
def save_customer():
    known = so_far()
    form = CustomerForm(obj=known.customer)
    if form.validate():
        try:
            customer = _store_customer(form, known)
        except StaleVersion as error:
            return _two_versions(known, 4, form, CustomerForm(obj=error.theirs, formdata=None), error.theirs)
        except DomainError as error:
            form.refuse(error)
        else:
            finish_step(4, customer=customer.id)
            return next_page(4)
    return step_page(known, 4, form, status=422)


@room.post("/5")
@requires(P.SETTINGS_EDIT)
@once
def start_invoice():
    """Make the draft of the first invoice and open it; going back and on again opens the same one."""
    form, known = FirstInvoiceForm(), so_far()
    if not form.validate():
        return step_page(known, 5, form, status=422)
    invoice = known.invoice or _draft(known, form.quantity.data or Decimal(1))
    finish_step(5, invoice=invoice.id)
    there = "invoices.edit" if invoice.is_draft else "invoices.show"
    return go(url_for(there, invoice_id=invoice.id))


@room.get("/_/totals")
@requires(P.SETTINGS_EDIT)
def preview_totals():
    """What the first invoice comes to for the quantity that is typed; for one while it cannot be read."""
    form, known = FirstInvoiceForm(request.args), so_far()
    quantity = form.quantity.data or Decimal(1)
    priced = known.priced(quantity)
    return swap(
        "onboarding/_totals.html",
        also=("onboarding/_look.html",),
        back=url_for("onboarding.step", n=5),
        reason=sentence(priced.reason) if priced else "",
        paper=paper(known, 5, quantity),
    )


def _store_service(form: ServiceForm, known: SoFar):
    if known.service is None:
        return services.add(form.draft(), today=today())
    return services.change(known.service.id, form.draft(), version=form.row_version, today=today())


def _store_customer(form: CustomerForm, known: SoFar):
    if known.customer is None:
        return customers.add(form.draft(), created_by=current_user.user_id, now=now())
    return customers.change(known.customer.id, form.draft(), version=form.row_version)


def _draft(known: SoFar, quantity: Decimal):
    customer_id = known.customer.id if known.customer else None
    invoice = invoices.create_draft(customer_id=customer_id, today=today(), created_by=current_user.user_id)
    if known.service:
        line = lines_of(invoice.id)[0]
        cells = {"quantity": f"{quantity:f}"}
        invoices.change_line(invoice.id, line.id, cells, version=line.version, service_id=known.service.id)
    return invoice


def _two_versions(known: SoFar, n: int, form, theirs_form, theirs):
    who = last_saved(theirs.__tablename__, theirs.id)
    return step_page(known, n, form, status=409, versions=compare(form, theirs_form), who=who)
