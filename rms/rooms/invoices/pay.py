"""Recording a payment beside the invoice that it pays, without leaving it."""

from decimal import Decimal
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import SelectField
from wtforms.validators import InputRequired, Length

from rms.actions import receipts
from rms.actions.receipts import LONGEST_REFERENCE, PAYMENT_METHODS, ReceiptDraft
from rms.domain.allocation import Claim
from rms.domain.errors import DomainError, Invalid
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import ZERO
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.rooms.invoices import room
from rms.rooms.invoices.show import view_of
from rms.web.clock import now, today
from rms.web.forms import DayField, Form, MoneyField, TextField
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.once import once

METHOD_WORDS = {
    "bank_transfer": _("Bank transfer"),
    "upi": _("UPI"),
    "cheque": _("Cheque"),
    "cash": _("Cash"),
    "card": _("Card"),
}


class PayForm(Form):
    """What arrived for this one invoice; what the customer kept back as TDS settles it as well."""

    amount = MoneyField(_("Amount in bank"), validators=[InputRequired(_("Enter the amount that arrived."))])
    tds = MoneyField(_("TDS cut"))
    receipt_date = DayField(_("Date"), validators=[InputRequired(_("Enter the day the money arrived."))])
    payment_method = SelectField(_("Mode"), choices=[(one, METHOD_WORDS[one]) for one in PAYMENT_METHODS])
    reference = TextField(_("UTR or reference"), validators=[Length(max=LONGEST_REFERENCE)])

    @property
    def settles(self) -> Decimal:
        return (self.amount.data or ZERO) + (self.tds.data or ZERO)

    def draft(self, invoice: Invoice) -> ReceiptDraft:
        return ReceiptDraft(
            customer_id=invoice.customer_id,
            amount=self.amount.data,
            receipt_date=self.receipt_date.data,
            payment_method=self.payment_method.data,
            reference=self.reference.data or None,
        )


@room.get("/<uuid:invoice_id>/_/pay")
@requires(P.RECEIPT_RECORD)
def pay_form(invoice_id: UUID):
    """Prefilled with the balance; asked again with what was typed, it works out what is still owed."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.RECORD_PAYMENT)
    back = url_for("receipts.new", invoice=invoice_id, customer=invoice.customer_id)
    return swap("invoices/_pay.html", back=back, invoice=invoice, pay_form=_asked_form(invoice))


@room.post("/<uuid:invoice_id>/pay")
@requires(P.RECEIPT_RECORD)
@once
def pay(invoice_id: UUID):
    invoice, form = find_invoice(invoice_id), PayForm()
    if form.validate():
        try:
            receipt = _record(invoice, form)
        except DomainError as error:
            form.refuse(_at_fields(error, invoice))
        else:
            flash(gettext("%(number)s is recorded.", number=receipt.receipt_number))
            return go(url_for("invoices.show", invoice_id=invoice_id))
    shown = view_of(invoice) | {"pay_form": form}
    return page("invoices/show.html", piece="invoices/_pay.html", status=422, **shown)


def _asked_form(invoice: Invoice) -> PayForm:
    if "amount" in request.args:
        form = PayForm(request.args)
        form.validate()
        return form
    return PayForm(formdata=None, amount=invoice.balance, receipt_date=today())


def _record(invoice: Invoice, form: PayForm):
    claim = Claim(invoice.id, form.amount.data, tds_amount=form.tds.data or ZERO)
    return receipts.record(
        form.draft(invoice), [claim], now=now(), today=today(), created_by=current_user.user_id
    )


def _at_fields(error: DomainError, invoice: Invoice) -> DomainError:
    """What is said of the invoice's row stands at the amount, which is its row here."""
    if not isinstance(error, Invalid):
        return error
    row = str(invoice.id)
    return Invalid(errors={"amount" if name == row else name: told for name, told in error.errors.items()})
