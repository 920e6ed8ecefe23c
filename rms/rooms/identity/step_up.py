"""Checking the password of somebody who is signed in, before something dangerous (web/step_up.py)."""

from rms.actions import sessions, sign_ins
from rms.domain.errors import N_, Invalid
from rms.queries.people import Person
from rms.rooms.identity.visitor import in_company
from rms.web.clock import now


def prove(person: Person, password: str) -> None:
    """Note that the password was given just now. Raises Invalid when it is wrong, TooOften after some tries.

    No transaction is open while it is hashed.
    """
    who = (person.tenant_id, person.user_id)
    if sign_ins.prove_password(*who, password, session_id=person.session_id, now=now()) is None:
        raise Invalid(N_("That is not your password"), field="step_up_password")
    with in_company(person.tenant_id, person.user_id):
        sessions.confirm_password(person.session_id, now=now())
