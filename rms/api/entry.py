"""From an address and a password to one person of one company, by the steps of the web's sign-in.

No transaction is open while a password is hashed, and an address that nobody has costs the same work.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from flask_babel import gettext

from rms.actions.sessions import CannotSignIn, SignIn
from rms.api.problems import Problem
from rms.crypto import passwords
from rms.db.session import public_scope
from rms.queries.sign_in import Candidate, candidates

AUDIENCE = "api"


@dataclass(frozen=True)
class Entry:
    """Somebody whose password was right, ready for sessions.begin in the scope of the company."""

    tenant_id: UUID
    user_id: UUID
    sign_in: SignIn


def enter(email: str, password: str, *, company: str | None) -> Entry:
    """Whom address and password open. Raises CannotSignIn, TooOften, and Problem (409) when they open several
    companies and `company` names none: only whoever knows the password learns which.
    """
    opened = [one for one in _whom_it_opens(email, password) if one.email_verified]
    chosen = [one for one in opened if company is None or one.slug == company.strip().lower()]
    if not chosen:
        raise CannotSignIn("")
    if len(chosen) > 1:
        raise _choose_one_of(chosen)
    person = chosen[0]
    return Entry(person.tenant_id, person.user_id, _sign_in_of(person, password))


def _whom_it_opens(email: str, password: str) -> list[Candidate]:
    with public_scope():
        found = candidates(email)
    with passwords.turn():
        if not found:
            passwords.waste_time(password, cost=_cost())
        return [one for one in found if passwords.matches(password, one.password_hash)]


def _sign_in_of(person: Candidate, password: str) -> SignIn:
    new_hash = None
    if passwords.needs_rehash(person.password_hash, cost=_cost()):
        with passwords.turn():
            new_hash = passwords.make(password, cost=_cost())
    checked = passwords.fingerprint(person.password_hash)
    return SignIn(person.user_id, checked, remember=False, new_hash=new_hash, audience=AUDIENCE)


def _choose_one_of(opened: list[Candidate]) -> Problem:
    told = gettext("This address works in several companies. Say which one in the field company.")
    companies = [{"slug": one.slug, "name": one.company_name} for one in opened]
    return Problem(409, told, kind="choose-company", companies=companies)


def _cost() -> int:
    return current_app.config["RMS"].bcrypt_cost
