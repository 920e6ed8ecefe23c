"""A code of an authenticator app, as it is typed: at the door and when it is set up."""

from flask_babel import gettext, ngettext
from wtforms import ValidationError

DIGITS = 6


def six_digits(form, field) -> None:
    """WTForms validator: what cannot be a code is no try. Spaces are let through."""
    typed = "".join((field.data or "").split())
    if not typed:
        raise ValidationError(gettext("Enter the code"))
    if not (typed.isascii() and typed.isdigit()):
        raise ValidationError(gettext("A code has digits only"))
    if len(typed) != DIGITS:
        told = ngettext("That is %(num)s digit. It needs 6", "That is %(num)s digits. It needs 6", len(typed))
        raise ValidationError(told)
