"""What few invoices need: where the goods go, the particulars of an export, another number series.

And what may still be written on paper that is out: the note, the customer's order number, and port and
shipping bill, which are known only after the goods have left. The audit trail keeps each change.
"""

import datetime as dt
import re
from dataclasses import dataclass, fields
from uuid import UUID

from rms.actions.drafts import open_draft
from rms.actions.pricing import buyer_of, supply_kind
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts, periods, states
from rms.domain.contacts import Checks
from rms.domain.errors import N_, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.place_of_supply import place_of_supply
from rms.models import Invoice
from rms.queries.numbers import series_kind, series_of_kind

_COUNTRY = re.compile(r"[A-Z]{2}")
_PORT = re.compile(r"[A-Z0-9]{3,6}")
_BILL = re.compile(r"[0-9]{3,7}")
LONGEST_NOTE = 4000


@dataclass(frozen=True, kw_only=True)
class Export:
    """Port code, and number and date of the shipping bill (GSTR-1, table 6A); all of it may come later."""

    port_code: str | None = None
    shipping_bill_number: str | None = None
    shipping_bill_date: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Particulars(Export):
    """As typed; `series_id` None is the usual series of the document's kind."""

    series_id: UUID | None = None
    shipping_name: str | None = None
    shipping_address_line1: str | None = None
    shipping_address_line2: str | None = None
    shipping_city: str | None = None
    shipping_pin_code: str | None = None
    shipping_state_code: str | None = None
    destination_country: str | None = None


@dataclass(frozen=True, kw_only=True)
class Afterthought(Export):
    """What an issued invoice may still be given."""

    notes: str | None = None
    reference_number: str | None = None


def describe(invoice_id: UUID, typed: Particulars, *, version: int) -> Invoice:
    """Keep the particulars of a draft. Where the place of supply follows from the delivery, it follows now.

    Raises Invalid by field, StaleVersion when somebody saved the head in between, IllegalMove once issued.
    """
    draft = open_draft(invoice_id)
    invoice = draft.invoice
    _same_version(invoice, version)
    read = _read(typed, invoice)
    kind = supply_kind(draft.lines)
    before = place_of_supply(draft.terms.seller, buyer_of(invoice, draft.terms), kind)
    for name in (each.name for each in fields(Particulars)):
        setattr(invoice, name, read[name])
    follows = invoice.place_of_supply in (None, before) and not invoice.against_invoice_id
    if draft.terms.seller.state_code and follows:
        invoice.place_of_supply = place_of_supply(draft.terms.seller, buyer_of(invoice, draft.terms), kind)
    invoice.version += 1
    draft.reprice()
    return invoice


def complete(invoice_id: UUID, typed: Afterthought, *, version: int) -> Invoice:
    """Write on an issued invoice what harms nobody; raises like `describe`, IllegalMove when cancelled."""
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), Verb.CHANGE_NOTES)
    _same_version(invoice, version)
    checks = Checks()
    kept = _read_export(checks, typed)
    order = typed.reference_number
    kept["reference_number"] = checks.clean("reference_number", contacts.one_line, order, 100)
    kept["notes"] = checks.clean("notes", contacts.several_lines, typed.notes, LONGEST_NOTE)
    checks.finish()
    for name, value in kept.items():
        setattr(invoice, name, value or None)
    invoice.version += 1
    db().flush()
    return invoice


def _same_version(invoice: Invoice, version: int) -> None:
    if invoice.version != version:
        raise StaleVersion(N_("This invoice was changed in the meantime."), theirs=invoice)


def _read(typed: Particulars, invoice: Invoice) -> dict:
    checks = Checks()
    read = _read_export(checks, typed)
    lengths = {"name": 255, "address_line1": 255, "address_line2": 255, "city": 100, "pin_code": 10}
    for part, length in lengths.items():
        name = f"shipping_{part}"
        read[name] = checks.clean(name, contacts.one_line, getattr(typed, name), length) or None
    read["shipping_state_code"] = _known_state(checks, typed.shipping_state_code)
    if read["shipping_address_line1"] and not read["shipping_state_code"]:
        checks.refuse("shipping_state_code", say(N_("Choose the state the goods go to")))
    country = (typed.destination_country or "").strip().upper()
    read["destination_country"] = _matching(
        checks, "destination_country", country, _COUNTRY, N_("Choose the country")
    )
    read["series_id"] = _known_series(checks, typed.series_id, invoice)
    checks.finish()
    return read


def _read_export(checks: Checks, typed: Export) -> dict:
    port = re.sub(r"\s", "", typed.port_code or "").upper()
    bill = re.sub(r"\s", "", typed.shipping_bill_number or "")
    if bool(bill) != bool(typed.shipping_bill_date):
        missing = "shipping_bill_date" if bill else "shipping_bill_number"
        checks.refuse(missing, say(N_("A shipping bill has a number and a date. Give both, or neither")))
    if typed.shipping_bill_date:
        checks.clean("shipping_bill_date", _known_day, typed.shipping_bill_date)
    return {
        "port_code": _matching(
            checks, "port_code", port, _PORT, N_("A port code has 3 to 6 letters and digits")
        ),
        "shipping_bill_number": _matching(
            checks, "shipping_bill_number", bill, _BILL, N_("A shipping bill number has 3 to 7 digits")
        ),
        "shipping_bill_date": typed.shipping_bill_date,
    }


def _known_day(day: dt.date) -> dt.date:
    return periods.check_date(day, field=None)


def _matching(checks: Checks, name: str, text: str, shape: re.Pattern, told: str) -> str | None:
    if text and not shape.fullmatch(text):
        checks.refuse(name, say(told))
        return None
    return text or None


def _known_state(checks: Checks, code: str | None) -> str | None:
    if code and code not in dict(states.places_of_supply()):
        checks.refuse("shipping_state_code", say(N_("Choose the state the goods go to")))
        return None
    return code or None


def _known_series(checks: Checks, series_id: UUID | None, invoice: Invoice) -> UUID | None:
    """The default series is kept as none: it may become another one before the draft is issued."""
    if series_id is None:
        return None
    for row in series_of_kind(series_kind(invoice)):
        if row.id == series_id:
            return None if row.is_default else row.id
    checks.refuse("series_id", say(N_("Choose one of the number series")))
    return None
