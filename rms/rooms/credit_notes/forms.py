"""The head of a credit note: of which day, why, and what its credit is used for."""

from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length

from rms.actions.credit_heads import LONGEST_NOTE, LONGEST_REASON, Head
from rms.models import CreditNote, Customer
from rms.queries.customers import picked_or_named
from rms.web.forms import DayField, Form, TextField

REASON_WORDS = {
    "return": _("Goods returned"),
    "price": _("Charged too much"),
    "deficiency": _("Service not given or deficient"),
    "discount": _("Discount after sale"),
    "other": _("Other"),
}
REDUCE, KEEP, REFUND = "reduce", "keep", "refund"
THEN_WORDS = {
    REDUCE: _("Reduce this invoice"),
    KEEP: _("Keep for the next invoice"),
    REFUND: _("Refund"),
}


class HeadForm(Form):
    """Head and what becomes of the credit; `buyer` is the customer of one that names no invoice."""

    version = HiddenField()
    invoice_id = HiddenField()
    customer_id = HiddenField()
    customer = TextField(_("Credit to"))
    credit_note_date = DayField(
        _("Credit note date"), validators=[InputRequired(_("Enter the date of the credit note."))]
    )
    reason_code = SelectField(_("Reason"), choices=list(REASON_WORDS.items()))
    reason = TextField(_("In your words"), validators=[Length(max=LONGEST_REASON)])
    is_financial = BooleanField(_("Without GST"))
    notes = TextField(_("Note on the credit note"), validators=[Length(max=LONGEST_NOTE)])
    then = RadioField(
        _("Then use the credit to"), choices=list(THEN_WORDS.items()), default=REDUCE, validate_choice=False
    )

    buyer: Customer | None = None

    @classmethod
    def of(cls, note: CreditNote) -> "HeadForm":
        """A draft as it is stored."""
        names = ("version", "credit_note_date", "reason_code", "reason", "is_financial", "notes")
        form = cls(formdata=None, **{name: getattr(note, name) for name in names})
        form.buyer = note.customer
        return form

    def head(self) -> Head:
        return Head(
            credit_note_date=self.credit_note_date.data,
            reason_code=self.reason_code.data,
            reason=self.reason.data or None,
            is_financial=self.is_financial.data,
            notes=self.notes.data or None,
        )

    def find_buyer(self) -> Customer | None:
        """As `customers.picked_or_named` says; the fields follow what was found."""
        found = picked_or_named(_uuid(self.customer_id.data), self.customer.data or "")
        self.buyer = found
        self.customer_id.data = str(found.id) if found else ""
        if found:
            self.customer.data = found.name
        return found

    def require_buyer(self) -> bool:
        """Whether a customer is named; if not, the field says so."""
        if self.buyer:
            return True
        told = (
            gettext("No customer has this name. Pick one from the list, or add them first.")
            if self.customer.data
            else gettext("Choose who gets the credit.")
        )
        self.customer.errors = [*self.customer.errors, told]
        return False

    def against(self) -> UUID | None:
        return _uuid(self.invoice_id.data)

    def in_fair_copy(self) -> None:
        if self.credit_note_date.data is not None:
            self.credit_note_date.raw_data = None


class CancelForm(Form):
    """Why; it is kept with the credit note and in the audit trail."""

    reason = TextField(
        _("Reason"), validators=[InputRequired(_("Say why, for the books.")), Length(max=LONGEST_REASON)]
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
