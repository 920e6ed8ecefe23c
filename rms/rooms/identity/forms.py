"""The forms before a company is open."""

from collections.abc import Callable

from flask import current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, StringField, ValidationError

from rms.crypto import recovery_codes
from rms.domain import accounts
from rms.domain.errors import DomainError
from rms.forms.second_factor import six_digits
from rms.web.errors import sentence
from rms.web.forms import Form, TextField, strip


class Judged:
    """WTForms validator: a function of the domain judges the text, and may tidy it."""

    def __init__(self, judge: Callable[[str | None], str]) -> None:
        self._judge = judge

    def __call__(self, form, field) -> None:
        try:
            field.data = self._judge(field.data)
        except DomainError as error:
            raise ValidationError(sentence(error)) from None


class SignUpForm(Form):
    company = TextField(
        _("Business name"),
        validators=[Judged(accounts.check_business_name)],
        render_kw={"autocomplete": "organization", "required": True},
    )
    name = TextField(
        _("Your name"),
        validators=[Judged(accounts.check_person_name)],
        render_kw={"autocomplete": "name", "required": True},
    )
    email = TextField(
        _("E-mail"),
        validators=[Judged(accounts.check_email)],
        render_kw={
            "type": "email",
            "autocomplete": "email",
            "spellcheck": "false",
            "autocapitalize": "none",
            "required": True,
        },
    )
    password = PasswordField(_("Password"), render_kw={"required": True})

    def validate_password(self, field) -> None:
        about = {"email": self.email.data or "", "company": self.company.data or ""}
        Judged(lambda password: accounts.check_password(password, **about))(self, field)


class SignInForm(Form):
    email = StringField(
        _("E-mail"),
        filters=[strip],
        render_kw={
            "type": "email",
            "autocomplete": "username",
            "spellcheck": "false",
            "autocapitalize": "none",
            "required": True,
        },
    )
    password = PasswordField(_("Password"), render_kw={"required": True})
    company = TextField(
        _("Company"), render_kw={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
    )
    keep = BooleanField()
    next = HiddenField()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        days = current_app.config["RMS"].remember_days
        self.keep.label.text = gettext("Keep me in for %(days)s days", days=days)

    def validate_email(self, field) -> None:
        if not field.data:
            raise ValidationError(_("Enter your e-mail"))

    def validate_password(self, field) -> None:
        if not field.data:
            raise ValidationError(_("Enter your password"))


class OwnPasswordForm(Form):
    """For somebody who is signed in and wants to go to another company of theirs."""

    password = PasswordField(_("Password"), render_kw={"required": True})
    next = HiddenField()

    def validate_password(self, field) -> None:
        if not field.data:
            raise ValidationError(_("Enter your password"))


class AskResetForm(Form):
    email = TextField(
        _("E-mail"),
        validators=[Judged(accounts.check_email)],
        render_kw={
            "type": "email",
            "autocomplete": "username",
            "spellcheck": "false",
            "autocapitalize": "none",
            "required": True,
        },
    )
    company = TextField(
        _("Company"), render_kw={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
    )


class NewPasswordForm(Form):
    """The new password twice; it may not be made of the e-mail and the name of the company."""

    password = PasswordField(_("New password"), render_kw={"required": True})
    again = PasswordField(_("The same again"), render_kw={"required": True})

    def __init__(self, *args, email: str = "", company: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._about = {"email": email, "company": company}

    def validate_password(self, field) -> None:
        Judged(lambda password: accounts.check_password(password, **self._about))(self, field)

    def validate_again(self, field) -> None:
        if not self.password.errors and field.data != self.password.data:
            raise ValidationError(_("The two passwords differ. Type both again"))


class AskAgainForm(Form):
    """For somebody whose link is broken, so that nothing is known but what they type."""

    email = TextField(
        _("E-mail you signed up with"),
        validators=[Judged(accounts.check_email)],
        render_kw={"type": "email", "autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"},
    )


class CodeForm(Form):
    """What the authenticator app shows. A code that is no code is not counted as a try."""

    code = StringField(
        _("Code"),
        validators=[six_digits],
        render_kw={
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "pattern": "[0-9 ]*",
            "maxlength": "12",
            "required": True,
            "data-sends": "6",
        },
    )

    @property
    def typed(self) -> str:
        return "".join((self.code.data or "").split())

    def refuse_code(self) -> None:
        """A used one is never asked for again, so that the field is empty for the next."""
        self.code.data = ""
        self.code.errors = [gettext("That code is not right, or was used. Type the one the app shows now")]


class RecoveryForm(Form):
    recovery = StringField(
        _("Recovery code"),
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "maxlength": "30",
            "required": True,
        },
    )

    def validate_recovery(self, field) -> None:
        if recovery_codes.read(self.typed) is None:
            raise ValidationError(_("A recovery code has 10 letters and digits, such as 7KQ2M-9XW4T"))

    @property
    def typed(self) -> str:
        return self.recovery.data or ""

    def refuse_code(self) -> None:
        self.recovery.errors = [gettext("That recovery code is not right, or was used")]
