"""The forms of the account page; each is a panel of its own with its own button."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, SelectField
from wtforms.validators import InputRequired

from rms.actions.accounts import Profile
from rms.queries.people import Person
from rms.web.forms import Form, TextField

GIVEN = InputRequired(_("Type the password you have now"))


class ProfileForm(Form):
    name = TextField(_("Name"), render_kw={"autocomplete": "name", "required": True})
    theme = SelectField(
        _("Theme"), choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    # Every page has a dialog of keys that is called `keys`.
    keys = BooleanField(_("Single-key shortcuts"), id="single-keys")
    version = HiddenField()

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        """Filled in with what is stored."""
        liked = person.preferences
        return cls(
            formdata=None,
            name=person.name,
            theme=liked.get("theme", ""),
            keys=liked.get("keys", True),
            version=person.version,
        )

    def profile(self) -> Profile:
        return Profile(name=self.name.data, theme=self.theme.data, keys=self.keys.data)


class PasswordForm(Form):
    current = PasswordField(
        _("Current password"), id="current-for-password", validators=[GIVEN], render_kw={"required": True}
    )
    password = PasswordField(_("New password"), render_kw={"required": True})


class EmailForm(Form):
    """Asks for the password too: whoever sits at an open screen must not take the account."""

    email = TextField(
        _("New e-mail"),
        render_kw={
            "type": "email",
            "autocomplete": "email",
            "spellcheck": "false",
            "autocapitalize": "none",
            "required": True,
        },
    )
    current = PasswordField(
        _("Current password"), id="current-for-email", validators=[GIVEN], render_kw={"required": True}
    )
