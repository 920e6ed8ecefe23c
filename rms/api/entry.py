"""From address and password to one person of one company, by the steps of the web (actions/sign_ins)."""

import hashlib
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext

from rms.actions import sign_ins
from rms.actions.sessions import CannotSignIn, SignIn
from rms.api.problems import Problem
from rms.crypto import passwords
from rms.queries.sign_in import Candidate
from rms.web.clock import now

AUDIENCE = "api"


def whose_password(email: str, password: str, *, company: str | None) -> tuple[UUID, SignIn]:
    """Tenant and person, ready for sign_ins.come_in in the scope of that company. No transaction may be open.

    Raises CannotSignIn, TooOften, and Problem (409) when they open several companies and `company` names
    none: only whoever knows the password learns which.
    """
    cost = current_app.config["RMS"].bcrypt_cost
    opened = sign_ins.whom_it_opens(email, password, company=company, device=None, cost=cost, now=now())
    confirmed = [one for one in opened.people if one.email_verified]
    if not confirmed:
        raise CannotSignIn("")
    if len(confirmed) > 1 or opened.is_many:
        raise _choose_one_of(confirmed)
    return confirmed[0].tenant_id, _sign_in_of(confirmed[0], password, cost)


def _sign_in_of(person: Candidate, password: str, cost: int) -> SignIn:
    new_hash = None
    if passwords.needs_rehash(person.password_hash, cost=cost):
        with passwords.turn():
            new_hash = passwords.make(password, cost=cost)
    return SignIn(
        person.user_id,
        passwords.fingerprint(person.password_hash),
        remember=False,
        new_hash=new_hash,
        device_hash=_device_hash(),
        audience=AUDIENCE,
    )


def _device_hash() -> str:
    """A program keeps no cookie: what it calls itself and where it is tell whether it was here before."""
    told = f"{AUDIENCE} {request.remote_addr} {request.user_agent.string}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _choose_one_of(opened: list[Candidate]) -> Problem:
    told = gettext("This address works in several companies. Say which one in the field company.")
    companies = [{"slug": one.slug, "name": one.company_name} for one in opened]
    return Problem(409, told, kind="choose-company", companies=companies)
