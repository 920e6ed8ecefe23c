"""The head of the editor."""

from operator import attrgetter
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from rms.actions.invoices import Head
from rms.domain import discounts, states
from rms.domain.discounts import Discount
from rms.models import Invoice
from rms.queries.customers import picked_or_named
from rms.web.forms import DayField, Form, TextField, TypedField, strip

USUAL_TERMS = (0, 7, 15, 30, 45, 60, 90)


class HeadForm(Form):
    """Customer, dates, terms, place of supply, reference and note of a draft."""

    version = IntegerField(validators=[InputRequired()])
    customer_id = HiddenField()
    customer = TextField(_("Bill to"), validators=[Length(max=255)])
    invoice_date = DayField(_("Invoice date"), validators=[InputRequired(_("Give the date of the invoice."))])
    payment_terms = SelectField(_("Payment terms"), coerce=int)
    due_date = DayField(_("Due date"), validators=[InputRequired(_("Give the date it is due."))])
    place_of_supply = SelectField(_("Place of supply"), coerce=str, validate_choice=True)
    reference_number = TextField(_("PO reference"), validators=[Length(max=100)])
    discount = TypedField(
        _("Discount on everything"), parse=discounts.parse_discount, render=attrgetter("text")
    )
    prices_include_tax = BooleanField(_("Prices include GST"))
    reverse_charge = BooleanField(_("Reverse charge: the customer pays the tax"))
    export_with_payment = BooleanField(_("With payment of IGST, to be refunded (not under an LUT)"))
    adjustment_reason = TextField(_("Why it was too low"), validators=[Length(max=255)])
    notes = TextAreaField(_("Note to customer"), validators=[Length(max=4000)], filters=[strip])

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.payment_terms.choices = terms_choices(self.payment_terms.data)
        self.place_of_supply.choices = [("", ""), *places()]

    @classmethod
    def of(cls, invoice: Invoice) -> "HeadForm":
        """The stored head, in fair copy."""
        return cls(
            formdata=None,
            version=invoice.version,
            customer_id=str(invoice.customer_id or ""),
            customer=invoice.customer.name if invoice.customer else "",
            invoice_date=invoice.invoice_date,
            payment_terms=invoice.payment_terms,
            due_date=invoice.due_date,
            place_of_supply=invoice.place_of_supply or "",
            reference_number=invoice.reference_number or "",
            adjustment_reason=invoice.adjustment_reason or "",
            notes=invoice.notes or "",
            discount=Discount(invoice.discount_percent, invoice.discount_amount),
            prices_include_tax=invoice.prices_include_tax,
            reverse_charge=invoice.reverse_charge,
            export_with_payment=invoice.export_with_payment,
        )

    def validate_customer(self, field) -> None:
        """Picked from the list, or typed exactly: then the name finds its customer also without a script.

        A name typed over a picked one wins over the id that was picked with it.
        """
        picked = UUID(self.customer_id.data) if self.customer_id.data else None
        found = picked_or_named(picked, field.data or "")
        if field.data and found is None:
            told = gettext("No customer has this name. Pick one from the list, or add them first.")
            raise ValidationError(told)
        self.customer_id.data = str(found.id) if found else ""

    def validate_customer_id(self, field) -> None:
        try:
            field.data = str(UUID(field.data)) if field.data else ""
        except ValueError:
            field.data = ""

    def head(self) -> Head:
        return Head(
            customer_id=UUID(self.customer_id.data) if self.customer_id.data else None,
            invoice_date=self.invoice_date.data,
            payment_terms=self.payment_terms.data,
            due_date=self.due_date.data,
            place_of_supply=self.place_of_supply.data or None,
            reference_number=self.reference_number.data or None,
            notes=self.notes.data or None,
            discount=self.discount.data or discounts.NONE,
            prices_include_tax=self.prices_include_tax.data,
            reverse_charge=self.reverse_charge.data,
            export_with_payment=self.export_with_payment.data,
            adjustment_reason=self.adjustment_reason.data or None,
        )


def terms_choices(chosen: int | None) -> list[tuple[int, str]]:
    days = sorted({*USUAL_TERMS, *([chosen] if chosen is not None and 0 <= chosen <= 3650 else [])})
    return [(day, gettext("Net %(days)s", days=day) if day else gettext("On receipt")) for day in days]


def places() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in states.places_of_supply()]
