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
from rms.domain.errors import DomainError, Invalid, Sentence
from rms.domain.lifecycle import ReceiptStatus, Status, Verb, move
from rms.domain.money import ZERO, group_indian
from rms.domain.tds import base_of
from rms.models import Invoice, Receipt
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.queries.receipt_entry import look_alikes
from rms.queries.tds import habit_of, sections_on
from rms.rooms.invoices import room
from rms.rooms.invoices.show import view_of
from rms.web.clock import now, today
from rms.web.errors import sentence
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
    tds_section = SelectField(_("TDS section"), validate_choice=False)
    receipt_date = DayField(_("Date"), validators=[InputRequired(_("Enter the day the money arrived."))])
    payment_method = SelectField(_("Mode"), choices=[(one, METHOD_WORDS[one]) for one in PAYMENT_METHODS])
    reference = TextField(_("UTR or reference"), validators=[Length(max=LONGEST_REFERENCE)])

    tds_hint = ""
    alike: list = []

    def about(self, invoice: Invoice) -> "PayForm":
        """With the sections of the day, and what this customer is used to keeping back."""
        day = self.receipt_date.data or today()
        sections, habit = sections_on(day), habit_of(invoice.customer_id)
        told = [(one.code, f"{sentence(one.words)} · {_name_of(one)}") for one in sections]
        self.tds_section.choices = [("", gettext("Not told")), *told]
        codes = {one.code for one in sections}
        usual = (habit.code_on(day) or "") if habit else ""
        chosen = usual if self.tds_section.data is None else self.tds_section.data
        self.tds_section.data = chosen if chosen in codes else ""
        self.tds_hint = gettext("Taxable value %(amount)s", amount=group_indian(invoice.subtotal))
        if habit:
            kept = habit.suggest(base_of(invoice.subtotal, invoice.total, invoice.balance))
            words = gettext("they usually keep back %(amount)s", amount=group_indian(kept))
            self.tds_hint = f"{self.tds_hint}, {words}"
        return self

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
    invoice = find_invoice(invoice_id)
    form = PayForm().about(invoice)
    if form.validate():
        form.alike = _not_yet_sure(form, invoice)
        try:
            receipt = None if form.alike else _record(invoice, form)
        except DomainError as error:
            form.refuse(_at_fields(error, invoice))
        else:
            if receipt:
                flash(_recorded(receipt))
                return go(url_for("invoices.show", invoice_id=invoice_id))
    shown = view_of(invoice) | {"pay_form": form}
    return page("invoices/show.html", piece="invoices/_pay.html", status=422, **shown)


def _asked_form(invoice: Invoice) -> PayForm:
    if "amount" in request.args:
        form = PayForm(request.args).about(invoice)
        form.validate()
        return form
    return PayForm(formdata=None, amount=invoice.balance, receipt_date=today()).about(invoice)


def _record(invoice: Invoice, form: PayForm):
    section = form.tds_section.data or None
    claim = Claim(invoice.id, form.amount.data, tds_amount=form.tds.data or ZERO, tds_section=section)
    return receipts.record(
        form.draft(invoice), [claim], now=now(), today=today(), created_by=current_user.user_id
    )


def _not_yet_sure(form: PayForm, invoice: Invoice) -> list:
    """Receipts that may be the same money, unless the question about all of them was answered."""
    draft = form.draft(invoice)
    found = look_alikes(
        draft.customer_id, draft.amount, draft.receipt_date, draft.reference, draft.payment_method
    )
    sure = set(request.form.get("sure", "").split())
    return found if {str(one.id) for one in found} - sure else []


def _recorded(receipt: Receipt) -> str:
    if receipt.status == ReceiptStatus.PENDING:
        return gettext("%(number)s is recorded, subject to clearance.", number=receipt.receipt_number)
    return gettext("%(number)s is recorded.", number=receipt.receipt_number)


def _name_of(section) -> str:
    return section.name if section.own_id else sentence(Sentence(section.name))


def _at_fields(error: DomainError, invoice: Invoice) -> DomainError:
    """What is said of the invoice's row stands at the amount, which is its row here."""
    if not isinstance(error, Invalid):
        return error
    row = str(invoice.id)
    return Invalid(errors={"amount" if name == row else name: told for name, told in error.errors.items()})
