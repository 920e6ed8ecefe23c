"""What arrived: from whom, how much, when and how."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from rms.actions.receipts import PAYMENT, PAYMENT_METHODS, WRITE_OFF, ReceiptDraft
from rms.domain.money import ZERO
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
NO_MONEY = "none"
REFERENCE_WORDS = {
    "bank_transfer": _("UTR"),
    "upi": _("UPI reference"),
    "cheque": _("Cheque number"),
}
KEEP_WORDS = {"advance": _("Advance from customer"), "refund": _("To refund")}


class ReceiptForm(Form):
    """The head of a receipt. `payer` is the customer it names, also while the rest is still empty."""

    customer_id = HiddenField()
    customer = TextField(_("Received from"))
    amount = MoneyField(_("Amount in bank"))
    bank_charges = MoneyField(_("Bank charges we bear"))
    receipt_date = DayField(_("Date"), validators=[InputRequired(_("Enter the day the money arrived."))])
    payment_method = SelectField(
        _("Mode"),
        choices=[
            *((one, METHOD_WORDS[one]) for one in PAYMENT_METHODS),
            (NO_MONEY, _("No money: write-off")),
        ],
    )
    reference = TextField(_("Reference"))
    notes = TextField(_("Note"))
    keep_as = RadioField(_("Keep what is left as"), choices=[*KEEP_WORDS.items()], default="advance")
    draft_id = HiddenField()
    draft_version = HiddenField()

    payer: Customer | None = None
    has_charges = False  # a field for them is there once somebody asked for it

    @classmethod
    def sent(cls, form: Mapping[str, str], args: Mapping[str, str]) -> "ReceiptForm":
        """What was posted, and whose money it is."""
        found = cls(form)
        found.has_charges = "bank_charges" in form or "charges" in args
        found.find_payer()
        return found

    @classmethod
    def about(cls, payer: Customer | None, **values) -> "ReceiptForm":
        """A fresh form, with what is known already."""
        known = {"customer_id": str(payer.id), "customer": payer.name} if payer else {}
        form = cls(formdata=None, **known, **values)
        form.payer = payer
        return form

    def find_payer(self) -> Customer | None:
        """Whose money it is, as `customers.picked_or_named` says; the fields follow what was found."""
        found = picked_or_named(as_id(self.customer_id.data), self.customer.data or "")
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

    def validate_amount(self, field) -> None:
        is_missing = not field.process_errors and not any(field.raw_data or ())
        if is_missing and self.payment_method.data != NO_MONEY:
            raise ValidationError(gettext("Enter the amount that arrived."))

    @property
    def charges(self) -> Decimal:
        return self.bank_charges.data or ZERO

    @property
    def paid(self) -> Decimal:
        """What the customer paid: what is in the bank, and what banks kept of it."""
        return (self.amount.data or ZERO) + self.charges

    @property
    def reference_words(self) -> str:
        chosen = self.payment_method.data or PAYMENT_METHODS[0]
        return REFERENCE_WORDS.get(chosen) or gettext("Reference")

    def in_fair_copy(self) -> None:
        """Show what could be read as pages write it: 2,00,000.00 for 200000, the name as it is stored."""
        for field in (self.amount, self.bank_charges, self.receipt_date):
            if field.data is not None:
                field.raw_data = None
        if self.payer:
            self.customer.data = self.payer.name

    def draft(self) -> ReceiptDraft:
        has_money = self.payment_method.data != NO_MONEY
        return ReceiptDraft(
            customer_id=self.payer.id,
            amount=self.paid,
            receipt_date=self.receipt_date.data,
            payment_method=self.payment_method.data if has_money else None,
            reference=self.reference.data or None,
            notes=self.notes.data or None,
            bank_charges=self.charges,
            keep_as=self.keep_as.data or "advance",
            kind=PAYMENT if has_money else WRITE_OFF,
        )


def as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
