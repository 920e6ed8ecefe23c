"""The forms of users and roles."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, ValidationError

from rms.domain import accounts
from rms.domain.errors import DomainError
from rms.policy import Role
from rms.web.context import ROLE_WORDS
from rms.web.errors import sentence
from rms.web.forms import Form, TextField

ROLES = [(role.value, ROLE_WORDS[role]) for role in Role]
EMAIL_INPUT = {"type": "email", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def judged(judge: Callable, *arguments, **named) -> str:
    """What the domain makes of the text; its refusal as WTForms wants it."""
    try:
        return judge(*arguments, **named)
    except DomainError as error:
        raise ValidationError(sentence(error)) from None


class InvitationForm(Form):
    email = TextField(_("E-mail"), render_kw={**EMAIL_INPUT, "required": True})
    role = RadioField(_("Role"), choices=ROLES, default=Role.USER.value, validate_choice=False)

    def validate_email(self, field) -> None:
        field.data = judged(accounts.check_email, field.data)


class RoleForm(Form):
    role = SelectField(_("Role"), choices=ROLES, validate_choice=False)
    version = HiddenField()


class JoinForm(Form):
    """The address and the company are the invitation's, whatever is sent."""

    name = TextField(_("Your name"), render_kw={"autocomplete": "name", "required": True})
    password = PasswordField(_("Password"), render_kw={"required": True})

    def __init__(self, *args, email: str = "", company: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._about = {"email": email, "company": company}

    def validate_name(self, field: StringField) -> None:
        field.data = judged(accounts.check_person_name, field.data)

    def validate_password(self, field: StringField) -> None:
        judged(accounts.check_password, field.data, **self._about)
