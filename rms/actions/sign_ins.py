"""Who an address and a password open, and coming in: the steps that the web and the API share.

The attempt is counted first, in a transaction of its own; the password is hashed while none is open; the
session is written in another. Whoever is refused because many are hashing at this moment was not counted.
"""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from rms.actions import attempts, mails, sessions
from rms.actions.attempts import Attempt
from rms.actions.sessions import CannotSignIn, SignIn, Terms
from rms.crypto import passwords
from rms.crypto.session_token import SessionToken
from rms.db.audit import audit_event
from rms.db.session import public_scope, scope, unit_of_work
from rms.domain.errors import N_
from rms.queries.people import password_hash_of
from rms.queries.sign_in import MOST_TRIED, Candidate, Seat, candidates, has_used, seat_of

KIND = "sign_in"
PASSWORD_KIND = "password"  # nosec B105 # no password


@dataclass(frozen=True)
class Opened:
    """People of the address whose password it is. `is_many`: there are more companies than were tried."""

    people: list[Candidate]
    is_many: bool = False


def whom_it_opens(
    email: str, password: str, *, company: str | None, device: str | None, cost: int, now: dt.datetime
) -> Opened:
    """Everybody of this address whose password it is; the work of at least one hash, whoever asks.

    `company` is the slug of the one that is meant; `device` names a browser that knows the address. Raises
    TooOften. A failure is told to each company that has the address. No transaction may be open.
    """
    with passwords.turn():
        attempt = attempts.begin(KIND, account=email, ip=scope().ip, now=now, device=device)
        with public_scope():
            found = candidates(email, company)
        opened = [one for one in found[:MOST_TRIED] if passwords.matches(password, one.password_hash)]
        if not found:
            passwords.waste_time(password, cost=cost)
    if opened:
        attempts.succeed(attempt.id)
    else:
        _note_failure(found[:MOST_TRIED], attempt)
    return Opened(opened, is_many=len(found) > MOST_TRIED)


def prove_password(tenant_id: UUID, user_id: UUID, password: str, *, now: dt.datetime) -> str | None:
    """Whether it is the password of somebody who is signed in: the fingerprint of the hash it matches, or
    None. Raises TooOften after some that were wrong. No transaction may be open.
    """
    with passwords.turn():
        account = f"{tenant_id} {user_id}"
        attempt = attempts.begin(PASSWORD_KIND, account=account, ip=scope().ip, now=now)
        with _in_company(tenant_id):
            stored = password_hash_of(user_id)
        is_right = passwords.matches(password, stored)
    if not is_right:
        return None
    attempts.succeed(attempt.id)
    return passwords.fingerprint(stored)


def come_in(sign_in: SignIn, terms: Terms, *, now: dt.datetime) -> tuple[SessionToken, Seat]:
    """Write the session, its entry in the audit trail, and a mail when the browser is new to the person."""
    seat = seat_of(sign_in.user_id)
    if seat is None:
        raise CannotSignIn(N_("E-mail or password is not right"))
    is_new = seat.last_login_at is not None and not has_used(sign_in.user_id, sign_in.device_hash or "")
    token = sessions.begin(sign_in, terms, now=now)
    audit_event("sign_in", "users", sign_in.user_id, {"session": str(token.session_id)})
    if is_new:
        _tell_of_new_device(seat, sign_in, now)
    return token, seat


def _note_failure(found: list[Candidate], attempt: Attempt) -> None:
    if not found:
        attempts.spend_as_much(attempt.id)
    for person in found:
        with _in_company(person.tenant_id):
            audit_event("sign_in_failed", "users", person.user_id)


def _in_company(tenant_id: UUID):
    return unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=None))


def _tell_of_new_device(seat: Seat, sign_in: SignIn, now: dt.datetime) -> None:
    params = {
        "first_name": seat.first_name or seat.email,
        "company_name": seat.company_name,
        "when": now.isoformat(),
        "device": scope().user_agent,
        "ip": scope().ip,
        "with_second_factor": sign_in.with_second_factor,
    }
    mails.post("new_device", to_address=seat.email, params=params, about=("users", seat.user_id), now=now)
