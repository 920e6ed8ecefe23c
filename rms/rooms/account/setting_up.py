"""What the section of the second factor shows: the QR code and the key while it is being set up."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from markupsafe import Markup
from wtforms import StringField, ValidationError

from rms.crypto import totp
from rms.forms.second_factor import six_digits
from rms.queries.second_factor import Factor, factor_of
from rms.web.forms import Form
from rms.web.qr import qr_of


class FactorCodeForm(Form):
    """A code of the app; turning off takes a recovery code as well."""

    code = StringField(
        _("Code"),
        id="factor-code",
        render_kw={"autocomplete": "one-time-code", "maxlength": "30", "required": True},
    )

    def validate_code(self, field) -> None:
        if not self.typed:
            raise ValidationError(_("Enter the code"))

    @property
    def typed(self) -> str:
        return (self.code.data or "").strip()


class FirstCodeForm(FactorCodeForm):
    """The code that turns it on."""

    def validate_code(self, field) -> None:
        six_digits(self, field)


def factor_shown(form: FactorCodeForm | None = None) -> dict:
    """For `account/_second_factor.html`, beside `moment`."""
    factor = factor_of(current_user.user_id)
    return {
        "factor": factor,
        "factor_form": form or FactorCodeForm(formdata=None),
        "qr": _qr(factor) if factor.secret else "",
        "key_words": _in_fours(factor.secret),
    }


def _qr(factor: Factor) -> Markup:
    issuer = f"{gettext('RMS Billing')}, {current_user.company_name}"
    return qr_of(totp.address_of(factor.secret, account=current_user.email, issuer=issuer))


def _in_fours(secret: str) -> str:
    """As somebody types it who cannot scan."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
