"""What is done to services: added, changed, archived, brought back."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rms.actions import codes
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts, tax
from rms.domain.contacts import Checks
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.tax import Treatment
from rms.models import ServiceType
from rms.queries.tax_rates import rate_of, tax_rates_on

CODE_TAKEN = "uq_service_types_tenant_id_code"
LETTER = "S"
UNTAXED = (Treatment.NIL, Treatment.EXEMPT, Treatment.NON_GST)


@dataclass(frozen=True, kw_only=True)
class ServiceDraft:
    """A service or item as typed. An empty code takes the next free one.

    `tax` is a category of `tax_rates`, whose rate in force then counts, or one of the treatments without tax:
    "nil", "exempt", "non_gst".
    """

    name: str | None
    code: str | None = None
    description: str | None = None
    hsn_sac: str | None = None
    unit: str | None = None
    default_rate: Decimal | None = None
    tax: str | None = None


def add(draft: ServiceDraft, *, today: dt.date) -> ServiceType:
    """A new service. Raises Invalid by field."""
    values = _values(draft, today)
    for code in codes.codes_for(ServiceType.code, LETTER, values.pop("code")):
        service = ServiceType(code=code, **values)
        if codes.stored(service, CODE_TAKEN):
            return service
        if draft.code:
            raise _code_taken(code)
    raise AssertionError("codes do not run out")


def change(service_id: UUID, draft: ServiceDraft, *, version: int, today: dt.date) -> ServiceType:
    """Store what was typed over a service; lines that used it keep what they have.

    Raises Invalid by field, NotFound, and StaleVersion with the stored row as `theirs`.
    """
    service = lock(ServiceType, service_id)
    if service.version != version:
        raise StaleVersion(N_("This service was changed while you were editing."), theirs=service)
    values = _values(draft, today)
    values["code"] = values["code"] or service.code
    if values["code"] != service.code and codes.is_taken(ServiceType.code, values["code"]):
        raise _code_taken(values["code"])
    for name, value in values.items():
        setattr(service, name, value)
    service.version += 1
    db().flush()
    return service


def archive(service_id: UUID) -> ServiceType:
    """Put a service away: pickers leave it out, lines that used it stay."""
    return _set_active(service_id, is_active=False)


def restore(service_id: UUID) -> ServiceType:
    return _set_active(service_id, is_active=True)


def next_code() -> str:
    """The code a service gets when none is typed."""
    return codes.next_code(ServiceType.code, LETTER)


def _set_active(service_id: UUID, *, is_active: bool) -> ServiceType:
    service = lock(ServiceType, service_id)
    if service.is_active != is_active:
        service.is_active = is_active
        service.version += 1
        db().flush()
    return service


def _values(draft: ServiceDraft, today: dt.date) -> dict:
    checks = Checks()
    name = checks.clean("name", contacts.one_line, draft.name, 255)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter what customers know it as")))
    values = {
        "name": name,
        "code": checks.clean("code", contacts.one_line, draft.code, 50),
        "description": checks.clean("description", contacts.several_lines, draft.description, 2_000),
        "hsn_sac": checks.clean("hsn_sac", _hsn_sac, draft.hsn_sac),
        "unit": checks.clean("unit", contacts.one_line, draft.unit, 20),
        "default_rate": draft.default_rate or Decimal(0),
        **_tax(draft, checks, today),
    }
    checks.finish()
    return values


def _hsn_sac(text: str | None) -> str | None:
    digits = contacts.ascii_digits(text or "").replace(" ", "")
    if digits and not tax.is_hsn_sac(digits):
        raise Invalid(N_("SAC or HSN has 4, 6 or 8 digits"))
    return digits or None


def _tax(draft: ServiceDraft, checks: Checks, today: dt.date) -> dict:
    if draft.tax in UNTAXED:
        return {"tax_treatment": draft.tax, "tax_rate": Decimal(0), "tax_rate_category": None}
    found = rate_of(draft.tax or "", tax_rates_on(today))
    if found is None:
        checks.refuse("tax", say(N_("Choose the GST from the list")))
        return {}
    return {
        "tax_treatment": str(Treatment.TAXABLE),
        "tax_rate": found.rate,
        "tax_rate_category": found.category,
    }


def _code_taken(code: str) -> Invalid:
    return Invalid(N_("Another service has the code %(code)s"), field="code", code=code)
