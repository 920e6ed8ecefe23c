"""The forms of the steps that only set-up has; service and customer use the ordinary ones."""

from types import SimpleNamespace

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField

from rms.actions.bank import PaymentDraft
from rms.actions.series import SeriesDraft, at_next_value, counter_year, year_style
from rms.db.numbering import peek
from rms.domain import money
from rms.forms.number import tidy_prefix, year_choices
from rms.models import Company, NumberSeries
from rms.queries.bank import account_number_of
from rms.web.clock import today
from rms.web.forms import Form, TextField, TypedField


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
        payments = SimpleNamespace(
            bank_name=company.bank_name,
            bank_account_number=account_number_of(company),
            bank_ifsc=company.bank_ifsc,
            upi_id=company.upi_id,
            version=company.version,
        )
        return cls(obj=payments, data=numbers, **kwargs)

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
