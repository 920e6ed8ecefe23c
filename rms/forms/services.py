"""The form of a service, in the list, on its own page and in set-up."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField

from rms.actions.services import ServiceDraft
from rms.domain.errors import N_
from rms.domain.tax import Treatment, rate_label
from rms.models import ServiceType
from rms.queries.tax_rates import RateInForce, tax_rates_on
from rms.web.clock import today
from rms.web.forms import Form, RateField, TextField

UNTAXED = {
    Treatment.NIL: N_("0%, nil rated"),
    Treatment.EXEMPT: N_("Exempt"),
    Treatment.NON_GST: N_("Outside GST"),
}
STANDARD = "standard"


def tax_choices() -> list[tuple[str, str]]:
    """The rates in force today, the usual ones first, then the ways not to be taxed, then the rates of a few
    trades."""
    rates = tax_rates_on(today())
    usual = [(one.category, tax_words(one)) for one in rates if one.is_usual]
    rare = [(one.category, tax_words(one)) for one in rates if not one.is_usual]
    return [*usual, *((str(treatment), gettext(words)) for treatment, words in UNTAXED.items()), *rare]


def tax_words(one: RateInForce) -> str:
    percent = f"{rate_label(one.rate)}%"
    return percent if one.is_usual or not one.description else f"{percent}, {gettext(one.description)}"


def tax_key(service) -> str:
    """What the GST field holds for a stored service."""
    if service.tax_treatment != Treatment.TAXABLE:
        return service.tax_treatment
    return service.tax_rate_category or STANDARD


class ServiceForm(Form):
    """What is sold; the GST field names a tax category, or a treatment without tax."""

    name = TextField(_("What customers know it as"))
    code = TextField(_("Code"))
    description = TextField(_("Description on invoices"))
    hsn_sac = TextField(_("SAC or HSN"))
    unit = TextField(_("Per"))
    default_rate = RateField(_("Rate"))
    tax = SelectField(_("GST"), choices=tax_choices, validate_choice=False, default=STANDARD)
    version = HiddenField()

    @classmethod
    def of(cls, service: ServiceType, **kwargs) -> "ServiceForm":
        """The form filled with what is stored."""
        return cls(obj=service, tax=tax_key(service), **kwargs)

    def draft(self) -> ServiceDraft:
        return ServiceDraft(
            name=self.name.data or None,
            code=self.code.data or None,
            description=self.description.data or None,
            hsn_sac=self.hsn_sac.data or None,
            unit=self.unit.data or None,
            default_rate=self.default_rate.data,
            tax=self.tax.data or None,
        )


def gst_words(service) -> str:
    """The GST of a stored service in a word: 18%, or Exempt."""
    if service.tax_treatment != Treatment.TAXABLE:
        return gettext(UNTAXED[Treatment(service.tax_treatment)])
    return f"{rate_label(service.tax_rate)}%"
