"""The forms of settings that set-up does not have in this shape."""

from types import SimpleNamespace

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField

from rms.actions.bank import PaymentDraft
from rms.actions.companies import BusinessDraft
from rms.actions.series import SeriesDraft, at_next_value, own_pattern, year_style
from rms.domain import contacts
from rms.domain.errors import Invalid
from rms.forms.business import BusinessForm
from rms.forms.number import tidy_pattern, tidy_prefix, year_choices
from rms.models import Company
from rms.queries.bank import account_number_of
from rms.queries.house_rules import WRITE_OFF_LIMIT, HouseRules
from rms.queries.settings import Running
from rms.web.forms import Form, MoneyField, TextField, TypedField


class CompanyForm(BusinessForm):
    """The business as set-up asks for it, and how customers reach it."""

    contact_email = TextField(_("E-mail on documents"))
    contact_phone = TextField(_("Phone on documents"))

    def draft(self) -> BusinessDraft:
        typed = {name: field.data or None for name, field in self._fields.items() if name in DRAFTED}
        reached = {name: self[name].data or "" for name in ("contact_email", "contact_phone")}
        return BusinessDraft(**typed | reached | {"registration": self.registration.data or ""})


DRAFTED = set(BusinessDraft.__dataclass_fields__)


class SeriesForm(Form):
    """How the numbers of a series look. `kind` says which: the kind of document for its default series, else
    the id; it is set from the series and never by typing."""

    kind = HiddenField()
    prefix = TextField(_("Starts with"))
    year = SelectField(_("Year"), choices=year_choices, validate_choice=False)
    next_value = TypedField(_("Next number"), parse=at_next_value, render=lambda value: f"{value:04d}")
    may_jump = BooleanField(_("Leave the numbers in between unused"))
    pattern = TextField(_("Own pattern"))
    version = HiddenField()

    @classmethod
    def of(cls, one: Running, **kwargs) -> "SeriesForm":
        kept = {
            "kind": one.key,
            "prefix": one.row.prefix,
            "year": year_style(one.row),
            "pattern": own_pattern(one.row),
            "next_value": one.next_value,
            "version": one.row.version,
        }
        return cls(data=kept, **kwargs)

    def draft(self) -> SeriesDraft:
        year = self.year.data if self.year.data in dict(year_choices()) else "FY"
        return SeriesDraft(
            prefix=tidy_prefix(self.prefix.data),
            year=year,
            next_value=self.next_value.data,
            may_jump=bool(self.may_jump.data),
            pattern=tidy_pattern(self.pattern.data),
        )


class NewSeriesForm(SeriesForm):
    """Another series; its kind is chosen from a list here."""

    kind = SelectField(_("Numbers of"), coerce=str, validate_choice=False)
    name = TextField(_("Name"))


class BankForm(Form):
    """The account twice: a wrong digit sends customers' money to somebody else."""

    bank_account_name = TextField(_("Account holder"))
    bank_account_number = TextField(_("Account number"))
    account_again = TextField(_("Type it again"))
    bank_ifsc = TextField(_("IFSC"))
    bank_name = TextField(_("Bank and branch"))
    upi_id = TextField(_("UPI ID"))
    version = HiddenField()

    @classmethod
    def of(cls, company: Company, **kwargs) -> "BankForm":
        number = account_number_of(company)
        kept = SimpleNamespace(
            bank_account_name=company.bank_account_name,
            bank_account_number=number,
            account_again=number,
            bank_ifsc=company.bank_ifsc,
            bank_name=company.bank_name,
            upi_id=company.upi_id,
            version=company.version,
        )
        return cls(obj=kept, **kwargs)

    def validate(self, **kwargs) -> bool:
        is_right = super().validate(**kwargs)
        if _digits(self.bank_account_number.data) == _digits(self.account_again.data):
            return is_right
        self.account_again.errors = [gettext("The two account numbers are not the same")]
        return False

    def draft(self) -> PaymentDraft:
        return PaymentDraft(
            bank_account_name=self.bank_account_name.data or "",
            bank_account_number=self.bank_account_number.data,
            bank_ifsc=self.bank_ifsc.data,
            bank_name=self.bank_name.data,
            upi_id=self.upi_id.data,
        )


class RulesForm(Form):
    """What people may and must; `version` is what it was when the page was drawn. Empty: the usual limit."""

    users_may_draft = BooleanField(_("Users may write drafts"))
    require_second_factor = BooleanField(_("Everybody needs a second factor"))
    write_off_limit = MoneyField(_("Most that managers may write off of an invoice"))
    version = HiddenField()

    @classmethod
    def of(cls, rules: HouseRules, **kwargs) -> "RulesForm":
        kept = {
            "users_may_draft": rules.users_may_draft,
            "require_second_factor": rules.require_second_factor,
            "write_off_limit": rules.write_off_limit,
            "version": rules.mark,
        }
        return cls(data=kept, **kwargs)

    def rules(self) -> HouseRules:
        limit = self.write_off_limit.data
        return HouseRules(
            bool(self.users_may_draft.data),
            bool(self.require_second_factor.data),
            WRITE_OFF_LIMIT if limit is None else limit,
        )


def _digits(text: str | None) -> str:
    """What counts in an account number; one that cannot be read is compared as it is typed."""
    try:
        return contacts.account_number(text) or ""
    except Invalid:
        return text or ""
