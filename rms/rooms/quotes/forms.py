"""The forms of quotes: the head of the editor, an answer, a letter."""

from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from rms.actions.quote_answers import LONGEST_NOTE, REASONS, Answer
from rms.actions.quotes import Head
from rms.actions.sending import LONGEST_MESSAGE
from rms.domain import states
from rms.models import Quote
from rms.queries.customers import picked_or_named
from rms.web.forms import DayField, Form, TextField, strip


class HeadForm(Form):
    """Customer, dates, payment, place of supply, reference and note of a draft."""

    version = IntegerField(validators=[InputRequired()])
    customer_id = HiddenField()
    customer = TextField(_("Quote for"), validators=[Length(max=255)])
    quote_date = DayField(_("Quote date"), validators=[InputRequired(_("Give the date of the quote."))])
    valid_until = DayField(_("Valid until"), validators=[InputRequired(_("Give its last day."))])
    payment_words = TextField(_("Payment"), validators=[Length(max=255)])
    place_of_supply = SelectField(_("Place of supply"), coerce=str, validate_choice=True)
    reference_number = TextField(_("Your reference"), validators=[Length(max=100)])
    notes = TextAreaField(_("Note to customer"), validators=[Length(max=4000)], filters=[strip])

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        places = [(code, f"{code} {name}") for code, name in states.places_of_supply()]
        self.place_of_supply.choices = [("", ""), *places]

    @classmethod
    def of(cls, quote: Quote) -> "HeadForm":
        """The stored head, in fair copy."""
        return cls(
            formdata=None,
            version=quote.version,
            customer_id=str(quote.customer_id or ""),
            customer=quote.customer.name if quote.customer else "",
            quote_date=quote.quote_date,
            valid_until=quote.valid_until,
            payment_words=quote.payment_words or "",
            place_of_supply=quote.place_of_supply or "",
            reference_number=quote.reference_number or "",
            notes=quote.notes or "",
        )

    def validate_customer(self, field) -> None:
        """Picked from the list, or typed exactly; a name typed over a picked one wins over its id."""
        picked = UUID(self.customer_id.data) if self.customer_id.data else None
        found = picked_or_named(picked, field.data or "")
        if field.data and found is None:
            told = gettext("No customer has this name. Pick one from the list, or add them first.")
            raise ValidationError(told)
        self.customer_id.data = str(found.id) if found else ""

    def validate_customer_id(self, field) -> None:
        try:
            field.data = str(UUID(field.data)) if field.data else ""
        except ValueError:
            field.data = ""

    def head(self) -> Head:
        return Head(
            customer_id=UUID(self.customer_id.data) if self.customer_id.data else None,
            quote_date=self.quote_date.data,
            valid_until=self.valid_until.data,
            payment_words=self.payment_words.data or None,
            place_of_supply=self.place_of_supply.data or None,
            reference_number=self.reference_number.data or None,
            notes=self.notes.data or None,
        )


def _reasons() -> list[tuple[str, str]]:
    return [(key, gettext(words)) for key, words in REASONS.items()]


class AnswerForm(Form):
    """Yes or no, in whose name, and why not."""

    answer = RadioField(
        _("Your answer"),
        choices=[("accepted", _("I accept this quote")), ("declined", _("I decline it"))],
        validators=[InputRequired(_("Choose an answer."))],
    )
    name = TextField(_("Your name"), validators=[Length(max=100)])
    reason = SelectField(_("Reason"), choices=lambda: [("", ""), *_reasons()], default="")
    note = TextAreaField(_("Message"), validators=[Length(max=LONGEST_NOTE)], filters=[strip])

    def given(self) -> Answer:
        return Answer(
            is_accepted=self.answer.data == "accepted",
            name=self.name.data or None,
            reason=self.reason.data or None,
            note=self.note.data or None,
        )


class SendForm(Form):
    """To whom, and what the letter says; an empty message is the usual one."""

    to_address = TextField(_("To"), validators=[InputRequired(_("Say where to send it."))])
    message = TextAreaField(_("Message"), filters=[strip], validators=[Length(max=LONGEST_MESSAGE)])
