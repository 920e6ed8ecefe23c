"""The form of a customer, on the customer's own pages and in set-up."""

from uuid import UUID

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField

from rms.actions.customers import MOST_DAYS, CustomerDraft
from rms.domain.contacts import INDIA, ascii_digits
from rms.domain.errors import N_, Invalid
from rms.domain.place_of_supply import Registration
from rms.forms.gst_number import ReadsGstin, state_choices
from rms.web.forms import Form, MoneyField, TextField, TypedField

TREATMENTS = {
    Registration.REGULAR: N_("Business with a GSTIN"),
    Registration.UNREGISTERED: N_("Person, or business without a GSTIN"),
    Registration.COMPOSITION: N_("Business in the composition scheme"),
    Registration.SEZ: N_("SEZ unit or developer"),
    Registration.OVERSEAS: N_("Outside India"),
    Registration.DEEMED_EXPORT: N_("Deemed export"),
    Registration.UIN: N_("UN body or embassy (UIN)"),
    Registration.TDS_DEDUCTOR: N_("Government body that deducts GST"),
}
# Entries of the territory list that are no countries a customer can be in.
NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


def treatment_choices() -> list[tuple[str, str]]:
    return [(str(treatment), gettext(words)) for treatment, words in TREATMENTS.items()]


def country_choices() -> list[tuple[str, str]]:
    """(code, name) in the reader's language; India first."""
    names = get_locale().territories
    codes = {code for code in names if len(code) == 2 and code.isalpha()} - NOT_COUNTRIES - {INDIA}
    others = sorted(((code, names[code]) for code in codes), key=lambda pair: pair[1])
    return [(INDIA, names[INDIA]), *others]


def days(text: str) -> int:
    """Payment terms as typed, 0 to 3,650 days."""
    digits = ascii_digits(text).replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and int(digits) <= MOST_DAYS):
        raise Invalid(N_("Payment terms are 0 to 3,650 days"), field="payment_terms")
    return int(digits)


def chosen(field: SelectField) -> UUID | None:
    """The id that was chosen. Raises Invalid for what is none."""
    if not field.data or field.data == "None":
        return None
    try:
        return UUID(str(field.data))
    except ValueError:
        raise Invalid(N_("Choose one from the list"), field=field.name) from None


class CustomerForm(ReadsGstin, Form):
    """Everything about a customer; only the name is needed of a person without GSTIN."""

    name = TextField(_("Name on the invoice"))
    code = TextField(_("Code"))
    gst_treatment = SelectField(_("Kind of customer"), choices=treatment_choices, validate_choice=False)
    gst_number = TextField(_("GSTIN"))
    pan_number = TextField(_("PAN"))
    address_line1 = TextField(_("Address"))
    address_line2 = TextField(_("Address, second line"))
    city = TextField(_("City"))
    pin_code = TextField(_("PIN code"))
    state_code = SelectField(_("State"), choices=state_choices, validate_choice=False)
    country_code = SelectField(_("Country"), choices=country_choices, validate_choice=False, default=INDIA)
    contact_person = TextField(_("Contact person"))
    email = TextField(_("E-mail for invoices"))
    phone = TextField(_("Phone"))
    whatsapp = TextField(_("WhatsApp"))
    payment_terms = TypedField(_("Payment terms, days"), parse=days, default=30)
    client_type_id = SelectField(_("Type"), choices=[], validate_choice=False)
    account_manager_id = SelectField(_("Looked after by"), choices=[], validate_choice=False)
    credit_limit = MoneyField(_("Credit limit"))
    notes = TextAreaField(_("Notes, not printed"))
    version = HiddenField()

    def draft(self) -> CustomerDraft:
        typed = {name: self[name].data or None for name in DRAFTED}
        return CustomerDraft(
            **typed,
            gst_treatment=self.gst_treatment.data or Registration.UNREGISTERED,
            country_code=self.country_code.data or INDIA,
            payment_terms=self.payment_terms.data,
            client_type_id=chosen(self.client_type_id),
            account_manager_id=chosen(self.account_manager_id),
            credit_limit=self.credit_limit.data,
        )


DRAFTED = (
    "name",
    "code",
    "gst_number",
    "pan_number",
    "address_line1",
    "address_line2",
    "city",
    "pin_code",
    "state_code",
    "contact_person",
    "email",
    "phone",
    "whatsapp",
    "notes",
)


def treatment_words(treatment: str) -> str:
    """The kind of customer as the screen says it."""
    return gettext(TREATMENTS[Registration(treatment)])


def country_name(code: str) -> str:
    return get_locale().territories.get(code, code)
