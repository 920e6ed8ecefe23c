"""The forms of the steps that only set-up has; service and customer use the ordinary ones."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField

from rms.actions.companies import BusinessDraft, PaymentDraft
from rms.actions.series import SeriesDraft, at_next_value, counter_year, year_style
from rms.db.numbering import peek
from rms.domain import money, numbering
from rms.forms.gst_number import ReadsGstin, state_choices
from rms.models import Company, GstSetting, NumberSeries
from rms.web.clock import today
from rms.web.forms import Form, TextField, TypedField


def registration_choices() -> list[tuple[str, str]]:
    return [
        ("regular", gettext("Yes, regular")),
        ("composition", gettext("Yes, composition scheme")),
        ("unregistered", gettext("No")),
    ]


def year_choices() -> list[tuple[str, str]]:
    """How this financial year can look in a number."""
    year = numbering.short_fy(numbering.financial_year(today()))
    return [("FY", year), ("FYFY", year.replace("-", "")), ("none", gettext("Leave out"))]


class BusinessForm(ReadsGstin, Form):
    """Step 1: what stands at the top of every invoice."""

    registration = RadioField(
        _("Is the business registered for GST?"), choices=registration_choices, validate_choice=False
    )
    gst_number = TextField(_("GSTIN"))
    name = TextField(_("Legal name"))
    trade_name = TextField(_("Trade name, if different"))
    address_line1 = TextField(_("Address"))
    address_line2 = TextField(_("Address, second line"))
    city = TextField(_("City"))
    pin_code = TextField(_("PIN code"))
    state_code = SelectField(_("State"), choices=state_choices, validate_choice=False)
    version = HiddenField()

    @classmethod
    def of(cls, company: Company, gst: GstSetting, *, is_new: bool, **kwargs) -> "BusinessForm":
        """Filled with what is stored; most businesses that sign up are regular taxpayers, so a new one starts
        there."""
        registration = "regular" if is_new else gst.registration_type
        return cls(obj=company, registration=registration, **kwargs)

    def draft(self) -> BusinessDraft:
        typed = {name: field.data or None for name, field in self._fields.items() if name in BUSINESS}
        return BusinessDraft(**typed | {"registration": self.registration.data or ""})


BUSINESS = set(BusinessDraft.__dataclass_fields__)


class LookForm(Form):
    """Step 2: how invoices are numbered, and where customers pay to."""

    prefix = TextField(_("Starts with"))
    year = SelectField(_("Year"), choices=year_choices, validate_choice=False)
    next_value = TypedField(_("Next number"), parse=at_next_value, render=lambda value: f"{value:04d}")
    bank_name = TextField(_("Bank and branch"))
    bank_account_number = TextField(_("Account number"))
    bank_ifsc = TextField(_("IFSC"))
    upi_id = TextField(_("UPI ID"))
    version = HiddenField()
    series_version = HiddenField()

    @classmethod
    def of(cls, company: Company, series: NumberSeries, **kwargs) -> "LookForm":
        """Filled with what is stored. `prefix` goes by `data`: WTForms keeps that argument for itself."""
        numbers = {
            "prefix": series.prefix,
            "year": year_style(series),
            "next_value": peek(series.id, counter_year(series, today())),
            "series_version": series.version,
        }
        return cls(obj=company, data=numbers, **kwargs)

    def payments(self) -> PaymentDraft:
        return PaymentDraft(
            bank_name=self.bank_name.data,
            bank_account_number=self.bank_account_number.data,
            bank_ifsc=self.bank_ifsc.data,
            upi_id=self.upi_id.data,
        )

    def series(self) -> SeriesDraft:
        year = self.year.data if self.year.data in dict(year_choices()) else "FY"
        return SeriesDraft(prefix=tidy_prefix(self.prefix.data), year=year, next_value=self.next_value.data)


class FirstInvoiceForm(Form):
    """Step 5: how many of the service; date, price and tax follow from what is known."""

    quantity = TypedField(_("Quantity"), parse=money.parse_quantity, render=lambda value: f"{value:f}")


def tidy_prefix(text: str | None) -> str:
    """Capital letters without spaces, as printed; a slash or hyphen at the end is the pattern's own."""
    return re.sub(r"\s+", "", text or "").upper().rstrip("/-")
