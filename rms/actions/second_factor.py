"""The second factor: an authenticator app, and recovery codes for who has lost it. Off unless it is wanted.

Everything that changes it holds the lock of the person's row. What accepts a code is one UPDATE each, which
the database lets through once: of twenty that bring the same code at once, one is right.
"""

import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, update

from rms.actions import attempts, mails, sessions
from rms.crypto import recovery_codes, totp
from rms.crypto.fields import seal
from rms.db.audit import audit_event
from rms.db.locks import lock, lock_all
from rms.db.session import current_tenant, db, scope, unit_of_work
from rms.domain.errors import N_, Forbidden, IllegalMove, Invalid, NotFound
from rms.models import RecoveryCode, SecondFactor, User, UserSession
from rms.queries.second_factor import COLUMN, TABLE, is_on, row_of, secret_of
from rms.queries.sign_in import company_name

__all__ = [
    "begin",
    "check",
    "confirm",
    "forget",
    "is_on",
    "prove",
    "renew_codes",
    "stop_setting_up",
    "take_away",
    "turn_off",
]

KIND = "code"


def begin(user_id: UUID) -> None:
    """A new secret to be scanned; it asks nobody for a code until one has been typed. IllegalMove when on."""
    lock(User, user_id)
    if is_on(user_id):
        raise IllegalMove(N_("Your second factor is on already."))
    _delete(SecondFactor, user_id)
    row_id = uuid4()
    place = {"tenant_id": current_tenant(), "table": TABLE, "column": COLUMN, "row_id": row_id}
    db().add(SecondFactor(id=row_id, user_id=user_id, secret=seal(totp.new_secret(), **place)))
    db().flush()


def confirm(user_id: UUID, code: str, *, here: UUID, now: dt.datetime) -> list[str]:
    """Turn it on with the first code of the app; gives the recovery codes, which nobody can show again.

    The session `here` has proved a code; every other one has not, and ends. Raises Invalid at `code`, and
    IllegalMove when nothing is being set up.
    """
    user = lock(User, user_id)
    row = row_of(user_id)
    if row is None or row.confirmed_at:
        raise IllegalMove(N_("There is nothing to confirm. Load the page again."))
    step = totp.step_of(secret_of(row), without_spaces(code), now=now, after=None)
    if step is None:
        raise Invalid(
            N_("That code is not right. Type the one the app shows now; the phone's clock must be right too"),
            field="code",
        )
    row.confirmed_at, row.last_step = now, step
    codes = _new_codes(user_id)
    db().execute(update(UserSession).where(UserSession.id == here).values(with_second_factor=True))
    sessions.end_all_of(user_id, because="second_factor", now=now, but=here)
    audit_event("second_factor_on", "users", user_id)
    _tell("second_factor_on", user, now)
    return codes


def stop_setting_up(user_id: UUID) -> bool:
    """Forget a secret that was never confirmed; False when there is none, or when it is on."""
    lock(User, user_id)
    row = row_of(user_id)
    if row is None or row.confirmed_at:
        return False
    _delete(SecondFactor, user_id)
    return True


def check(user_id: UUID, code: str, *, now: dt.datetime) -> bool:
    """Whether the code opens: of the app, each time step once and none before it again; or a recovery code,
    each once. It is used up by being right. Guesses are counted by `prove`.
    """
    return _accept_step(user_id, without_spaces(code), now) or _use_recovery_code(user_id, code, now)


def prove(tenant_id: UUID, user_id: UUID, code: str, *, now: dt.datetime, device: str | None = None) -> bool:
    """`check`, counted as an attempt first. Raises TooOften. No transaction may be open.

    `device` names a browser that this account knows.
    """
    account = f"{tenant_id} {user_id}"
    attempt = attempts.begin(KIND, account=account, ip=scope().ip, now=now, device=device)
    with unit_of_work(replace(scope(), tenant_id=tenant_id, user_id=user_id)):
        is_right = check(user_id, code, now=now)
    if is_right:
        attempts.succeed(attempt.id)
    return is_right


