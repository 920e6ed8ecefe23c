"""Forms: what was typed is kept, and a mistake is one sentence at its field, also one from the domain."""

import datetime as dt
from collections.abc import Callable

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from rms.domain import gstin as gstin_rules
from rms.domain import money, periods
from rms.domain.errors import N_, DomainError, Invalid
from rms.web.clock import today
from rms.web.errors import sentence


class Form(FlaskForm):
    """A WTForms form in the house's manner; `refuse` puts a DomainError beside the field it names."""

    def refuse(self, error: DomainError) -> None:
        for name, told in _by_field(error):
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, told]
            else:
                self.form_errors.append(told)

    @property
    def row_version(self) -> int:
        """The version of the row that an editing form was drawn from; needs a `version` field."""
        return self.version_in("version")

    def version_in(self, name: str) -> int:
        """The same for a form over several rows, where each version has a field of its own."""
        typed = str(self[name].data or "")
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            raise DomainError(N_("This form is not complete. Load the page again and repeat."))
        return int(typed)

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """(field id or None, sentence) of every mistake, for the summary above the form."""
        listed = [(None, told) for told in self.form_errors]
        for field in self:
            listed += [(field.id, told) for told in field.errors]
        return listed


def _by_field(error: DomainError) -> list[tuple[str | None, str]]:
    if isinstance(error, Invalid) and error.errors:
        return [(name, sentence(one)) for name, several in error.errors.items() for one in several]
    return [(error.field, sentence(error))]


def strip(text: str | None) -> str | None:
    """Outer spaces and NUL bytes off; an empty text stays empty. PostgreSQL stores no NUL."""
    return text.replace("\x00", "").strip() if isinstance(text, str) else text


class TypedField(Field):
    """A text input whose value is parsed by the domain; the typed text stays when it is wrong."""

    widget = TextInput()

    def __init__(self, *args, parse: Callable, render: Callable = str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._parse, self._render = parse, render

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else self._render(self.data)

    def process_formdata(self, valuelist) -> None:
        text = strip(valuelist[0]) if valuelist else ""
        self.data = None
        if not text:
            # Spaces alone are nothing, also to `InputRequired`, which looks here.
            self.raw_data = [""]
            return
        try:
            self.data = self._parse(text)
        except DomainError as error:
            raise ValueError(sentence(error)) from None


def MoneyField(*args, **kwargs) -> TypedField:
    return TypedField(*args, parse=money.parse_money, render=money.group_indian, **kwargs)


def RateField(*args, **kwargs) -> TypedField:
    return TypedField(*args, parse=money.parse_rate, render=_plain_rate, **kwargs)


def PercentField(*args, **kwargs) -> TypedField:
    return TypedField(*args, parse=money.parse_percent, render=_plain_rate, **kwargs)


def DayField(*args, **kwargs) -> TypedField:
    """A date as people type it: 22/11, 22 nov, today, 2026-11-22."""
    return TypedField(*args, parse=_parse_day, render=periods.format_date, **kwargs)


def _parse_day(text: str) -> dt.date:
    return periods.parse_date(text, today())


def _plain_rate(value) -> str:
    places = max(2, -value.normalize().as_tuple().exponent)
    return money.group_indian(value, places=places)


def TextField(*args, **kwargs) -> StringField:
    """A line of text without outer spaces."""
    filters = (strip, *kwargs.pop("filters", ()))
    return StringField(*args, filters=filters, **kwargs)


class GstinCheck:
    """WTForms validator: the number is judged offline, letter by letter (see domain/gstin.py)."""

    def __call__(self, form, field) -> None:
        if not field.data:
            return
        judgement = gstin_rules.judge(field.data)
        if not judgement.valid:
            message, params = gstin_rules.sentence(judgement)
            raise ValidationError(gettext(message, **params) if params else gettext(message))
        field.data = judgement.normalized
