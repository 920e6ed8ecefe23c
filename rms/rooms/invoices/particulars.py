"""What few invoices need: delivery, export, another series; and what an issued one may still be given."""

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, TextAreaField

from rms.actions.particulars import Afterthought, Particulars, complete, describe
from rms.domain import states
from rms.domain.errors import DomainError, StaleVersion
from rms.domain.lifecycle import Status, Verb, move
from rms.forms.customers import country_choices
from rms.forms.versions import compare
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.queries.last_saved import last_saved
from rms.queries.numbers import series_kind, series_of_kind
from rms.rooms.invoices import room
from rms.web.forms import DayField, Form, TextField
from rms.web.fragments import go, page
from rms.web.guard import requires

EXPORT = ("port_code", "shipping_bill_number", "shipping_bill_date")


class ExportForm(Form):
    """What customs knows of the goods."""

    port_code = TextField(_("Port code"))
    shipping_bill_number = TextField(_("Shipping bill number"))
    shipping_bill_date = DayField(_("Shipping bill date"))
    version = HiddenField()

    def typed(self, names) -> dict:
        return {name: self[name].data or None for name in names}


class ParticularsForm(ExportForm):
    series_id = SelectField(_("Number series"), coerce=str, validate_choice=False)
    shipping_name = TextField(_("Deliver to"))
    shipping_address_line1 = TextField(_("Address"))
    shipping_address_line2 = TextField(_("Address, second line"))
    shipping_city = TextField(_("City"))
    shipping_pin_code = TextField(_("PIN code"))
    shipping_state_code = SelectField(_("State"), coerce=str, validate_choice=False)
    destination_country = SelectField(_("Country of destination"), coerce=str, validate_choice=False)

    @classmethod
    def of(cls, invoice: Invoice, **kwargs) -> "ParticularsForm":
        kept = {name: getattr(invoice, name) for name in PARTICULARS}
        kept |= {"series_id": str(invoice.series_id or ""), "version": invoice.version}
        return cls(data={name: value or "" for name, value in kept.items()} | _day(invoice), **kwargs)

    def offer(self, invoice: Invoice) -> None:
        series = series_of_kind(series_kind(invoice))
        self.series_id.choices = [("" if row.is_default else str(row.id), row.name) for row in series]
        self.shipping_state_code.choices = [("", ""), *_states()]
        self.destination_country.choices = [("", gettext("As the customer's")), *country_choices()]

    def particulars(self) -> Particulars:
        typed = self.typed(PARTICULARS)
        return Particulars(**typed | {"series_id": _uuid(typed["series_id"])})


class AfterthoughtForm(ExportForm):
    reference_number = TextField(_("PO reference"))
    notes = TextAreaField(_("Note to customer"))

    @classmethod
    def of(cls, invoice: Invoice, **kwargs) -> "AfterthoughtForm":
        kept = {name: getattr(invoice, name) or "" for name in AFTERTHOUGHT}
        return cls(data=kept | {"version": invoice.version} | _day(invoice), **kwargs)

    def afterthought(self) -> Afterthought:
        return Afterthought(**self.typed(AFTERTHOUGHT))


PARTICULARS = tuple(Particulars.__dataclass_fields__)
AFTERTHOUGHT = tuple(Afterthought.__dataclass_fields__)


@room.get("/<uuid:invoice_id>/particulars")
@requires(P.INVOICE_DRAFT)
def particulars(invoice_id: UUID):
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.EDIT)
    return _particulars(invoice, ParticularsForm.of(invoice, formdata=None))


@room.post("/<uuid:invoice_id>/particulars")
@requires(P.INVOICE_DRAFT)
def save_particulars(invoice_id: UUID):
    form = ParticularsForm()
    if form.validate():
        try:
            describe(invoice_id, form.particulars(), version=form.row_version)
        except StaleVersion as error:
            return _stale(_particulars, form, ParticularsForm, error.theirs)
        except DomainError as error:
            if error.status != 422:
                raise
            form.refuse(error)
        else:
            return go(url_for("invoices.edit", invoice_id=invoice_id))
    return _particulars(find_invoice(invoice_id), form, status=422)


@room.get("/<uuid:invoice_id>/notes")
@requires(P.INVOICE_ISSUE)
def notes(invoice_id: UUID):
    """Only what harms nobody: amounts, names and dates of an issued invoice are fixed."""
    invoice = find_invoice(invoice_id)
    move(Status(invoice.status), Verb.CHANGE_NOTES)
    if invoice.is_draft:
        return go(url_for("invoices.edit", invoice_id=invoice_id))
    return _notes(invoice, AfterthoughtForm.of(invoice, formdata=None))


@room.post("/<uuid:invoice_id>/notes")
@requires(P.INVOICE_ISSUE)
def save_notes(invoice_id: UUID):
    form = AfterthoughtForm()
    if form.validate():
        try:
            invoice = complete(invoice_id, form.afterthought(), version=form.row_version)
        except StaleVersion as error:
            return _stale(_notes, form, AfterthoughtForm, error.theirs)
        except DomainError as error:
            if error.status != 422:
                raise
            form.refuse(error)
        else:
            flash(gettext("Saved on %(number)s", number=invoice.invoice_number or gettext("the draft")))
            return go(url_for("invoices.show", invoice_id=invoice_id))
    return _notes(find_invoice(invoice_id), form, status=422)


def _particulars(invoice: Invoice, form: ParticularsForm, *, status: int = 200, **context):
    form.offer(invoice)
    return page("invoices/particulars.html", status=status, invoice=invoice, form=form, **context)


def _notes(invoice: Invoice, form: AfterthoughtForm, *, status: int = 200, **context):
    exports = (invoice.buyer_snapshot or {}).get("gst_treatment") in ("overseas", "sez")
    return page(
        "invoices/notes.html", status=status, invoice=invoice, form=form, is_export=exports, **context
    )


def _stale(show, form: ExportForm, kind: type[ExportForm], theirs: Invoice):
    """409: what was typed stays in the fields, what is stored stands above them."""
    stored = kind.of(theirs, formdata=None)
    if isinstance(form, ParticularsForm):
        form.offer(theirs)
        stored.offer(theirs)
    who = last_saved("invoices", theirs.id)
    return show(theirs, form, status=409, versions=compare(form, stored), who=who)


def _day(invoice: Invoice) -> dict:
    return {"shipping_bill_date": invoice.shipping_bill_date}


def _states() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in states.places_of_supply()]


def _uuid(text: str | None) -> UUID | None:
    """An id that is none is like one that is not there: the action refuses it by name."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)
