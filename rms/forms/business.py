"""The form of the business itself, in set-up and in settings."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField

from rms.actions.companies import BusinessDraft
from rms.forms.gst_number import ReadsGstin, state_choices
from rms.models import Company, GstSetting
from rms.web.forms import Form, TextField


def registration_choices() -> list[tuple[str, str]]:
    return [
        ("regular", gettext("Yes, regular")),
        ("composition", gettext("Yes, composition scheme")),
        ("unregistered", gettext("No")),
    ]


class BusinessForm(ReadsGstin, Form):
    """What stands at the top of every invoice."""

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
