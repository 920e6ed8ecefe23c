"""Somebody with an authenticator app, for tests."""

import datetime as dt
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text

from rms.crypto import recovery_codes, totp
from rms.crypto.fields import seal
from rms.db.session import db
from rms.models import RecoveryCode, SecondFactor
from rms.queries.second_factor import COLUMN, TABLE
from tests.cast import Company, Person


@dataclass
class App:
    """What is on the phone, and the recovery codes in the drawer."""

    secret: str
    codes: list[str]

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps of 30 seconds away."""
        return totp.code_at(self.secret, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30 * steps))

    def wrong(self) -> str:
        """Six digits that are right nowhere near."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444") if code not in near)


def turn_on(company: Company, person: Person) -> App:
    """As it is stored once it was confirmed a minute and a half ago: the code of now was not used."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=90)
    app, row_id = App(totp.new_secret(), recovery_codes.new_codes()), uuid4()
    whose = {"tenant_id": company.tenant_id, "user_id": person.id}
    with company.scope(person):
        place = {"tenant_id": company.tenant_id, "table": TABLE, "column": COLUMN, "row_id": row_id}
        sealed = seal(app.secret, **place)
        db().add(SecondFactor(id=row_id, user_id=person.id, secret=sealed, confirmed_at=before))
        for code in app.codes:
            stored = recovery_codes.digest(code, **whose)
            db().add(RecoveryCode(user_id=person.id, code_hash=stored))
    return app


def require_of_everybody(company: Company) -> None:
    with company.scope(company.admin):
        db().execute(text("UPDATE tenants SET settings = settings || '{\"require_second_factor\": true}'"))
