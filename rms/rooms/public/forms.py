"""The three answers, each a form of its own. No session holds a token here: a ticket of the page does."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import Length

from rms.domain.payer_answers import LONGEST_NAME, LONGEST_NOTE, Answer, AnswerKind
from rms.queries.public_invoices import PublicInvoice
from rms.web.clock import today
from rms.web.forms import DayField, Form, MoneyField, TextField, strip


class _AnswerForm(Form):
    class Meta:
        csrf = False

    kind: AnswerKind

    def answer(self) -> Answer:
        """What was typed; whether it will do is the domain's to say."""
        return Answer(self.kind, **{name: field.data for name, field in self._fields.items()})


class PaidForm(_AnswerForm):
    kind = AnswerKind.PAID

    reference = TextField(_("UTR or UPI reference"), validators=[Length(max=60)])
    amount = MoneyField(_("Amount"))
    on_date = DayField(_("Date"))


class WillPayForm(_AnswerForm):
    kind = AnswerKind.WILL_PAY

    on_date = DayField(_("Date"))


class MistakeForm(_AnswerForm):
    kind = AnswerKind.MISTAKE

    note = TextAreaField(_("What is wrong?"), filters=[strip], validators=[Length(max=LONGEST_NOTE)])
    name = TextField(_("Your name"), validators=[Length(max=LONGEST_NAME)])


class AnswerForms:
    """All three as the page shows them: filled with what is known, or one of them as it was typed."""

    def __init__(self, found: PublicInvoice, typed: _AnswerForm | None = None) -> None:
        self.opened = typed.kind.value if typed else ""
        known = {PaidForm: {"amount": found.to_pay, "on_date": today()}}
        shown = {form.kind: _empty(form, known.get(form, {})) for form in FORMS.values()}
        if typed:
            shown[typed.kind] = typed
        self.paid = shown[AnswerKind.PAID]
        self.will_pay = shown[AnswerKind.WILL_PAY]
        self.mistake = shown[AnswerKind.MISTAKE]


FORMS = {form.kind.value: form for form in (PaidForm, WillPayForm, MistakeForm)}


def typed_form(kind: str) -> _AnswerForm:
    """The form that was sent. Fields are named after it, as the page holds three with alike names."""
    return FORMS[kind](prefix=kind)


def _empty(form: type[_AnswerForm], known: dict) -> _AnswerForm:
    return form(formdata=None, prefix=form.kind.value, **known)
