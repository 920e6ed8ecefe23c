"""What is done to customers: added, changed, put away, brought back."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from rms.actions import codes, limits
from rms.actions.companies import regular_client_type
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts, gstin, states
from rms.domain.contacts import INDIA, Address, Checks
from rms.domain.errors import N_, IllegalMove, Invalid, StaleVersion
from rms.domain.errors import sentence as say
from rms.domain.gstin import Judgement
from rms.domain.money import MAX_MONEY
from rms.domain.place_of_supply import Registration
from rms.models import AccountManager, ClientType, Customer

MOST_DAYS = 3650
WITHOUT_GSTIN = (Registration.UNREGISTERED, Registration.OVERSEAS)
CODE_TAKEN = "uq_customers_tenant_id_code"
LETTER = "C"


@dataclass(frozen=True, kw_only=True)
class CustomerDraft:
    """A customer as typed. An empty code takes the next free one; a GSTIN brings its state and PAN along,
    and others than those are refused.

    For a new customer, no type is the regular one, and no payment terms are those of its type.
    """

    name: str | None
    code: str | None = None
    gst_treatment: str = Registration.UNREGISTERED
    gst_number: str | None = None
    pan_number: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    pin_code: str | None = None
    state_code: str | None = None
    country_code: str = INDIA
    contact_person: str | None = None
    email: str | None = None
    phone: str | None = None
    whatsapp: str | None = None
    payment_terms: int | None = 30
    notes: str | None = None
    client_type_id: UUID | None = None
    account_manager_id: UUID | None = None
    credit_limit: Decimal | None = None


def add(draft: CustomerDraft, *, created_by: UUID | None, now: dt.datetime) -> Customer:
    """A new customer. Raises Invalid by field, PaymentRequired beyond the plan."""
    client_type = _type(draft) or regular_client_type()
    if draft.payment_terms is None and client_type:
        draft = replace(draft, payment_terms=client_type.payment_terms)
    values = _values(draft)
    for code in codes.codes_for(Customer.code, LETTER, values.pop("code")):
        customer = Customer(code=code, created_by=created_by, **values)
        customer.client_type_id = client_type.id if client_type else None
        if codes.stored(customer, CODE_TAKEN):
            limits.check_customers(now=now)
            return customer
        if draft.code:
            raise _code_taken(code)
    raise AssertionError("codes do not run out")


def change(customer_id: UUID, draft: CustomerDraft, *, version: int) -> Customer:
    """Store what was typed over a customer. Documents already issued keep what they printed.

    Raises Invalid by field, NotFound, and StaleVersion with the stored row as `theirs`.
    """
    customer = lock(Customer, customer_id)
    if customer.version != version:
        raise StaleVersion(N_("This customer was changed while you were editing."), theirs=customer)
    values = _values(_without_what_stood(draft, customer))
    values["code"] = values["code"] or customer.code
    kind = _type(draft, keeps=customer.client_type_id)
    values["client_type_id"] = kind.id if kind else customer.client_type_id
    if values["code"] != customer.code and codes.is_taken(Customer.code, values["code"]):
        raise _code_taken(values["code"])
    for name, value in values.items():
        setattr(customer, name, value)
    customer.version += 1
    db().flush()
    return customer


def deactivate(customer_id: UUID) -> Customer:
    """Put a customer away: lists and pickers leave it out, its documents and balance stay."""
    return _set_active(customer_id, is_active=False)


def activate(customer_id: UUID, *, now: dt.datetime) -> Customer:
    """Bring a customer back. Raises PaymentRequired beyond the plan."""
    customer = _set_active(customer_id, is_active=True)
    limits.check_customers(now=now)
    return customer


def next_code() -> str:
    """The code a customer gets when none is typed."""
    return codes.next_code(Customer.code, LETTER)


def _set_active(customer_id: UUID, *, is_active: bool) -> Customer:
    customer = lock(Customer, customer_id)
    if customer.merged_into_id:
        raise IllegalMove(N_("This customer was merged into another one and stays hidden."))
    if customer.is_active != is_active:
        customer.is_active = is_active
        customer.version += 1
        db().flush()
    return customer


def _values(draft: CustomerDraft) -> dict:
    checks = Checks()
    values = {
        "name": _name(draft, checks),
        "account_manager_id": _manager(draft, checks),
        "credit_limit": _credit_limit(draft.credit_limit, checks),
        "code": checks.clean("code", contacts.one_line, draft.code, 50),
        "contact_person": checks.clean("contact_person", contacts.one_line, draft.contact_person, 255),
        "email": checks.clean("email", contacts.email, draft.email),
        "phone": checks.clean("phone", contacts.phone, draft.phone),
        "whatsapp": checks.clean("whatsapp", contacts.phone, draft.whatsapp),
        "notes": checks.clean("notes", contacts.several_lines, draft.notes, 4_000),
        "payment_terms": _payment_terms(draft.payment_terms, checks),
        **_gst(draft, checks),
    }
    values |= _place(draft, values["gst_number"], checks)
    checks.finish()
    return values


def _without_what_stood(draft: CustomerDraft, customer: Customer) -> CustomerDraft:
    """State and PAN that nobody touched give way to those of another GSTIN."""
    number = gstin.judge(draft.gst_number)
    if not number.valid or number.normalized == customer.gst_number:
        return draft
    pan, state = gstin.normalize(draft.pan_number) or None, draft.state_code or None
    return replace(
        draft,
        pan_number=None if number.pan and pan == customer.pan_number else draft.pan_number,
        state_code=None if state == customer.state_code else state,
    )


def _name(draft: CustomerDraft, checks: Checks) -> str | None:
    name = checks.clean("name", contacts.one_line, draft.name, 255)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter the name that stands on the invoice")))
    return name


def _type(draft: CustomerDraft, *, keeps: UUID | None = None) -> ClientType | None:
    """A type that is no longer offered stays with those who have it."""
    if draft.client_type_id is None:
        return None
    found = db().scalar(select(ClientType).where(ClientType.id == draft.client_type_id))
    if found is None or not (found.is_active or found.id == keeps):
        raise Invalid(N_("Choose the type from the list"), field="client_type_id")
    return found


def _manager(draft: CustomerDraft, checks: Checks) -> UUID | None:
    wanted = draft.account_manager_id
    if wanted and not db().scalar(select(AccountManager.id).where(AccountManager.id == wanted)):
        checks.refuse("account_manager_id", say(N_("Choose the account manager from the list")))
    return wanted


def _credit_limit(limit: Decimal | None, checks: Checks) -> Decimal | None:
    if limit is not None and not 0 <= limit <= MAX_MONEY:
        checks.refuse("credit_limit", say(N_("A credit limit is an amount from zero up")))
    return limit


def _payment_terms(days: int | None, checks: Checks) -> int | None:
    if days is None or not 0 <= days <= MOST_DAYS:
        checks.refuse("payment_terms", say(N_("Payment terms are 0 to 3,650 days")))
    return days


def _gst(draft: CustomerDraft, checks: Checks) -> dict:
    """Treatment, GSTIN and PAN, which is the one inside the GSTIN where there is one."""
    treatment = draft.gst_treatment
    if treatment not in list(Registration):
        checks.refuse("gst_treatment", say(N_("Choose one from the list")))
        treatment = Registration.UNREGISTERED
    judgement = gstin.judge(draft.gst_number)
    for sentence in _gst_problems(Registration(treatment), judgement):
        checks.refuse("gst_number", sentence)
    pan = _pan(draft, judgement, checks)
    return {
        "gst_treatment": str(treatment),
        "gst_number": judgement.normalized if judgement.valid else None,
        "pan_number": judgement.pan or pan,
    }


def _pan(draft: CustomerDraft, judgement: Judgement, checks: Checks) -> str | None:
    pan = gstin.normalize(draft.pan_number) or None
    if pan and not gstin.is_pan(pan):
        checks.refuse("pan_number", say(N_("A PAN has 5 letters, 4 digits and a letter, like AAPFU0939F")))
    elif pan and judgement.pan and pan != judgement.pan:
        told = N_("The PAN in the GSTIN is %(pan)s. Leave this empty, or correct the GSTIN")
        checks.refuse("pan_number", say(told, pan=judgement.pan))
    return pan


def _gst_problems(treatment: Registration, judgement: Judgement) -> Iterator:
    is_empty = judgement.reason is gstin.Reason.EMPTY
    if treatment in WITHOUT_GSTIN:
        if not is_empty:
            yield say(N_("A customer of this kind has no GSTIN. Take it out, or choose a registered kind"))
        return
    if is_empty:
        yield say(N_("Enter the GSTIN, or choose a kind of customer without one"))
    elif not judgement.valid:
        yield gstin.sentence(judgement)
    elif not judgement.usable_as_b2b_recipient:
        yield say(N_("This number belongs to a foreign online seller, who cannot be billed as registered"))
    elif (judgement.kind == "uin") != (treatment is Registration.UIN):
        yield (
            say(N_("This is a UIN. Choose UN body or embassy"))
            if judgement.kind == "uin"
            else say(N_("This is an ordinary GSTIN and no UIN. Choose another kind of customer"))
        )


def _place(draft: CustomerDraft, gst_number: str | None, checks: Checks) -> dict:
    """The address. Registered: the state of the GSTIN; abroad: the code for other countries."""
    is_abroad = draft.gst_treatment == Registration.OVERSEAS
    state_code = _state(draft, gst_number, checks, is_abroad=is_abroad)
    if state_code is not None and state_code not in states.PLACES_OF_SUPPLY:
        checks.refuse("state_code", say(N_("Choose the state from the list")))
    address = Address(
        checks.clean("address_line1", contacts.one_line, draft.address_line1, 255),
        checks.clean("address_line2", contacts.one_line, draft.address_line2, 255),
        checks.clean("city", contacts.one_line, draft.city, 100),
        checks.clean("pin_code", contacts.postal_code if is_abroad else contacts.pin_code, draft.pin_code),
        state_code,
    )
    return {
        "address_line1": address.line1,
        "address_line2": address.line2,
        "city": address.city,
        "pin_code": address.pin_code,
        "state_code": state_code,
        "country_code": _country(draft, checks),
        "address": address.printed,
    }


def _country(draft: CustomerDraft, checks: Checks) -> str:
    """Abroad and India exclude each other."""
    country = (draft.country_code or INDIA).upper()
    if draft.gst_treatment == Registration.OVERSEAS:
        if country == INDIA:
            checks.refuse("country_code", say(N_("Choose the country")))
    elif country != INDIA:
        told = N_("Choose Outside India as the kind of customer, or India as the country")
        checks.refuse("country_code", say(told))
    return country


def _state(draft: CustomerDraft, gst_number: str | None, checks: Checks, *, is_abroad: bool) -> str | None:
    """A registered customer is where the GSTIN says; whoever chose another state mistyped one."""
    if is_abroad:
        return states.OTHER_COUNTRY
    if not gst_number or gst_number[:2] not in states.PLACES_OF_SUPPLY:
        return draft.state_code or None
    theirs = gst_number[:2]
    if draft.state_code in states.PLACES_OF_SUPPLY and draft.state_code != theirs:
        told = N_("The GSTIN is of %(state)s (%(code)s). Choose that state, or correct the GSTIN")
        checks.refuse("state_code", say(told, state=states.name_of(theirs), code=theirs))
    return theirs


def _code_taken(code: str) -> Invalid:
    return Invalid(N_("Another customer has the code %(code)s"), field="code", code=code)
