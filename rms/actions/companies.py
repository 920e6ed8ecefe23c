"""The company itself: founded at sign-up, described in set-up, and how far set-up has come."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from rms.actions import series, tax_rates
from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain import contacts, gstin, numbering, states
from rms.domain.contacts import Address, Checks
from rms.domain.errors import N_, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.place_of_supply import Registration
from rms.models import ClientType, Company, GstSetting, Tenant
from rms.queries.companies import STEPS, company_with_gst

HOME = ZoneInfo("Asia/Kolkata")
STANDARD_RATE = 18
REGISTRATIONS = (Registration.REGULAR, Registration.COMPOSITION, Registration.UNREGISTERED)
SELLERS = ("regular", "nrtp", "government")  # kinds of GSTIN that can issue invoices


@dataclass(frozen=True, kw_only=True)
class BusinessDraft:
    """What stands at the top of every invoice, as typed. Contacts of None stay as they are, for set-up, which
    does not ask for them."""

    registration: str
    gst_number: str | None = None
    name: str | None = None
    trade_name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    pin_code: str | None = None
    state_code: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None


def establish(*, name: str, created_by: UUID | None, now: dt.datetime) -> Company:
    """Everything a new tenant needs before its first page: company, GST settings, rates, number series, and
    one kind of customer. Nothing is known yet but the name, so it starts as not registered for GST.
    """
    today = now.astimezone(HOME).date()
    company = Company(
        name=name,
        financial_year_start=numbering.financial_year_bounds(today)[0],
        created_by=created_by,
    )
    gst = GstSetting(registration_type="unregistered", display_format="exclusive", filing_frequency="monthly")
    regular = ClientType(code="REGULAR", name=N_("Regular"), payment_terms=30)
    db().add_all([company, gst, regular])
    db().flush()
    tax_rates.seed(gst.id, today)
    series.start(name)
    db().flush()
    return company


def describe(draft: BusinessDraft, *, version: int) -> Company:
    """Store what the business is called, where it is and how it stands to GST.

    The state and the PAN follow from the GSTIN. Raises Invalid by field, StaleVersion with the stored row.
    """
    company, gst = lock_company(version)
    checks = Checks()
    if draft.registration not in REGISTRATIONS:
        checks.refuse("registration", say(N_("Choose how the business stands to GST")))
    name = checks.clean("name", contacts.one_line, draft.name, 255)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter the name of the business")))
    trade_name = checks.clean("trade_name", contacts.one_line, draft.trade_name, 255)
    number = _gstin(draft, checks)
    address = _address(draft, number, checks)
    email = checks.clean("contact_email", contacts.email, draft.contact_email)
    phone = checks.clean("contact_phone", contacts.phone, draft.contact_phone)
    checks.finish()
    company.name, company.trade_name = name, trade_name
    company.address_line1, company.address_line2 = address.line1, address.line2
    company.city, company.pin_code, company.state_code = address.city, address.pin_code, address.state_code
    company.address = address.printed
    if draft.contact_email is not None:
        company.contact_email = email
    if draft.contact_phone is not None:
        company.contact_phone = phone
    company.gst_number = gst.gst_number = number
    company.tax_id = gstin.judge(number).pan if number else None
    _register(gst, draft.registration)
    company.version += 1
    db().flush()
    return company


def finish_step(number: int, **made: UUID) -> None:
    """Set-up step `number` is done; `made` remembers what it created, e.g. service=<id>."""
    _mark(number, "done", made)


def skip_step(number: int) -> None:
    """Leave a step for later; one that was done stays done."""
    _mark(number, "skipped", {})


def _mark(number: int, outcome: str, made: dict[str, UUID]) -> None:
    tenant = lock(Tenant, current_tenant())
    settings = dict(tenant.settings or {})
    progress = dict(settings.get("onboarding", {}))
    done, skipped = set(progress.get("done", [])), set(progress.get("skipped", []))
    (done if outcome == "done" else skipped).add(number)
    progress |= {"done": sorted(done & STEPS), "skipped": sorted((skipped - done) & STEPS)}
    progress |= {name: str(row_id) for name, row_id in made.items()}
    tenant.settings = {**settings, "onboarding": progress}
    db().flush()


def lock_company(version: int) -> tuple[Company, GstSetting]:
    """The company, locked; raises StaleVersion when somebody saved it since that version."""
    company, gst = company_with_gst()
    lock(Company, company.id)
    if company.version != version:
        raise StaleVersion(N_("Your company's details were changed in the meantime."), theirs=company)
    return company, gst


def _gstin(draft: BusinessDraft, checks: Checks) -> str | None:
    """Unregistered businesses have none; all others must give one that can belong to a seller."""
    if draft.registration == Registration.UNREGISTERED:
        return None
    judgement = gstin.judge(draft.gst_number)
    if not judgement.valid:
        checks.refuse("gst_number", gstin.sentence(judgement))
        return None
    if judgement.kind not in SELLERS:
        checks.refuse("gst_number", say(N_("This number cannot issue invoices. Enter your own GSTIN")))
    return judgement.normalized


def _address(draft: BusinessDraft, number: str | None, checks: Checks) -> Address:
    state_code = (number[:2] if number else draft.state_code) or None
    if state_code is not None and state_code not in states.PLACES_OF_SUPPLY:
        checks.refuse("state_code", say(N_("Choose the state from the list")))
    address = Address(
        checks.clean("address_line1", contacts.one_line, draft.address_line1, 255),
        checks.clean("address_line2", contacts.one_line, draft.address_line2, 255),
        checks.clean("city", contacts.one_line, draft.city, 100),
        checks.clean("pin_code", contacts.pin_code, draft.pin_code),
        state_code,
    )
    if not address.line1 and "address_line1" not in checks.errors:
        checks.refuse("address_line1", say(N_("Enter the address. GST wants it on every invoice")))
    if not state_code and "gst_number" not in checks.errors:
        checks.refuse("state_code", say(N_("Choose the state. It decides the tax")))
    return address


def _register(gst: GstSetting, registration: str) -> None:
    """Only a regular taxpayer collects tax; new lines start with the standard rate there and without tax
    elsewhere (CGST Act s.10(4): a composition dealer may not collect any)."""
    is_regular = registration == Registration.REGULAR
    gst.registration_type = registration
    gst.is_gst_applicable = is_regular
    gst.default_rate = STANDARD_RATE if is_regular else 0
    gst.version += 1


def regular_client_type() -> ClientType | None:
    """The kind of customer that new ones get."""
    statement = select(ClientType).where(ClientType.is_active).order_by(ClientType.created_at, ClientType.id)
    return db().scalars(statement.limit(1)).first()
