"""What arrived: from whom, how much, when and how."""

from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired, ValidationError

from rms.actions.receipts import PAYMENT_METHODS, ReceiptDraft
from rms.models import Customer
from rms.queries.customers import picked_or_named
from rms.web.forms import DayField, Form, MoneyField, TextField

METHOD_WORDS = {
    "bank_transfer": _("Bank transfer"),
    "upi": _("UPI"),
    "cheque": _("Cheque"),
    "cash": _("Cash"),
    "card": _("Card"),
}


class ReceiptForm(Form):
    """The head of a receipt. `payer` is the customer it names, also while the rest is still empty."""

    customer_id = HiddenField()
    customer = TextField(_("Received from"))
    amount = MoneyField(_("Amount received"), validators=[InputRequired(_("Enter the amount that arrived."))])
    receipt_date = DayField(_("Date"), validators=[InputRequired(_("Enter the day the money arrived."))])
    payment_method = SelectField(_("Mode"), choices=[(one, METHOD_WORDS[one]) for one in PAYMENT_METHODS])
    reference = TextField(_("Reference"))
    notes = TextField(_("Note"))

    payer: Customer | None = None

    @classmethod
    def about(cls, payer: Customer | None, **values) -> "ReceiptForm":
        """A fresh form, with what is known already."""
        known = {"customer_id": str(payer.id), "customer": payer.name} if payer else {}
        form = cls(formdata=None, **known, **values)
        form.payer = payer
        return form

    def find_payer(self) -> Customer | None:
        """Whose money it is, as `customers.picked_or_named` says; the fields follow what was found."""
        found = picked_or_named(_uuid(self.customer_id.data), self.customer.data or "")
        self.payer = found
        self.customer_id.data = str(found.id) if found else ""
        if found and not self.customer.data:
            self.customer.data = found.name
        return found

    def validate_customer(self, field) -> None:
        if self.payer:
            return
        if field.data:
            raise ValidationError(
                gettext("No customer has this name. Pick one from the list, or add them first.")
            )
        raise ValidationError(gettext("Choose who paid."))

    def in_fair_copy(self) -> None:
        """Show what could be read as pages write it: 2,00,000.00 for 200000, the name as it is stored."""
        for field in (self.amount, self.receipt_date):
            if field.data is not None:
                field.raw_data = None
        if self.payer:
            self.customer.data = self.payer.name

    def draft(self) -> ReceiptDraft:
        return ReceiptDraft(
            customer_id=self.payer.id,
            amount=self.amount.data,
            receipt_date=self.receipt_date.data,
            payment_method=self.payment_method.data,
            reference=self.reference.data or None,
            notes=self.notes.data or None,
        )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
