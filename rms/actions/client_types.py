"""Types of customers and account managers: added, renamed, no longer offered.

Neither row has a version. The microsecond of its last change stands for one, so that of two people who change
a row at once the second is told.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from rms.actions.codes import stored
from rms.db.locks import lock
from rms.db.session import db
from rms.domain import contacts
from rms.domain.contacts import Checks, one_line
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.errors import sentence as say
from rms.models import AccountManager, ClientType, User

MOST_DAYS = 3650
LONGEST_CODE = 20
LONGEST_NAME = 255
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STAMPS = 10**9


@dataclass(frozen=True, kw_only=True)
class TypeDraft:
    """A type as typed; an empty code is made from the name. New customers of it get its terms, in days."""

    name: str = ""
    code: str = ""
    description: str = ""
    payment_terms: int | None = 30
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class ManagerDraft:
    """Who looks after customers. For a colleague, empty name and address are taken from their account."""

    name: str = ""
    email: str = ""
    user_id: UUID | None = None
    is_active: bool = True


def stamp(row: ClientType | AccountManager) -> int:
    """What a form carries instead of a version."""
    return (row.updated_at - _EPOCH) // dt.timedelta(microseconds=1) % _STAMPS


def add_type(draft: TypeDraft) -> ClientType:
    """Raises Invalid with sentences at "name", "code", "description", "payment_terms"."""
    row = ClientType(**_type_values(draft), is_active=True)
    if not stored(row, "uq_client_types_tenant_id_code"):
        raise _code_taken(row.code)
    return row


def change_type(type_id: UUID, draft: TypeDraft, *, version: int) -> ClientType:
    """Customers keep the terms they have. Raises StaleVersion when it was changed in between."""
    row = _locked(ClientType, type_id, version)
    values = _type_values(draft)
    if db().scalar(select(ClientType.id).where(ClientType.code == values["code"], ClientType.id != row.id)):
        raise _code_taken(values["code"])
    if row.is_active and not draft.is_active:
        _keep_one(row)
    return _stored(row, values | {"is_active": draft.is_active})


def add_manager(draft: ManagerDraft) -> AccountManager:
    """Raises Invalid with sentences at "name", "email", "user_id"."""
    row = AccountManager(**_manager_values(draft), is_active=True)
    db().add(row)
    db().flush()
    return row


def change_manager(manager_id: UUID, draft: ManagerDraft, *, version: int) -> AccountManager:
    """The customers stay in their care, also when they are not offered any more."""
    row = _locked(AccountManager, manager_id, version)
    return _stored(row, _manager_values(draft) | {"is_active": draft.is_active})


def _locked(model, row_id: UUID, version: int):
    row = lock(model, row_id)
    if stamp(row) != version:
        raise StaleVersion(N_("This was changed in the meantime."), theirs=row)
    return row


def _stored(row, values: dict):
    for name, value in values.items():
        setattr(row, name, value)
    db().flush()
    db().refresh(row)  # the trigger has set the moment of the change
    return row


def _type_values(draft: TypeDraft) -> dict:
    checks = Checks()
    name = checks.clean("name", one_line, draft.name, LONGEST_NAME)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter a name, like Wholesale")))
    code = checks.clean("code", one_line, draft.code, LONGEST_CODE)
    description = checks.clean("description", contacts.several_lines, draft.description, 1000)
    if draft.payment_terms is None or not 0 <= draft.payment_terms <= MOST_DAYS:
        checks.refuse("payment_terms", say(N_("Payment terms are 0 to 3,650 days")))
    checks.finish()
    return {
        "name": name,
        "code": (code or _code_of(name)).upper(),
        "description": description,
        "payment_terms": draft.payment_terms,
    }


def _code_of(name: str) -> str:
    """The name as a code: "Housing society" becomes HOUSING-SOCIETY. Two types of one name have one code."""
    return "-".join(name.split())[:LONGEST_CODE]


def _code_taken(code: str) -> Invalid:
    return Invalid(N_("Another type has the code %(code)s"), field="code", code=code)


def _keep_one(row: ClientType) -> None:
    """New customers get a type, so one at least is offered."""
    others = select(ClientType.id).where(ClientType.is_active, ClientType.id != row.id).limit(1)
    if db().scalar(others) is None:
        raise Invalid(N_("This is the only type offered. Add another one first"), field="offered")


def _manager_values(draft: ManagerDraft) -> dict:
    checks = Checks()
    person = db().scalar(select(User).where(User.id == draft.user_id)) if draft.user_id else None
    if draft.user_id and person is None:
        checks.refuse("user_id", say(N_("Choose one of your people")))
    name = checks.clean("name", one_line, draft.name or _full_name(person), LONGEST_NAME)
    if not name and "name" not in checks.errors:
        checks.refuse("name", say(N_("Enter the name")))
    email = checks.clean("email", contacts.email, draft.email or (person.email if person else ""))
    if not email and "email" not in checks.errors:
        checks.refuse("email", say(N_("Enter the e-mail address")))
    checks.finish()
    return {"name": name, "email": email, "user_id": person.id if person else None}


def _full_name(person: User | None) -> str:
    return " ".join(part for part in (person.first_name, person.last_name) if part) if person else ""
