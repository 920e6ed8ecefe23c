"""The form of a schedule: when it runs, what it does, and its lines as cells that are numbered from 0."""

import re
from collections.abc import Mapping
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from rms.actions.recurring import LONGEST_NOTES, MOST_LINES, ScheduleDraft
from rms.domain import typed_line
from rms.domain.errors import N_, DomainError, Invalid
from rms.domain.recurrence import Plan, Rhythm
from rms.models import RecurringSchedule
from rms.queries.recurring import customers_to_choose
from rms.web.errors import sentence
from rms.web.forms import DayField, Form, TextField, TypedField, strip

RHYTHMS = {
    Rhythm.WEEK: _("Weeks"),
    Rhythm.MONTH: _("Months"),
    Rhythm.QUARTER: _("Quarters"),
    Rhythm.YEAR: _("Years"),
}
ENDS = {"never": _("Never"), "after": _("After so many invoices"), "on": _("On a day")}
_CELL = re.compile(r"lines-([0-9]{1,3})-([a-z_]{1,20})")

Cells = dict[str, str]


def _whole(text: str) -> int:
    """A whole number of up to three digits, as people type it."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Invalid(N_("Enter a whole number"))
    return int(text)


def WholeField(*args, **kwargs) -> TypedField:
    return TypedField(*args, parse=_whole, **kwargs)


class ScheduleForm(Form):
    """`lines` are read beside the fields, since there may be any number of them."""

    customer_id = SelectField(_("Customer"), validate_choice=False)
    every = WholeField(_("Every"), validators=[InputRequired(_("Enter a whole number"))])
    rhythm = SelectField(_("Weeks, months, quarters or years"), choices=list(RHYTHMS.items()))
    starts_on = DayField(_("First run"), validators=[InputRequired(_("Say when it begins."))])
    ends = SelectField(_("Ends"), choices=list(ENDS.items()))
    most_runs = WholeField(_("How many invoices"))
    ends_on = DayField(_("Last day"))
    payment_terms = WholeField(
        _("Payment terms, days"), validators=[InputRequired(_("Enter a whole number"))]
    )
    sends = RadioField(
        _("On that day at 09:00"), choices=[("0", _("Make a draft")), ("1", _("Issue and send"))]
    )
    reference_number = TextField(_("PO reference"), validators=[Length(max=100)])
    notes = TextAreaField(_("Note to customer"), filters=[strip], validators=[Length(max=LONGEST_NOTES)])
    version = HiddenField()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.customer_id.choices = [("", _("Choose the customer"))] + [
            (str(customer_id), name) for customer_id, name in customers_to_choose()
        ]
        self.line_errors: dict[str, str] = {}

    @classmethod
    def of(cls, schedule: RecurringSchedule) -> "ScheduleForm":
        ends = "after" if schedule.most_runs else "on" if schedule.ends_on else "never"
        names = ("every", "rhythm", "starts_on", "most_runs", "ends_on", "payment_terms")
        kept = {name: getattr(schedule, name) for name in (*names, "reference_number", "notes", "version")}
        form = cls(
            formdata=None,
            **kept,
            customer_id=str(schedule.customer_id),
            ends=ends,
            sends="1" if schedule.sends else "0",
        )
        if str(schedule.customer_id) not in dict(form.customer_id.choices):
            form.customer_id.choices.append((str(schedule.customer_id), schedule.customer.name))
        return form

    @property
    def plan(self) -> Plan:
        """The plan as far as it can be read; only for a form whose fields are right, or for a look ahead."""
        return Plan(
            rhythm=Rhythm(self.rhythm.data) if self.rhythm.data in list(Rhythm) else Rhythm.MONTH,
            every=self.every.data or 1,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data if self.ends.data == "on" else None,
            most_runs=self.most_runs.data if self.ends.data == "after" else None,
        )

    @property
    def chosen(self) -> UUID | None:
        try:
            return UUID(self.customer_id.data or "")
        except ValueError:
            return None

    def validate(self, **kwargs) -> bool:
        is_right = super().validate(**kwargs)
        needed = {"after": self.most_runs, "on": self.ends_on}.get(self.ends.data)
        if needed is None or needed.data is not None or needed.errors:
            return is_right
        needed.errors = [sentence(Invalid(N_("Say when it ends.")))]
        return False

    def draft(self, lines: list[Cells]) -> ScheduleDraft:
        every = self.every.data if self.every.data is not None else 0
        plan = self.plan
        return ScheduleDraft(
            customer_id=self.chosen,
            plan=Plan(**{**plan.__dict__, "every": every}),
            payment_terms=self.payment_terms.data,
            sends=self.sends.data == "1",
            reference_number=self.reference_number.data or None,
            notes=self.notes.data or None,
            lines=lines,
        )

    def refuse(self, error: DomainError) -> None:
        """Sentences about lines are kept by the name of their cell."""
        if isinstance(error, Invalid):
            of_lines = {name: told for name, told in error.errors.items() if name.startswith("lines-")}
            self.line_errors |= {name: sentence(told[0]) for name, told in of_lines.items()}
            others = {name: told for name, told in error.errors.items() if name not in of_lines}
            if not others:
                return
            error = Invalid(error.message, errors=others, **error.params)
        super().refuse(error)

    @property
    def is_refused(self) -> bool:
        return bool(self.errors or self.form_errors or self.line_errors)


def lines_in(form: Mapping[str, str]) -> list[Cells]:
    """The lines of a posted form in the order of their numbers, blank ones too."""
    rows: dict[int, Cells] = {}
    for name, text in form.items():
        match = _CELL.fullmatch(name)
        if match and match[2] in typed_line.FIELDS and int(match[1]) <= MOST_LINES:
            rows.setdefault(int(match[1]), {})[match[2]] = (strip(text) or "")[:10_000]
    return [rows[number] for number in sorted(rows)]