def renew_codes(user_id: UUID) -> list[str]:
    """Ten new recovery codes; the old ones die. IllegalMove when the second factor is off."""
    lock(User, user_id)
    if not is_on(user_id):
        raise IllegalMove(N_("Your second factor is off."))
    return _new_codes(user_id)


def turn_off(user_id: UUID, *, now: dt.datetime) -> bool:
    """By the person, who has proved password and code; False when it was off."""
    user = lock(User, user_id)
    if not is_on(user_id):
        return False
    forget(user_id)
    audit_event("second_factor_off", "users", user_id)
    _tell("second_factor_off", user, now)
    return True


def take_away(user_id: UUID, *, by: UUID, now: dt.datetime) -> User:
    """By an admin, for somebody who has lost phone and codes. Their sessions end, and both get a mail.

    Raises Forbidden for oneself and for who is no admin any more, NotFound, and IllegalMove when it is off.
    """
    if user_id == by:
        raise Forbidden(N_("Turn off your own on your account page, with a code"))
    rows = {row.id: row for row in lock_all(User, [by, user_id]) if row.deleted_at is None}
    user, admin = rows.get(user_id), rows.get(by)
    if user is None:
        raise NotFound()
    if admin is None or admin.role != "admin" or not admin.is_active:
        raise Forbidden(N_("You are no longer an admin of this company."))
    if not is_on(user_id):
        raise IllegalMove(N_("%(name)s has no second factor."), name=user.full_name)
    forget(user_id)
    sessions.end_all_of(user_id, because="second_factor", now=now)
    audit_event("second_factor_off", "users", user_id, {"by": "admin"})
    _tell("second_factor_off", user, now, by=admin.full_name)
    _tell("second_factor_off", user, now, by=admin.full_name, reader=admin)
    return user


def forget(user_id: UUID) -> None:
    """Secret and recovery codes, without telling anybody."""
    for model in (RecoveryCode, SecondFactor):
        _delete(model, user_id)


def without_spaces(code: str) -> str:
    """As apps show it: "481 726"."""
    return "".join(code.split())


def _accept_step(user_id: UUID, code: str, now: dt.datetime) -> bool:
    row = row_of(user_id)
    if row is None or row.confirmed_at is None:
        return False
    step = totp.step_of(secret_of(row), code, now=now, after=row.last_step)
    if step is None:
        return False
    is_later = or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step)
    statement = update(SecondFactor).where(SecondFactor.id == row.id, is_later).values(last_step=step)
    return db().execute(statement.returning(SecondFactor.id)).first() is not None


def _use_recovery_code(user_id: UUID, typed: str, now: dt.datetime) -> bool:
    code = recovery_codes.read(typed)
    if code is None or not is_on(user_id):
        return False
    hashes = recovery_codes.digests(code, tenant_id=current_tenant(), user_id=user_id)
    statement = (
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        .where(RecoveryCode.code_hash.in_(hashes))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    if db().execute(statement).first() is None:
        return False
    audit_event("recovery_code_used", "users", user_id)
    return True


def _new_codes(user_id: UUID) -> list[str]:
    _delete(RecoveryCode, user_id)
    codes = recovery_codes.new_codes()
    for code in codes:
        stored = recovery_codes.digest(code, tenant_id=current_tenant(), user_id=user_id)
        db().add(RecoveryCode(user_id=user_id, code_hash=stored))
    db().flush()
    return codes


def _delete(model: type, user_id: UUID) -> None:
    db().execute(delete(model).where(model.user_id == user_id))


def _tell(kind: str, user: User, now: dt.datetime, *, by: str = "", reader: User | None = None) -> None:
    """To the person it is about; with `reader`, to the admin who did it."""
    to = reader or user
    params = {
        "first_name": to.first_name or to.email,
        "company_name": company_name(),
        "when": now.isoformat(),
        "device": scope().user_agent,
        "ip": scope().ip,
        "by": by,
        "whose": user.full_name if reader else "",
    }
    mails.post(kind, to_address=to.email, params=params, about=("users", user.id), now=now)
