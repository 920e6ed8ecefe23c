"""When customers are reminded, in which words, and what goes out next."""

import json
from decimal import Decimal

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField

from rms.actions.reminders import set_rules
from rms.domain.errors import N_, DomainError, Invalid, StaleVersion
from rms.domain.reminding import HOURS, MOST_STEPS, Rules, Step, Wording
from rms.policy import P
from rms.queries import reminders as queries
from rms.rooms.settings import room
from rms.web.clock import today, zone
from rms.web.forms import Form, MoneyField, TypedField
from rms.web.fragments import go, page
from rms.web.guard import requires

WORDINGS = {
    Wording.FRIENDLY: _("Friendly"),
    Wording.FIRM: _("Firm"),
    Wording.FINAL: _("Final"),
}
SIDES = {"before": _("days before it is due"), "after": _("days late")}


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Invalid(N_("Enter a whole number"))
    return int(text)


class _StepsForm(Form):
    """Send by itself, the hour, the least amount; the steps are numbered fields."""

    is_on = BooleanField(_("Send by itself"))
    hour = SelectField(
        _("Time of day"), choices=[(str(hour), f"{hour:02d}:00") for hour in HOURS], validate_choice=False
    )
    least = MoneyField(_("Skip if less is owed than"))
    version = HiddenField()

    @classmethod
    def of(cls, rules: Rules) -> "_StepsForm":
        kept = {"is_on": rules.is_on, "hour": str(rules.hour), "least": rules.least, "version": _mark(rules)}
        for number, step in enumerate(rules.steps):
            kept |= {
                f"on_{number}": step.is_on,
                f"days_{number}": abs(step.days),
                f"side_{number}": "before" if step.days < 0 else "after",
                f"wording_{number}": step.wording.value,
            }
        return cls(formdata=None, data=kept)

    @property
    def rows(self) -> list:
        """The fields of each step."""
        return [
            [self[f"{name}_{number}"] for name in ("on", "days", "side", "wording")]
            for number in range(MOST_STEPS)
        ]

    def rules(self) -> Rules:
        hour = self.hour.data or ""
        return Rules(
            is_on=bool(self.is_on.data),
            steps=tuple(self._step(number) for number in range(MOST_STEPS) if self._is_given(number)),
            hour=int(hour) if hour.isascii() and hour.isdigit() and len(hour) < 3 else -1,
            least=self.least.data or Decimal("0.00"),
        )

    def _is_given(self, number: int) -> bool:
        return self[f"days_{number}"].data is not None

    def _step(self, number: int) -> Step:
        days, side = self[f"days_{number}"].data, self[f"side_{number}"].data
        wording = self[f"wording_{number}"].data
        return Step(
            -days if side == "before" else days,
            Wording(wording) if wording in list(Wording) else Wording.FRIENDLY,
            bool(self[f"on_{number}"].data),
        )

    def seen(self) -> Rules:
        """The rules as they were when the page was drawn."""
        try:
            return queries.rules_in({queries.KEY: json.loads(self.version.data or "")})
        except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError):
            raise DomainError(N_("This form is not complete. Load the page again and repeat.")) from None


def _with_steps() -> type[_StepsForm]:
    fields = {}
    for number in range(MOST_STEPS):
        fields |= {
            f"on_{number}": BooleanField(_("Send this one")),
            f"days_{number}": TypedField(_("Days"), parse=_days),
            f"side_{number}": SelectField(
                _("Before or after"), choices=list(SIDES.items()), default="after", validate_choice=False
            ),
            f"wording_{number}": SelectField(
                _("Wording"), choices=list(WORDINGS.items()), default="friendly", validate_choice=False
            ),
        }
    return type("ReminderForm", (_StepsForm,), fields)


ReminderForm = _with_steps()


def _mark(rules: Rules) -> str:
    return json.dumps(queries.kept_as(rules), sort_keys=True)


@room.get("/reminders")
@requires(P.SETTINGS_EDIT)
def reminders():
    return _page(ReminderForm.of(queries.reminder_rules()))


@room.post("/reminders")
@requires(P.SETTINGS_EDIT)
def save_reminders():
    form = ReminderForm()
    if form.validate():
        try:
            set_rules(form.rules(), seen=form.seen(), today=today())
        except StaleVersion as error:
            form.version.data = _mark(error.theirs)
            return _page(form, status=409, theirs=error.theirs)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. Nothing older than today is sent."))
            return go(url_for("settings.reminders"))
    return _page(form, status=422)


def _page(form: _StepsForm, *, status: int = 200, theirs: Rules | None = None):
    rules = queries.reminder_rules()
    return page(
        "settings/reminders.html",
        status=status,
        form=form,
        theirs=theirs,
        rules=rules,
        coming=queries.coming(rules, today(), zone()),
        sent=queries.sent_lately(),
        stopped=queries.stopped_invoices(),
        wordings=WORDINGS,
        day=today(),
    )
