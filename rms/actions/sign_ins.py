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


# What one try hashes and writes down at least, whoever has the address: two companies with passwords of their
# own, and one sign-up that nobody has confirmed. Where the company is named, there is nobody else.
TRIES = 3
TRIES_OF_ONE = 1


@dataclass(frozen=True)
class Opened:
    """People of the address whose password it is. `is_many`: there are more companies than were tried."""

    people: list[Candidate]
    is_many: bool = False

    @property
    def is_proven(self) -> bool:
        """Whether it is the password of somebody confirmed: anybody may sign up with any address."""
        return any(one.email_verified for one in self.people)


def whom_it_opens(
    email: str, password: str, *, company: str | None, device: str | None, cost: int, now: dt.datetime
) -> Opened:
    """Everybody of this address whose password it is. `company` is the slug of the one that is meant;
    `device` names a browser that knows the address. Raises TooOften. No transaction may be open.

    Unless it is the password of somebody confirmed, neither work nor time tells whether the address is known
    or in how many companies: TRIES are hashed and TRIES are written. Who has more companies, each with
    another password, names the one they mean. A failure is told to each company that was tried.
    """
    tries = TRIES_OF_ONE if company else TRIES
    with passwords.turn():
        attempt = attempts.begin(KIND, account=email, ip=scope().ip, now=now, device=device)
        with public_scope():
            found = candidates(email, company)
        tried = _first_tried(found, tries)
        opened = _open(found, tried, password)
        if not opened.is_proven:
            for _ in range(tries - len(tried)):
                passwords.waste_time(password, cost=cost)
    if opened.is_proven:
        attempts.succeed(attempt.id)
    else:
        _note_failure([one for one in tried if one not in opened.people], attempt, tries)
    return opened


def prove_password(
    tenant_id: UUID, user_id: UUID, password: str, *, session_id: UUID, now: dt.datetime
) -> str | None:
    """Whether it is the password of somebody who is signed in: the fingerprint of the hash it matches, or
    None. Raises TooOften after some that were wrong. No transaction may be open.

    Each session has the patience of an account for itself, so that who has stolen one does not hold up the
    person on theirs. All of a person's together fail at most twenty times in a quarter of an hour, which one
    session, made to wait, does not reach.
    """
    with passwords.turn():
        person = f"{tenant_id} {user_id}"
        attempt = attempts.begin(
            PASSWORD_KIND, account=f"session {session_id}", ip=scope().ip, now=now, within=person
        )
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


def _first_tried(found: list[Candidate], tries: int) -> list[Candidate]:
    """Confirmed ones first, in the order of their last use; one place is kept for a sign-up nobody confirmed,
    so that its page is reached whatever else the address opens.
    """
    confirmed, waiting = _parted(found)
    first = confirmed[: tries - min(1, len(waiting))]
    return first + waiting[: tries - len(first)]


def _open(found: list[Candidate], tried: list[Candidate], password: str) -> Opened:
    """Further companies are tried for who has proved one: only they can see how long that takes."""
    confirmed, waiting = _parted(tried)
    all_confirmed = _parted(found)[0]
    people = [one for one in confirmed if passwords.matches(password, one.password_hash)]
    more = all_confirmed[len(confirmed) : MOST_TRIED] if people else waiting
    people += [one for one in more if passwords.matches(password, one.password_hash)]
    return Opened(people, is_many=len(all_confirmed) > MOST_TRIED)


def _parted(found: list[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Those whose address was confirmed, and sign-ups of which nobody knows whose they are."""
    return [one for one in found if one.email_verified], [one for one in found if not one.email_verified]


def _note_failure(failed: list[Candidate], attempt: Attempt, tries: int) -> None:
    """As many transactions for every address; what a company is told stands in its audit trail."""
    for person in failed:
        with _in_company(person.tenant_id):
            audit_event("sign_in_failed", "users", person.user_id)
    for _ in range(tries - len(failed)):
        attempts.spend_as_much(attempt.id)


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
